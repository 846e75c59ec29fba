"""EWMA of standardised batches: a second view, which also sees small changes that stay."""

from __future__ import annotations

from collections.abc import Sequence
from math import erf, sqrt

import numpy as np

#: in-control run length 500 (Lucas & Saccucci 1990; domain D.5)
WEIGHT, LIMIT = 0.2, 2.962
_STATES = 301


def ewma(batches: Sequence[float], weight: float = WEIGHT, limit: float = LIMIT) -> list[tuple[float, float]]:
    """(Z_t, upper limit) of standard normal batches: Z_t = λx_t + (1−λ)Z_{t−1}."""
    level, rows = 0.0, []
    for t, batch in enumerate(batches, start=1):
        level = weight * batch + (1 - weight) * level
        spread = sqrt(weight / (2 - weight) * (1 - (1 - weight) ** (2 * t)))
        rows.append((level, limit * spread))
    return rows


def standardised(wrong: int, of: int, p0: float) -> float:
    """How far a batch's share of wrong decisions is from target, in standard errors."""
    return (wrong / of - p0) / sqrt(p0 * (1 - p0) / of)


def run_length(shift: float, weight: float = WEIGHT, limit: float = LIMIT) -> float:
    """Expected batches until |Z| passes its steady limit when the mean is `shift` standard deviations off.

    Markov chain over Z (Lucas & Saccucci 1990).
    """
    edge = limit * sqrt(weight / (2 - weight))
    width = 2 * edge / _STATES
    middles = -edge + width * (np.arange(_STATES) + 0.5)

    def below(x: float) -> float:
        return 0.5 * (1 + erf(x / sqrt(2)))

    chain = np.eye(_STATES)
    for row, level in enumerate(middles):
        for column, middle in enumerate(middles):
            high, low = ((middle + half * width / 2 - (1 - weight) * level) / weight - shift for half in (1, -1))
            chain[row, column] -= below(high) - below(low)
    return float(np.linalg.solve(chain, np.ones(_STATES))[_STATES // 2])
