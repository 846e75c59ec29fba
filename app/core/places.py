"""Places of one text in another version of it: what stayed as it was moves, what was changed does not. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Stretch = tuple[int, int]


@dataclass(frozen=True)
class TextChange:
    """Where two versions of a text differ: rows (start, end, new start, new end), in order, half-open code points.

    Outside the rows both hold the same characters.
    """

    rows: tuple[tuple[int, int, int, int], ...]

    @classmethod
    def of(cls, rows: Iterable[Iterable[int]]) -> TextChange:
        """From rows in any order, as JSON stores them."""
        return cls(tuple(sorted((a, b, c, d) for a, b, c, d in rows)))

    def to_json(self) -> list[list[int]]:
        return [list(row) for row in self.rows]

    def moved(self, start: int, end: int) -> Stretch | None:
        """Where [start, end) stands now; None where any of its characters was changed.

        What was put in at an edge of the place is not in it.
        """
        if any(_touches(row, start, end) for row in self.rows):
            return None
        return self._shifted(start, at_edge=True), self._shifted(end, at_edge=False)

    def hull(self, start: int, end: int) -> Stretch:
        """The smallest place of the new text that holds all of the old one, changed characters included."""
        cut = [row for row in self.rows if _touches(row, start, end)]
        first = cut[0][2] if cut and cut[0][0] <= start else self._shifted(start, at_edge=True)
        last = cut[-1][3] if cut and cut[-1][1] >= end else self._shifted(end, at_edge=False)
        return first, max(first, last)

    def _shifted(self, offset: int, *, at_edge: bool) -> int:
        """`at_edge`: a change that ends at the offset lies before it."""
        drift = 0
        for start, end, _, new_end in self.rows:
            before = end <= offset if at_edge else end <= offset and start < offset
            if not before:
                break
            drift = new_end - end
        return offset + drift


def _touches(row: tuple[int, int, int, int], start: int, end: int) -> bool:
    first, last = row[:2]
    if first == last:  # put in between two characters
        return start < first < end
    return first < end and start < last
