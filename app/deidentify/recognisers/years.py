"""Years that may not stay (C, R): a birth year that implies an age over 89, the year of a public event."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.core.clock import now
from app.deidentify.note import Note
from app.deidentify.recognisers.care import speaks_of_care
from app.deidentify.span import Span

_YEAR = re.compile(r"(?:1[89]|20)\d{2}(?![\w/-]|\.\d)")
_BIRTH = re.compile(r"(?:\bborn|\bbirth|\bdob|\bd\.o\.b\.?|\bb\.)[^.;\n]{0,24}$", re.IGNORECASE)
_EVENT = re.compile(
    r"\b(?:in|during|since|of|from|until|year|circa|by|a|an|the|early|late|around|to)\s$", re.IGNORECASE
)
OLDEST_KEPT = 89


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
    years = [int(w) for w in note.words if len(w) == 4 and w.isdecimal() and 1990 <= int(w) <= this_year]
    return max(years, default=this_year)
