"""What is wrong with a measure, an organ or the patient without the name of a disease, and the place in a name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from app.tagging.entities.lexicon import ABNORMAL, ANATOMIC, CLASSES, MODIFIER, QUALITY, LexiconTerm
from app.tagging.entities.mention import Mention
from app.tagging.reading.note import TokenisedNote
from app.tagging.reading.words import normal
from app.tagging.valuesets import rows, word_set

PhraseSpan = tuple[int, int, LexiconTerm]  # tokens [first, last) and what they are

_COPULAS = frozenset(
    {
        *("is", "was", "wa", "were", "are", "be", "being", "been", "appeared", "appear", "became", "become"),
        *("remained", "remain", "looked", "look", "felt", "feel", "seemed", "seem", "got", "getting", "get"),
    }
)
_ALSO = frozenset({"also", "not", "more", "too", "very", "so", "somewhat", "quite", "severely", "still", "now", "less"})
_AFTER = frozenset(
    {
        *("and", "or", "but", "with", "in", "on", "to", "at", "by", "from", "due", "without", "over", "when"),
        *("for", "all", "most", "after", "since", "during", "around", "as", "while", "that", "i", "because"),
    }
)
_DETERMINERS = frozenset({"the", "his", "her", "their", "my", "a", "an", "both", "some", "serum", "plasma"})
_OF = frozenset({"of", "in", "to"})
# Say nothing without what they are of: "decreased levels", "increased blood (flow)".
_TOO_GENERAL = frozenset(
    {"level", "concentration", "count", "blood", "back", "serum", "protein", "antigen", "antibody"}
)
_SIDES = frozenset(
    {"left", "right", "upper", "lower", "bilateral", "middle", "anterior", "posterior", "distal", "proximal"}
)
_RESULTS = frozenset({"positive", "negative"})  # of a test, never of an organ: "positive bowel sounds"
_REACH = 6  # tokens between "elevation of" and what is elevated


@cache
def _changes(kind: str) -> frozenset[str]:
    """The words for a change of a measure, or of a part of the body."""
    return frozenset(normal(row["word"]) for row in rows("changes") if row["kind"] == kind)


def abnormal(note: TokenisedNote, unit: PhraseSpan) -> Mention | None:
    """A measured thing with what is wrong: "elevated serum troponin", "dilated left atrium", "elevation of CPK"."""
    first, last, term = unit
    words, start = note.tokens.words, note.starts[first]
    if last - first == 1 and words[first] in _TOO_GENERAL:
        return None
    at = first
    while (
        at > start
        and first - at < 3
        and CLASSES[words[at - 1]] & (QUALITY | ANATOMIC)
        and not (CLASSES[words[at - 1]] & ABNORMAL)
    ):
        at -= 1
    if term.label == "ANATOMY" and words[at - 1] in _RESULTS:
        return None
    if at > start and CLASSES[words[at - 1]] & ABNORMAL:
        return Mention(at - 1, last, "PROBLEM", "abnormal finding")
    return _noun_of(note, first, last, "organ" if term.label == "ANATOMY" else "measure")


def _noun_of(note: TokenisedNote, first: int, last: int, kind: str) -> Mention | None:
    """The noun of change before "of" or "in": "elevation of CPK", "reduction in muscle strength"."""
    words, start = note.tokens.words, note.starts[first]
    at = first - 1
    while at > start and first - at < _REACH and (words[at] in _DETERMINERS or CLASSES[words[at]] & MODIFIER):
        at -= 1
    if at > start and words[at] in _OF and words[at - 1] in _changes(kind):
        return Mention(at - 1, last, "PROBLEM", "change of what is measured")
    return None


def changed(note: TokenisedNote, first: int, last: int) -> Mention | None:
    """The change said after what changed: "blood potassium decreased", "transaminase elevation"."""
    words = note.tokens.words
    if last - first == 1 and words[first] in _TOO_GENERAL:
        return None
    if last < note.ends[first] and words[last] in _changes("measure"):
        return Mention(first, last + 1, "PROBLEM", "change of what is measured")
    return None


def predicates(note: TokenisedNote) -> list[Mention]:
    """What is said of an organ or the patient: "the left ventricle was markedly dilated"."""
    words = note.tokens.words
    found = []
    for at in note.tokens.standing(word_set("predicates")):
        before, start = at - 1, note.starts[at]
        while before > start and (words[before].endswith("ly") or words[before] in _ALSO):
            before -= 1
        closed = at + 1 >= note.ends[at] or not note.tokens.raw[at + 1].isalpha() or words[at + 1] in _AFTER
        if before >= start and words[before] in _COPULAS and closed:
            found.append(Mention(at, at + 1, "SYMPTOM", "said of an organ or the patient"))
    return found


def places(note: TokenisedNote, mentions: list[Mention]) -> Iterator[Mention]:
    """One ANATOMY mention for each run of anatomical words inside a problem or symptom, its side with it."""
    words = note.tokens.words
    for mention in mentions:
        if mention.label not in ("PROBLEM", "SYMPTOM") or mention.holes:
            continue
        at = mention.first
        while at < mention.last:
            last = at
            while last < mention.last and CLASSES[words[last]] & ANATOMIC and words[last] not in word_set("no_places"):
                last += 1
            if last > at and last - at < mention.last - mention.first:
                first = at - 1 if at > mention.first and words[at - 1] in _SIDES else at
                yield Mention(first, last, "ANATOMY", "place in the name of a problem")
            at = max(at + 1, last)
