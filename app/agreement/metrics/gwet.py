"""Gwet's AC1 and AC2: chance that does not explode when one category prevails."""

from __future__ import annotations

from math import lcm

import numpy as np
from numpy.typing import NDArray

from app.agreement.metrics.data import Ratings
from app.agreement.metrics.kappa import chance_corrected, linear_weights, nominal_weights, quadratic_weights
from app.agreement.metrics.protocol import Estimate, Sums, Vector, undefined


class AC1:
    key = "ac1"
    title = "Gwet's AC1"
    unit = "rating"
    source = "Gwet 2008; the category set must be declared, since it decides the chance term"
    bounds = (-1.0, 1.0)
    needs_order = False

    def agreement_weights(self, k: int) -> NDArray[np.float64]:
        return 1 - nominal_weights(k)

    def prepare(self, data: Ratings) -> Sums:
        """Items rated once inform the shares of the categories, not the observed agreement (Gwet 2014)."""
        k = len(data.categories)
        if self.needs_order and not data.ordered:
            return undefined("order_undeclared")
        said = data.only(data.codes.max(axis=1) >= 0) if data.codes.size else data
        counts = said.counts()
        sizes = counts.sum(axis=1)
        if not (sizes >= 2).any():
            return undefined("no_data")
        if k < 2:
            return undefined("no_variation", observed=1.0)
        weights = self.agreement_weights(k)
        scale = lcm(*{int(m) for m in sizes})
        shares = counts * (scale // sizes)[:, None]
        weighted = counts * (counts @ weights - 1)
        several = sizes >= 2
        agreed = np.divide(weighted.sum(axis=1), sizes * (sizes - 1), out=np.zeros(len(sizes)), where=several)
        rows = said.by_document(np.column_stack([shares, agreed, several]).astype(float))
        return Sums(rows, lambda total: self._of(total, weights), int(sizes[several].sum()))

    def _of(self, total: Vector, weights: NDArray[np.float64]) -> Estimate:
        shares, agreed, items = total[:-2], total[-2], total[-1]
        if not items:
            return Estimate(None, "no_data")
        k = len(shares)
        p = shares / shares.sum()
        expected = float(weights.sum() / (k * (k - 1)) * (p * (1 - p)).sum())
        return chance_corrected(float(agreed / items), expected)


class AC2(AC1):
    key = "ac2"
    title = "Gwet's AC2, quadratic"
    source = "Gwet 2014 with quadratic weights over category numbers"
    needs_order = True

    def agreement_weights(self, k: int) -> NDArray[np.float64]:
        return 1 - quadratic_weights(k)


class AC2Linear(AC2):
    key = "ac2-linear"
    title = "Gwet's AC2, linear"
    source = "Gwet 2014 with linear weights over category numbers"

    def agreement_weights(self, k: int) -> NDArray[np.float64]:
        return 1 - linear_weights(k)
