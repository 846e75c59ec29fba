"""Gamma: alignment and agreement at once, tolerant of edges that are a little off."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.agreement.matching import maximum_matching
from app.agreement.metrics.continuum import THOUSAND, Continuum
from app.agreement.metrics.data import MarkedSpan
from app.core.digest import sha256

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
# What a mark that has no partner costs, and how much edges and label count beside it.
EMPTY, EDGES, LABELS = 1.0, 1.0, 1.0
#: sampling ends once 1.96 standard errors of the mean move the gamma of the document by no more than this
ERROR = 0.02
FEWEST, MOST = 10, 640
_Z = 1.959963984540054
# Weights of the matching are whole numbers.
_FINE = 1_000_000
# Pairs of marks that are looked at in one go.
_CELLS = 500_000


class Gamma(Continuum):
    """1 − disorder of the best alignment ÷ disorder of the best alignments by chance.

    Edges: ((|Δstart| + |Δend|) ÷ (both lengths))²; labels: 0 or 1; a lone mark: 1. Chance: one reader's marks pushed
    round the text by a random stretch, as often as gamma takes to be within ±.02; the draws follow from the marks.
    A mark in pieces counts from its first to its last place. With three readers and more: the mean over pairs.
    """

    key = "gamma"
    title = "Gamma"
    source = "Mathet, Widlöcher & Métivier 2015 (α = β = Δ∅ = 1), chance by shifting (section 5.2)"

    def cost(self, one: list[MarkedSpan], other: list[MarkedSpan], length: int) -> tuple[int, int]:
        if not one and not other:
            return 0, 0
        names = {label: n for n, label in enumerate(sorted({span.label for span in (*one, *other)}))}
        # Readers have no order: the draws are the same whoever comes first.
        left, right = sorted((_table(spans, names) for spans in (one, other)), key=lambda table: table.tolist())
        observed = best_alignment(left, right)
        if not len(left) or not len(right):
            return round(THOUSAND * observed), round(THOUSAND * observed)  # however they are pushed
        seed = int(sha256(f"{left.tolist()}{right.tolist()}{length}")[:16], 16)
        return round(THOUSAND * observed), round(THOUSAND * _by_chance(left, right, (length, seed, observed)))


def _table(spans: list[MarkedSpan], names: dict[str, int]) -> Floats:
    """A row for each mark in order: start, end, label."""
    rows = sorted((span.fragments[0][0], span.fragments[-1][1], names[span.label]) for span in spans)
    return np.array(rows, dtype=np.float64).reshape(len(rows), 3)


def best_alignment(one: Floats, other: Floats) -> float:
    """The least disorder of any alignment of two readers' marks (rows of start, end, label), summed over it."""
    return float(_alignments(one[None, :, 0], one, other)[0])


def _alignments(starts: Floats, one: Floats, other: Floats) -> Floats:
    """The same for samples of `one`, whose marks begin at `starts` (samples × marks)."""
    samples, width = starts.shape
    lone = EMPTY * (width + len(other))
    if not width or not len(other):
        return np.full(samples, lone)
    rows, columns, values = _pairs(starts.reshape(-1), one, other)
    sample = rows // width
    columns = sample * len(other) + columns
    only = (np.bincount(rows)[rows] == 1) & (np.bincount(columns)[columns] == 1)
    total = np.zeros(samples)
    np.add.at(total, sample[only], values[only])
    rest = zip(rows[~only].tolist(), columns[~only].tolist(), values[~only].tolist(), strict=True)
    weights = {(i, j): max(1, round(_FINE * value)) for i, j, value in rest}
    for pair in maximum_matching(weights).items():  # samples share no mark, so all are matched at once
        total[pair[0] // width] += weights[pair] / _FINE
    return np.maximum(0.0, lone - total)


def _pairs(starts: Floats, one: Floats, other: Floats) -> tuple[Places, Places, Floats]:
    """(mark, mark, what they save by being a pair against each standing alone), where that is anything."""
    found = []
    step = max(1, _CELLS // len(other))
    for begin in range(0, len(starts), step):
        place = np.arange(begin, min(begin + step, len(starts))) % len(one)
        start = starts[begin : begin + step]
        size, sizes = one[place, 1] - one[place, 0], other[:, 1] - other[:, 0]
        apart = np.abs(start[:, None] - other[None, :, 0])
        apart += np.abs((start + size)[:, None] - other[None, :, 1])
        saved = 2 * EMPTY - EDGES * (apart / (size[:, None] + sizes[None, :])) ** 2
        saved -= LABELS * (one[place, 2][:, None] != other[None, :, 2])
        rows, columns = np.nonzero(saved > 0)
        found.append((rows + begin, columns, saved[rows, columns]))
    rows, columns, values = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return rows, columns, values


def _by_chance(one: Floats, other: Floats, about: tuple[int, int, float]) -> float:
    """The mean disorder with `one` pushed round the text: what would begin beyond its end begins at its start.

    `about`: length of the text, seed, and the disorder observed, which says how sure the mean must be.
    """
    length, seed, observed = about
    rng = np.random.default_rng(seed)
    found = np.zeros(0)
    while True:
        push = rng.uniform(0, length, max(FEWEST, len(found)))
        starts: Floats = np.mod(one[None, :, 0] + push[:, None], float(length))
        found = np.append(found, _alignments(starts, one, other))
        mean, spread = float(found.mean()), float(found.std(ddof=1))
        if len(found) >= MOST or _Z * spread * observed <= ERROR * mean**2 * len(found) ** 0.5:
            return mean
