"""Reads the dates in a stretch of text: each form by its own pattern, its parts as numbers, the rest as glue."""

# ruff: noqa: E501 (patterns and lists as running text)
from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from app.deidentify.calendar.vocabulary import (
    DAYS_OF_WEEK,
    EARLIEST,
    LATEST,
    MONTH,
    MONTHS,
    ORDINALS,
    ROMAN,
    ROMAN_MONTH,
    TIME,
    WEEKDAY,
    WORD_DAY,
)

DAY_FIRST, MONTH_FIRST, YEAR_FIRST = "dmy", "mdy", "ymd"
ORDERS = (DAY_FIRST, MONTH_FIRST, YEAR_FIRST)
#: the form of figures that are a day in no order: 31/04/2023
IMPOSSIBLE = "impossible"
#: two digits of a year below this are of this century
PIVOT = 50


@dataclass(frozen=True)
class Written:
    """A date in a text: its place, its form, its pieces as written, and its parts where they are known.

    `ambiguous` says that its figures read as two different days and no order decided.
    """

    start: int
    end: int
    form: str
    pieces: dict[str, str | None]
    year: int | None = None
    month: int | None = None
    day: int | None = None
    ambiguous: bool = False

    @property
    def dated(self) -> date | None:
        """The day where all three parts are known and there is such a day."""
        if self.year is None or self.month is None or self.day is None:
            return None
        return day_of(self.year, self.month, self.day)


