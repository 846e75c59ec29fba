"""Shifts written dates by days in their own format; the invariants are those of `domain.md` B.4."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import date, timedelta

from app.deidentify.lexicon.wordset import wordtuple
from app.deidentify.recognisers.dates import MONTHS, WEEKDAYS

_NAMES = wordtuple(
    """
    January February March April May June July August September October November December
    """
)
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_YMD = re.compile(r"(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})")
_ABY = re.compile(r"(?P<a>\d{1,2})(?P<s>\s?[-/.]\s?)(?P<b>\d{1,2})(?P=s)(?P<y>\d{4}|\d{2})(?!\d)")
_MY = re.compile(r"(?P<m>\d{1,2})(?P<s>[-/])(?P<y>\d{4})")
_AB = re.compile(r"(?P<a>\d{1,2})/(?P<b>\d{1,2})(?![\d/])")
_COMPACT = re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?!\d)")
_NAMED = re.compile(
    rf"(?:(?P<d1>\d{{1,2}})(?P<o1>st|nd|rd|th)?(?P<g1>(?:\s(?:day\s)?of)?[\s\-/,.]{{1,2}}))?\b(?P<m>{_MONTH})\b(?P<dot>\.?)"
    rf"(?:(?P<g2>[\s\-/]{{1,3}}(?:the\s)?)(?P<d2>\d{{1,2}})(?P<o2>\s?(?:st|nd|rd|th))?(?!\d))?"
    rf"(?:(?P<g3>(?:\s{{0,2}}(?:,|of|-|/|\.)?\s{{0,2}})['’]?\s?)(?P<y>\d{{4}}|\d{{2}})(?!\d|:))?",
    re.IGNORECASE,
)
# Day and month without a year are shifted as in a year without 29 February, unless it is that day.
_COMMON_YEAR, _LEAP_YEAR, _PIVOT = 2001, 2000, 50
WINDOW_DAYS = 365


@dataclass(frozen=True)
class Shifted:
    """The new text, or None when the text could not be read; `ambiguous` when the order had to be assumed."""

    text: str | None
    ambiguous: bool = False


def subject_shift(key: bytes, subject: str, *, whole_weeks: bool = False) -> int:
    """Days to move all dates of a subject by: −1…−365, never 0, from HMAC-SHA-256; −7…−364 in whole weeks."""
    number = int.from_bytes(hmac.digest(key, b"date-shift\0" + subject.encode(), "sha256")[:8], "big")
    return -7 * (1 + number % (WINDOW_DAYS // 7)) if whole_weeks else -(1 + number % WINDOW_DAYS)


def shift_text(text: str, days: int, order: str = "mdy") -> Shifted:
    """`text` with its date moved by `days`, in its own format; partial dates count as mid-month."""
    for reader in (
        _shift_ymd,
        _shift_aby,
        _shift_named,
        _shift_month_year,
        _shift_compact,
        _shift_ab,
        _shift_weekday,
    ):
        shifted = reader(text, days, order)
        if shifted is not None:
            return shifted
    return Shifted(None)


def is_ambiguous(text: str) -> bool:
    """Whether an all-numeric date reads differently in the United States and elsewhere."""
    match = _ABY.search(text) or _AB.search(text)
    return (
        bool(match)
        and int(match["a"]) <= 12
        and int(match["b"]) <= 12
        and match["a"].lstrip("0") != match["b"].lstrip("0")
    )


def order_shown(text: str) -> str | None:
    """ "mdy" or "dmy" when only one of them makes a date of it."""
    match = _ABY.search(text)
    if not match:
        return None
    first, second = int(match["a"]), int(match["b"])
    if first > 12 >= second:
        return "dmy"
    return "mdy" if second > 12 >= first else None


def year_of(text: str) -> str | None:
    """The four-digit year in a written date, if there is one."""
    match = re.search(r"(?<!\d)(?:1[89]|20)\d{2}(?!\d)", text)
    if match:
        return match.group()
    short = _ABY.search(text)
    return str(_full_year(short["y"])) if short and len(short["y"]) == 2 else None


def _shift_ymd(text: str, days: int, _order: str) -> Shifted | None:
    match = _YMD.search(text)
    moved = match and _moved(int(match["y"]), int(match["m"]), int(match["d"]), days)
    if not match or not moved:
        return None
    # The year first is the ISO way: two digits twice are padded ones.
    padded = _pads(match["m"], match["d"]) or len(match["m"] + match["d"]) == 4
    parts = (f"{moved.year:04}", *(_like("", part, padded=padded) for part in (moved.month, moved.day)))
    return Shifted(_replaced(text, match, match["s"].join(parts)))


def _shift_aby(text: str, days: int, order: str) -> Shifted | None:
    match = _ABY.search(text)
    if not match:
        return None
    order = order_shown(text) or order
    month, day = (match["a"], match["b"]) if order == "mdy" else (match["b"], match["a"])
    moved = _moved(_full_year(match["y"]), int(month), int(day), days)
    if not moved:
        return None
    padded = _pads(month, day)
    new_month, new_day = _like(month, moved.month, padded=padded), _like(day, moved.day, padded=padded)
    first, second = (new_month, new_day) if order == "mdy" else (new_day, new_month)
    return Shifted(
        _replaced(text, match, f"{first}{match['s']}{second}{match['s']}{_like_year(match['y'], moved.year)}"),
        is_ambiguous(text),
    )


def _shift_named(text: str, days: int, _order: str) -> Shifted | None:
    match = _NAMED.search(text)
    if not match:
        return None
    month, day = MONTHS.get(match["m"].lower()), match["d1"] or match["d2"]
    if month is None:  # a letter that only looks alike: "ſeptember" matches where case is ignored
        return None
    yearless = _LEAP_YEAR if (month, day) == (2, "29") else _COMMON_YEAR
    year = _full_year(match["y"]) if match["y"] else yearless
    moved = _moved(year, month, int(day) if day else 15, days)
    if not moved:
        return None
    new = _like_month(match["m"], moved.month) + match["dot"]
    if match["d1"]:
        new = f"{_like(match['d1'], moved.day)}{_ordinal(match['o1'], moved.day)}{match['g1']}{new}"
    elif match["d2"]:
        new += f"{match['g2']}{_like(match['d2'], moved.day)}{_ordinal(match['o2'], moved.day)}"
    if match["y"]:
        new += match["g3"] + _like_year(match["y"], moved.year)
    return Shifted(_replaced(text, match, new))


def _shift_month_year(text: str, days: int, _order: str) -> Shifted | None:
    match = _MY.search(text)
    moved = match and _moved(int(match["y"]), int(match["m"]), 15, days)
    if not match or not moved:
        return None
    return Shifted(_replaced(text, match, f"{_like(match['m'], moved.month)}{match['s']}{moved.year}"))


def _shift_compact(text: str, days: int, _order: str) -> Shifted | None:
    match = _COMPACT.search(text)
    moved = match and _moved(int(match["y"]), int(match["m"]), int(match["d"]), days)
    return Shifted(_replaced(text, match, moved.strftime("%Y%m%d"))) if match and moved else None


def _shift_ab(text: str, days: int, order: str) -> Shifted | None:
    match = _AB.search(text)
    if not match:
        return None
    month, day = (match["a"], match["b"]) if order == "mdy" else (match["b"], match["a"])
    if int(month) > 12 >= int(day):
        month, day, order = day, month, "dmy" if order == "mdy" else "mdy"
    moved = _moved(_LEAP_YEAR if (int(month), int(day)) == (2, 29) else _COMMON_YEAR, int(month), int(day), days)
    if not moved:
        return None
    padded = _pads(month, day)
    pair = (_like(month, moved.month, padded=padded), _like(day, moved.day, padded=padded))
    return Shifted(_replaced(text, match, "/".join(pair if order == "mdy" else pair[::-1])), is_ambiguous(text))


def _shift_weekday(text: str, days: int, _order: str) -> Shifted | None:
    lower = text.lower()
    if lower not in WEEKDAYS:
        return None
    return Shifted(_like_case(text, WEEKDAYS[(WEEKDAYS.index(lower) + days) % 7]))


def _moved(year: int, month: int, day: int, days: int) -> date | None:
    try:
        return date(year, month, day) + timedelta(days=days)
    except (ValueError, OverflowError):
        return None


def _full_year(year: str) -> int:
    number = int(year)
    if len(year) == 4:
        return number
    return number + (2000 if number < _PIVOT else 1900)


def _like_year(old: str, year: int) -> str:
    return f"{year % 100:02}" if len(old) == 2 else f"{year:04}"


def _like(old: str, number: int, *, padded: bool = False) -> str:
    """A day or month in two digits where the old one, or with `padded` the date's other part, was."""
    return f"{number:02}" if padded or old.startswith("0") else str(number)


def _pads(month: str, day: str) -> bool:
    """Whether one part shows that both are written in two digits: "10/05"."""
    return month.startswith("0") or day.startswith("0")


def _like_month(old: str, month: int) -> str:
    name = _NAMES[month - 1]
    if len(old) <= 4 and old.lower() != _NAMES[MONTHS[old.lower()] - 1].lower():
        name = name[:3]
    return _like_case(old, name)


def _like_case(old: str, new: str) -> str:
    if old.isupper():
        return new.upper()
    return new.lower() if old.islower() else new.capitalize()


def _ordinal(old: str | None, day: int) -> str:
    if not old:
        return ""
    suffix = "th" if 10 <= day % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return old[: len(old) - len(old.lstrip())] + (suffix.upper() if old.strip().isupper() else suffix)


def _replaced(text: str, match: re.Match[str], new: str) -> str:
    """The text around the date (a time, a weekday) stays, but a weekday would no longer fit and goes."""
    return text[: match.start()] + new + text[match.end() :]
