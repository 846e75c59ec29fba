"""How far a cue reaches: integer scopes within a sentence, linear in the number of cues and targets."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from typing import NamedTuple

from app.tagging.assertion.clauses import answer_begin, denial_end, is_symbol
from app.tagging.assertion.cues import CueHit
from app.tagging.reading.tokens import Tokens

_OPEN, _CLOSE = frozenset("([{"), frozenset(")]}")
# A new subject begins a clause of its own, unless a word before it makes the clause part of the doubt.
_SUBJECTS = frozenset({"he", "she", "they", "we"})
_SUBORDINATING = frozenset(
    {"that", "if", "whether", "when", "as", "than", "or", "does", "did", "do", "has", "is", "wa"}
)
_ADJECTIVE = 6  # tokens; the scope of cues that stand like an adjective before what they are said of


class Reach(NamedTuple):
    """A cue with the tokens [start, end) it reaches; those from `comma` on only as items of its list."""

    hit: CueHit
    start: int
    end: int
    comma: int


def reaches(hits: list[CueHit], bounds: tuple[list[int], list[int]], tokens: Tokens) -> list[Reach]:
    """Scopes of the cues of one axis; `bounds` holds start and end of the sentence of each token."""
    starts, ends = bounds
    found = []
    for position, hit in enumerate(hits):
        if hit.rule.direction in ("forward", "both"):
            limit = min(ends[hit.first], hit.last + hit.rule.scope)
            end = _forward(hits, position, limit, tokens)
            found.append(Reach(hit, hit.last, end, _comma(hit, end, tokens)))
        if hit.rule.direction in ("backward", "both"):
            limit = max(starts[hit.first], hit.first - hit.rule.scope)
            found.append(Reach(hit, _backward(hits, position, limit, tokens), hit.first, hit.first))
    return found


def _comma(hit: CueHit, end: int, tokens: Tokens) -> int:
    """Where the first comma in the scope of a cue like "s/p", "old", "new" stands, else the scope's end."""
    if hit.rule.axis in ("temporality", "course") and hit.rule.scope <= _ADJECTIVE:
        for at in range(hit.last, end):
            if tokens.words[at] == ",":
                return at
    return end


def _forward(hits: list[CueHit], position: int, limit: int, tokens: Tokens) -> int:
    """The next cue or stop of the axis ends the scope, unless a soft stop follows the cue at once."""
    own, horizon = hits[position], limit
    for other in hits[position + 1 : position + 9]:
        if other.first >= limit:
            break
        adjacent = other.first == own.last and other.rule.direction == "stop"
        if other.rule.direction != "backward" and not adjacent and not _is_within(own, other):
            limit = other.first
            break
    if own.rule.axis == "certainty":
        limit = _before_subject(tokens, own.last, limit)
    heads = tokens.words[own.last : own.last + 1] == [":"]  # "Denies: fever; cough"
    limit = _before_close(tokens, own.last, limit, through=heads)
    return denial_end(tokens, own.last, limit, horizon) if own.rule.value == "negated" and not heads else limit


def _is_within(own: CueHit, other: CueHit) -> bool:
    """Does a short cue say again what a longer one says: "history of CAD s/p CABG, stroke"?"""
    same = other.rule.value == own.rule.value and other.rule.direction == own.rule.direction
    return same and other.rule.scope <= _ADJECTIVE < own.rule.scope


def _before_subject(tokens: Tokens, start: int, end: int) -> int:
    """ "Presumed volume depletion, she became dyspneic": the doubt ends where somebody else is spoken of."""
    words = tokens.words
    for at in range(start + 1, end):
        if words[at] in _SUBJECTS and words[at - 1] not in _SUBORDINATING:
            return at
    return end


def _backward(hits: list[CueHit], position: int, limit: int, tokens: Tokens) -> int:
    own = hits[position]
    if own.rule.value == "negated":
        limit = max(limit, answer_begin(tokens, limit, (own.first, own.last)))
    for other in reversed(hits[max(0, position - 8) : position]):
        if other.last <= limit:
            break
        if other.rule.direction in ("stop", "pseudo") and other.last < own.first:
            limit = other.last
            break
    for at in range(own.first - 1, limit - 1, -1):
        if tokens.words[at] == ";" or is_symbol(tokens.words[at]):
            return at + 1
    return limit


# "No fever ☹ or chest pain": what follows goes on with the list.
_JOINED = (["or"], ["nor"], ["and"])


def _before_close(tokens: Tokens, start: int, end: int, *, through: bool = False) -> int:
    """A semicolon, a bullet, or a bracket closed that was opened before the cue, ends a scope.

    `through`: the cue heads a list whose items semicolons part.
    """
    depth = 0
    for at in range(start, end):
        word = tokens.words[at]
        if word in _OPEN:
            depth += 1
        elif word in _CLOSE:
            depth -= 1
            if depth < 0:
                return at
        elif (word == ";" and not through) or (is_symbol(word) and tokens.words[at + 1 : at + 2] not in _JOINED):
            return at
    return end


def _named(reach: Reach) -> bool:
    """May the cue be part of the name: "dyspnoea on exertion", but not "skin without lesion"?"""
    return reach.hit.rule.axis == "conditional"


def nearest(
    reached: list[Reach], firsts: list[int], lasts: list[int], listed: Callable[[int], bool]
) -> dict[int, Reach]:
    """Target number → the nearest cue that reaches it and does not touch it; `firsts` ascend.

    `listed` tells the targets that may be further items of a list begun by a cue like "s/p".
    """
    best: dict[int, tuple[int, Reach]] = {}
    for reach in reached:
        for target in range(bisect_left(firsts, reach.start), bisect_left(firsts, reach.end)):
            if firsts[target] >= reach.comma and reach.comma > reach.start and not listed(target):
                continue
            if reach.hit.first < lasts[target] and firsts[target] < reach.hit.last and not _named(reach):
                continue
            gap = max(firsts[target] - reach.hit.last, reach.hit.first - lasts[target])
            if target not in best or gap < best[target][0]:
                best[target] = gap, reach
    return {target: reach for target, (_, reach) in best.items()}
