"""How sure a figure is: bootstrap by document, jackknife, Wilson."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt

import numpy as np

from app.agreement.metrics.protocol import Sums, Vector

RESAMPLES = 2000
SEED = 20261121
LEVEL = 0.95
FEW_DOCUMENTS = 30
# Draws held at a time: resamples × documents.
_BLOCK = 2_000_000
_Z = 1.959963984540054


@dataclass(frozen=True)
class Interval:
    """A percentile interval; `low` is None where it could not be had, for the reason given.

    `undefined` counts resamples in which the coefficient had no value.
    """

    low: float | None
    high: float | None
    standard_error: float | None
    documents: int
    undefined: int = 0
    reason: str = ""
    jackknife: float | None = None


def wilson(successes: float, n: float, z: float = _Z) -> tuple[float, float]:
    """Wilson 1927 score interval of a proportion; n > 0."""
    p = successes / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, centre - half), min(1.0, centre + half)


def bootstrap(sums: Sums, *, seed: int = SEED, resamples: int = RESAMPLES) -> Interval:
    """Resample documents with replacement; the 2.5 and 97.5 percentiles (Efron 1979).

    Documents with equal sums are drawn together, which is the same draw and much faster. Without resamples there is
    no interval yet.
    """
    documents = len(sums.rows)
    if sums.estimate().value is None:
        return Interval(None, None, None, documents, reason="undefined")
    if documents < 2:
        return Interval(None, None, None, documents, reason="one_document")
    if not resamples:
        return Interval(None, None, None, documents, reason="not_yet")
    rows, counts = np.unique(sums.rows, axis=0, return_counts=True)
    rng = np.random.default_rng(seed)
    shares = counts / documents
    blocks = [_values(sums, totals) for totals in _totals(rng, documents, shares, rows, resamples)]
    found = np.concatenate(blocks)
    values = found[~np.isnan(found)]
    missing = resamples - len(values)
    if len(values) < resamples / 2:
        return Interval(None, None, None, documents, missing, "mostly_undefined")
    low, high = np.percentile(values, [50 * (1 - LEVEL), 50 * (1 + LEVEL)])
    error = float(values.std(ddof=1))
    few = jackknife(sums) if documents < FEW_DOCUMENTS else None
    return Interval(float(low), float(high), error, documents, missing, "", few)


def _totals(
    rng: np.random.Generator, documents: int, shares: Vector, rows: Vector, resamples: int
) -> Iterator[Vector]:
    """The sums of resamples, many at a time; the draws are those of one after the other."""
    block = max(1, _BLOCK // len(rows))
    for begin in range(0, resamples, block):
        yield rng.multinomial(documents, shares, size=min(block, resamples - begin)) @ rows


def _values(sums: Sums, totals: Vector) -> Vector:
    """The coefficient of each row of totals, NaN where there is none."""
    if sums.many is not None:
        return sums.many(totals)
    found = (sums.value(total).value for total in totals)
    return np.array([np.nan if value is None else value for value in found])


def jackknife(sums: Sums) -> float | None:
    """Standard error from leaving out one document at a time (Quenouille, Tukey); None if undefined."""
    n = len(sums.rows)
    found = [sums.value(sums.total - row).value for row in sums.rows]
    values = [value for value in found if value is not None]
    if len(values) < n or n < 2:
        return None
    mean = sum(values) / n
    return sqrt((n - 1) / n * sum((value - mean) ** 2 for value in values))
