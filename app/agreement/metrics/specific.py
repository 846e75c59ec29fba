"""Specific agreement: how far raters agree on one category, without a chance term."""

from __future__ import annotations

import numpy as np

from app.agreement.metrics.data import Ratings
from app.agreement.metrics.protocol import Estimate, Sums, Vector, undefined

# What is taken for the positive category where nobody declared it.
POSITIVE = ("1", "1.0", "yes", "y", "true", "positive", "pos", "present", "+")


class SpecificPositive:
    """2a / (2a + b + c), pooled over pairs of raters: equals F1 between the raters."""

    key = "psa-positive"
    title = "Positive specific agreement"
    unit = "rating"
    source = "Hripcsak & Rothschild 2005; Cicchetti & Feinstein 1990"
    bounds = (0.0, 1.0)
    positive = True

    def prepare(self, data: Ratings) -> Sums:
        counts = data.counts().astype(float)
        if not len(counts):
            return undefined("no_data")
        others = counts.sum(axis=1, keepdims=True) - 1
        rows = data.by_document(np.hstack([counts * (counts - 1), counts * np.maximum(others, 0)]))
        compared = int(rows[:, len(data.categories) :].sum() / 2)
        if not compared:
            return undefined("no_data")
        k, chosen = len(data.categories), _positive(data)
        return Sums(rows, lambda total: self._of(total[:k], total[k:], chosen, data.categories), compared)

    def _of(self, agreed: Vector, paired: Vector, chosen: int | None, categories: tuple[str, ...]) -> Estimate:
        each = {name: float(a / p) if p else None for name, a, p in zip(categories, agreed, paired, strict=True)}
        if chosen is None:
            return Estimate(None, "positive_undeclared", {"categories": each})
        wanted = np.arange(len(categories)) == chosen
        if not self.positive:
            if len(categories) > 2:
                return Estimate(None, "too_many_categories", {"categories": each})
            wanted = ~wanted
        total = paired[wanted].sum()
        if not total:
            return Estimate(None, "no_data", {"categories": each})
        return Estimate(float(agreed[wanted].sum() / total), details={"categories": each})


class SpecificNegative(SpecificPositive):
    """2d / (2d + b + c); for two categories."""

    key = "psa-negative"
    title = "Negative specific agreement"
    positive = False


def _positive(data: Ratings) -> int | None:
    if data.positive is not None:
        return data.categories.index(data.positive) if data.positive in data.categories else None
    found = [k for k, name in enumerate(data.categories) if name.casefold() in POSITIVE]
    return found[0] if len(found) == 1 and len(data.categories) <= 2 else None
