"""May a document go on? Residual risk from what the detectors disagree on or are unsure of."""

# ruff: noqa: E501 (patterns and lists as running text)
from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from math import prod

from app.deidentify.calendar.order import UNDECIDED, Order, ambiguous_places
from app.deidentify.language import guess_language
from app.deidentify.lexicon.shapes import Known
from app.deidentify.lexicon.wordset import wordset
from app.deidentify.note import Note
from app.deidentify.policy import Policy
from app.deidentify.span import Span
from app.deidentify.things import speaks_medically, stands_as_thing

_NO_ORDER = Order("")
PASSED, NEEDS_REVIEW, REFUSED = "machine_passed", "needs_review", "refused"
# How likely a place left standing is a leak, by kind; conservative figures, to be replaced by leak-audit results.
_LISTED_NAME, _PERSONAL_PLACE, _NUMBER, _PROPOSED, _FOREIGN_TEXT = 0.2, 0.35, 0.1, 0.25, 0.5
_LONG_NUMBER = re.compile(r"\d{6,}")
_HOUSE = re.compile(r"\d{1,5}[A-Za-z]? (?:\d{1,5} )?[^\W\d_a-z]\w+")
_NO_RECORD = re.compile(
    r"(?:PMID|PMC|NCT|ISBN|ISSN|doi|SNOMED|RxCUI|page|lot|ref|catalog\w*|cat|no)[\s:.#/-]{0,3}$", re.IGNORECASE
)


@dataclass(frozen=True)
class MachineVerdict:
    """`suspects` are places [start, end] in the source that a privacy officer should look at, most doubtful first."""

    outcome: str
    reasons: tuple[str, ...]
    risk: float
    suspects: tuple[tuple[int, int], ...] = ()


def judge(note: Note, spans: list[Span], policy: Policy, *, order: Order = _NO_ORDER) -> MachineVerdict:
    """The verdict on one document; `spans` are its merged findings, `order` is how its figures of dates read."""
    language = guess_language(note.text)
    if language not in (policy.language, "und"):
        return MachineVerdict(REFUSED, ("language-unsupported",), 1.0)
    reasons: list[str] = []
    doubts = weighed_doubts(note, spans)
    risk = 1 - prod(1 - weight for weight, _, _ in doubts)
    unsure_dates = []
    if order.problem and policy.dates == "shift":
        unsure_dates = ambiguous_places(note.text, places_of_dates(spans))
    if unsure_dates:
        reasons += dict.fromkeys((UNDECIDED, order.problem))
    if risk >= policy.threshold:
        reasons.append("residual-risk")
    masked = [(s.start, s.end) for s in spans if not s.certain]
    places = (*unsure_dates, *((start, end) for _, start, end in doubts), *masked)
    return MachineVerdict(NEEDS_REVIEW if reasons else PASSED, tuple(reasons), round(risk, 3), places)


def suspect_places(note: Note, spans: list[Span]) -> list[tuple[int, int]]:
    """Places left standing that might be names or record numbers, most doubtful first."""
    return [(start, end) for _, start, end in weighed_doubts(note, spans)]


def weighed_doubts(note: Note, spans: list[Span]) -> list[tuple[float, int, int]]:
    """(how likely a leak, start, end) of what no span covers: names on lists inside sentences, long numbers, and what the
    model proposed and the place did not bear out. In a text that does not speak of care, capitals on no list as well.
    """
    covered = bytearray(len(note.text) + 1)
    for span in spans:
        covered[span.start : span.end] = b"\1" * (span.end - span.start)
    proposed = [bisect_left(note.starts, start) for start, _ in note.doubted]
    medical = speaks_medically(note)
    found = []
    for position in sorted({*note.capitalised, *note.numbers, *(p for p in proposed if p < len(note.words))}):
        start, end = note.starts[position], note.end(position)
        if covered[start]:
            continue
        weight = _doubt(note, position) if medical else max(_doubt(note, position), _plain_doubt(note, position))
        if position in proposed and _may_be_somebody(note, position):
            weight = max(weight, _PROPOSED if medical else _FOREIGN_TEXT)
        if weight:
            found.append((weight, start, end))
    return sorted(found, key=lambda row: (-row[0], row[1]))


def _may_be_somebody(note: Note, position: int) -> bool:
    """Whether a proposed word is a listed name that stands for no thing."""
    flags = note.flags[position]
    other = flags & (Known.ORDINARY | Known.THING | Known.EPONYM)
    return bool(flags & (Known.FIRST | Known.LAST)) and not other and not stands_as_thing(note, position, position)


def _plain_doubt(note: Note, position: int) -> float:
    """Outside of care: a capital inside a sentence or a line, on no list or one of several; a house number before one."""
    word = note.words[position]
    if word[0].isdigit():
        return _FOREIGN_TEXT if _HOUSE.match(note.text, note.starts[position]) else 0.0
    if not word.istitle() or len(word) < 3 or note.mostly_upper or note.flags[position] & Known.REGION:
        return 0.0
    inside = position > 0 and note.gap(position - 1) == " " and not note.words[position - 1][0].isupper()
    several = (
        note.words[position + 1 : position + 2] and note.words[position + 1].istitle() and note.gap(position) == " "
    )
    unknown = not note.flags[position] & Known.ORDINARY
    return _FOREIGN_TEXT if unknown or (inside and several) else 0.0


def _doubt(note: Note, position: int) -> float:
    word, flags = note.words[position], note.flags[position]
    if word[0].isdigit():
        start = note.starts[position]
        told = _NO_RECORD.search(note.text, max(0, start - 14), start)
        return _NUMBER if _LONG_NUMBER.fullmatch(word) and not told else 0.0
    if note.mostly_upper or not word.istitle() or len(word) < 4 or not flags & (Known.FIRST | Known.LAST):
        return 0.0
    inside = position > 0 and note.gap(position - 1) in (" ", ", ") and note.words[position - 1].islower()
    if not inside or flags & (Known.ORDINARY | Known.EPONYM | Known.REGION | Known.THING):
        return 0.0
    if stands_as_thing(note, position, position):
        return 0.0
    return _PERSONAL_PLACE if note.lowers[position - 1] in _PERSONAL else _LISTED_NAME


_PERSONAL = wordset(
    "with by told saw met mrs mr dr ms wife husband son daughter mother father sister brother named called"
)


def places_of_dates(spans: list[Span]) -> list[tuple[int, int]]:
    """Where the dates among the findings stand."""
    return [(span.start, span.end) for span in spans if span.type == "DATE"]
