"""The leak audit: which documents are checked, and what rate of leaks that rules out."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.core.exact import CONFIDENCE, Sensitivity, lot_upper_bound, upper_bound


def draw(documents: Iterable[str], size: int, *, key: bytes, lot: str) -> list[str]:
    """`size` document ids by the smallest HMAC-SHA-256(key, lot, id): repeatable, and nobody can choose.

    Fewer where there are fewer. The order is the order of checking.
    """
    return sorted(set(documents), key=lambda d: hmac.digest(key, f"leak-audit\0{lot}\0{d}".encode(), "sha256"))[:size]


def draw_strata(strata: Mapping[str, Iterable[str]], size: int, *, key: bytes, lot: str) -> dict[str, list[str]]:
    """`size` documents of every stratum."""
    return {name: draw(ids, size, key=key, lot=f"{lot}\0{name}") for name, ids in strata.items()}


@dataclass(frozen=True)
class AuditResult:
    """One lot or stratum of `documents`, of which some were checked.

    `bound` and `lot_bound` divide by the estimated sensitivity; `careful` leaves half the error to the leak
    rate and half to the sensitivity, so that it holds with 95 % for both together (Bonferroni).
    """

    checked: int
    leaking: int
    documents: int
    sensitivity: Sensitivity

    @property
    def rate(self) -> float | None:
        """The observed share of documents with a leak, corrected for sensitivity."""
        return _over(self.leaking / self.checked, self.sensitivity.estimate) if self.checked else None

    @property
    def bound(self) -> float:
        """Of the process that makes such documents."""
        return _over(upper_bound(self.leaking, self.checked), self.sensitivity.estimate) if self.checked else 1.0

    @property
    def lot_bound(self) -> float:
        """Of these very documents."""
        raw = lot_upper_bound(self.leaking, self.checked, max(self.documents, self.checked))
        return _over(raw, self.sensitivity.estimate)

    @property
    def careful(self) -> float:
        """Of the process, when the sensitivity is no better than the lower end of its interval."""
        half = 1 - (1 - CONFIDENCE) / 2
        return _over(upper_bound(self.leaking, self.checked, half), self.sensitivity.low) if self.checked else 1.0


def _over(rate: float, sensitivity: float) -> float:
    return min(1.0, rate / sensitivity) if sensitivity > 0 else 1.0
