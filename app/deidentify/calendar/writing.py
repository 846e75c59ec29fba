"""Writes a day in the form in which another one stood."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from app.deidentify.calendar.reading import DAY_FIRST, YEAR_FIRST, Written
from app.deidentify.calendar.vocabulary import DAYS_OF_WEEK, MONTH_NAMES, MONTHS, ORDINAL_WORDS, ROMAN, WEEKDAYS

_ROMAN_NAMES = {number: name for name, number in ROMAN.items()}


def write_like(written: Written, day: date) -> str:
    """`day` as `written` is written: same order, marks, padding, case and length of names."""
    return _WRITERS[written.form](written, day)


def _piece(written: Written, name: str) -> str:
    return written.pieces.get(name) or ""


def _ymd(written: Written, day: date) -> str:
    # The year first is the ISO way: two digits twice are padded ones.
    month, number = _piece(written, "m"), _piece(written, "d")
    padded = _pads(month, number) or len(month + number) == 4
    parts = (f"{day.year:04}", *(_digits("", part, padded=padded) for part in (day.month, day.day)))
    return _piece(written, "s").join(parts)


def _figures(written: Written, day: date) -> str:
    a, b, y, mark, order = (_piece(written, name) for name in ("a", "b", "y", "s", "order"))
    if order == YEAR_FIRST:
        return mark.join((f"{day.year % 100:02}", f"{day.month:02}", f"{day.day:02}"))
    return mark.join((*_two(a, b, day, order, whole=mark == ""), _year(y, day.year)))


def _pair(written: Written, day: date) -> str:
    a, b, mark, order = (_piece(written, name) for name in ("a", "b", "s", "order"))
    return mark.join(_two(a, b, day, order)) + _piece(written, "dot")


def _two(a: str, b: str, day: date, order: str, *, whole: bool = False) -> tuple[str, str]:
    month, number = (b, a) if order == DAY_FIRST else (a, b)
    padded = whole or _pads(month, number)
    pair = _digits(month, day.month, padded=padded), _digits(number, day.day, padded=padded)
    return (pair[1], pair[0]) if order == DAY_FIRST else pair


def _eight(_written: Written, day: date) -> str:
    return day.strftime("%Y%m%d")


def _year_and_month(written: Written, day: date) -> str:
    return f"{day.year}{_piece(written, 's')}{day.month:02}"


def _month_and_year(written: Written, day: date) -> str:
    return f"{_digits(_piece(written, 'm'), day.month)}{_piece(written, 's')}{day.year}"


def _year_month_name_day(written: Written, day: date) -> str:
    number = _digits(_piece(written, "d"), day.day)
    return (
        f"{day.year}{_piece(written, 'g1')}{_month(_piece(written, 'mon'), day.month)}{_piece(written, 'g2')}{number}"
    )


def _day_month(written: Written, day: date) -> str:
    number = _digits(_piece(written, "d"), day.day) + _ordinal(_piece(written, "o"), day.day)
    return f"{number}{_piece(written, 'g1')}{_month_dotted(written, day)}{_with_year(written, day)}"


def _month_day(written: Written, day: date) -> str:
    number = _digits(_piece(written, "d"), day.day) + _ordinal(_piece(written, "o"), day.day)
    return f"{_month_dotted(written, day)}{_piece(written, 'g2')}{number}{_with_year(written, day)}"


def _month_only(written: Written, day: date) -> str:
    return _month_dotted(written, day) + _with_year(written, day)


def _year_month_name(written: Written, day: date) -> str:
    return (
        f"{_piece(written, 'q')}{day.year % 100:02}{_piece(written, 'g1')}{_month(_piece(written, 'mon'), day.month)}"
    )


def _spelt_month(written: Written, day: date) -> str:
    return f"{_spelt(written, day)}{_piece(written, 'g1')}{_month_dotted(written, day)}{_with_year(written, day)}"


def _month_spelt(written: Written, day: date) -> str:
    return f"{_month_dotted(written, day)}{_piece(written, 'g2')}{_spelt(written, day)}{_with_year(written, day)}"


def _roman(written: Written, day: date) -> str:
    old = _piece(written, "rom")
    name = _ROMAN_NAMES[day.month]
    first = _digits(_piece(written, "d"), day.day) + _piece(written, "g1") if written.pieces.get("d") else ""
    return f"{first}{name.upper() if old.isupper() else name}{_with_year(written, day)}"


def _weekday(written: Written, day: date) -> str:
    old = _piece(written, "wd")
    name = WEEKDAYS[day.weekday()]
    if old.lower() not in WEEKDAYS:
        name = name[:3]
    return _like_case(old, name) + _piece(written, "dot") + _piece(written, "more")


def _ordinal_only(written: Written, day: date) -> str:
    return _digits(_piece(written, "d"), day.day) + _ordinal(_piece(written, "o"), day.day)


def _spelt(written: Written, day: date) -> str:
    old = _piece(written, "w")
    word = ORDINAL_WORDS[day.day]
    return _like_case(old, word) if old[:1].isupper() else word


def weekday_number(written: Written) -> int:
    """Monday 0 … Sunday 6, of a written weekday."""
    return DAYS_OF_WEEK[_piece(written, "wd").lower()]


def _with_year(written: Written, day: date) -> str:
    return _piece(written, "g3") + _year(_piece(written, "y"), day.year) if written.pieces.get("y") else _end(written)


def _end(written: Written) -> str:
    """What stood after the day or the month without a year: the dot of "21.VIII."."""
    return _piece(written, "g3")


def _year(old: str, year: int) -> str:
    return f"{year % 100:02}" if len(old) == 2 else f"{year:04}"


def _digits(old: str, number: int, *, padded: bool = False) -> str:
    """A day or month in two digits where the old one, or with `padded` the date's other part, was."""
    return f"{number:02}" if padded or old.startswith("0") else str(number)


def _pads(month: str, day: str) -> bool:
    """Whether one part shows that both are written in two digits: "10/05"."""
    return month.startswith("0") or day.startswith("0")


def _month_dotted(written: Written, day: date) -> str:
    return _month(_piece(written, "mon"), day.month) + _piece(written, "dot")


def _month(old: str, month: int) -> str:
    name = MONTH_NAMES[month - 1]
    if len(old) <= 4 and old.lower() != MONTH_NAMES[MONTHS[old.lower()] - 1].lower():
        name = name[:3]
    return _like_case(old, name)


def _like_case(old: str, new: str) -> str:
    if old.isupper():
        return new.upper()
    return new.lower() if old.islower() else new.capitalize()


def _ordinal(old: str, day: int) -> str:
    if not old:
        return ""
    suffix = "th" if 10 <= day % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return old[: len(old) - len(old.lstrip())] + (suffix.upper() if old.strip().isupper() else suffix)


_WRITERS: dict[str, Callable[[Written, date], str]] = {
    "ymd": _ymd,
    "y-mon-d": _year_month_name_day,
    "figures": _figures,
    "eight": _eight,
    "y-m": _year_and_month,
    "d-mon": _day_month,
    "mon-y": _month_only,
    "mon-d": _month_day,
    "y-mon": _year_month_name,
    "spelt-mon": _spelt_month,
    "mon-spelt": _month_spelt,
    "roman": _roman,
    "m-y": _month_and_year,
    "pair": _pair,
    "month": _month_only,
    "weekday": _weekday,
    "ordinal": _ordinal_only,
    "spelt": _spelt,
    "day": _ordinal_only,
}
