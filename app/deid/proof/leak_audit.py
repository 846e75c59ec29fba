"""The leak audit: which documents are checked, and what rate of leaks that rules out."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil, comb, exp, lgamma, log, log1p

CONFIDENCE = 0.95
_STEPS = 200


def draw(documents: Iterable[str], size: int, *, key: bytes, lot: str) -> list[str]:
    """`size` document ids by the smallest HMAC-SHA-256(key, lot, id): repeatable, and nobody can choose.

    Fewer where there are fewer. The order is the order of checking.
    """
    return sorted(set(documents), key=lambda d: hmac.digest(key, f"leak-audit\0{lot}\0{d}".encode(), "sha256"))[:size]


def draw_strata(strata: Mapping[str, Iterable[str]], size: int, *, key: bytes, lot: str) -> dict[str, list[str]]:
    """`size` documents of every stratum."""
    return {name: draw(ids, size, key=key, lot=f"{lot}\0{name}") for name, ids in strata.items()}


def upper_bound(leaks: int, checked: int, confidence: float = CONFIDENCE) -> float:
    """Exact one-sided upper bound of the leak rate (Clopper & Pearson 1934); 1 where nothing was checked.

    With no leak it is 1 − (1 − confidence)^(1/n): 0 of 59 → 5 %, of 299 → 1 %.
    """
    if not 0 <= leaks <= checked:
        raise ValueError("leaks must lie between 0 and the number checked")
    if leaks == checked:
        return 1.0
    if leaks == 0:
        return 1 - (1 - confidence) ** (1 / checked)
    low, high = leaks / checked, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if binomial_cdf(leaks, checked, middle) > 1 - confidence else (low, middle)
    return high


def binomial_cdf(k: int, n: int, p: float) -> float:
    """P(X ≤ k) for X ~ Binomial(n, p)."""
    if p <= 0:
        return 1.0
    if p >= 1:
        return 1.0 if k >= n else 0.0
    logs = (lgamma(n + 1) - lgamma(i + 1) - lgamma(n - i + 1) + i * log(p) + (n - i) * log1p(-p) for i in range(k + 1))
    return min(1.0, sum(map(exp, logs)))


def sample_size(rate: float, confidence: float = CONFIDENCE, *, allowed: int = 0) -> int:
    """The smallest n that, with at most `allowed` leaks found, shows a rate below `rate`."""
    if not 0 < rate < 1 or not 0 < confidence < 1:
        raise ValueError("rate and confidence must lie between 0 and 1")
    n = max(allowed + 1, ceil(log(1 - confidence) / log(1 - rate)))
    while binomial_cdf(allowed, n, rate) > 1 - confidence:
        n += 1
    return n


def finite_sample_size(lot: int, rate: float, confidence: float = CONFIDENCE) -> int:
    """The same for a lot of known size (hypergeometric, no leak found)."""
    defective = ceil(lot * rate)
    for n in range(1, lot + 1):
        if comb(lot - defective, n) <= (1 - confidence) * comb(lot, n):
            return n
    return lot


def sensitivity_from_planted(found: int, planted: int) -> float:
    """The share of planted identifiers a checker found. Raises ValueError where none was planted."""
    if planted <= 0 or not 0 <= found <= planted:
        raise ValueError("found must lie between 0 and the number planted")
    return found / planted


def sensitivity_from_two(only_first: int, only_second: int, both: int) -> float:
    """What two independent checkers find together, by capture and recapture (Lincoln–Petersen).

    Each one's sensitivity is the share of the other's finds they also made. Raises ValueError where they
    share none: then nothing can be said.
    """
    if both <= 0:
        raise ValueError("two checkers without a common find say nothing about their sensitivity")
    first, second = both / (both + only_second), both / (both + only_first)
    return 1 - (1 - first) * (1 - second)


@dataclass(frozen=True)
class AuditResult:
    """One lot or stratum. `bound`: upper bound of the leak rate over the checkers' sensitivity."""

    name: str
    checked: int
    leaking: int
    sensitivity: float
    bound: float

    @property
    def rate(self) -> float | None:
        """The observed share of documents with a leak, corrected for sensitivity."""
        return min(1.0, self.leaking / self.checked / self.sensitivity) if self.checked else None


def audit(name: str, checked: int, leaking: int, *, sensitivity: float, confidence: float = CONFIDENCE) -> AuditResult:
    """The result of a lot. Raises ValueError for a sensitivity outside (0, 1]."""
    if not 0 < sensitivity <= 1:
        raise ValueError("sensitivity must lie in (0, 1]")
    raw = upper_bound(leaking, checked, confidence) if checked else 1.0
    return AuditResult(name, checked, leaking, sensitivity, min(1.0, raw / sensitivity))
