"""Spans: F1 strict and relaxed, with and without labels, and Dice over characters."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import Any

import numpy as np

from app.agreement.matching import maximum_matching, overlapping_pairs
from app.agreement.metrics.data import MarkedSpan, Reading, Spans
from app.agreement.metrics.protocol import Estimate, Sums, Vector, undefined

_PAIR = 1_000_000_000  # one more pair outweighs any overlap


def strict_matches(one: list[MarkedSpan], other: list[MarkedSpan], *, typed: bool = True) -> int:
    """Spans with the same fragments (and label), each counted once."""

    def key(span: MarkedSpan) -> Any:
        return (span.label, span.fragments) if typed else span.fragments

    return sum((Counter(map(key, one)) & Counter(map(key, other))).values())


def relaxed_matching(one: list[MarkedSpan], other: list[MarkedSpan], *, typed: bool = True) -> dict[int, int]:
    """The largest one-to-one matching of overlapping spans, of greatest overlap among those.

    One-to-one, because otherwise one long span would match everything under it.
    """
    weights = {
        (i, j): _PAIR + shared
        for i, j, shared in overlapping_pairs([s.fragments for s in one], [s.fragments for s in other])
        if not typed or one[i].label == other[j].label
    }
    return maximum_matching(weights)


class PairwiseF1:
    """Mean over pairs of readers of 2 · matched / (spans of one + spans of the other)."""

    key: str
    title: str
    unit = "span"
    bounds = (0.0, 1.0)
    source = "Hripcsak & Rothschild 2005: F1 between readers is positive specific agreement"
    empty: float | None = None  # the value where neither reader marked anything

    def matches(self, one: Reading, other: Reading) -> tuple[int, int, int]:
        """What was matched, and how much each reader has."""
        raise TypeError(f"{type(self).__name__} does not say what matches")

    def prepare(self, data: Spans) -> Sums:
        pairs = list(combinations(data.raters, 2))
        if not pairs:
            return undefined("no_data")
        rows = np.zeros((len(data.readings), 4 * len(pairs)))
        alone = 0
        for d, readers in enumerate(data.readings.values()):
            for p, (one, other) in enumerate(pairs):
                if one in readers and other in readers:
                    rows[d, 4 * p : 4 * p + 4] = (*self.matches(readers[one], readers[other]), 1)
                elif one in readers or other in readers:
                    alone += 1
        return self.tabulated(rows, pairs, {"document_of_one_reader": alone} if alone else {})

    def tabulated(self, rows: Vector, pairs: list[tuple[str, str]], excluded: dict[str, int]) -> Sums:
        """The same from what was counted before: for each pair of raters matched, first, second, and 1 where both read.

        `rows` is documents × 4 · pairs, in the order of `pairs`.
        """
        compared = int(rows.reshape(len(rows), len(pairs), 4)[:, :, 1:3].sum())
        return Sums(rows, lambda total: self._of(total, pairs), compared, excluded, many=self._many)

    def _many(self, totals: Vector) -> Vector:
        """What `_of` says, of many totals at once."""
        table = totals.reshape(len(totals), -1, 4)
        marked = table[:, :, 1] + table[:, :, 2]
        empty = np.nan if self.empty is None else self.empty
        values = np.where(marked > 0, 2 * table[:, :, 0] / np.where(marked > 0, marked, 1), empty)
        there = (table[:, :, 3] > 0) & ~np.isnan(values)
        counted = there.sum(axis=1)
        summed: Vector = np.where(there, values, 0).sum(axis=1)
        return np.where(counted > 0, summed / np.maximum(counted, 1), np.nan)

    def _of(self, total: Vector, pairs: list[tuple[str, str]]) -> Estimate:
        table = total.reshape(len(pairs), 4)
        each = [self._pair(names, *row) for names, row in zip(pairs, table, strict=True) if row[3]]
        values = [pair["value"] for pair in each if pair["value"] is not None]
        if not values:
            return Estimate(None, "no_data", {"pairs": each})
        empty = not table[:, 1:3].sum()
        return Estimate(float(np.mean(values)), "", {"pairs": each}, ("nothing_marked",) if empty else ())

    def _pair(self, names: tuple[str, str], matched: float, one: float, other: float, _: float) -> dict[str, Any]:
        value = 2 * matched / (one + other) if one + other else self.empty
        return {
            "raters": list(names),
            "value": value,
            "matched": int(matched),
            "first": int(one),
            "second": int(other),
            # The first reader taken as the reference: swapped readers swap these two.
            "precision": matched / other if other else None,
            "recall": matched / one if one else None,
        }


class F1Strict(PairwiseF1):
    key = "f1-strict"
    title = "Span F1, same edges and label"
    typed = True

    def matches(self, one: Reading, other: Reading) -> tuple[int, int, int]:
        return strict_matches(one.spans, other.spans, typed=self.typed), len(one.spans), len(other.spans)


class F1StrictUntyped(F1Strict):
    key = "f1-strict-untyped"
    title = "Span F1, same edges"
    typed = False


class F1Relaxed(PairwiseF1):
    key = "f1-relaxed"
    title = "Span F1, overlap and same label"
    typed = True

    def matches(self, one: Reading, other: Reading) -> tuple[int, int, int]:
        matched = relaxed_matching(one.spans, other.spans, typed=self.typed)
        return len(matched), len(one.spans), len(other.spans)


class F1RelaxedUntyped(F1Relaxed):
    key = "f1-relaxed-untyped"
    title = "Span F1, overlap"
    typed = False


class Dice(PairwiseF1):
    """2 |A ∩ B| / (|A| + |B|) over sets of (label, character); 1 where neither marked anything."""

    key = "dice"
    title = "Character Dice, by label"
    source = "Dice 1945, Sørensen 1948, over characters"
    typed = True
    empty = 1.0

    def matches(self, one: Reading, other: Reading) -> tuple[int, int, int]:
        left, right = self._characters(one.spans), self._characters(other.spans)
        return len(left & right), len(left), len(right)

    def _characters(self, spans: list[MarkedSpan]) -> set[tuple[str, int]]:
        return {
            (span.label if self.typed else "", position)
            for span in spans
            for start, end in span.fragments
            for position in range(start, end)
        }


class DiceUntyped(Dice):
    key = "dice-untyped"
    title = "Character Dice"
    typed = False
