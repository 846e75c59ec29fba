"""What a coefficient is, what it answers, and the table of all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from app.core.registry import Registry

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A coefficient's value, or None with the reason why there is none; never NaN.

    Reasons: `no_data`, `no_variation` (agreement by chance is certain), `needs_two_raters`,
    `unequal_raters`, `order_undeclared`, `not_numeric`, `positive_undeclared`, `no_text`,
    `too_few_categories`.
    """

    value: float | None
    reason: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sums:
    """One row of sums per document, and the coefficient as a function of their total.

    `n` is the number of judgements compared; `excluded` counts those left out, by reason.
    """

    rows: Vector  # documents × sums
    value: Callable[[Vector], Estimate]
    n: int
    excluded: dict[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    #: the same value of many totals at once (one a row), NaN where there is none: for resampling
    many: Callable[[Vector], Vector] | None = None

    @property
    def total(self) -> Vector:
        return np.asarray(self.rows.sum(axis=0), dtype=np.float64)

    def estimate(self) -> Estimate:
        return self.value(self.total)


def undefined(reason: str, **details: Any) -> Sums:
    """Sums of a coefficient that cannot be computed from this data at all."""
    answer = Estimate(None, reason, details)
    return Sums(np.zeros((0, 1)), lambda total: answer, 0)


class Metric(Protocol):
    """One coefficient. `unit` is what it compares; `source` says where the formula is from."""

    key: str
    title: str
    unit: str  # rating, span or token
    source: str
    bounds: tuple[float, float]

    def prepare(self, data: Any) -> Sums:
        """The sums for `Ratings` (units rating and token) or `Spans` (unit span)."""
        ...


METRICS: Registry[Metric] = Registry("metric", Metric)
