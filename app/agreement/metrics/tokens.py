"""Labels per token or character: the table they make, and kappa over it."""

from __future__ import annotations

import re

import numpy as np

from app.agreement.metrics.data import Ratings, Reading, Spans
from app.agreement.metrics.kappa import Cohen
from app.agreement.metrics.protocol import Sums

OUTSIDE = "O"
# Scripts written without spaces between words: each character is a token of its own.
_TOKEN = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
    r"|[^\W\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+|[^\w\s]"
)


def token_ratings(data: Spans, *, characters: bool = False) -> Ratings:
    """One item per token of every document with a text; the value is its label, or ``O``.

    Where spans of several labels cover a token its value is their sorted names joined by ``+``.
    Documents without a text are left out.
    """
    cells: list[tuple[str, str, str]] = []
    home: dict[str, str] = {}
    for document, readers in data.readings.items():
        if document not in data.texts:
            continue
        text = data.texts[document]
        tokens = [(i, i + 1) for i in range(len(text))] if characters else [m.span() for m in _TOKEN.finditer(text)]
        for rater, reading in readers.items():
            labels = _labels(reading, len(text))
            for start, end in tokens:
                item = f"{document}#{start}"
                home[item] = document
                said = sorted(set().union(*labels[start:end]))
                cells.append((item, rater, "+".join(said) or OUTSIDE))
    return Ratings.from_cells(cells, documents=home)


def _labels(reading: Reading, length: int) -> list[set[str]]:
    labels: list[set[str]] = [set() for _ in range(length)]
    for span in reading.spans:
        for start, end in span.fragments:
            for position in range(start, min(end, length)):
                labels[position].add(span.label)
    return labels


class TokenKappa(Cohen):
    key = "token-kappa"
    title = "Token kappa, unmarked tokens included"
    unit = "token"
    source = "Cohen 1960 over tokens; inflated by the many unmarked ones, never a gate"

    def prepare(self, data: Ratings) -> Sums:
        sums = super().prepare(data)
        return Sums(sums.rows, sums.value, sums.n, sums.excluded, ("inflated_by_unmarked_tokens",))


class TokenKappaMarked(Cohen):
    key = "token-kappa-marked"
    title = "Token kappa, where somebody marked"
    unit = "token"
    source = "Cohen 1960 over tokens that at least one reader marked"

    def prepare(self, data: Ratings) -> Sums:
        if OUTSIDE not in data.categories:
            return super().prepare(data)
        outside = data.categories.index(OUTSIDE)
        marked = np.asarray(((data.codes != outside) & (data.codes >= 0)).any(axis=1), dtype=bool)
        sums = super().prepare(data.only(marked))
        excluded = sums.excluded | {"unmarked": int((~marked).sum())}
        return Sums(sums.rows, sums.value, sums.n, excluded, sums.warnings)
