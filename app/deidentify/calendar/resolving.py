"""Which day a partial date means: "7/17", "the 19th", "3–9 April" beside the full dates of the same note."""

from __future__ import annotations

from datetime import date

from app.deidentify.calendar.reading import Written, day_of

# Day and month without a year count as in a year without 29 February, unless a text names that day.
_COMMON_YEAR, _LEAP_YEAR = 2001, 2000
_MIDDLE = 15
#: a full date this much older than the note's latest is a birth, an old operation: no neighbour of a partial date
_LONG_AGO_DAYS = 3660
# "The 22nd" in a note of the 3rd is rather to come than past.
_BACKWARDS = 2


def resolve(spans: list[list[Written]]) -> list[list[date | None]]:
    """The day that every date of every span means, in the order of the text; None where nothing tells."""
    anchors = _anchors(spans)
    default = _LEAP_YEAR if any((w.month, w.day) == (2, 29) for span in spans for w in span) else _COMMON_YEAR
    found = [[_with_month(written, span, anchors, default) for written in span] for span in spans]
    return [_with_days(index, spans, found) for index in range(len(spans))]


def _anchors(spans: list[list[Written]]) -> list[tuple[int, date]]:
    full = [(w.start, w.dated) for span in spans for w in span if w.dated]
    latest = max((day for _, day in full), default=None)
    return [(at, day) for at, day in full if latest and (latest - day).days < _LONG_AGO_DAYS]


def _with_month(written: Written, span: list[Written], anchors: list[tuple[int, date]], default: int) -> date | None:
    if written.month is None or written.dated:
        return written.dated
    day = written.day or _MIDDLE
    if written.year:
        return day_of(written.year, written.month, day)
    near = next((w.dated for w in span if w.dated), None) or _nearest(written.start, anchors)
    if near is None:
        return day_of(default, written.month, day)
    possible = [d for year in range(near.year - 4, near.year + 5) if (d := day_of(year, written.month, day))]
    return min(possible, key=lambda d: abs((d - near).days))


def _nearest(place: int, anchors: list[tuple[int, date]]) -> date | None:
    """The full date that stands nearest in the text; of two as near, the one before."""
    return min(anchors, key=lambda a: (abs(a[0] - place), a[0]), default=(0, None))[1]


def _with_days(index: int, spans: list[list[Written]], found: list[list[date | None]]) -> list[date | None]:
    """The span's days without a month: of the span's own month, or near the date before them in the text."""
    days = list(found[index])
    for place, written in enumerate(spans[index]):
        if days[place] is not None or written.day is None or written.ambiguous or written.month:
            continue
        own = [d for w, d in zip(spans[index], days, strict=True) if d and w.month]
        if written.form == "day" or (written.form == "ordinal" and own):
            before = [d for w, d in zip(spans[index][:place], days, strict=False) if d and w.month]
            partner = next(iter(before[-1:] or own[:1]), None)
            days[place] = partner and day_of(partner.year, partner.month, written.day)
        else:
            days[place] = _near(written.day, _before(index, found, days[:place]))
    found[index] = days
    return days


def _before(index: int, found: list[list[date | None]], own: list[date | None]) -> date | None:
    """The last day the text named before, else the first it names after."""
    earlier = [day for days in [*found[:index], own] for day in days if day]
    later = [day for days in found[index + 1 :] for day in days if day]
    return earlier[-1] if earlier else later[0] if later else None


def _near(number: int, anchor: date | None) -> date | None:
    if anchor is None:
        return None
    months = [(anchor.year * 12 + anchor.month - 1 + step) for step in (-1, 0, 1)]
    possible = [day for m in months if (day := day_of(m // 12, m % 12 + 1, number))]
    return min(possible, key=lambda day: _cost((day - anchor).days), default=None)


def _cost(days: int) -> int:
    return days if days >= 0 else -days * _BACKWARDS
