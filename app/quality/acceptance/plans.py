"""Sampling plans: how many documents of a lot are checked, and how many wrong ones it may hold.

Single plans of general inspection level II from MIL-STD-105E (10 May 1989, public domain), tables I, II-A and II-B,
which ISO 2859-1 and ANSI/ASQ Z1.4 have alike. An arrow changes the size of the sample; a sample as large as the lot
is the whole lot.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

from app.core.exact import binomial_cdf, finite_sample_size, hypergeometric_cdf

SOURCE = "MIL-STD-105E (1989) tables I, II-A, II-B; the same single plans as ISO 2859-1, general level II"
LETTERS = "ABCDEFGHJKLMNPQR"
SIZES = dict(zip(LETTERS, (2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000), strict=True))
#: largest lot of each code letter, general level II
_LOTS = (8, 15, 25, 50, 90, 150, 280, 500, 1200, 3200, 10_000, 35_000, 150_000, 500_000)
#: AQL in per mille → letter of the plan that accepts no wrong one, under normal inspection (table II-A)
_ZERO = {6.5: "F", 10: "E", 15: "D", 25: "C", 40: "B", 65: "A"}
AQLS = tuple(_ZERO)
#: what follows it letter by letter: None is an arrow (−1: the plan above, +1: the plan below)
_NORMAL: tuple[int | None, ...] = (0, None, None, 1, 2, 3, 5, 7, 10, 14, 21)
_TIGHTENED: tuple[int | None, ...] = (0, None, None, 1, 2, 3, 5, 8, 12, 18)


@dataclass(frozen=True)
class SamplingPlan:
    """`size` documents are checked; the lot is accepted with up to `accept` wrong ones among them."""

    kind: str
    size: int
    accept: int
    #: what the plan was made for, in words
    basis: str
    letter: str = ""

    def chance(self, rate: float, lot: int | None = None) -> float:
        """Probability that a lot with this share of wrong documents is accepted, exact: its operating characteristic.

        Binomial for a process, hypergeometric for a lot of known size (wrong documents rounded down).
        """
        if lot is None:
            return binomial_cdf(self.accept, self.size, rate)
        return hypergeometric_cdf(self.accept, lot, floor(rate * lot + 1e-9), min(self.size, lot))


def zero_acceptance(lot: int, rate: float, confidence: float = 0.95) -> SamplingPlan:
    """No wrong document is allowed: one in `rate` would be found with this confidence (hypergeometric, domain D.3)."""
    size = finite_sample_size(lot, rate, confidence)
    words = f"no wrong one; {100 * rate:g} % wrong would be found with {100 * confidence:g} %"
    return SamplingPlan("zero", size, 0, words)


def limiting_quality(lot: int, rate: float) -> SamplingPlan:
    """Of an isolated lot: one with this share of wrong documents passes with 10 % at most (ISO 2859-2's idea)."""
    plan = zero_acceptance(lot, rate, 0.90)
    return SamplingPlan("limiting", plan.size, 0, f"isolated lot, limiting quality {100 * rate:g} %")


def single_plan(lot: int, aql: float, *, tightened: bool = False) -> SamplingPlan:
    """The single plan of a lot by acceptance quality limit, in per mille wrong. Raises ValueError.

    The arrow below a plan that accepts none points up under normal inspection; every other arrow points down.
    """
    if aql not in _ZERO or lot < 2:
        raise ValueError(f"an AQL is one of {', '.join(f'{one / 10:g} %' for one in AQLS)}, of at least 2 documents")
    place = LETTERS.index(code_letter(lot))
    column = _column(aql, tightened=tightened)
    place = _followed(column, place, tightened=tightened)
    letter, accept = LETTERS[place], column[place]
    assert accept is not None  # noqa: S101  (the arrow was followed)
    mode = "tightened" if tightened else "normal"
    words = f"AQL {aql / 10:g} %, {mode} inspection, code letter {letter}"
    if SIZES[letter] >= lot:
        return SamplingPlan("aql", lot, accept, f"{words}: the whole lot", letter)
    return SamplingPlan("aql", SIZES[letter], accept, words, letter)


def code_letter(lot: int) -> str:
    """Of general inspection level II (table I)."""
    return next((LETTERS[n] for n, largest in enumerate(_LOTS) if lot <= largest), "Q")


def _column(aql: float, *, tightened: bool) -> list[int | None]:
    """Acceptance numbers by letter; None: an arrow."""
    steps = _TIGHTENED if tightened else _NORMAL
    first = LETTERS.index(_ZERO[aql]) + tightened
    return [steps[n - first] if 0 <= n - first < len(steps) else None for n in range(len(LETTERS))]


def _followed(column: list[int | None], place: int, *, tightened: bool) -> int:
    if column[place] is not None:
        return place
    filled = [n for n, accept in enumerate(column) if accept is not None]
    if place > filled[-1]:
        return filled[-1]
    if not tightened and place == filled[0] + 1:
        return filled[0]
    return next(n for n in filled if n > place)


def inspection_after(verdicts: list[bool]) -> str:
    """Normal, tightened or stopped, from whether lots were accepted, oldest first (MIL-STD-105E 4.7, 4.9).

    Tightened after 2 of 5 or fewer in a row were refused; normal again after 5 accepted in a row; stopped after 5
    lots were refused while tightened.
    """
    mode, since, refused = "normal", 0, 0
    for number in range(1, len(verdicts) + 1):
        recent = verdicts[max(since, number - 5) : number]
        if mode == "normal" and recent.count(False) >= 2:
            mode, since, refused = "tightened", number, 0
        elif mode == "tightened":
            refused += not verdicts[number - 1]
            if refused >= 5:
                return "stopped"
            if len(recent) == 5 and all(recent):
                mode, since = "normal", number
    return mode
