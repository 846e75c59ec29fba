"""The cue words of assertion, compiled once from `ontologies/valuesets/cues.tsv`."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from app.tagging.labels import AXES
from app.tagging.reading.phrases import PhraseTable
from app.tagging.reading.tokens import Tokens, words_of
from app.tagging.valuesets import rows

_ANSWERS = frozenset({"no", "none", "negative", "neg", "nil", "deny", "denied", "absent"})
_FIELD_MARKS = frozenset(":-?=")
_CLOSERS = frozenset({"and", "but", "so", "by", "in", "on", "at", "clinically", "radiologically", "today", "now"})
_BEFORE_ADJECTIVE = frozenset(
    {
        *("with", "ha", "has", "had", "the", "a", "now", "recently", "and", "of", "for", "or", "old", "well", "no"),
        *("partially", "completely", "incompletely", "nearly", "interval", "previously", "slowly", "multiple"),
        *("showed", "show", "shows", "reveals", "demonstrates", "revealed", "demonstrated", "slightly", "grossly"),
    }
)
_KEEPING_AWAY = frozenset({"prophylaxis", "ppx", "prevention"})  # "DVT prophylaxis with enoxaparin"
_PLUS_MINUS = frozenset({"-", "+"})
_SIGN_SCOPE = 5
_INVERSION_SCOPE = 12


@dataclass(frozen=True)
class CueRule:
    """`direction`: forward, backward, both, stop (ends scopes of its axis), pseudo (a stop, no cue)."""

    axis: str
    value: Any
    direction: str
    scope: int


class CueHit(NamedTuple):
    """A rule that applies at the tokens [first, last)."""

    first: int
    last: int
    rule: CueRule


@dataclass(frozen=True)
class CueTable:
    """All cue phrases in one table; `rules[n]` are the rules of phrase number n."""

    phrases: PhraseTable
    rules: list[tuple[CueRule, ...]]


def _rule(row: dict[str, str]) -> CueRule:
    value: Any = {"true": True, "false": False}.get(row["value"], row["value"])
    if value not in AXES[row["axis"]]:
        raise ValueError(f"cue {row['phrase']!r}: {row['value']!r} is no value of {row['axis']}")
    return CueRule(row["axis"], value, row["direction"], int(row["scope"] or 0))


@cache
def cue_table() -> CueTable:
    """Equal phrases of several rows become one phrase with several rules."""
    grouped: dict[tuple[str, ...], list[CueRule]] = {}
    for row in rows("cues"):
        grouped.setdefault(tuple(words_of(row["phrase"])), []).append(_rule(row))
    for words, rules in grouped.items():
        if words[0] == ",":  # ", but" of one axis must not hide the "but" of the others
            told = {rule.axis for rule in rules}
            rules += [rule for rule in grouped.get(words[1:], ()) if rule.direction == "stop" and rule.axis not in told]
    return CueTable(PhraseTable.of(map(list, grouped)), [tuple(rules) for rules in grouped.values()])


def find_cues(tokens: Tokens, ends: list[int], firsts: list[int]) -> dict[str, list[CueHit]]:
    """Hits per axis in text order.

    `ends[t]` is the end of the sentence that holds token t; `firsts` are the first tokens of the
    targets, ascending: a cue stops short of a target ("no" | "change in hearing", not "no change").
    """
    table = cue_table()
    found: dict[str, list[CueHit]] = {axis: [] for axis in AXES}
    for hit in table.phrases.longest(tokens.words):
        shortened = _before_target(table, tokens, hit, firsts) if hit[1] - hit[0] > 1 else hit
        if shortened is None:
            continue
        first, last, number = shortened
        last = min(last, ends[first])
        for rule in _apt(table.rules[number], tokens, (first, last), ends[first]):
            found[rule.axis].append(CueHit(first, last, rule))
    _signs(tokens, found["polarity"])
    _none_of_many(tokens, found["polarity"])
    _inversions(tokens, ends, found["hypothetical"])
    return found


def _before_target(
    table: CueTable, tokens: Tokens, hit: tuple[int, int, int], firsts: list[int]
) -> tuple[int, int, int] | None:
    """The hit, or the longest cue that ends where a target inside the hit begins."""
    first, last, _ = hit
    place = bisect_right(firsts, first)
    if place == len(firsts) or firsts[place] >= last:
        return hit
    shorter = table.phrases.at(tokens.words, first, firsts[place])
    return (first, *shorter) if shorter else None


def _apt(rules: tuple[CueRule, ...], tokens: Tokens, span: tuple[int, int], end: int) -> list[CueRule]:
    """The rules that hold here: a phrase that can look both ways looks one way only."""
    if len(rules) == 1 and tokens.words[span[0]] not in _ANSWERS:
        return [*rules]
    first, last = span
    heads = last < end and tokens.words[last] == ":"  # "Sister: lupus" looks ahead
    closes = last >= end or not (heads or tokens.raw[last][0].isalnum()) or tokens.words[last] in _CLOSERS
    if closes and last - first == 1 and tokens.words[first] in _ANSWERS and _is_field(tokens, first):
        return [CueRule("polarity", "negated", "backward", 8)]
    axes = {rule.axis for rule in rules}
    chosen = []
    for axis in axes:
        same = [rule for rule in rules if rule.axis == axis]
        directions = {rule.direction for rule in same}
        if {"forward", "backward"} <= directions:
            turned = axis == "course" or (axis == "hypothetical" and tokens.words[first] in _KEEPING_AWAY)
            wanted = "backward" if closes or (turned and _follows_noun(tokens, first)) else "forward"
            same = [rule for rule in same if rule.direction == wanted]
        chosen.append(same[0])
    return chosen


def _follows_noun(tokens: Tokens, first: int) -> bool:
    """Does a word stand right before that can be the subject of "resolved"?"""
    return first > 0 and tokens.raw[first - 1].isalpha() and tokens.words[first - 1] not in _BEFORE_ADJECTIVE


def _is_field(tokens: Tokens, first: int) -> bool:
    """An answer to what stands before it: "Complications: None."."""
    return first > 0 and tokens.words[first - 1] in _FIELD_MARKS


def _none_of_many(tokens: Tokens, polarity: list[CueHit]) -> None:
    """ "Nodes 0/3 positive for metastasis": none of those looked at."""
    words = tokens.words
    if "0" not in tokens.places:
        return
    rule = CueRule("polarity", "negated", "forward", _SIGN_SCOPE)
    found = [at for at in tokens.places["0"] if words[at + 1 : at + 2] == ["/"]]
    for at in found:
        said = words[at + 3 : at + 7]
        if "positive" in said:
            last = at + 4 + said.index("positive")
            last += words[last : last + 1] == ["for"]
            polarity[:] = [hit for hit in polarity if not at <= hit.first < last]
            polarity.append(CueHit(at, last, rule))
    if found:
        polarity.sort(key=lambda hit: hit.first)


def _inversions(tokens: Tokens, ends: list[int], hypothetical: list[CueHit]) -> None:
    """A sentence that begins with "should" is a condition: "Should bleeding occur, call us"."""
    if "should" not in tokens.places:
        return
    rule = CueRule("hypothetical", True, "forward", _INVERSION_SCOPE)
    begun = [at for at in tokens.places["should"] if at == 0 or ends[at - 1] == at]
    if begun:
        hypothetical += [CueHit(at, at + 1, rule) for at in begun]
        hypothetical.sort(key=lambda hit: hit.first)


def _signs(tokens: Tokens, polarity: list[CueHit]) -> None:
    """Signs that touch the word after them and not the one before: "+fever -edema"."""
    text, added = tokens.text, False
    plus = "+" in text
    for at in tokens.standing(_PLUS_MINUS):
        word = tokens.words[at]
        if at + 1 >= len(tokens) or not tokens.raw[at + 1].isalpha():
            continue
        gap = tokens.starts[at + 1] - tokens.ends[at]
        before = text[tokens.starts[at] - 1 : tokens.starts[at]] if tokens.starts[at] else ""
        after_list = text[max(0, tokens.starts[at] - 2) : tokens.starts[at]] == ", "
        bullet = before in ("", "\n") and not plus
        if (gap == 0 and before in ("", " ", "\n", ",", "(", "/") and not bullet) or (gap == 1 and plus and after_list):
            direction, value = ("forward", "negated") if word == "-" else ("stop", "affirmed")
            polarity.append(CueHit(at, at + 1, CueRule("polarity", value, direction, _SIGN_SCOPE)))
            added = True
    if added:
        polarity.sort(key=lambda hit: hit.first)
