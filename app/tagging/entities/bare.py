"""Words that are an entity only in some company: "band" beside blood counts, "back" as a part of the body."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from app.tagging.entities.mention import Mention
from app.tagging.reading.note import TokenisedNote
from app.tagging.reading.words import normal
from app.tagging.valuesets import rows, word_set

_BESIDE = 6  # tokens on either side, within the sentence
_RULES = frozenset(
    {"never", "after", "before", "not_before", "owned_or_not_before", "not_after", "beside", "not_beside"}
)
_CLINICAL = frozenset({"PROBLEM", "SYMPTOM"})
_KNOWN_FAR = 7  # tokens of "no known food, latex or drug" before "allergies"
_NAMELESS = frozenset({("side", "effect"), ("adverse", "effect"), ("adverse", "reaction")})
_NOTHING = frozenset({"no", "not", "nil", "without", "any", "never", "deny", "denied"})
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


def in_company(note: TokenisedNote, mentions: list[Mention]) -> list[Mention]:
    """The mentions without bare words whose neighbours give them another sense."""
    known, words = _conditions(), note.tokens.words
    kept = []
    for mention in mentions:
        if mention.label in _CLINICAL and _is_of_no_one(note, mention):
            continue
        bare = mention.last - mention.first == 1 or words[mention.first + 1] == "of"
        conditions = known.get((words[mention.first], mention.label)) if bare else None
        if (
            conditions is None
            or mention.source.startswith(_PROVEN)
            or (
                all(_holds(note, mention.first, condition) for condition in conditions)
                and not _is_place(note, mention.first)
            )
        ):
            kept.append(mention)
    return kept


def _is_of_no_one(note: TokenisedNote, mention: Mention) -> bool:
    """ "Heart Failure Clinic" names a service; "no known drug allergies" and "side effects" name nothing."""
    words, last = note.tokens.words, mention.last
    if tuple(words[mention.first : last]) in _NAMELESS:
        return True
    if last < note.ends[last - 1] and words[last] in word_set("service_words"):
        return True
    if words[last - 1] != "allergy":
        return False
    before = words[max(note.starts[mention.first], mention.first - _KNOWN_FAR) : last]
    return "known" in before and not _NOTHING.isdisjoint(before[: before.index("known")])


def _is_place(note: TokenisedNote, at: int) -> bool:
    """ "Ellery Falls": a capital word behind a capital word, with no sentence begun between."""
    raw = note.tokens.raw
    named = at > note.starts[at] and raw[at].istitle() and raw[at - 1].istitle() and len(raw[at - 1]) > 3
    return named and note.tokens.starts[at] == note.tokens.ends[at - 1] + 1


def _holds(note: TokenisedNote, at: int, condition: Condition) -> bool:
    rule, wanted = condition
    words, start, end = note.tokens.words, note.starts[at], note.ends[at]
    before = words[at - 1] if at > start else ""
    after = words[at + 1] if at + 1 < end else ""
    if rule == "never":
        return False
    if rule in ("before", "after"):
        return (after if rule == "before" else before) in wanted
    if rule == "owned_or_not_before" and before in _POSSESSIVE:
        return True
    if rule in ("not_before", "owned_or_not_before"):
        return after not in wanted
    if rule == "not_after":
        return before not in wanted
    around = words[max(start, at - _BESIDE) : at] + words[at + 1 : min(end, at + 1 + _BESIDE)]
    return (rule == "not_beside") == wanted.isdisjoint(around)
