"""Dates in figures (C): full, partial, in ranges and lists, with Roman months; fractions and clock times stay."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.deidentify.calendar.reading import readings
from app.deidentify.calendar.vocabulary import EARLIEST, LATEST, MONTH, ROMAN, ROMAN_MONTH, TIME
from app.deidentify.note import Note
from app.deidentify.recognisers.date_pairs import COUNTED, FigurePair, PairJudge
from app.deidentify.recognisers.named_dates import months_of
from app.deidentify.span import Span

_YMD = re.compile(r"(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})(?!\d)")
_YMON = re.compile(rf"(?:19|20)\d{{2}}[-/](?:{MONTH})[-/]\d{{1,2}}(?!\d)", re.IGNORECASE)
_WEEK = re.compile(r"(?:19|20)\d{2}-?W\d{2}(?:-?\d)?(?!\w)", re.IGNORECASE)
_TRIPLE = re.compile(
    r"(?P<a>\d{1,2})(?P<s>\s?[-/]\s?|[.\\|])(?P<b>\d{1,2})(?P=s)(?P<y>\d{4}|\d{2})(?!\d|\s?(?:units?|u|iu|mg|ml|mcg|puffs?)\b)"
)
_SPACED = re.compile(r"(?P<a>\d{1,2})(?P<s>\s)(?P<b>\d{1,2})\s(?P<y>(?:19|20)\d{2})(?!\d)")
_LABEL = re.compile(r"\b(?:date|dated|dob|d\.o\.[bad]\.?|born|doa|dod|dos|birth)\s?[:=-]?\s?$", re.IGNORECASE)
_MONTH_YEAR = re.compile(r"(?:(?:0?[1-9]|1[0-2])[/\-](?:19|20)\d{2}|(?:19|20)\d{2}-(?:0[1-9]|1[0-2]))(?![\d/\-])")
_COMPACT = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:T\d{4,6}Z?)?(?!\w)")
_SIX_OR_EIGHT = re.compile(r"(?:\d{4}(?:19|20)\d{2}|\d{6})(?!\w)")
_SEWN = re.compile(
    r"\d{1,2}(?:st|nd|rd|th)?[-/]?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}[-/]?(?:(?:19|20)\d{2}|\d{2})?(?!\w)",
    re.IGNORECASE,
)
_ROMAN = re.compile(
    rf"\d{{1,2}}(?:(?P<s>\.\s?|[-/])(?:{ROMAN_MONTH})(?:\.\s?|[-/])(?:(?:19|20)\d{{2}}|\d{{2}})(?!\w)"
    rf"|\.(?:{ROMAN_MONTH})\.(?!\w)|\s(?!x\b)(?:{ROMAN_MONTH})\s(?:19|20)\d{{2}}(?!\s?(?:mg|ml|mcg)\b|\w))",
    re.IGNORECASE,
)
_ROMAN_YEAR = re.compile(rf"(?:{ROMAN_MONTH})/(?:19|20)\d{{2}}(?!\d)", re.IGNORECASE)
_PAIR = re.compile(r"(?P<a>\d{1,2})(?P<s>[/.\-\\])(?P<b>\d{1,2})(?![\d%])")
_DAY_RANGE = re.compile(r"\d{1,2}(?:\.\d{1,2})?\.?\s?[-–—]\s?(?=\d{1,2}[/.]\d{1,2}[/.](?:\d{4}|\d{2})(?!\d))")
_NEXT = re.compile(
    r"\s?(?:[-–—~,&]|to|until|till|through|thru|and|or)\s?"
    r"(?P<date>\d{1,2}[/.\-]\d{1,2}(?:[/.\-](?:\d{4}|\d{2}))?|\d{4}[-/.]\d{1,2}[-/.]\d{1,2})(?![\d%/]|[.-]\d)",
    re.IGNORECASE,
)
_TIME = re.compile(TIME, re.IGNORECASE)
_MARKS = frozenset("-/.\\|–—")
_SCORED = re.compile(r"\bapgars?\s?(?:score|scores|were|was|of|:|=)?\s?$", re.IGNORECASE)
_SECTION = 2
MAX_IN_LIST = 8


class Dates:
    """Everything of a date in figures but a bare year, which may stay (see `years`)."""

    key = "dates"
    types = ("DATE",)
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        found: list[Span] = []
        doubtful: list[FigurePair] = []
        judge = PairJudge(note)
        done = 0
        for position in note.numbers:
            start = note.starts[position]
            if start < done or _inside_a_number(note.text, start):
                continue
            span = self._at(note, position, judge, doubtful)
            if span:
                span = Span(start, _extended(note.text, span.end), "DATE", span.score, self.key)
                done = span.end
                found.append(span)
        yield from found
        yield from self._month_and_year(note)
        # A pair that could be a fraction is a date where it lies close to a date of the note.
        # Among other partial dates too, whatever the year.
        context = [*found, *months_of(note)] if doubtful else []
        for pair in doubtful:
            if judge.fits_in(pair, context):
                yield Span(pair.start, _extended(note.text, pair.end), "DATE", 0.55, self.key)

    def _at(self, note: Note, position: int, judge: PairJudge, doubtful: list[FigurePair]) -> Span | None:
        text, start, word = note.text, note.starts[position], note.words[position]
        end = start + len(word)
        mark = text[end : end + 1]
        if not word.isdecimal():
            return self._sewn(text, start, word)
        if len(word) > 4:
            return self._compact(text, start, word)
        if mark not in _MARKS:
            return self._spaced(text, start, end) if mark == " " and len(word) < 3 else None
        full = self._full(text, start)
        if full or len(word) > 2:
            return full
        return self._pair(note, position, judge, doubtful)

    def _full(self, text: str, start: int) -> Span | None:
        days = _DAY_RANGE.match(text, start)
        match = _TRIPLE.match(text, days.end() if days else start)
        if match and _is_calendar(match, text) and not _is_scored(match, text):
            return self._span(start, match.end(), 0.95)
        for pattern, score in ((_YMD, 0.95), (_YMON, 0.95), (_MONTH_YEAR, 0.8), (_WEEK, 0.8), (_ROMAN, 0.85)):
            match = pattern.match(text, start)
            if match and (pattern is not _YMD or _is_iso(match)):
                return self._span(start, match.end(), score)
        sewn = _SEWN.match(text, start)
        return self._span(start, sewn.end(), 0.9) if sewn else None

    def _sewn(self, text: str, start: int, word: str) -> Span | None:
        if len(word) < 4:
            return None
        for pattern in (_SEWN, _COMPACT):
            match = pattern.match(text, start)
            if match:
                return self._span(start, match.end(), 0.9)
        return None

    def _compact(self, text: str, start: int, word: str) -> Span | None:
        if len(word) == 8 and (match := _COMPACT.match(text, start)):
            return self._span(start, match.end(), 0.6)
        if len(word) in (6, 8) and _LABEL.search(text, max(0, start - 14), start):
            match = _SIX_OR_EIGHT.match(text, start)
            return self._span(start, match.end(), 0.9) if match else None
        return None

    def _spaced(self, text: str, start: int, end: int) -> Span | None:
        """ "12 XI 2022", "3 - 4 - 2023", and behind a label "03 04 2023"."""
        after = text[end + 1 : end + 2]
        if after in "IVXivx" and after and (match := _ROMAN.match(text, start)):
            return self._span(start, match.end(), 0.85)
        if after in ("-", "/", "–"):
            days = _DAY_RANGE.match(text, start)
            match = _TRIPLE.match(text, days.end() if days else start)
            return self._span(start, match.end(), 0.9) if match and _is_calendar(match, text) else None
        if after.isdigit() and (match := _SPACED.match(text, start)) and _is_calendar(match, text):
            labelled = _LABEL.search(text, max(0, start - 14), start)
            return self._span(start, match.end(), 0.9) if labelled else None
        return None

    def _pair(self, note: Note, position: int, judge: PairJudge, doubtful: list[FigurePair]) -> Span | None:
        match = _PAIR.match(note.text, note.starts[position])
        if not match:
            return None
        pair = judge.pair(position, match)
        verdict = judge.verdict(pair) if pair else False
        if pair and verdict is None:
            doubtful.append(pair)
        return self._span(pair.start, pair.end, 0.6) if pair and verdict else None

    def _month_and_year(self, note: Note) -> Iterator[Span]:
        """ "VI/2022": a Roman month with its year."""
        for word in ROMAN:
            for position in note.index.get(word, ()):
                match = _ROMAN_YEAR.match(note.text, note.starts[position])
                if match:
                    yield self._span(match.start(), match.end(), 0.8)

    def _span(self, start: int, end: int, score: float) -> Span:
        return Span(start, end, "DATE", score, self.key)


def _inside_a_number(text: str, start: int) -> bool:
    before = text[start - 1] if start > 1 else ""
    return (before in "./-" and before != "" and text[start - 2].isalnum()) or (
        before == ":" and text[start - 2].isdigit()
    )


def _extended(text: str, end: int) -> int:
    """Over the clock time of a date and the other dates of its range or list."""
    for _ in range(MAX_IN_LIST):
        time = _TIME.match(text, end)
        end = time.end() if time else end
        further = _NEXT.match(text, end)
        if not further or not _could_be_calendar(further["date"]) or COUNTED.match(text, further.end()):
            break
        end = further.end()
    return end


def _could_be_calendar(figures: str) -> bool:
    parts = [int(part) for part in re.split(r"[/.\-]", figures)]
    if "." in figures and len(parts) == _SECTION:
        return False  # "3/4, 5.5": a measurement goes on
    small = parts[1:] if parts[0] > 31 else parts[:2]
    return 1 <= min(small) <= 12 and 1 <= max(small) <= 31


def _is_iso(match: re.Match[str]) -> bool:
    return EARLIEST <= int(match["y"]) <= LATEST and 1 <= int(match["m"]) <= 12 and 1 <= int(match["d"]) <= 31


def _is_scored(match: re.Match[str], text: str) -> bool:
    """ "Apgar 7/9/10": three marks one after the other, and no year."""
    return len(match["y"]) == 2 and bool(_SCORED.search(text, max(0, match.start() - 16), match.start()))


def _is_calendar(match: re.Match[str], text: str) -> bool:
    a, b, year = match["a"], match["b"], match["y"]
    if match["s"] == "." and len(year) == 2 and min(len(a), len(b)) < 2:
        # "1.2.34" is a section or version number where nothing calls it a date
        return bool(_LABEL.search(text, max(0, match.start() - 14), match.start())) or int(a) > 12
    if len(year) == 4 and not EARLIEST <= int(year) <= LATEST:
        return False
    first, second = int(a), int(b)
    plausible = 1 <= min(first, second) <= 12 and 1 <= max(first, second) <= 31
    return plausible or (len(a) == len(year) == 2 and bool(readings(a, b, year)))
