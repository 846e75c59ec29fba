"""Noun phrases around a head: "left upper quadrant pain", "elevated troponin"."""

from __future__ import annotations

from functools import cache

from app.tagging.entities.findings import PhraseSpan, abnormal, changed
from app.tagging.entities.lexicon import ANATOMIC, CLASSES, MODIFIER, QUALITY, SEVERITY, LexiconTerm
from app.tagging.entities.mention import Mention
from app.tagging.reading.note import TokenisedNote
from app.tagging.reading.words import normal
from app.tagging.valuesets import rows, word_set

CLINICAL = frozenset({"PROBLEM", "SYMPTOM", "PROCEDURE"})
_JOINED = frozenset({"ANATOMY", "PROBLEM", "SYMPTOM"})
_AND = frozenset({"and", "or", "/", "&"})
_DETERMINERS = frozenset({"the", "his", "her"})
_GRADE = frozenset({"type", "stage", "grade", "class", "mellitus"})
_SAID = frozenset({"absent", "present", "positive", "negative", "ex"})  # said of the finding, no part of its name
_LATERAL = frozenset({"left", "right", "upper", "lower", "anterior", "posterior", "medial", "lateral"})
# Heads that are told apart by a name, or by what is lacking, before them.
_NAMED = dict.fromkeys(("disease", "syndrome", "disorder", "anomaly", "phenomenon", "deformity", "dystrophy"), "name")
_NAMED |= dict.fromkeys(("deficiency", "deficient"), "deficiency")
_OPENS_COMPLAINT = frozenset({"difficulty", "trouble", "inability", "loss", "lack", "shortness", "feeling"})
_LONGEST = 7  # tokens to the left of a head


def chunk_heads(note: TokenisedNote, units: list[PhraseSpan]) -> list[Mention]:
    """Mentions for every clinical head among the units, with the modifiers before it."""
    ending = {unit[1]: unit for unit in units}
    starting = {unit[0]: unit for unit in units}
    found = []
    for unit in units:
        first, last, term = unit
        if term.label in CLINICAL or (term.label == "MEDICATION" and term.kind == "bound"):
            found += _phrase(note, unit, ending, starting)
        elif term.label in ("LAB_TEST", "VITAL_SIGN", "ANATOMY"):
            said = [abnormal(note, unit), changed(note, first, last) if term.label != "ANATOMY" else None]
            found += [problem for problem in said if problem]
            if term.label == "ANATOMY":
                found += _paired(note, first, last)
    return found


def _phrase(
    note: TokenisedNote, unit: PhraseSpan, ending: dict[int, PhraseSpan], starting: dict[int, PhraseSpan]
) -> list[Mention]:
    head, last, term = unit
    first = _leftmost(note, head, term, ending)
    last = _grade(note, last)
    alone = last
    last = _of_anatomy(note, last, starting)
    if term.label == "PROCEDURE" and _goes_on(starting, last):
        last = alone  # "evaluation of right knee | pain"
    if term.label == "PROCEDURE" and last > alone:
        last = _and_anatomy(note, last, starting)
    if term.kind == "bound" and first == head and last == alone:
        return []
    found = [Mention(first, last, term.label, "head noun" if first < head else "vocabulary")]
    return found + _coordinated(note, (first, head, last), term)


def _leftmost(note: TokenisedNote, head: int, term: LexiconTerm, ending: dict[int, PhraseSpan]) -> int:
    """First token of the run of modifiers, anatomy and joined heads before `head`."""
    words, start = note.tokens.words, note.starts[head]
    named = _NAMED.get(words[head])
    at = head
    while at > start and head - at < _LONGEST:
        joined = ending.get(at)
        if joined and joined[0] >= start and joined[2].label == "PROBLEM" and _is_whole(note, at, head, term):
            break
        if joined and joined[0] >= start and (_joins(joined[2], term) or _named_by(note, at, joined[2], term)):
            at = joined[0]
        elif (
            CLASSES[words[at - 1]] & MODIFIER
            or _eponym(note, at - 1)
            or (named and _is_name(note, at - 1, lacks=named == "deficiency"))
            or (len(words[at - 1]) <= 2 and _hyphened(note, at))
        ):
            at -= 1
        elif at - 2 >= start and words[at - 2] in _GRADE and _is_grade(note.tokens.raw[at - 1]):
            at -= 2
        else:
            break
    while at < head and (
        words[at] in _SAID
        or (words[at] == "non" and at + 1 == head)  # "non-diabetic"
        or (CLASSES[words[at]] & SEVERITY and not CLASSES[words[at]] & MODIFIER)
        or _is_course(words, at)
    ):
        at += 1
    return at


@cache
def _course_words() -> dict[str, frozenset[str]]:
    """Words of course and time → the words with which they are part of a name ("stable angina")."""
    return {normal(row["word"]): frozenset(row["kept_before"].split()) for row in rows("course_words")}


def _is_course(words: list[str], at: int) -> bool:
    kept_before = _course_words().get(words[at])
    return kept_before is not None and words[at + 1] not in kept_before