def day_of(year: int, month: int, day: int) -> date | None:
    """The day, or None where no calendar has it."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def full_year(year: str) -> int:
    """Four digits, or two of the century they most likely mean."""
    number = int(year)
    return number if len(year) > 2 else number + (2000 if number < PIVOT else 1900)


def read_dates(text: str, order: str = "") -> list[Written] | None:
    """All dates of `text` in order, or None where something in it is neither a date nor glue between dates.

    `order` says how figures read ("" where nobody knows). A number that is only a day, as in "3–9 April", is
    read as one where the text names a month as well.
    """
    if _FEAST.fullmatch(text):
        return None
    found: list[Written] = []
    place = 0
    while place < len(text):
        if time := _TIME.match(text, place):
            place = time.end()
        elif written := _at(text, place, order):
            found.append(written)
            place = written.end
        elif glue := _GLUE.match(text, place):
            place = glue.end()
        else:
            return None
    if any(w.form == "day" for w in found) and not any(w.month for w in found):
        return None
    counted = any(w.form in ("ordinal", "spelt") for w in found) and _PART_OF_MONTH.search(text)
    return None if counted or not found else found


def _at(text: str, place: int, order: str) -> Written | None:
    for form, pattern, read in _FORMS:
        match = pattern.match(text, place)
        if match:
            written = read(Written(match.start(), match.end(), form, match.groupdict()), order)
            if written:
                return written
    return None


def readings(first: str, second: str, third: str) -> dict[str, date]:
    """Order → day, for each order in which three groups of figures make one; the year last, or first in two digits."""
    year, a, b = full_year(third), int(first), int(second)
    possible = {DAY_FIRST: day_of(year, b, a), MONTH_FIRST: day_of(year, a, b)}
    if len(first) == len(third) == 2:
        possible[YEAR_FIRST] = day_of(full_year(first), b, int(third))
    return {order: day for order, day in possible.items() if day}


def _figures(written: Written, order: str) -> Written | None:
    """3/4/2023: what the figures themselves show goes before the order that is expected."""
    a, b, y = (written.pieces[name] or "" for name in ("a", "b", "y"))
    if len(y) == 2 and (written.pieces["s"] or "").isspace():
        return None
    possible = readings(a, b, y)
    if order != YEAR_FIRST and (DAY_FIRST in possible or MONTH_FIRST in possible):
        possible.pop(YEAR_FIRST, None)
    elif YEAR_FIRST in possible:
        possible = {YEAR_FIRST: possible[YEAR_FIRST]}
    if not possible:
        return replace(written, form=IMPOSSIBLE)
    chosen = order if order in possible else next(iter(possible)) if len(set(possible.values())) == 1 else ""
    if not chosen:
        return replace(written, ambiguous=True)
    day = possible[chosen]
    return replace(written, pieces=written.pieces | {"order": chosen}, year=day.year, month=day.month, day=day.day)


def _pair(written: Written, order: str) -> Written | None:
    """3/4: day and month without a year, in a year that has the day."""
    a, b = int(written.pieces["a"] or 0), int(written.pieces["b"] or 0)
    possible = {
        name: (month, day) for name, month, day in ((DAY_FIRST, b, a), (MONTH_FIRST, a, b)) if day_of(2000, month, day)
    }
    if not possible:
        return None
    if order == YEAR_FIRST and MONTH_FIRST in possible:
        order = MONTH_FIRST  # 2023/04/03 to 04/07
    chosen = order if order in possible else next(iter(possible)) if len(set(possible.values())) == 1 else ""
    if not chosen:
        return replace(written, ambiguous=True)
    month, day = possible[chosen]
    return replace(written, pieces=written.pieces | {"order": chosen}, month=month, day=day)


def _year_month_day(written: Written, _order: str) -> Written | None:
    year, month, day = (int(written.pieces[name] or 0) for name in ("y", "m", "d"))
    known = EARLIEST <= year <= LATEST and day_of(year, month, day)
    return replace(written, year=year, month=month, day=day) if known else None


def _eight_digits(written: Written, order: str) -> Written | None:
    """20230403, else 03042023 in the order that is known."""
    digits = written.pieces["n"] or ""
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    if EARLIEST <= year <= LATEST and day_of(year, month, day):
        return replace(written, pieces={"n": digits, "order": YEAR_FIRST}, year=year, month=month, day=day)
    pieces: dict[str, str | None] = {"a": digits[:2], "b": digits[2:4], "y": digits[4:], "s": ""}
    if not EARLIEST <= int(digits[4:]) <= LATEST:
        return None
    return _figures(replace(written, form="figures", pieces=pieces), order)


def _named(written: Written, _order: str) -> Written | None:
    month, pieces = MONTHS.get((written.pieces["mon"] or "").lower()), written.pieces
    if month is None:  # a letter that only looks alike: "ſeptember" matches where case is ignored
        return None
    day = int(said) if (said := pieces.get("d")) else None
    if word := pieces.get("w"):
        day = ORDINALS[_hyphened(word)]
    year = full_year(said) if (said := pieces.get("y")) else None
    if day is not None and not day_of(year or 2000, month, day):
        return None
    return replace(written, year=year, month=month, day=day)


def _roman(written: Written, _order: str) -> Written | None:
    pieces = written.pieces
    month = ROMAN.get((pieces["rom"] or "").lower())
    year = full_year(said) if (said := pieces.get("y")) else None
    day = int(said) if (said := pieces.get("d")) else None
    if month is None or (day is not None and not day_of(year or 2000, month, day)):
        return None
    return replace(written, year=year, month=month, day=day)


def _month_of_year(written: Written, _order: str) -> Written | None:
    month = int(written.pieces["m"] or 0)
    return replace(written, year=int(written.pieces["y"] or 0), month=month) if 1 <= month <= 12 else None


def _weekday(written: Written, _order: str) -> Written | None:
    return written if (written.pieces["wd"] or "").lower() in DAYS_OF_WEEK else None


def _day(written: Written, _order: str) -> Written | None:
    word = written.pieces.get("w")
    day = ORDINALS[_hyphened(word)] if word else int(written.pieces["d"] or 0)
    return replace(written, day=day) if 1 <= day <= 31 else None


def _hyphened(word: str) -> str:
    return "-".join(word.lower().replace("-", " ").split())


def _form(
    name: str, pattern: str, read: Callable[[Written, str], Written | None]
) -> tuple[str, re.Pattern[str], Callable[[Written, str], Written | None]]:
    return name, re.compile(pattern, re.IGNORECASE), read


_Y = r"(?P<y>(?:1[89]|20)\d{2}|\d{2})(?![\d:])"
_TAIL = rf"(?:(?P<g3>\s{{0,2}}(?:,|of|-|/|\.)?\s{{0,2}}['’]?\s?){_Y})?"
_FORMS = (
    _form("ymd", r"(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})(?!\d)", _year_month_day),
    _form("y-mon-d", rf"(?P<y>\d{{4}})(?P<g1>[-/ ])(?P<mon>{MONTH})(?P<g2>[-/ ])(?P<d>\d{{1,2}})(?!\d)", _named),
    _form(
        "figures",
        r"(?P<a>\d{1,2})(?P<s>\s?[-/.\\|]\s?|\s)(?P<b>\d{1,2})(?P=s)(?P<y>\d{4}|\d{2})(?!\d)",
        _figures,
    ),
    _form("eight", r"(?P<n>\d{8})(?!\d)", _eight_digits),
    _form("y-m", r"(?P<y>(?:1[89]|20)\d{2})(?P<s>-)(?P<m>\d{2})(?![-\d])", _month_of_year),
    _form(
        "d-mon",
        rf"(?P<d>\d{{1,2}})(?P<o>\s?(?:st|nd|rd|th)\b)?(?P<g1>(?:\s(?:day\s)?of)?[\s\-/,.]{{0,2}}(?:the\s)?)"
        rf"(?P<mon>{MONTH})(?![a-z])(?P<dot>\.?){_TAIL}",
        _named,
    ),
    _form(
        "mon-y",
        rf"(?P<mon>{MONTH})(?P<dot>\.?)(?P<g3>\s?['’]\s?|\s{{0,2}}[,/-]?\s?(?:of\s)?)(?P<y>(?:1[89]|20)\d{{2}}|(?<=['’])\d{{2}}|(?<=['’]\s)\d{{2}})(?![\d:])",
        _named,
    ),
    _form("mon-y", rf"(?P<mon>{MONTH})(?P<dot>\.?)(?P<g3>-)(?P<y>\d{{2}})(?![\d:]|[-/,])", _named),
    _form(
        "mon-d",
        rf"(?P<mon>{MONTH})(?![a-z])(?P<dot>\.?)(?P<g2>[\s\-/,]{{0,3}}(?:the\s)?)(?P<d>\d{{1,2}})"
        rf"(?P<o>\s?(?:st|nd|rd|th)\b)?(?![\d:])(?:(?P<g3>\s{{0,2}}(?:,|of|-|/|\.)?\s{{0,2}}['’]?\s?)(?P<y>(?:1[89]|20)\d{{2}}|(?<=['’\-/])\d{{2}})(?![\d:]))?",
        _named,
    ),
    _form("y-mon", rf"(?P<q>['’])(?P<y>\d{{2}})(?P<g1>\s)(?P<mon>{MONTH})(?![a-z])", _named),
    _form(
        "spelt-mon",
        rf"(?P<w>{WORD_DAY})(?P<g1>\s(?:day\s)?(?:of\s)?)(?P<mon>{MONTH})(?![a-z])(?P<dot>\.?){_TAIL}",
        _named,
    ),
    _form(
        "mon-spelt",
        rf"(?P<mon>{MONTH})(?![a-z])(?P<dot>\.?)(?P<g2>\s(?:the\s)?)(?P<w>{WORD_DAY})(?![a-z]){_TAIL}",
        _named,
    ),
    _form(
        "roman",
        rf"(?P<d>\d{{1,2}})(?P<g1>\.\s?|[-/ ])(?P<rom>{ROMAN_MONTH})(?![a-z])(?:(?P<g3>\.\s?|[-/ ]|\.)(?P<y>\d{{4}}|\d{{2}})(?!\d))?",
        _roman,
    ),
    _form("roman", rf"(?P<rom>{ROMAN_MONTH})(?P<g3>/)(?P<y>(?:1[89]|20)\d{{2}})(?!\d)", _roman),
    _form("m-y", r"(?P<m>0?[1-9]|1[0-2])(?P<s>[/\-.])(?P<y>(?:1[89]|20)\d{2})(?!\d)", _month_of_year),
    _form("pair", r"(?P<a>\d{1,2})(?P<s>\s?[-/.\\]\s?)(?P<b>\d{1,2})(?P<dot>\.?)(?![\d/])", _pair),
    _form("month", rf"(?P<mon>{MONTH})(?![a-z])(?P<dot>\.?)", _named),
    _form("weekday", rf"(?P<wd>{WEEKDAY})(?P<dot>\.?)(?P<more>s|['’]s)?(?![a-z])", _weekday),
    _form("ordinal", r"(?P<d>\d{1,2})(?P<o>\s?(?:st|nd|rd|th))(?![a-z])", _day),
    _form("spelt", rf"(?P<w>{WORD_DAY})(?![a-z])", _day),
    _form("day", r"(?P<d>\d{1,2})(?!\d|\s?(?:%|mg|ml))", _day),
)
_TIME = re.compile(TIME, re.IGNORECASE)
_GLUE = re.compile(
    r"[\s,;.\-–—/&()@:|~]+"
    r"|(?:the|of|on|from|to|between|and|or|until|till|through|thru|at|inst|ult|prox|night|morning|afternoon|evening|dob|d\.o\.b|"
    r"date|early|mid|late|end|start|beginning|last|next|this|since|in|by|during|past|am|pm|w/?c|w/?e|wc|week|wk|weekend|commencing|"
    r"beginning|ending|day|born|approx|c|d|o|b|z)(?![a-z0-9])",
    re.IGNORECASE,
)
# A day that is known by its feast goes, it does not move.
_FEAST = re.compile(r"(?:the\s)?(?:4th|fourth)\sof\sjuly|july\s(?:the\s)?(?:4th|fourth)\.?", re.IGNORECASE)
_PART_OF_MONTH = re.compile(r"\b(?:week|weekend|wk|half|part|quarter)\b", re.IGNORECASE)
