"""From entries to the sums of a figure: the same that `flask agreement compute` makes of the exported readings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from app.agreement.metrics.code_sets import CODE_SETS
from app.agreement.metrics.continuum import Continuum
from app.agreement.metrics.data import Ratings
from app.agreement.metrics.protocol import METRICS, Metric, Sums, undefined
from app.agreement.metrics.spans import PairwiseF1
from app.agreement.tallies import LINKS, TOLERANT, TYPED, UNTYPED
from app.annotation.vocabulary import AXES
from app.quality.agreement.entries import FigureEntry

_OF_MARKS: tuple[PairwiseF1 | Continuum, ...] = (*TYPED, *UNTYPED, *TOLERANT, *LINKS, *CODE_SETS)
MARKS = {metric.key: metric for metric in _OF_MARKS}


def metric_of(key: str) -> Any:
    """A metric of marks or of ratings. Raises NotFound."""
    return MARKS.get(key) or METRICS.get(key)


def mark_sums(entries: Sequence[FigureEntry], metric: PairwiseF1 | Continuum, label: str) -> Sums:
    """Sums of a metric of spans, relations or code sets over pairs of raters, one row a document."""
    pairs = sorted({_ordered(one, other)[:2] for entry in entries for one, other, _ in entry.pairs})
    if not pairs:
        return undefined("no_data")
    place = {pair: n for n, pair in enumerate(pairs)}
    documents = {item: n for n, item in enumerate(dict.fromkeys(entry.item for entry in entries))}
    rows = np.zeros((len(documents), 4 * len(pairs)))
    is_symmetric = isinstance(metric, Continuum)
    for entry in entries:
        for one, other, tally in entry.pairs:
            first, second, swapped = _ordered(one, other)
            matched, a, b = tally["marks"].get(metric.key, {}).get(label, (0, 0, 0))
            begin = 4 * place[first, second]
            ends = (b, a) if swapped and not is_symmetric else (a, b)
            rows[documents[entry.item], begin : begin + 4] += (matched, *ends, 1)
    alone = sum(not entry.pairs for entry in entries)
    return metric.tabulated(rows, pairs, {"document_of_one_reader": alone} if alone else {})


def _ordered(one: str, other: str) -> tuple[str, str, bool]:
    return (one, other, False) if one <= other else (other, one, True)


def rating_sums(entries: Sequence[FigureEntry], metric: Metric, what: tuple[str, str], label: str) -> Sums:
    """Sums of a coefficient over judgements of one kind and key; of all labels together where `label` is empty."""
    table = ratings_of_entries(entries, what, label)
    if not len(table.codes):
        return undefined("no_data")
    return metric.prepare(table)


def ratings_of_entries(entries: Sequence[FigureEntry], what: tuple[str, str], label: str) -> Ratings:
    """Judgements as a table, one row each, as if they had been read one by one."""
    kind, key = what
    found = [
        (entry, values, count)
        for entry in entries
        for name, rows in entry.ratings.get(kind, {}).get(key, {}).items()
        if label in ("", name)
        for values, count in rows
    ]
    raters = tuple(sorted({rater for entry in entries for rater in entry.raters}))
    categories = _categories(what, {value for _, values, _ in found for value in values if value is not None})
    index, column = {c: n for n, c in enumerate(categories)}, {r: n for n, r in enumerate(raters)}
    codes = np.full((len(found), len(raters)), -1, dtype=np.int64)
    for n, (entry, values, _) in enumerate(found):
        for rater, value in zip(entry.raters, values, strict=True):
            if value is not None:
                codes[n, column[rater]] = index[value]
    counts = np.array([count for _, _, count in found], dtype=np.int64)
    documents = tuple(np.repeat([str(entry.item) for entry, _, _ in found], counts)) if found else ()
    positive = "positive" if "positive" in index else None
    return Ratings(raters, categories, np.repeat(codes, counts, axis=0), documents, positive=positive)


def _categories(what: tuple[str, str], seen: Iterable[str]) -> tuple[str, ...]:
    """Of an assertion the values its axis has, whether or not they occurred (domain C.2)."""
    kind, key = what
    declared = AXES.get(key, ()) if kind == "assertion" else ()
    named = tuple(value if isinstance(value, str) else str(value).lower() for value in declared)
    return (*named, *sorted(set(seen) - set(named)))
