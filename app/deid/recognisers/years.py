"""Years that may not stay (C, R): a birth year that implies an age over 89, the year of a public event."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from app.core.clock import now
from app.deid.note import Note
from app.deid.span import Span

_YEAR = re.compile(r"(?:1[89]|20)\d{2}(?![\w/-]|\.\d)")
_BIRTH = re.compile(r"(?:\bborn|\bbirth|\bdob|\bd\.o\.b\.?|\bb\.)[^.;\n]{0,24}$", re.IGNORECASE)
_EVENT = re.compile(
    r"\b(?:in|during|since|of|from|until|year|circa|by|a|an|the|early|late|around|to)\s$", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"[.!?]\s|\n\s*\n")
# A sentence with one of these speaks of care; a bare year in it may stay.
_CARE = re.compile(
    r"\b(?:patients?|pts?|diagnos|dx|treat|histor(?:y|ies)\b|hx|surg|guideline|protocol|therap"
    r"|hospital|clinic|medic(?!are)"
    r"|disease|symptom|admi(?:t|ssion)|discharg|infarct|stroke|cancer|tumou?r|biops|underwent"
    r"|pain\b|syndrome|scan\b"
    r"|mri|ct\b|dos(?:e|age)|drug|smok|alcohol|vaccin|fractur|implant|transplant|pregnan"
    r"|deliver(?:y|ed by)|follow-?up"
    r"|exam\b|infection|hypertens|diabet|presented|remission|relapse|chemo|recurr|trial|stud(?:y"
    r"|ies)\b|efficacy"
    r"|carcinoma|cardi|pulmon|renal|hepat|neuro|lesion|s/p|status post|procedure|allerg|seizure|immuni[sz]"
    r"|last seen|quit|packs?\b|drink|injur|accident|repair|resect|stent|bypass|migraine|arthritis"
    r"|asthma|health|wound|blood|doctor|physician|nurse)"
    r"|\d\s?mg\b|year-old|yo\b|y/o|years old|(?:itis|osis|emia|ectomy|plasty|oscopy|algia|pathy)\b",
    re.IGNORECASE,
)
OLDEST_KEPT = 89
REACH = 300


class BirthYears:
    """The year of birth of somebody who is, or would be, over 89 in the note's latest year."""

    key = "birth-years"
    types = ("DATE",)
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        reference = _reference_year(note)
        for start, end, year in _bare_years(note):
            if reference - year > OLDEST_KEPT and _BIRTH.search(note.text, max(0, start - 40), start):
                yield Span(start, end, "DATE", 0.8, self.key)


class EventYears:
    """A bare year outside any statement about care: founding, employment, publication."""

    key = "event-years"
    types = ("DATE",)
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        for start, end, _year in _bare_years(note):
            if not _EVENT.search(note.text, max(0, start - 12), start):
                continue
            if not speaks_of_care(note, start, end):
                yield Span(start, end, "DATE", 0.5, self.key)


def _bare_years(note: Note) -> Iterator[tuple[int, int, int]]:
    for position in note.numbers:
        if len(note.words[position]) != 4:
            continue
        start = note.starts[position]
        if start and note.text[start - 1] in "-/.:#$":
            continue
        match = _YEAR.match(note.text, start)
        if match:
            yield start, match.end(), int(match.group())


def _reference_year(note: Note) -> int:
    """The latest plausible year the note mentions, or this year where it mentions none after 1990."""
    this_year = 1970 + now() // 31_556_952_000
    years = [int(w) for w in note.words if len(w) == 4 and w.isdigit() and 1990 <= int(w) <= this_year]
    return max(years, default=this_year)


def speaks_of_care(note: Note, start: int, end: int) -> bool:
    """Whether the sentence around a place holds a word of care."""
    first, last = _sentence_around(note.text, start, end)
    places = _care_places(note)
    at = bisect_left(places, first)
    return at < len(places) and places[at] < last


def _care_places(note: Note) -> list[int]:
    """Where words of care begin, found once for the whole text."""
    if "care_places" not in note.__dict__:
        note.__dict__["care_places"] = [m.start() for m in _CARE.finditer(note.text)]
    places: list[int] = note.__dict__["care_places"]
    return places


def _sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    first = max(
        (m.end() for m in _SENTENCE_END.finditer(text, max(0, start - REACH), start)), default=max(0, start - REACH)
    )
    last = _SENTENCE_END.search(text, end, end + REACH)
    return first, last.start() if last else end + REACH
