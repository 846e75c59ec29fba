"""One reader for each item, the one with the least to do."""

from __future__ import annotations

from app.review.strategies import least_loaded


class OneReader:
    """Every item is read once; somebody else verifies it."""

    key = "one_reader"
    title = "One reader"
    readers = 1

    def choose(self, item_id: int, candidates: list[int], load: dict[int, int]) -> list[int]:
        return least_loaded(item_id, candidates, load, self.readers)
