"""Shifts the dates of a note by days in their own form; the invariants are those of `domain.md` B.4."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import date, timedelta

from app.deidentify.calendar.reading import Written, full_year, read_dates
from app.deidentify.calendar.resolving import resolve
from app.deidentify.calendar.writing import weekday_number, write_like
from app.deidentify.span import Span

WINDOW_DAYS = 365
_A_MONDAY = date(2001, 1, 1)
_FULL_YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d{2}(?!\d)")
_SHORT_YEAR = re.compile(r"\d{1,2}\s?[-/.\\]\s?\d{1,2}\s?[-/.\\]\s?(?P<y>\d{2})(?!\d)")


@dataclass(frozen=True)
class Shifted:
    """The new text, or None when the text could not be read or reads both ways in an unknown order."""

    text: str | None


def subject_shift(key: bytes, subject: str, *, whole_weeks: bool = False) -> int:
    """Days to move all dates of a subject by: −1…−365, never 0, from HMAC-SHA-256; −7…−364 in whole weeks."""
    number = int.from_bytes(hmac.digest(key, b"date-shift\0" + subject.encode(), "sha256")[:8], "big")
    return -7 * (1 + number % (WINDOW_DAYS // 7)) if whole_weeks else -(1 + number % WINDOW_DAYS)


def shift_text(text: str, days: int, order: str = "mdy") -> Shifted:
    """One stretch of text with its dates moved by `days`; partial dates count as mid-month."""
    return Shifted(shift_dates(text, [(0, len(text))], days, order)[0])


def shift_spans(text: str, spans: list[Span], days: int, order: str) -> dict[int, str]:
    """Start of each DATE span that can be moved → its new text; the others have to go."""
    dates = [span for span in spans if span.type == "DATE"]
    moved = shift_dates(text, [(s.start, s.end) for s in dates], days, order)
    return {span.start: new for span, new in zip(dates, moved, strict=True) if new is not None}


def shift_dates(text: str, places: list[tuple[int, int]], days: int, order: str) -> list[str | None]:
    """The dates at these places of one note, moved by `days`: a partial one as the day it means beside the others.

    None where one cannot be read whole, reads both ways while `order` is "", or no day is known for it.
    """
    read = [_placed(text, start, end, order) for start, end in places]
    meant = resolve([written or [] for written in read])
    return [
        None if written is None else _moved(text, place, list(zip(written, dates, strict=True)), days)
        for place, written, dates in zip(places, read, meant, strict=True)
    ]


def _placed(text: str, start: int, end: int, order: str) -> list[Written] | None:
    """The dates of a place, counted in the note."""
    written = read_dates(text[start:end], order)
    if written is None:
        return None
    return [
        Written(start + w.start, start + w.end, w.form, w.pieces, w.year, w.month, w.day, w.ambiguous) for w in written
    ]


def _moved(text: str, place: tuple[int, int], dates: list[tuple[Written, date | None]], days: int) -> str | None:
    parts, done = [], place[0]
    moved = [_day_after(written, day, days) for written, day in dates]
    for (written, meant), new in zip(dates, moved, strict=True):
        if new is None or _needs_its_month(written, meant, new, dates, days):
            return None
        parts += [text[done : written.start], write_like(written, new)]
        done = written.end
    return "".join(parts) + text[done : place[1]]


def _day_after(written: Written, meant: date | None, days: int) -> date | None:
    if written.form == "weekday":
        meant = _A_MONDAY + timedelta(days=weekday_number(written))
    if meant is None:
        return None
    try:
        return meant + timedelta(days=days)
    except OverflowError:
        return None


def _needs_its_month(
    written: Written, meant: date | None, new: date, dates: list[tuple[Written, date | None]], days: int
) -> bool:
    """ "3–9 April" moved over the end of a month: a bare day there would belong to another one."""
    if written.form != "day" or meant is None:
        return False
    partners = [d for w, d in dates if w.month and d and (d.year, d.month) == (meant.year, meant.month)]
    return any((d + timedelta(days=days)).month != new.month for d in partners)


def years_of(text: str) -> list[str]:
    """The years in written dates, in four digits, in order."""
    whole = [match.group() for match in _FULL_YEAR.finditer(text)]
    return whole or [str(full_year(match["y"])) for match in _SHORT_YEAR.finditer(text)]
