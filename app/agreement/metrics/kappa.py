"""Two raters: per cent agreement, Cohen's kappa with and without weights, Scott's pi."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.agreement.metrics.data import Ratings
from app.agreement.metrics.intervals import wilson
from app.agreement.metrics.protocol import Estimate, Sums, Vector, undefined

Matrix = NDArray[np.float64]


def nominal_weights(k: int) -> Matrix:
    return 1.0 - np.eye(k)


def linear_weights(k: int) -> Matrix:
    """Disagreement |i − j| (Cicchetti & Allison 1971), scaled to 1 at the far corner."""
    i = np.arange(k)
    return np.abs(i[:, None] - i[None, :]) / max(k - 1, 1)


def quadratic_weights(k: int) -> Matrix:
    """Disagreement (i − j)² (Fleiss & Cohen 1973), scaled to 1 at the far corner."""
    return linear_weights(k) ** 2


def confusions(data: Ratings, one: int, other: int) -> tuple[Vector, int]:
    """A flattened K × K table per document of the items both rated, and how many were left out."""
    k = len(data.categories)
    left, right = data.codes[:, one], data.codes[:, other]
    both = (left >= 0) & (right >= 0)
    rows = np.zeros((len(data.codes), k * k))
    where = np.nonzero(both)[0]
    rows[where, left[both] * k + right[both]] = 1
    return data.by_document(rows), int(len(both) - both.sum())


class _Pair:
    """A coefficient of one K × K table."""

    unit = "rating"
    bounds = (-1.0, 1.0)
    needs_order = False

    def prepare(self, data: Ratings) -> Sums:
        if len(data.raters) > 2:
            return undefined("needs_two_raters", pairs=self._pairs(data))
        return self._prepared(data, 0, 1)

    def _prepared(self, data: Ratings, one: int, other: int) -> Sums:
        if len(data.raters) < 2:
            return undefined("no_data")
        if self.needs_order and not data.ordered:
            return undefined("order_undeclared")
        rows, excluded = confusions(data, one, other)
        k = len(data.categories)
        return Sums(
            rows,
            lambda total: self._of(total.reshape(k, k)),
            int(rows.sum()),
            {"not_rated_by_both": excluded} if excluded else {},
        )

    def _of(self, table: Matrix) -> Estimate:
        if not table.sum():
            return Estimate(None, "no_data")
        return self.of(table)

    def of(self, table: Matrix) -> Estimate:
        """The coefficient of one table; for those that need more, `_of` is replaced."""
        raise TypeError(f"{type(self).__name__} has no formula")

    def _pairs(self, data: Ratings) -> list[dict[str, Any]]:
        """The value of every pair, for those who have more than two raters."""
        pairs = []
        for one, other in data.pairs():
            sums = self._prepared(data, one, other)
            estimate = sums.estimate()
            pairs.append(
                {
                    "raters": [data.raters[one], data.raters[other]],
                    "value": estimate.value,
                    "reason": estimate.reason,
                    "n": sums.n,
                }
            )
        return pairs


class Percent(_Pair):
    key = "percent"
    title = "Per cent agreement"
    source = "observed agreement p_o; interval for independent items: Wilson 1927"
    bounds = (0.0, 1.0)

    def prepare(self, data: Ratings) -> Sums:
        """For any number of raters: the share of agreeing pairs among all pairs of ratings."""
        counts = data.counts().astype(float)
        agreeing = (counts * (counts - 1)).sum(axis=1) / 2
        ratings = counts.sum(axis=1)
        pairs = ratings * (ratings - 1) / 2
        rows = data.by_document(np.column_stack([agreeing, pairs])) if len(counts) else np.zeros((0, 2))
        alone = int((ratings < 2).sum())
        return Sums(rows, self._share, int(pairs.sum()), {"rated_once": alone} if alone else {})

    @staticmethod
    def _share(total: Vector) -> Estimate:
        agreeing, pairs = total
        if not pairs:
            return Estimate(None, "no_data")
        return Estimate(agreeing / pairs, details={"wilson": list(wilson(agreeing, pairs))})


class Cohen(_Pair):
    key = "cohen"
    title = "Cohen's kappa"
    source = "Cohen 1960; standard errors: Fleiss, Cohen & Everitt 1969"
    weights: Callable[[int], Matrix] = staticmethod(nominal_weights)

    def of(self, table: Matrix) -> Estimate:
        return weighted_kappa(table, self.weights(len(table)))


class KappaLinear(Cohen):
    key = "kappa-linear"
    title = "Weighted kappa, linear"
    source = "Cohen 1968 with weights |i − j|"
    needs_order = True
    weights = staticmethod(linear_weights)


class KappaQuadratic(Cohen):
    key = "kappa-quadratic"
    title = "Weighted kappa, quadratic"
    source = "Cohen 1968 with weights (i − j)²"
    needs_order = True
    weights = staticmethod(quadratic_weights)


class Scott(_Pair):
    key = "scott"
    title = "Scott's pi"
    source = "Scott 1955"

    def of(self, table: Matrix) -> Estimate:
        p = table / table.sum()
        pooled = (p.sum(axis=0) + p.sum(axis=1)) / 2
        return chance_corrected(float(np.trace(p)), float(pooled @ pooled))


def chance_corrected(observed: float, expected: float, **details: Any) -> Estimate:
    """(p_o − p_e) / (1 − p_e); undefined where chance alone gives certain agreement."""
    said = {"observed": observed, "expected": expected, **details}
    if expected >= 1 - 1e-12:
        return Estimate(None, "no_variation", said)
    return Estimate((observed - expected) / (1 - expected), details=said)


def weighted_kappa(table: Matrix, disagreement: Matrix) -> Estimate:
    """κ_w = 1 − Σ v p / Σ v p_i· p_·j, with its standard errors under the data and under chance."""
    n = float(table.sum())
    p = table / n
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    by_chance = np.outer(rows, columns)
    observed, expected = float((disagreement * p).sum()), float((disagreement * by_chance).sum())
    agreement = chance_corrected(1 - observed, 1 - expected)
    if agreement.value is None:
        return agreement
    errors = _standard_errors(p, 1 - disagreement, agreement.value, n)
    details = agreement.details | errors | {"maximum": _maximum(rows, columns, disagreement, expected)}
    constant = (rows > 0).sum() == 1 or (columns > 0).sum() == 1
    return Estimate(agreement.value, "", details, ("one_rater_constant",) if constant else ())


def _standard_errors(p: Matrix, weights: Matrix, kappa: float, n: float) -> dict[str, float]:
    """Fleiss, Cohen & Everitt 1969, for agreement weights (identity gives Cohen's kappa)."""
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    by_chance = np.outer(rows, columns)
    expected = float((weights * by_chance).sum())
    mean = (weights @ columns)[:, None] + (rows @ weights)[None, :]
    scale = n * (1 - expected) ** 2
    variance = (p * (weights - mean * (1 - kappa)) ** 2).sum() - (kappa - expected * (1 - kappa)) ** 2
    variance0 = (by_chance * (weights - mean) ** 2).sum() - expected**2
    return {"se": sqrt(max(variance / scale, 0)), "se0": sqrt(max(variance0 / scale, 0))}


def _maximum(rows: Vector, columns: Vector, disagreement: Matrix, expected: float) -> float | None:
    """The greatest kappa the two raters' own shares allow (Cohen 1960); for plain kappa only."""
    if not np.array_equal(disagreement, nominal_weights(len(rows))):
        return None
    return float((np.minimum(rows, columns).sum() - (1 - expected)) / expected)