def _is_name(note: TokenisedNote, at: int, *, lacks: bool) -> bool:
    """May the token be what a disease is called by ("Norrie disease"), or what is lacking ("C2 deficiency")?"""
    raw, word = note.tokens.raw[at], note.tokens.words[at]
    if word in word_set("not_names"):
        return False
    if raw[0].isupper() or (raw[0].isdigit() and note.tokens.starts[at + 1] - note.tokens.ends[at] <= 1):
        return True
    return raw == "von" or (lacks and len(raw) > 3 and raw.isalpha())


def _is_grade(raw: str) -> bool:
    """ "2", "III", "IIIA"."""
    return raw.isdigit() or (raw.isupper() and len(raw) <= 4 and set(raw[:-1]) <= set("IV") and raw[-1] in "IVABC")


def _hyphened(note: TokenisedNote, at: int) -> bool:
    """Is the token joined to the one before it by a hyphen, as in "T-cell"?"""
    end = note.tokens.ends[at - 1]
    return note.tokens.starts[at] == end + 1 and note.text[end] == "-"


def _joins(before: LexiconTerm, head: LexiconTerm) -> bool:
    if head.label == "MEDICATION":
        return before.label in ("MEDICATION", "PROBLEM", "SYMPTOM")
    if before.label in _JOINED:
        return head.label != "PROCEDURE" or before.label == "ANATOMY"
    return head.kind == "bound" and before.label in ("LAB_TEST", "VITAL_SIGN")


def _is_whole(note: TokenisedNote, at: int, head: int, term: LexiconTerm) -> bool:
    """Is the complaint a phrase of its own ("difficulty swallowing"), which no disease before it is the name of?"""
    return term.label == "SYMPTOM" and at == head and note.tokens.words[head] in _OPENS_COMPLAINT


def _named_by(note: TokenisedNote, at: int, before: LexiconTerm, head: LexiconTerm) -> bool:
    """ "CT urogram", "laser lithotripsy", but "ECG CXR" are two."""
    return before.label == head.label == "PROCEDURE" and note.tokens.raw[at].islower()


def _eponym(note: TokenisedNote, at: int) -> bool:
    raw = note.tokens.raw[at]
    return raw[:1].isupper() and raw.endswith(("'s", "’s")) and len(raw) > 4


def _grade(note: TokenisedNote, last: int) -> int:
    """Past a type or grade: "diabetes mellitus type 2", "stage IV"."""
    words, raw, end = note.tokens.words, note.tokens.raw, min(note.ends[last - 1], last + _LONGEST)
    while last < end and words[last] in _GRADE:
        last += 1
        if last < end and (raw[last].isdigit() or (raw[last].isupper() and len(raw[last]) <= 4)):
            last += 1
    return last


def _of_anatomy(note: TokenisedNote, last: int, starting: dict[int, PhraseSpan]) -> int:
    """Past the place: "carcinoma of the left breast"."""
    words, end = note.tokens.words, note.ends[last - 1]
    if last + 1 >= end or words[last] != "of":
        return last
    at = last + 1
    while at < end and at < last + 6 and (words[at] in _DETERMINERS or CLASSES[words[at]] & MODIFIER):
        if at in starting:
            break
        at += 1
    unit = starting.get(at)
    return unit[1] if unit and unit[2].label == "ANATOMY" and unit[1] <= end else last


def _and_anatomy(note: TokenisedNote, last: int, starting: dict[int, PhraseSpan]) -> int:
    """Past the second place: "CT of the abdomen and pelvis"."""
    words, end = note.tokens.words, note.ends[last - 1]
    at = last + 1
    if at >= end or words[last] not in _AND:
        return last
    at += words[at] in _DETERMINERS
    unit = starting.get(at)
    if not unit or unit[2].label != "ANATOMY" or unit[1] > end or _goes_on(starting, unit[1]):
        return last
    return unit[1]


def _goes_on(starting: dict[int, PhraseSpan], last: int) -> bool:
    """Is the place part of the name of a complaint that follows at once?"""
    return last in starting and starting[last][2].label in ("PROBLEM", "SYMPTOM")


def _coordinated(note: TokenisedNote, span: tuple[int, int, int], term: LexiconTerm) -> list[Mention]:
    """The other piece of a shared head: in "breast and ovarian cancer" also breast cancer."""
    first, head, last = span
    words, start = note.tokens.words, note.starts[head]
    if not (start + 1 < first < head and words[first - 1] in _AND):
        return []
    kind = CLASSES[words[first]] & (ANATOMIC | QUALITY)
    before = first - 1
    at = before
    while at > start and before - at < 3 and CLASSES[words[at - 1]] & MODIFIER:
        at -= 1
    if at < before and kind & CLASSES[words[before - 1]]:
        return [Mention(at, last, term.label, "shared head", holes=(before, head))]
    return []


def _paired(note: TokenisedNote, first: int, last: int) -> list[Mention]:
    """For "left and right lung" one suggestion for each side, the first in two pieces."""
    words, start = note.tokens.words, note.starts[first]
    at = first
    if at - 3 < start or words[at - 2] not in _AND or not {words[at - 1], words[at - 3]} <= _LATERAL:
        return []
    return [
        Mention(at - 3, last, "ANATOMY", "shared head", holes=(at - 2, at)),
        Mention(at - 1, last, "ANATOMY", "head noun"),
    ]
