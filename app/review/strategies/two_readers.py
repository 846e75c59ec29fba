"""Two blind readers for each item, those with the least to do."""

from __future__ import annotations

from app.review.strategies import least_loaded


class TwoReaders:
    """Every item is read twice."""

    key = "two_readers"
    title = "Two readers"
    readers = 2

    def choose(self, item_id: int, candidates: list[int], load: dict[int, int]) -> list[int]:
        return least_loaded(item_id, candidates, load, self.readers)
