"""References of files, cases, orders and people at work (H, K, L, R): behind their many labels, in any mix of marks."""

# ruff: noqa: E501 (patterns and lists as running text)
from __future__ import annotations

import re
from collections.abc import Iterator

from app.deidentify.calendar.reading import read_dates
from app.deidentify.lexicon.lists import words
from app.deidentify.note import Note
from app.deidentify.span import Span

# Letters, figures and single marks in one run; groups of figures may follow behind blanks.
_RUN = (
    r"#?(?=[A-Za-z]{0,8}[-/:.]?(?:[A-Za-z]{1,6}[-/:.]){0,3}[A-Za-z]{0,4}\d)[A-Za-z0-9]+(?:[-/.:_][A-Za-z0-9]+)*"
    r"(?:[ ]\d{2,6}(?![\d%/.:]|[ ]?(?:y|yr|yo|yrs|years?|M|F|kg|cm|mg|ml|mcg|units?|x|st|nd|rd|th)\b)[A-Za-z]?\b){0,4}"
)
_LINK = (
    r"[\s.:#=\-(]{0,4}(?:(?:no|nr|num|number|id|ref|code|is|was|ends?|ending|in|with|address)\b\.?[\s:#=(]{0,3}){0,3}"
)
_NUMBERED = r"[\s.]{0,2}(?:(?:no|nr|num|number|id|ref|code)\b\.?[\s:#=]{0,3}|[#:]\s?#?)(?:(?:no|nr|num|number|is)\b\.?[\s:#=]{0,3})?"
#: a label that names a number even without "no." or a colon
_STRONG = re.compile(rf"[A-Za-z&]+(?:/[A-Za-z]+)?{_LINK}(?P<v>{_RUN})(?![\w@])", re.IGNORECASE)
_WEAK = re.compile(rf"[A-Za-z&]+(?:[ /][A-Za-z]{{2,12}})?{_NUMBERED}(?P<v>{_RUN})(?![\w@])", re.IGNORECASE)
# Letters and four figures or more in one token need no "no." at all.
_MIXED = re.compile(
    r"[A-Za-z&]+\s(?:ref\s)?(?P<v>(?=[A-Z0-9/-]*[A-Z])(?=(?:[A-Z/-]*\d){4})[A-Z0-9]+(?:[-/][A-Z0-9]+)*)(?![\w@])"
)
_STRONG_LABELS = words("reference_labels")
_WEAK_LABELS = words("numbered_labels")
_TIME_OR_YEAR = re.compile(r"(?:19|20)\d{2}|\d{1,2}:\d{2}(?::\d{2})?")
_NUMBER_WORD = re.compile(r"#|\b(?:no|nr|num|number|id|ref|code)\b", re.IGNORECASE)
_PRESSURE = re.compile(r"\d{2,3}/\d{2,3}")
#: behind a strong label, behind "no." or "#", and behind a colon alone
MIN_DIGITS_STRONG, MIN_DIGITS_WEAK, MIN_DIGITS_ALONE = 3, 2, 4


class References:
    """The value behind a label of a reference; what reads as a date or a time of day there is none."""

    key = "references"
    types = ("ID",)
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        for labels, pattern, fewest in (
            (_STRONG_LABELS, _STRONG, MIN_DIGITS_STRONG),
            (_WEAK_LABELS, _WEAK, MIN_DIGITS_WEAK),
            (_WEAK_LABELS, _MIXED, MIN_DIGITS_ALONE),
        ):
            for position in note.positions(tuple(labels & note.index.keys())):
                match = self._match(note, position, pattern)
                if match and self._is_reference(note, match, fewest):
                    yield Span(match.start("v"), match.end("v"), "ID", 0.85, self.key)
        for position in note.positions(("interpreter", "operator", "officer", "translator", "badge")):
            start = note.end(position)
            match = _INTERPRETER.match(note.text, start, start + 48)
            if match:
                yield Span(match.start("v"), match.end("v"), "ID", 0.85, self.key)

    @staticmethod
    def _match(note: Note, position: int, pattern: re.Pattern[str]) -> re.Match[str] | None:
        start = note.starts[position]
        match = pattern.match(note.text, start, start + 90)
        if match and match.start("v") >= note.end(position):
            return match
        return None

    @staticmethod
    def _is_reference(note: Note, match: re.Match[str], fewest: int) -> bool:
        value = match["v"].lstrip("#")
        digits = sum(c.isdigit() for c in value)
        between = note.text[match.start() : match.start("v")]
        measured = note.text[match.start() - 1 : match.start()] == "/"  # "mg/dl 126"
        if "\n" in between or digits < fewest or measured:
            return False
        named = fewest == MIN_DIGITS_STRONG or _NUMBER_WORD.search(between)
        if not named and (digits < MIN_DIGITS_ALONE or _PRESSURE.fullmatch(value)):
            return False
        if _is_a_day(value):
            return False  # found elsewhere, and moved with the others
        return digits > 5 or not _MEASURED.match(note.text, match.end("v"))


def _is_a_day(value: str) -> bool:
    """Figures that some calendar has, a year or a time of day."""
    if _TIME_OR_YEAR.fullmatch(value):
        return True
    dates = read_dates(value) or []
    return (
        len(dates) == 1 and dates[0].form in ("figures", "pair", "ymd", "d-mon", "m-y") and dates[0].end == len(value)
    )


class HouseNumbers:
    """Doors and sectors as Indian addresses number them: "H.No. 221/B, Sector 14"."""

    key = "house-numbers"
    types = ("LOCATION",)
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        for position in note.positions(("no", "hno", "dno")):
            match = _HOUSE.search(note.text, max(0, note.starts[position] - 10), note.end(position) + 16)
            if match:
                yield Span(match.start("v"), match.end("v"), "LOCATION", 0.8, self.key)
        for position in note.index.get("sector", ()):
            match = _SECTOR.match(note.text, note.starts[position])
            if match:
                yield Span(match.start(), match.end(), "LOCATION", 0.7, self.key)


_HOUSE = re.compile(
    r"\b(?:H|D|Door|House|Flat|Plot|Qtr|Quarter|Survey|Sy)\.?\s?No\b\.?\s?[:#]?\s?(?P<v>[A-Z]{0,2}-?\d[\w/-]*)",
    re.IGNORECASE,
)
_SECTOR = re.compile(r"Sector[ -]?\d{1,3}[A-Z]?\b")
_INTERPRETER = re.compile(
    r"(?:\s(?:id|no\.?|number|nr|badge)\b)?[\s:]{0,2}(?:[A-Z][a-z]+(?:\s[A-Z]\.?)?\s)?[(\s]{0,2}(?:id\s?|no\.?\s?)?#?\s?(?P<v>[A-Z]{0,3}-?\d{3,8})\b(?!\s?(?:min|hours?|am|pm|hrs?|h)\b)",
    re.IGNORECASE,
)
_MEASURED = re.compile(
    r"\s?(?:mg|mcg|ml|kg|g|units?|iu|%|mmol|days?|weeks?|months?|years?|hours?|hrs?|mins?|minutes|times|tabs?|beds?|patients?|mm|cm|am|pm|/)\b",
    re.IGNORECASE,
)
