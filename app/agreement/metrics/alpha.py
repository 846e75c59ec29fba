"""Krippendorff's alpha: any number of raters, missing ratings, four levels of measurement."""

from __future__ import annotations

from collections.abc import Callable
from math import lcm

import numpy as np
from numpy.typing import NDArray

from app.agreement.metrics.data import Ratings
from app.agreement.metrics.protocol import Estimate, Sums, Vector, undefined

Matrix = NDArray[np.float64]


def nominal(scores: Vector, counts: Vector) -> Matrix:
    return 1.0 - np.eye(len(counts))


def ordinal(scores: Vector, counts: Vector) -> Matrix:
    """δ² = (Σ_{g=c}^{k} n_g − (n_c + n_k) / 2)²: ranks, as far as the data fill them."""
    running = np.cumsum(counts) - counts / 2
    return np.asarray((running[:, None] - running[None, :]) ** 2)


def interval(scores: Vector, counts: Vector) -> Matrix:
    return np.asarray((scores[:, None] - scores[None, :]) ** 2)


def ratio(scores: Vector, counts: Vector) -> Matrix:
    total = scores[:, None] + scores[None, :]
    apart = scores[:, None] - scores[None, :]
    return np.asarray(np.divide(apart, total, out=np.zeros_like(apart), where=total != 0) ** 2)


class _Alpha:
    unit = "rating"
    bounds = (-1.0, 1.0)
    source = "Krippendorff 2011, Computing Krippendorff's alpha-reliability"
    distance: Callable[[Vector, Vector], Matrix]
    needs_numbers = False
    needs_order = False

    def prepare(self, data: Ratings) -> Sums:
        scores = data.scores
        if self.needs_numbers and (scores is None or (self.distance is ratio and min(scores, default=0) < 0)):
            return undefined("not_numeric")
        if self.needs_order and not data.ordered:
            return undefined("order_undeclared")
        counts = data.counts()
        sizes = counts.sum(axis=1)
        alone = int((sizes < 2).sum())
        pairable = data.only(sizes >= 2)
        counts, sizes = counts[sizes >= 2], sizes[sizes >= 2]
        if not len(counts):
            return undefined("no_data")
        # Coincidences have the denominator m − 1; a common multiple keeps the sums whole numbers.
        scale = lcm(*{int(m) - 1 for m in sizes})
        k = len(data.categories)
        weight = (scale // (sizes - 1)).astype(float)[:, None, None]
        within = counts[:, :, None] * counts[:, None, :] - counts[:, :, None] * np.eye(k)
        rows = pairable.by_document((within * weight).reshape(len(counts), k * k))
        numbers = np.array(scores if scores is not None else range(k), dtype=float)
        return Sums(
            rows,
            lambda total: self._of(total.reshape(k, k) / scale, numbers),
            int(sizes.sum()),
            {"rated_once": alone} if alone else {},
            many=self._many(k, scale),
        )

    def _many(self, k: int, scale: int) -> Callable[[Vector], Vector] | None:
        """The same of many totals at once; only where distances do not depend on the totals."""
        return None

    def _of(self, coincidences: Matrix, scores: Vector) -> Estimate:
        counts = coincidences.sum(axis=1)
        n = float(counts.sum())
        if n < 2:
            return Estimate(None, "no_data")
        apart = type(self).distance(scores, counts)
        observed = float((coincidences * apart).sum()) / n
        expected = float((np.outer(counts, counts) * apart).sum()) / (n * (n - 1))
        details = {"observed_disagreement": observed, "expected_disagreement": expected}
        if expected <= 0:
            return Estimate(None, "no_variation", details)
        return Estimate(1 - observed / expected, details=details)


class AlphaNominal(_Alpha):
    key = "alpha-nominal"
    title = "Krippendorff's alpha, nominal"
    distance = staticmethod(nominal)

    def _many(self, k: int, scale: int) -> Callable[[Vector], Vector]:
        def values(totals: Vector) -> Vector:
            tables = totals.reshape(-1, k, k) / scale
            counts = tables.sum(axis=2)
            n = counts.sum(axis=1)
            apart = n - np.trace(tables, axis1=1, axis2=2)
            by_chance = n * n - (counts * counts).sum(axis=1)
            defined = (n >= 2) & (by_chance > 0)
            return np.where(defined, 1 - (n - 1) * apart / np.where(defined, by_chance, 1), np.nan)

        return values


class AlphaOrdinal(_Alpha):
    key = "alpha-ordinal"
    title = "Krippendorff's alpha, ordinal"
    distance = staticmethod(ordinal)
    needs_order = True


class AlphaInterval(_Alpha):
    key = "alpha-interval"
    title = "Krippendorff's alpha, interval"
    distance = staticmethod(interval)
    needs_numbers = True


class AlphaRatio(_Alpha):
    key = "alpha-ratio"
    title = "Krippendorff's alpha, ratio"
    distance = staticmethod(ratio)
    needs_numbers = True
