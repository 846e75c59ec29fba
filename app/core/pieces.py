"""Long lists piece by piece: so many rows are asked for in one statement, and no more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

PIECE = 500


def pieces(rows: Sequence[T], size: int = PIECE) -> Iterator[Sequence[T]]:
    """The rows in order, `size` at a time."""
    for begin in range(0, len(rows), size):
        yield rows[begin : begin + size]
