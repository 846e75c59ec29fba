"""Words that are an entity only in some company: "band" beside blood counts, "back" as a part of the body."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from app.tagging.entities.mention import Mention
from app.tagging.reading.note import Note
from app.tagging.reading.words import normal
from app.tagging.valuesets import rows

_BESIDE = 6  # tokens on either side, within the sentence
_RULES = frozenset({"never", "before", "not_before", "owned_or_not_before", "not_after", "beside", "not_beside"})
_POSSESSIVE = frozenset({"his", "her", "my", "the", "your", "their", "low", "lower", "upper", "mid"})
_PROVEN = ("place in", "short for", "shared head")  # other evidence than the word itself


class Condition(NamedTuple):
    """What must hold (`rule`) of the `words` around a bare word for it to be an entity."""

    rule: str
    words: frozenset[str]


@cache
def _conditions() -> dict[tuple[str, str], list[Condition]]:
    """(Word, label) → conditions, all of which must hold."""
    known: dict[tuple[str, str], list[Condition]] = {}
    for row in rows("bare_words"):
        if row["rule"] not in _RULES:
            raise ValueError(f"bare word {row['term']!r}: no rule {row['rule']!r}")
        words = frozenset(map(normal, row["words"].split()))
        known.setdefault((normal(row["term"]), row["label"]), []).append(Condition(row["rule"], words))
    return known


def in_company(note: Note, mentions: list[Mention]) -> list[Mention]:
    """The mentions without bare words whose neighbours give them another sense."""
    known, words = _conditions(), note.tokens.words
    kept = []
    for mention in mentions:
        bare = mention.last - mention.first == 1 or words[mention.first + 1] == "of"
        conditions = known.get((words[mention.first], mention.label)) if bare else None
        if (
            conditions is None
            or mention.source.startswith(_PROVEN)
            or all(_holds(note, mention.first, condition) for condition in conditions)
        ):
            kept.append(mention)
    return kept


def _holds(note: Note, at: int, condition: Condition) -> bool:
    rule, wanted = condition
    words, start, end = note.tokens.words, note.starts[at], note.ends[at]
    before = words[at - 1] if at > start else ""
    after = words[at + 1] if at + 1 < end else ""
    if rule == "never":
        return False
    if rule == "before":
        return after in wanted
    if rule == "owned_or_not_before" and before in _POSSESSIVE:
        return True
    if rule in ("not_before", "owned_or_not_before"):
        return after not in wanted
    if rule == "not_after":
        return before not in wanted
    around = words[max(start, at - _BESIDE) : at] + words[at + 1 : min(end, at + 1 + _BESIDE)]
    return (rule == "not_beside") == wanted.isdisjoint(around)
