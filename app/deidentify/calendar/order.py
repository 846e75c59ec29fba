"""In which order a subject's figures stand: what the source says, what its notes show, and where these disagree."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from app.deidentify.calendar.reading import (
    DAY_FIRST,
    IMPOSSIBLE,
    MONTH_FIRST,
    ORDERS,
    YEAR_FIRST,
    Written,
    read_dates,
    readings,
)
from app.deidentify.calendar.vocabulary import MONTH_NAMES
from app.deidentify.calendar.writing import weekday_number

UNDECIDED, CONTRADICTED = "ambiguous-dates", "date-order-contradicted"
#: characters between a weekday and the date it belongs to
_BESIDE = 3


@dataclass
class OrderEvidence:
    """What the dates of some notes show. `styles` are orders of named months, which a writer of either may use."""

    shown: dict[str, int] = field(default_factory=lambda: {DAY_FIRST: 0, MONTH_FIRST: 0})
    styles: dict[str, int] = field(default_factory=lambda: {DAY_FIRST: 0, MONTH_FIRST: 0})
    impossible: int = 0
    ambiguous: int = 0

    def __add__(self, other: OrderEvidence) -> OrderEvidence:
        ambiguous, impossible = self.ambiguous + other.ambiguous, self.impossible + other.impossible
        joined = OrderEvidence(impossible=impossible, ambiguous=ambiguous)
        for order in (DAY_FIRST, MONTH_FIRST):
            joined.shown[order] = self.shown[order] + other.shown[order]
            joined.styles[order] = self.styles[order] + other.styles[order]
        return joined


@dataclass(frozen=True)
class Order:
    """The order in which figures are read, "" where none is known; `problem` is a reason to wait, or ""."""

    key: str
    problem: str = ""


def evidence_of(text: str, places: list[tuple[int, int]], expected: str = "") -> OrderEvidence:
    """What the dates at these places of one note show, where the source is expected to write in this order."""
    evidence = OrderEvidence()
    # A year in front in two digits is a matter of the source alone.
    order = YEAR_FIRST if expected == YEAR_FIRST else ""
    written = [(start, read_dates(text[start:end], order) or []) for start, end in places]
    found = [(start + w.start, w) for start, dates in written for w in dates]
    full = {w.dated for _, w in found if w.form != "figures" and w.dated}
    evidence.impossible = sum(w.form == IMPOSSIBLE for _, w in found)
    before: tuple[int, Written] | None = None
    for start, one in found:
        if one.form == "figures":
            _weigh_figures(evidence, one, full, _beside(before, start))
        elif one.form == "pair":
            _weigh_pair(evidence, one)
        elif one.form == "d-mon" and _is_spelt_out(one):
            evidence.styles[DAY_FIRST] += 1
        before = (start + one.end - one.start, one)
    return evidence


def _weigh_figures(evidence: OrderEvidence, one: Written, named: set[date], weekday: int | None) -> None:
    a, b, y = (one.pieces[name] or "" for name in ("a", "b", "y"))
    possible = {order: day for order, day in readings(a, b, y).items() if order != YEAR_FIRST}
    if not one.ambiguous:
        if len(possible) == 1 and one.pieces.get("order") != YEAR_FIRST:
            evidence.shown[next(iter(possible))] += 1
        return
    evidence.ambiguous += 1
    if weekday is not None:
        fits = [order for order, day in possible.items() if day.weekday() == weekday]
    else:
        fits = [order for order, day in possible.items() if day in named]
    if len(fits) == 1:
        evidence.shown[fits[0]] += 1


def _weigh_pair(evidence: OrderEvidence, one: Written) -> None:
    """15/4 shows its order; 4/15 does too, where it was taken for a date at all."""
    a, b = int(one.pieces["a"] or 0), int(one.pieces["b"] or 0)
    if one.ambiguous:
        evidence.ambiguous += 1
    elif max(a, b) > 12 and one.pieces.get("s") == "/":
        evidence.shown[DAY_FIRST if a > 12 else MONTH_FIRST] += 1


def _beside(before: tuple[int, Written] | None, start: int) -> int | None:
    """The weekday written right before a date."""
    if before is None or before[1].form != "weekday" or start - before[0] > _BESIDE:
        return None
    return weekday_number(before[1])


def _is_spelt_out(one: Written) -> bool:
    """ "3 April 2023", "3rd Apr": as people write, not "03APR2023" of a form or a service."""
    month = one.pieces["mon"] or ""
    return bool(one.pieces.get("o")) or (month.capitalize() in MONTH_NAMES and not month.isupper() and len(month) > 3)


def decide(expected: str, evidence: OrderEvidence) -> Order:
    """The order, given what the source says ("" where it says nothing, or YEAR_FIRST) and what the notes show.

    Where figures read both ways and nothing decides, or what was said is contradicted, they wait.
    """
    shown = [order for order, count in evidence.shown.items() if count]
    styles = [order for order, count in evidence.styles.items() if count]
    if len(shown) == 2 or (evidence.impossible and evidence.ambiguous):
        return _waiting(expected, evidence, CONTRADICTED)
    if expected in (DAY_FIRST, MONTH_FIRST):
        against = shown or (styles if expected == MONTH_FIRST else [])
        if against and against != [expected]:
            return _waiting(expected, evidence, CONTRADICTED)
        return Order(expected)
    known = "" if expected == YEAR_FIRST else (shown or styles or [""])[0]
    return Order(known) if known else _waiting(expected, evidence, UNDECIDED)


def _waiting(expected: str, evidence: OrderEvidence, problem: str) -> Order:
    """Without a figure that reads both ways there is nothing to wait for, whatever the order."""
    if not evidence.ambiguous:
        return Order(expected if expected in ORDERS else "")
    return Order(YEAR_FIRST if expected == YEAR_FIRST else "", problem)


def ambiguous_places(text: str, places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The places whose figures read as two different days."""
    return [(start, end) for start, end in places if any(w.ambiguous for w in read_dates(text[start:end]) or [])]
