"""What patients say they cannot do, feel or have changed: "couldn't sleep", "felt so weird", "gained 20 lbs"."""

from __future__ import annotations

from functools import cache

from app.tagging.entities.mention import Mention
from app.tagging.reading.note import TokenisedNote
from app.tagging.reading.phrases import PhraseTable
from app.tagging.reading.tokens import words_of
from app.tagging.valuesets import rows, word_set

_BETWEEN = frozenset(
    {
        *("to", "with", "in", "at", "my", "his", "her", "the", "a", "any", "very", "really", "even", "so", "just"),
        *(
            "falling",
            "staying",
            "getting",
            "reaching",
            "keeping",
            "making",
            "doing",
            "going",
            "being",
            "not",
            "anything",
        ),
        *(
            "have",
            "having",
            "properly",
            "fully",
            "much",
            "well",
            "about",
            "around",
            "over",
            "nearly",
            "almost",
            "more",
            "stop",
            "like",
            "i",
            "am",
        ),
    }
)
_REACH = 4  # tokens between the opening and what it is about
_WEIGHT = frozenset({"lb", "lbs", "kgs", "pound", "kg", "kilo", "kilogram", "stone", "weight"})
_GAINED = frozenset({"gained", "gain", "gaining", "lost", "lose", "losing"})
_LOST = frozenset({"hair", "appetite", "interest", "balance", "memory", "taste", "smell", "libido", "consciousness"})


@cache
def _openings() -> tuple[PhraseTable, list[str]]:
    known = rows("complaints")
    return PhraseTable.of(words_of(row["term"]) for row in known), [row["kind"] for row in known]


def complaints(note: TokenisedNote) -> list[Mention]:
    """SYMPTOM mentions; each begins with its opening words, so that a span reads as the patient said it."""
    found = []
    table, kinds = _openings()
    words = note.tokens.words
    for first, last, number in table.longest(words):
        end = note.ends[first]
        if last > end:
            continue
        kind = kinds[number]
        if kind == "whole":
            found.append(Mention(first, last, "SYMPTOM", "patient's words"))
            continue
        reach = _object(words, last, end, word_set("doings" if kind == "unable" else "feelings"))
        if reach is not None:
            found.append(Mention(first, reach, "SYMPTOM", "patient's words"))
    for at in note.tokens.standing(_GAINED):
        reach = _gained(note, at)
        if reach is not None:
            found.append(Mention(at, reach, "SYMPTOM", "patient's words"))
    return found


def _object(words: list[str], at: int, end: int, wanted: frozenset[str]) -> int | None:
    """The end of the first wanted word at token `at`, past small words; None where another word comes first."""
    for place in range(at, min(end, at + _REACH)):
        if words[place] in wanted:
            return place + 1
        if words[place] not in _BETWEEN and not words[place].endswith("ly"):
            return None
    return None


def _gained(note: TokenisedNote, at: int) -> int | None:
    """The end of "gained about 30lbs", "lost hair", "losing my balance" that begins at token `at`."""
    words, end = note.tokens.words, note.ends[at]
    for place in range(at + 1, min(end, at + 6)):
        word = words[place]
        if word in _WEIGHT or (word in _LOST and words[at][0] == "l"):
            return place + 1
        if not (word in _BETWEEN or word[0].isdigit() or word in ("some", "lot", "of", "-", "all", "ten", "twenty")):
            return None
    return None
