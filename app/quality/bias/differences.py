"""Whether a share is another in one group than in the others, document by document, tests corrected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, lgamma, sqrt

import numpy as np
from numpy.typing import NDArray

from app.agreement.metrics.intervals import SEED

Rows = NDArray[np.float64]
#: the chance of a finding where there is none, over all tests of a family together
LEVEL = 0.05
#: from so many documents on both sides the normal form of the permutation test is used
MANY = 30
PERMUTATIONS = 9999
_Z = 1.959963984540054


@dataclass(frozen=True)
class GroupDifference:
    """A group's share less that of all others, its 95 % interval, and the two-sided chance of as much by luck."""

    value: float
    low: float | None
    high: float | None
    p: float


def share_of(rows: Rows) -> float | None:
    """Sum of numerators ÷ sum of denominators; `rows` is documents × 2."""
    total = rows.sum(axis=0)
    return float(total[0] / total[1]) if len(rows) and total[1] else None


def difference(rows: Rows, inside: NDArray[np.bool_]) -> GroupDifference | None:
    """One group (a mask of documents) against the rest; None where either has nothing to compare.

    The interval is that of a difference of ratios by linearisation (Cochran 1977, ch. 6), documents as clusters. The
    test permutes documents over the groups: of their residuals from the common share, by 9,999 seeded draws where a
    side is small, else by the normal limit of the same permutations.
    """
    mine, others = rows[inside], rows[~inside]
    one, other = share_of(mine), share_of(others)
    if one is None or other is None:
        return None
    error = sqrt(_variance(mine, one) + _variance(others, other))
    has_interval = len(mine) > 1 and len(others) > 1
    low, high = (one - other - _Z * error, one - other + _Z * error) if has_interval else (None, None)
    return GroupDifference(one - other, low, high, _permuted(rows, inside))


def _variance(rows: Rows, share: float) -> float:
    if len(rows) < 2:
        return 0.0
    residuals = (rows[:, 0] - share * rows[:, 1]) / rows[:, 1].mean()
    return float(residuals.var(ddof=1) / len(rows))


def _permuted(rows: Rows, inside: NDArray[np.bool_]) -> float:
    common = rows[:, 0].sum() / rows[:, 1].sum()
    residuals = rows[:, 0] - common * rows[:, 1]
    n, size = len(rows), int(inside.sum())
    observed = abs(float(residuals[inside].sum()))
    spread = float((residuals**2).sum())
    if spread <= 1e-12:
        return 1.0
    if min(size, n - size) >= MANY:
        return erfc(observed / sqrt(size * (n - size) / (n * (n - 1)) * spread) / sqrt(2))
    # The sum over one side is minus that over the other: the smaller one is drawn.
    drawn, rng = min(size, n - size), np.random.default_rng(SEED)
    sums = (residuals[rng.choice(n, drawn, replace=False, shuffle=False)].sum() for _ in range(PERMUTATIONS))
    return (1 + sum(abs(found) >= observed - 1e-9 for found in sums)) / (PERMUTATIONS + 1)


def holm(chances: Sequence[float]) -> list[float]:
    """Chances corrected for their number (Holm 1979), in the order given."""
    order = sorted(range(len(chances)), key=lambda n: chances[n])
    corrected, least = [0.0] * len(chances), 0.0
    for rank, n in enumerate(order):
        least = max(least, min(1.0, (len(chances) - rank) * chances[n]))
        corrected[n] = least
    return corrected


def binomial_chance(count: int, of: int, share: float) -> float:
    """Two-sided exact chance of a count that is at most as likely as this one, when `share` holds; `of` > 0."""
    if share in (0.0, 1.0):
        return float(count == of * share)
    counts = np.arange(of + 1)
    choose = lgamma(of + 1) - np.array([lgamma(k + 1) + lgamma(of - k + 1) for k in counts])
    logs = choose + counts * np.log(share) + (of - counts) * np.log1p(-share)
    return float(min(1.0, np.exp(logs[logs <= logs[count] + 1e-9]).sum()))
