"""Precision, recall and F1 from counts; undefined where there is nothing to divide by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass
class Counts:
    """Hits seen from both sides: suggestions that are right, gold that was found."""

    suggested: int = 0
    right: int = 0
    gold: int = 0
    found: int = 0

    def add(self, *, suggested: int = 0, right: int = 0, gold: int = 0, found: int = 0) -> None:
        self.suggested += suggested
        self.right += right
        self.gold += gold
        self.found += found

    def to_dict(self) -> dict[str, Any]:
        precision = _ratio(self.right, self.suggested)
        recall = _ratio(self.found, self.gold)
        f1 = None
        if precision is not None and recall is not None:
            f1 = round(2 * precision * recall / (precision + recall), 4) if precision + recall else 0.0
        return {
            "gold": self.gold,
            "suggested": self.suggested,
            "found": self.found,
            "right": self.right,
            "precision": precision,
            "recall": recall,
            "f1": f1,
        }


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
