"""More than two raters: Fleiss, Randolph, Conger (Hubert, Davies & Fleiss), Light."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from app.agreement.metrics.data import MOST_CELLS, Ratings
from app.agreement.metrics.kappa import (
    chance_corrected,
    confusions,
    linear_weights,
    nominal_weights,
    quadratic_weights,
    weighted_kappa,
)
from app.agreement.metrics.protocol import Estimate, Sums, Vector, undefined


class Fleiss:
    key = "fleiss"
    title = "Fleiss' kappa"
    unit = "rating"
    source = "Fleiss 1971; error under chance: Fleiss, Nee & Landis 1979"
    bounds = (-1.0, 1.0)

    def prepare(self, data: Ratings) -> Sums:
        """Refuses items rated by differing numbers of raters; Krippendorff's alpha takes those."""
        counts = data.counts()[data.counts().sum(axis=1) > 0] if len(data.codes) else data.counts()
        sizes = sorted(set(counts.sum(axis=1).tolist()))
        if not sizes or sizes == [1]:
            return undefined("no_data")
        if len(sizes) > 1:
            return undefined("unequal_raters", ratings_per_item=sizes, instead="alpha-nominal")
        n, said = int(sizes[0]), data.only(data.codes.max(axis=1) >= 0)
        rows = np.hstack([counts, counts * counts])
        k = len(data.categories)
        return Sums(
            said.by_document(rows.astype(float)),
            lambda total: self._of(total[:k], total[k:], n),
            len(counts),
        )

    def _of(self, counts: Vector, squares: Vector, n: int) -> Estimate:
        items = counts.sum() / n
        if not items:
            return Estimate(None, "no_data")
        p = counts / counts.sum()
        observed = float((squares.sum() - items * n) / (items * n * (n - 1)))
        answer = chance_corrected(observed, self.expected(p))
        if answer.value is None:
            return answer
        more = self.errors(p, items, n) | {"categories": _by_category(counts, squares, n)}
        return Estimate(answer.value, details=answer.details | more)

    def errors(self, p: Vector, items: float, n: int) -> dict[str, float]:
        return _fleiss_errors(p, items, n)

    def expected(self, p: Vector) -> float:
        return float(p @ p)


class Randolph(Fleiss):
    key = "randolph"
    title = "Randolph's free-marginal kappa"
    source = (
        "Randolph 2005; chance is 1/K over the declared categories. Missing ratings: as Randolph defines it, only for"
        " items of equally many ratings, else undefined (unequal_raters); Gwet's Brennan-Prediger for unequal numbers"
        " is another estimator"
    )

    def expected(self, p: Vector) -> float:
        return 1 / len(p)

    def errors(self, p: Vector, items: float, n: int) -> dict[str, float]:
        return {}


def _fleiss_errors(p: Vector, items: float, n: int) -> dict[str, float]:
    pq = float((p * (1 - p)).sum())
    expected = float(p @ p)
    scale = 2 / (items * n * (n - 1))
    spread = expected - (2 * n - 3) * expected**2 + 2 * (n - 2) * float((p**3).sum())
    chance = (pq**2 - float((p * (1 - p) * (1 - 2 * p)).sum())) / pq**2
    return {"se": sqrt(max(scale * spread, 0)) / (1 - expected), "se0": sqrt(max(scale * chance, 0))}


def _by_category(counts: Vector, squares: Vector, n: int) -> list[float | None]:
    """κ_j = 1 − Σ n_ij (n − n_ij) / (N n (n − 1) p_j (1 − p_j)), in the order of the categories."""
    items = counts.sum() / n
    p = counts / counts.sum()
    disagreeing = n * counts - squares
    scale = items * n * (n - 1) * p * (1 - p)
    return [float(1 - d / s) if s > 0 else None for d, s in zip(disagreeing, scale, strict=True)]


class _Pairwise:
    """A coefficient of all pairs' tables; pairs are compared on the items both rated."""

    unit = "rating"
    bounds = (-1.0, 1.0)

    needs_order = False

    def prepare(self, data: Ratings) -> Sums:
        pairs = list(data.pairs())
        if not pairs:
            return undefined("no_data")
        if self.needs_order and not data.ordered:
            return undefined("order_undeclared")
        if len(pairs) * len(set(data.documents)) * len(data.categories) ** 2 > MOST_CELLS:
            return undefined("too_many_categories")
        tables = [confusions(data, one, other) for one, other in pairs]
        k = len(data.categories)
        excluded = sum(left_out for _, left_out in tables)
        return Sums(
            np.hstack([rows for rows, _ in tables]),
            lambda total: self._of(total.reshape(len(pairs), k, k)),
            int(sum(rows.sum() for rows, _ in tables)),
            {"not_rated_by_both": excluded} if excluded else {},
        )

    def _of(self, tables: NDArray[np.float64]) -> Estimate:
        filled = [table for table in tables if table.sum()]
        return self.of(filled) if filled else Estimate(None, "no_data")

    def of(self, tables: list[NDArray[np.float64]]) -> Estimate:
        """The coefficient of the tables of all pairs."""
        raise TypeError(f"{type(self).__name__} has no formula")


class Conger(_Pairwise):
    key = "conger"
    title = "Conger's kappa"
    source = (
        "Conger 1980 (Hubert 1977, Davies & Fleiss 1982): p_o and p_e averaged over pairs. Missing ratings: each pair"
        " on the items both rated, every pair of the same weight; Gwet 2014 takes each rater's margins over all their"
        " items, and p_o over items of two or more ratings, which is another estimator"
    )

    def of(self, tables: list[NDArray[np.float64]]) -> Estimate:
        shares = [table / table.sum() for table in tables]
        observed = [float(np.trace(p)) for p in shares]
        expected = [float(p.sum(axis=0) @ p.sum(axis=1)) for p in shares]
        return chance_corrected(float(np.mean(observed)), float(np.mean(expected)))


class Light(_Pairwise):
    key = "light"
    title = "Light's kappa"
    source = "Light 1971: the mean of all pairs' kappas"
    weights: Callable[[int], NDArray[np.float64]] = staticmethod(nominal_weights)

    def of(self, tables: list[NDArray[np.float64]]) -> Estimate:
        """Pairs without a kappa of their own are left out of the mean, and counted."""
        found = [weighted_kappa(table, self.weights(len(table))).value for table in tables]
        values = [value for value in found if value is not None]
        if not values:
            return Estimate(None, "no_variation")
        missing = len(found) - len(values)
        warnings = ("pairs_without_variation",) if missing else ()
        return Estimate(float(np.mean(values)), "", {"pairs": len(values), "pairs_undefined": missing}, warnings)


class LightLinear(Light):
    key = "light-linear"
    title = "Mean of pairs' linear weighted kappas"
    source = "Light 1971 over Cohen 1968 with weights |i − j|"
    needs_order = True
    weights = staticmethod(linear_weights)


class LightQuadratic(Light):
    key = "light-quadratic"
    title = "Mean of pairs' quadratic weighted kappas"
    source = "Light 1971 over Cohen 1968 with weights (i − j)²"
    needs_order = True
    weights = staticmethod(quadratic_weights)
