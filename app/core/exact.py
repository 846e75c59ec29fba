"""Exact statistics of samples by attributes: bounds of a share, sizes, what inspectors find."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, comb, exp, lgamma, log, log1p

CONFIDENCE = 0.95
_STEPS = 200


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


def lower_bound(found: int, tried: int, confidence: float = CONFIDENCE) -> float:
    """Exact one-sided lower bound of a share (Clopper & Pearson 1934); 0 where nothing was tried."""
    return 1 - upper_bound(tried - found, tried, confidence) if tried else 0.0


def lot_upper_bound(leaks: int, checked: int, lot: int, confidence: float = CONFIDENCE) -> float:
    """Exact one-sided upper bound of the share of wrong ones in a lot of known size, drawn from
    without replacement: the largest count that is not refuted, by the hypergeometric distribution
    (Buonaccorsi 1987; Wright 1991, Exact Confidence Bounds when Sampling from Small Finite Universes).

    Says nothing of documents outside the lot. A lot checked whole has no bound but its leaks.
    """
    if not 0 <= leaks <= checked <= lot:
        raise ValueError("leaks, checked and lot must not fall below one another")
    if not lot:
        return 1.0
    low, high = leaks, lot - (checked - leaks)
    while low < high:
        middle = (low + high + 1) // 2
        refuted = hypergeometric_cdf(leaks, lot, middle, checked) <= 1 - confidence
        low, high = (low, middle - 1) if refuted else (middle, high)
    return low / lot


def hypergeometric_cdf(k: int, lot: int, leaking: int, drawn: int) -> float:
    """P(X ≤ k) for the wrong ones among `drawn` of a lot with `leaking` of them; exact integers."""
    ways = sum(comb(leaking, i) * comb(lot - leaking, drawn - i) for i in range(min(k, drawn) + 1))
    return ways / comb(lot, drawn)


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
        if hypergeometric_cdf(0, lot, defective, n) <= 1 - confidence:
            return n
    return lot


@dataclass(frozen=True)
class Sensitivity:
    """The share of leaks that checkers find, with the ends of its exact 95 % interval."""

    estimate: float
    low: float
    high: float


# Nothing is known: figures that use it say so.
PERFECT = Sensitivity(1.0, 1.0, 1.0)


def sensitivity_from_planted(found: int, planted: int) -> Sensitivity:
    """The share of planted identifiers that were found, with its Clopper–Pearson interval.

    Raises ValueError where none was planted.
    """
    if planted <= 0 or not 0 <= found <= planted:
        raise ValueError("found must lie between 0 and the number planted")
    return Sensitivity(found / planted, *_interval(found, planted, CONFIDENCE))


def sensitivity_from_two(only_first: int, only_second: int, both: int) -> Sensitivity:
    """What two independent checkers find together, by capture and recapture (Lincoln–Petersen).

    Each one's sensitivity is the share of the other's finds they also made; the interval joins those of
    the two at half the error each (Bonferroni). Raises ValueError where they share none: then nothing can be said.
    """
    if both <= 0:
        raise ValueError("two checkers without a common find say nothing about their sensitivity")
    tried = (both + only_second, both + only_first)
    ends = [_interval(both, n, 1 - (1 - CONFIDENCE) / 2) for n in tried]
    (low_1, high_1), (low_2, high_2) = ends
    return Sensitivity(_together(both / tried[0], both / tried[1]), _together(low_1, low_2), _together(high_1, high_2))


def _together(first: float, second: float) -> float:
    return 1 - (1 - first) * (1 - second)


def _interval(found: int, tried: int, confidence: float) -> tuple[float, float]:
    """Two-sided, half the error at each end."""
    one_sided = 1 - (1 - confidence) / 2
    return lower_bound(found, tried, one_sided), upper_bound(found, tried, one_sided)
