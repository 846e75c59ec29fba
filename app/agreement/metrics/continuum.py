"""What metrics of a continuum share: observed over expected cost, document by document, pair by pair of readers."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from app.agreement.metrics.data import MarkedSpan, Reading, Spans
from app.agreement.metrics.protocol import Estimate, Sums, Vector, undefined

# Costs are kept in thousandths, so that they are whole numbers in stored tallies and the same everywhere.
THOUSAND = 1000


class Continuum:
    """Mean over pairs of readers of 1 − observed ÷ expected cost, both summed over documents.

    A document is one continuum of as many places as its text has code points; without texts it ends with its last
    mark, and a warning says so. Documents weigh by their expected cost, as their marks would in one long text.
    """

    key: str
    title: str
    source: str
    unit = "span"
    bounds = (float("-inf"), 1.0)
    #: observed and expected do not change places when readers do
    is_symmetric = True

    def cost(self, one: list[MarkedSpan], other: list[MarkedSpan], length: int) -> tuple[int, int]:
        """(observed, expected) cost of a document, in thousandths; (0, 0) where nobody marked anything."""
        raise TypeError(f"{type(self).__name__} does not say what it costs")

    def matches(self, one: Reading, other: Reading, length: int) -> tuple[int, int, int]:
        """(observed, expected, marks of both) of one document."""
        return *self.cost(one.spans, other.spans, length), len(one.spans) + len(other.spans)

    def prepare(self, data: Spans) -> Sums:
        pairs = list(combinations(data.raters, 2))
        if not pairs:
            return undefined("no_data")
        rows = np.zeros((len(data.readings), 4 * len(pairs)))
        alone = 0
        for d, (document, readers) in enumerate(data.readings.items()):
            length = _length(data.texts.get(document), readers)
            for p, (one, other) in enumerate(pairs):
                if one in readers and other in readers:
                    rows[d, 4 * p : 4 * p + 4] = (*self.matches(readers[one], readers[other], length), 1)
                elif one in readers or other in readers:
                    alone += 1
        sums = self.tabulated(rows, pairs, {"document_of_one_reader": alone} if alone else {})
        if all(document in data.texts for document in data.readings):
            return sums
        return Sums(sums.rows, sums.value, sums.n, sums.excluded, ("ends_with_the_last_mark",), sums.many)

    def tabulated(self, rows: Vector, pairs: list[tuple[str, str]], excluded: dict[str, int]) -> Sums:
        """The same from what was counted before: a pair has observed, expected, marks, and 1 where both read.

        `rows` is documents × 4 · pairs, in the order of `pairs`.
        """
        compared = int(rows.reshape(len(rows), len(pairs), 4)[:, :, 2].sum())
        return Sums(rows, lambda total: self._of(total, pairs), compared, excluded, many=self._many)

    def _many(self, totals: Vector) -> Vector:
        table = totals.reshape(len(totals), -1, 4)
        there = (table[:, :, 3] > 0) & (table[:, :, 1] > 0)
        values = 1 - table[:, :, 0] / np.where(there, table[:, :, 1], 1)
        counted = there.sum(axis=1)
        summed: Vector = np.where(there, values, 0).sum(axis=1)
        return np.where(counted > 0, summed / np.maximum(counted, 1), np.nan)

    def _of(self, total: Vector, pairs: list[tuple[str, str]]) -> Estimate:
        table = total.reshape(len(pairs), 4)
        each = [_pair(names, *row) for names, row in zip(pairs, table, strict=True) if row[3]]
        values = [pair["value"] for pair in each if pair["value"] is not None]
        if not values:
            # Marks, and no cost however they are laid: everything is marked by everybody.
            return Estimate(None, "no_variation" if table[:, 2].sum() else "no_data", {"pairs": each})
        observed, expected = (float(table[:, n].sum()) / THOUSAND for n in (0, 1))
        return Estimate(float(np.mean(values)), "", {"pairs": each, "observed": observed, "expected": expected})


def _pair(names: tuple[str, str], observed: float, expected: float, marks: float, _: float) -> dict[str, Any]:
    return {
        "raters": list(names),
        "value": 1 - observed / expected if expected else None,
        "observed": observed / THOUSAND,
        "expected": expected / THOUSAND,
        "marks": int(marks),
    }


def _length(text: str | None, readers: dict[str, Reading]) -> int:
    if text is not None:
        return len(text)
    return max((s.fragments[-1][1] for reading in readers.values() for s in reading.spans), default=0)
