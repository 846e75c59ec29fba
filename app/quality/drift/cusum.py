"""Bernoulli CUSUM: whether somebody's share of wrong decisions has risen, and how long that takes to be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log

import numpy as np

#: domain D.5: a threshold at which a process on target alarms once in some 900 decisions
THRESHOLD = 3.5
#: states of the Markov chain; the run lengths are within 1 % of those of twice as many
_STATES = 1500


@dataclass(frozen=True)
class Design:
    """Target share of wrong decisions, the share to be found, and the threshold (Reynolds & Stoumbos 1999)."""

    p0: float
    p1: float
    threshold: float = THRESHOLD

    def __post_init__(self) -> None:
        if not 0 < self.p0 < self.p1 < 1 or self.threshold <= 0:
            raise ValueError("0 < p0 < p1 < 1 and a threshold above 0")

    @property
    def wrong(self) -> float:
        """What a wrong decision adds: ln(p1/p0)."""
        return log(self.p1 / self.p0)

    @property
    def right(self) -> float:
        """What a right decision adds, below zero: ln((1−p1)/(1−p0))."""
        return log((1 - self.p1) / (1 - self.p0))


@dataclass(frozen=True)
class Run:
    """A chart: the statistic after each decision, where it alarmed first, and since when (the last zero before)."""

    values: list[float]
    alarm: int | None
    change: int | None


def run(decisions: Sequence[int], design: Design) -> Run:
    """S_t = max(0, S_{t−1} + score), alarm at S ≥ threshold; goes on after the alarm, so that it can be seen."""
    values, alarm, change, last_zero = [], None, None, 0
    level = 0.0
    for place, is_wrong in enumerate(decisions):
        level = max(0.0, level + (design.wrong if is_wrong else design.right))
        if level == 0.0:
            last_zero = place + 1
        values.append(level)
        if alarm is None and level >= design.threshold:
            alarm, change = place, last_zero
    return Run(values, alarm, change)


@lru_cache(maxsize=256)
def run_length(design: Design, rate: float) -> float:
    """Expected decisions until an alarm when a share `rate` is wrong, from zero: exact of the rounded chain.

    Markov chain over the statistic (Brook & Evans 1972).
    """
    step = design.threshold / _STATES
    levels = np.arange(_STATES) * step
    chain = np.eye(_STATES)
    for score, chance in ((design.wrong, rate), (design.right, 1 - rate)):
        to = np.rint(np.maximum(0.0, levels + score) / step).astype(int)
        stays = levels + score < design.threshold - step / 2
        rows = np.nonzero(stays)[0]
        np.subtract.at(chain, (rows, to[stays]), chance)
    return float(np.linalg.solve(chain, np.ones(_STATES))[0])
