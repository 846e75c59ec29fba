"""Dates in all written forms (C): numeric, named months, weekdays, holidays; fractions stay."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.deidentify.lexicon.lists import lines, words
from app.deidentify.lexicon.wordset import wordset
from app.deidentify.note import Note
from app.deidentify.span import Span

MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sep sept", "october oct", "november nov", "december dec"), start=1)
    for name in names.split()
}  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORT_DAYS = ("mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun")
_TIME = r"(?:[T ,]{1,2}(?:at\s)?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s?[ap]\.?m\b\.?)?Z?)?"
_FULL = re.compile(
    rf"(?:(?P<y>\d{{4}})(?P<s1>[-/.])(?P<m1>\d{{1,2}})(?P=s1)(?P<d1>\d{{1,2}})"
    rf"|(?P<a>\d{{1,2}})(?P<s2>\s?[-/]\s?|\.)(?P<b>\d{{1,2}})(?P=s2)(?P<y2>\d{{4}}|\d{{2}})){_TIME}(?![\d])"
)
_MONTH_YEAR = re.compile(r"(?P<m>0?[1-9]|1[0-2])[/\-](?P<y>(?:19|20)\d{2})(?![\d/\-])")
_PAIR = re.compile(
    r"(?P<a>\d{1,2})(?P<s>[/-])(?P<b>\d{1,2})(?![\d/%]|[.-]\d|\s?(?:mm|cm|mg|ml|hpf|weeks?|days?|months?)\b)"
)
_SEWN = re.compile(
    r"\d{1,2}[-/]?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}[-/]?(?:(?:19|20)\d{2}|\d{2})(?!\w)",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\w)")
_AFTER_MONTH = re.compile(
    r"(?P<dot>\.)?(?P<day>[\s\-/]{0,3}(?:the\s)?\d{1,2}(?:\s?(?:st|nd|rd|th)\b)?(?![\d:%])"
    r"(?:\s?(?:-|–|to|and|&)\s?\d{1,2}(?:st|nd|rd|th)?(?!\d))?)?"
    rf"(?P<year>\s{{0,2}}(?:,|of|-|/|\.)?\s{{0,2}}(?:(?:19|20)\d{{2}}|['’]\s?\d{{2}}|(?<=-)\d{{2}})(?!\d))?{_TIME}",
    re.IGNORECASE,
)
_BEFORE_MONTH = re.compile(
    r"(?<![\d./:])(?P<day>\d{1,2}(?:st|nd|rd|th)?(?:\s(?:day\s)?of)?[\s\-/,.]{1,2})$", re.IGNORECASE
)
_UNIT = re.compile(r"\s?(?:mg|mcg|ml|tablets?|tabs?|capsules?|puffs?|units?|times|days|weeks|months|years|hours)\b")
_DATE_CUES = wordset(
    """
    on since from until till dated date dob born seen admitted discharged by through before after visit
    started stopped thru last begun began due
    """
)
_MONTH_CUES = words("date_month_cues")
_FRACTION_WORDS = words("date_fraction_words")
_HOLIDAY = re.compile(
    r"(?:christmas(?:\s(?:day|eve))?|thanksgiving(?:\sday)?|new\syear['’]?s?(?:\s(?:day|eve))|easter(?:\s(?:sunday|monday))?"
    r"|halloween|labou?r\sday|memorial\sday|independence\sday|fourth\sof\sjuly|valentine['’]?s\sday|veterans\sday"
    r"|mother['’]s\sday|father['’]s\sday|good\sfriday|ash\swednesday|palm\ssunday|hanukkah|yom\skippur|rosh\shashanah"
    r"|ramadan|diwali|boxing\sday|columbus\sday|st\.?\spatrick['’]s\sday|mardi\sgras|super\sbowl\ssunday)\b",
    re.IGNORECASE,
)
_HOLIDAY_WORDS = lines("date_holiday_words")


class Dates:
    """Everything of a date but a bare year, which may stay (see `years`)."""

    key = "dates"
    types = ("DATE",)
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        yield from self._numeric(note)
        yield from self._with_month_names(note)
        yield from self._weekdays(note)
        yield from self._holidays(note)

    def _numeric(self, note: Note) -> Iterator[Span]:
        text = note.text
        for position in note.numbers:
            start = note.starts[position]
            if start and text[start - 1] in "./-" and start > 1 and text[start - 2].isalnum():
                continue  # inside a longer number
            match = _FULL.match(text, start)
            if match:
                if _is_calendar(match):
                    yield Span(start, match.end(), "DATE", 0.95, self.key)
                continue
            match = _MONTH_YEAR.match(text, start)
            if match:
                yield Span(start, match.end(), "DATE", 0.8, self.key)
                continue
            match = _COMPACT.match(text, start)
            if match:
                yield Span(start, match.end(), "DATE", 0.6, self.key)
                continue
            match = _SEWN.match(text, start)
            if match:
                yield Span(start, match.end(), "DATE", 0.9, self.key)
                continue
            match = _PAIR.match(text, start)
            if match and _pair_is_date(note, position, match):
                yield Span(start, match.end(), "DATE", 0.6, self.key)

    def _with_month_names(self, note: Note) -> Iterator[Span]:
        text = note.text
        for name in MONTHS:
            for position in note.index.get(name, ()):
                start = note.starts[position]
                before = _BEFORE_MONTH.search(text, max(0, start - 16), start)
                after = _AFTER_MONTH.match(text, note.end(position))
                if after["day"] and not after["year"] and _UNIT.match(text, after.end("day")):
                    after = None
                day = bool(before or (after and after["day"]))
                year = bool(after and after["year"])
                if not (day or year) and not _bare_month(note, position, name):
                    continue
                if name in ("may", "march") and text[start].islower() and not (day and year) and not before:
                    continue
                first = before.start("day") if before else start
                last = after.end() if after and (day or year) and after.end() > after.start() else note.end(position)
                yield Span(first, _trim(text, last), "DATE", 0.95 if day else 0.8, self.key)

    def _weekdays(self, note: Note) -> Iterator[Span]:
        for day in WEEKDAYS:
            for position in note.index.get(day, ()):
                if position and note.lowers[position - 1] in ("every", "each"):
                    continue  # a frequency, not a date
                yield Span(note.starts[position], note.end(position), "DATE", 0.7, self.key)
        for day in _SHORT_DAYS:
            for position in note.index.get(day, ()):
                word = note.words[position]
                following = note.lowers[position + 1] if position + 1 < len(note.words) else ""
                if word[0].isupper() and (following in MONTHS or following[:1].isdigit()):
                    yield Span(note.starts[position], note.end(position), "DATE", 0.6, self.key)

    def _holidays(self, note: Note) -> Iterator[Span]:
        for position in note.positions(_HOLIDAY_WORDS):
            match = _HOLIDAY.match(note.text, note.starts[position])
            if match and (note.text[match.start()].isupper() or note.mostly_lower):
                yield Span(match.start(), match.end(), "DATE", 0.8, self.key)


def _is_calendar(match: re.Match[str]) -> bool:
    if match["y"]:
        return 1850 <= int(match["y"]) <= 2150 and 1 <= int(match["m1"]) <= 12 and 1 <= int(match["d1"]) <= 31
    first, second, year = int(match["a"]), int(match["b"]), match["y2"]
    if match["s2"] == "." and len(year) == 2 and min(len(match["a"]), len(match["b"])) < 2:
        return False  # "1.2.34" is a section or version number
    if len(year) == 4 and not 1850 <= int(year) <= 2150:
        return False
    return 1 <= min(first, second) <= 12 and 1 <= max(first, second) <= 31


def _pair_is_date(note: Note, position: int, match: re.Match[str]) -> bool:
    """Whether "2/12" is a day rather than a fraction, a strength or a score."""
    first, second = int(match["a"]), int(match["b"])
    if not (1 <= min(first, second) <= 12 and 1 <= max(first, second) <= 31):
        return False
    before = note.lowers[position - 1] if position else ""
    after = note.lowers[position + 2] if position + 2 < len(note.words) else ""
    if after in _FRACTION_WORDS or before in _FRACTION_WORDS - {"in", "out", "left", "right"}:
        return False
    if match["s"] == "-":  # "5-22" is a range more often than a day
        return before in ("on", "visit", "dated", "date", "dob") and second > 12
    if before in _DATE_CUES:
        return True
    return second > 10 and first <= 12 and first != second and before not in ("grade", "score", "stage", "type")


def _bare_month(note: Note, position: int, name: str) -> bool:
    """Whether a month name alone means the month: "in March", not "may" or "Mar"."""
    word = note.words[position]
    if len(name) < 4 and name != "may":
        return False
    if not word[0].isupper():
        return False
    before = note.lowers[position - 1] if position else ""
    if name in ("may", "march", "april", "june", "august"):
        return before in _MONTH_CUES
    return True


def _trim(text: str, end: int) -> int:
    while end > 0 and text[end - 1] in " ,-/\n\t":
        end -= 1
    return end
