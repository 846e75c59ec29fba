"""A found identifier, and how overlapping findings become one list."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

# When findings overlap, the type of the more telling one is kept at equal score.
_RANK = {
    "SSN": 5,
    "EMAIL": 5,
    "URL": 4,
    "MRN": 4,
    "HEALTH_PLAN": 4,
    "ACCOUNT": 4,
    "LICENSE": 4,
    "FAX": 4,
    "PHONE": 3,
    "DATE": 3,
    "NAME": 2,
    "ORGANIZATION": 2,
    "LOCATION": 1,
    "ID": 0,
}


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open code points of the text it was found in; `score` in 0…1; `recogniser` is a registry key.

    `certain` is False where it is likely, not sure, that somebody is meant: such a place is masked as ``[NAME?]``.
    """

    start: int
    end: int
    type: str
    score: float
    recogniser: str
    certain: bool = True

    def to_dict(self) -> dict[str, Any]:
        return {
            "start": self.start,
            "end": self.end,
            "type": self.type,
            "score": round(self.score, 2),
            "recogniser": self.recogniser,
            "certain": self.certain,
        }


def merge(spans: Iterable[Span]) -> list[Span]:
    """Overlapping spans become one that covers them all, with the strongest one's type and source."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if merged and span.start < merged[-1].end:
            merged[-1] = _union(merged[-1], span)
        else:
            merged.append(span)
    return merged


def not_inside(spans: list[Span], candidates: Iterable[Span]) -> list[Span]:
    """The candidates that no one of the merged spans covers whole."""
    starts = [span.start for span in spans]
    kept = []
    for one in candidates:
        at = bisect_right(starts, one.start) - 1
        if at < 0 or spans[at].end < one.end:
            kept.append(one)
    return kept


def _union(left: Span, right: Span) -> Span:
    winner = max(left, right, key=_strength)
    return Span(
        min(left.start, right.start),
        max(left.end, right.end),
        winner.type,
        max(left.score, right.score),
        winner.recogniser,
        left.certain or right.certain,
    )


def _strength(span: Span) -> tuple[float, int, int]:
    return (round(span.score, 1), _RANK.get(span.type, 3), span.end - span.start)
