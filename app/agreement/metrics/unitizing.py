"""Krippendorff's alpha for unitizing: how far readers agree on where units begin and end, label by label."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate

from app.agreement.metrics.continuum import THOUSAND, Continuum
from app.agreement.metrics.data import MarkedSpan

Intervals = list[tuple[int, int]]


class UnitizingAlpha(Continuum):
    """1 − D_o ÷ D_e over all labels; a label's units are its marks, overlapping ones of one reader joined."""

    key = "alpha-u"
    title = "Unitizing alpha"
    source = "Krippendorff 1995; expected disagreement as in Krippendorff 2004, p. 254; each document a continuum"

    def cost(self, one: list[MarkedSpan], other: list[MarkedSpan], length: int) -> tuple[int, int]:
        observed = expected = 0.0
        for label in sorted({span.label for span in (*one, *other)}):
            mine, theirs = (_joined(spans, label) for spans in (one, other))
            observed += observed_disagreement(mine, theirs)
            expected += expected_disagreement(mine, theirs, length)
        return round(THOUSAND * observed), round(THOUSAND * expected)


def _joined(spans: list[MarkedSpan], label: str) -> Intervals:
    """The fragments of a label in order, overlapping ones as one; those that only touch stay apart."""
    found: Intervals = []
    for start, end in sorted(pair for span in spans if span.label == label for pair in span.fragments):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def observed_disagreement(one: Intervals, other: Intervals) -> float:
    """L² · D_o of two readers: squared distances of the edges of overlapping units; squared lengths of lone ones."""
    total = 0
    lone_other = [True] * len(other)
    first = 0
    for start, end in one:
        while first < len(other) and other[first][1] <= start:
            first += 1
        is_lone, place = True, first
        while place < len(other) and other[place][0] < end:
            total += (start - other[place][0]) ** 2 + (end - other[place][1]) ** 2
            is_lone, lone_other[place] = False, False
            place += 1
        total += (end - start) ** 2 if is_lone else 0
    lone = (end - start for (start, end), is_lone in zip(other, lone_other, strict=True) if is_lone)
    return total + sum(size * size for size in lone)


def expected_disagreement(one: Intervals, other: Intervals, length: int) -> float:
    """L² · D_e of two readers over a continuum of `length` places: all ways to lay their units on it."""
    sizes = [end - start for start, end in (*one, *other)]
    gaps = sorted([*_gaps(one, length), *_gaps(other, length)])
    sums = [0, *accumulate(gaps)]
    total = 0.0
    for size in sizes:
        total += (len(sizes) - 1) * (2 * size**3 - 3 * size**2 + size) / 3
        fits = bisect_left(gaps, size)
        total += size * size * (sums[-1] - sums[fits] - (len(gaps) - fits) * (size - 1))
    ways = 2 * length * (2 * length - 1) - sum(size * (size - 1) for size in sizes)
    return 2 * length * total / ways if ways > 0 else 0.0


def _gaps(units: Intervals, length: int) -> list[int]:
    edges = [0, *(edge for unit in units for edge in unit), length]
    return [end - start for start, end in zip(edges[::2], edges[1::2], strict=True) if end > start]
