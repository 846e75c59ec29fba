"""Which leaves of the tree stand alone in an excerpt, and the roots of the subtrees in which the others are hidden."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from app.audit.merkle import CompactRange
from app.audit.tree import STRIDE, WIDTH, StoredTree
from app.core.db import Session


def parts_of(
    shown: Sequence[int], alone: Collection[int], sizes: Sequence[int], size: int
) -> Iterator[tuple[int, int | None]]:
    """(first leaf, height) of every part of the first `size` leaves, in order; height None: a leaf that is shown.

    Hidden ones are in as few perfect subtrees as there can be, none of which reaches over a leaf that is shown or has
    to stand `alone`, or over one of `sizes`.
    """
    visible = set(shown)
    stops = sorted({*shown, *(leaf + 1 for leaf in shown), *alone, *(leaf + 1 for leaf in alone), *sizes, size})
    start = 0
    for stop in stops:
        if start in visible and stop > start:
            yield start, None
            start += 1
        while start < stop:
            height = min(_zeros(start), (stop - start).bit_length() - 1)
            yield start, height
            start += 1 << height


def _zeros(number: int) -> int:
    """How many zeros a number ends in; of 0 more than any tree is high."""
    return (number & -number).bit_length() - 1 if number else 64


class Hidden:
    """Roots of subtrees, from stored levels that are read by tiles: who asks goes from left to right."""

    def __init__(self, session: Session, size: int) -> None:
        self._tree, self._size = StoredTree(session), size
        #: stored level → (number of the tile last read, its hashes)
        self._tiles: dict[int, tuple[int, list[bytes]]] = {}

    def root(self, height: int, index: int) -> bytes:
        """Of the perfect subtree number `index` of this height, whole within the size."""
        level = height - height % STRIDE
        width = 1 << (height - level)
        first = index * width
        number, hashes = self._tile(level, first // WIDTH)
        place = first - number * WIDTH
        return CompactRange.of(hashes[place : place + width]).root()

    def _tile(self, level: int, number: int) -> tuple[int, list[bytes]]:
        kept = self._tiles.get(level)
        if kept is None or kept[0] != number:
            stop = min((number + 1) * WIDTH, self._size >> level)
            kept = self._tiles[level] = (number, self._tree.hashes(level, number * WIDTH, stop))
        return kept
