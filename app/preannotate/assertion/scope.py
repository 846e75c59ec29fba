"""How far a cue reaches: integer scopes within a sentence, linear in the number of cues and targets."""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

from app.preannotate.assertion.cues import Hit
from app.preannotate.reading.tokens import Tokens

_OPEN, _CLOSE = frozenset("([{"), frozenset(")]}")


class Reach(NamedTuple):
    """A cue with the tokens [start, end) it reaches."""

    hit: Hit
    start: int
    end: int


def reaches(hits: list[Hit], bounds: tuple[list[int], list[int]], tokens: Tokens) -> list[Reach]:
    """Scopes of the cues of one axis; `bounds` holds start and end of the sentence of each token."""
    starts, ends = bounds
    found = []
    for position, hit in enumerate(hits):
        if hit.rule.direction in ("forward", "both"):
            limit = min(ends[hit.first], hit.last + hit.rule.scope)
            found.append(Reach(hit, hit.last, _forward(hits, position, limit, tokens)))
        if hit.rule.direction in ("backward", "both"):
            limit = max(starts[hit.first], hit.first - hit.rule.scope)
            found.append(Reach(hit, _backward(hits, position, limit, tokens), hit.first))
    return found


def _forward(hits: list[Hit], position: int, limit: int, tokens: Tokens) -> int:
    """The next cue or stop of the axis ends the scope, unless a soft stop follows the cue at once."""
    own = hits[position]
    for other in hits[position + 1 : position + 9]:
        if other.first >= limit:
            break
        adjacent = other.first == own.last and other.rule.direction == "stop"
        if other.rule.direction != "backward" and not adjacent:
            limit = other.first
            break
    return _before_close(tokens, own.last, limit)


def _backward(hits: list[Hit], position: int, limit: int, tokens: Tokens) -> int:
    own = hits[position]
    for other in reversed(hits[max(0, position - 8) : position]):
        if other.last <= limit:
            break
        if other.rule.direction in ("stop", "pseudo") and other.last < own.first:
            limit = other.last
            break
    for at in range(own.first - 1, limit - 1, -1):
        if tokens.words[at] == ";":
            return at + 1
    return limit


def _before_close(tokens: Tokens, start: int, end: int) -> int:
    """A semicolon, or a bracket closed that was opened before the cue, ends a scope."""
    depth = 0
    for at in range(start, end):
        word = tokens.words[at]
        if word in _OPEN:
            depth += 1
        elif word in _CLOSE:
            depth -= 1
            if depth < 0:
                return at
        elif word == ";":
            return at
    return end


def _named(reach: Reach) -> bool:
    """May the cue be part of the name: "dyspnoea on exertion", but not "skin without lesion"?"""
    return reach.hit.rule.axis == "conditional"


def nearest(reached: list[Reach], firsts: list[int], lasts: list[int]) -> dict[int, Reach]:
    """Target number → the nearest cue that reaches it and does not touch it; `firsts` ascend."""
    best: dict[int, tuple[int, Reach]] = {}
    for reach in reached:
        for target in range(bisect_left(firsts, reach.start), bisect_left(firsts, reach.end)):
            if reach.hit.first < lasts[target] and firsts[target] < reach.hit.last and not _named(reach):
                continue
            gap = max(firsts[target] - reach.hit.last, reach.hit.first - lasts[target])
            if target not in best or gap < best[target][0]:
                best[target] = gap, reach
    return {target: reach for target, (_, reach) in best.items()}
