"""What coefficients are computed from: a table of ratings, or spans by document and reader."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

CountTable = NDArray[np.int64]
# Tables of categories × categories per item: beyond this the data are measurements, not categories.
MOST_CELLS = 100_000_000


@dataclass(frozen=True)
class Ratings:
    """Items × raters. `codes[i, r]` is an index into `categories`, or −1 where nothing was said.

    `documents[i]` is what the bootstrap resamples. `ordered` says that the order of `categories` was
    declared or is that of numbers; alphabetical order never counts.
    """

    raters: tuple[str, ...]
    categories: tuple[str, ...]
    codes: CountTable
    documents: tuple[str, ...]
    ordered: bool = False
    positive: str | None = None

    @classmethod
    def from_cells(
        cls,
        cells: Iterable[tuple[str, str, str]],
        *,
        categories: tuple[str, ...] | None = None,
        documents: dict[str, str] | None = None,
        positive: str | None = None,
    ) -> Ratings:
        """From ``(item, rater, value)``; `categories` declares the set and its order."""
        known = list(cells)
        items = list(dict.fromkeys(item for item, _, _ in known))
        raters = tuple(sorted({rater for _, rater, _ in known}))
        values, ordered = _category_order({value for _, _, value in known}, categories)
        row = {item: i for i, item in enumerate(items)}
        column = {rater: r for r, rater in enumerate(raters)}
        index = {value: k for k, value in enumerate(values)}
        codes = np.full((len(items), len(raters)), -1, dtype=np.int64)
        for item, rater, value in known:
            codes[row[item], column[rater]] = index[value]
        home = documents or {}
        return cls(raters, values, codes, tuple(home.get(item, item) for item in items), ordered, positive)

    @property
    def scores(self) -> list[float] | None:
        """The categories as numbers, or None where one is no finite number."""
        try:
            scores = [float(category) for category in self.categories]
        except ValueError:
            return None
        return scores if all(np.isfinite(scores)) else None

    def counts(self) -> CountTable:
        """Items × categories: how many raters said it."""
        shape = (len(self.codes), len(self.categories))
        counts = np.zeros(shape, dtype=np.int64)
        for column in self.codes.T:
            said = column >= 0
            np.add.at(counts, (np.nonzero(said)[0], column[said]), 1)
        return counts

    def pairs(self) -> Iterator[tuple[int, int]]:
        return combinations(range(len(self.raters)), 2)

    def by_document(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Rows per item added up to rows per document."""
        names = {document: d for d, document in enumerate(dict.fromkeys(self.documents))}
        totals = np.zeros((len(names), rows.shape[1]))
        np.add.at(totals, [names[document] for document in self.documents], rows)
        return totals

    def only(self, keep: NDArray[np.bool_]) -> Ratings:
        kept = tuple(d for d, k in zip(self.documents, keep, strict=True) if k)
        return replace(self, codes=self.codes[keep], documents=kept)


def _category_order(seen: set[str], declared: tuple[str, ...] | None) -> tuple[tuple[str, ...], bool]:
    if declared is not None:
        return declared + tuple(sorted(seen - set(declared))), seen <= set(declared)
    try:
        return tuple(sorted(seen, key=float)), True
    except ValueError:
        return tuple(sorted(seen)), False


Fragments = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class MarkedSpan:
    label: str
    fragments: Fragments


@dataclass(frozen=True)
class Link:
    """A relation between two spans of one reader; its direction counts."""

    type: str
    head: MarkedSpan
    tail: MarkedSpan


@dataclass
class Reading:
    """All that one reader marked in one document."""

    spans: list[MarkedSpan] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)


@dataclass
class Spans:
    """`readings[document][rater]`; a reader who marked nothing has an empty reading, not none."""

    readings: dict[str, dict[str, Reading]]
    texts: dict[str, str] = field(default_factory=dict)

    @property
    def raters(self) -> tuple[str, ...]:
        return tuple(sorted({rater for readers in self.readings.values() for rater in readers}))
