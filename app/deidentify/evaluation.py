"""How well spans match a gold standard: strict, relaxed, token and binary, with Wilson intervals."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import sqrt
from typing import Any, NamedTuple

from app.deidentify.phi_types import canonical, family

TOKENISER_VERSION = 1
_TOKEN = re.compile(r"[^\W_]+")
MAX_LISTED_ERRORS = 200


class Marked(NamedTuple):
    """A gold or found span with our own type key."""

    start: int
    end: int
    type: str


@dataclass
class TypeTally:
    """Counts of one type at one level."""

    true_positive: int = 0
    false_negative: int = 0
    false_positive: int = 0

    def report(self) -> dict[str, Any]:
        found = self.true_positive + self.false_positive
        gold = self.true_positive + self.false_negative
        precision = self.true_positive / found if found else None
        recall = self.true_positive / gold if gold else None
        return {
            "gold": gold,
            "found": found,
            "correct": self.true_positive,
            "precision": _rounded(precision),
            "recall": _rounded(recall),
            "recall_interval": wilson(self.true_positive, gold),
            "precision_interval": wilson(self.true_positive, found),
            "f1": _rounded(f_beta(precision, recall, 1)),
            "f2": _rounded(f_beta(precision, recall, 2)),
        }


@dataclass
class DeidentificationEvaluation:
    """Collects documents; `report()` gives one JSON-ready summary. Errors hold places, never text."""

    levels: dict[str, dict[str, TypeTally]] = field(
        default_factory=lambda: {k: {} for k in ("strict", "relaxed", "token", "binary")}
    )
    documents: int = 0
    leaking: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)
    unlisted: int = 0
    gold_types: Counter[str] = field(default_factory=Counter)

    def add(self, identifier: Any, text: str, gold: Iterable[Marked], found: Iterable[Marked]) -> None:
        gold, found = sorted(set(gold)), sorted(set(found))
        self.documents += 1
        self.gold_types.update(g.type for g in gold)
        self._pairwise("strict", gold, found, lambda g, f: (g.start, g.end) == (f.start, f.end) and g.type == f.type)
        self._pairwise(
            "relaxed",
            gold,
            found,
            lambda g, f: g.start < f.end and f.start < g.end and family(g.type) == family(f.type),
        )
        leaks = self._tokens(text, gold, found)
        self.leaking += bool(leaks)
        self._list_errors(identifier, leaks, gold, found)

    def _pairwise(self, level: str, gold: list[Marked], found: list[Marked], same: Any) -> None:
        for g in gold:
            self._count(level, g.type, "true_positive" if any(same(g, f) for f in found) else "false_negative")
        for f in found:
            if not any(same(g, f) for g in gold):
                self._count(level, f.type, "false_positive")

    def _tokens(self, text: str, gold: list[Marked], found: list[Marked]) -> list[Marked]:
        """Counts tokens at the levels token and binary; returns the gold spans with an uncovered token."""
        gold_at, found_at = _by_token(text, gold), _by_token(text, found)
        leaking = set()
        for token, mark in gold_at.items():
            hit = found_at.get(token)
            self._count("binary", "PHI", "true_positive" if hit else "false_negative")
            same = hit is not None and family(hit.type) == family(mark.type)
            self._count("token", mark.type, "true_positive" if same else "false_negative")
            if hit is None:
                leaking.add(mark)
            elif not same:
                self._count("token", hit.type, "false_positive")
        for token, mark in found_at.items():
            if token not in gold_at:
                self._count("binary", "PHI", "false_positive")
                self._count("token", mark.type, "false_positive")
        return sorted(leaking)

    def _list_errors(self, identifier: Any, leaks: list[Marked], gold: list[Marked], found: list[Marked]) -> None:
        surplus = [f for f in found if not any(g.start < f.end and f.start < g.end for g in gold)]
        for kind, marks in (("missed", leaks), ("surplus", surplus)):
            for mark in marks:
                if len(self.errors) < MAX_LISTED_ERRORS:
                    self.errors.append(
                        {
                            "id": identifier,
                            "error": kind,
                            "start": mark.start,
                            "end": mark.end,
                            "type": mark.type,
                        }
                    )
                else:
                    self.unlisted += 1

    def _count(self, level: str, type_key: str, outcome: str) -> None:
        for key in (type_key, "ALL"):
            tally = self.levels[level].setdefault(key, TypeTally())
            setattr(tally, outcome, getattr(tally, outcome) + 1)

    def report(self) -> dict[str, Any]:
        return {
            "documents": self.documents,
            "tokeniser": TOKENISER_VERSION,
            "documents_with_a_leak": self.leaking,
            "any_leak_rate": _rounded(self.leaking / self.documents) if self.documents else None,
            "any_leak_interval": wilson(self.leaking, self.documents),
            "levels": {
                level: {key: tallies[key].report() for key in sorted(tallies)} for level, tallies in self.levels.items()
            },
            "errors": self.errors,
            "errors_not_listed": self.unlisted,
        }


def marked(spans: Iterable[dict[str, Any]]) -> list[Marked]:
    """Gold or found spans as `Marked`, types of other schemes mapped onto ours."""
    return [Marked(s["start"], s["end"], canonical(s["type"])) for s in spans]


def wilson(successes: int, n: int, z: float = 1.959963984540054) -> list[float] | None:
    """Wilson score interval (Wilson 1927), 95 % by default; None where n is 0."""
    if n == 0:
        return None
    p = successes / n
    centre = p + z * z / (2 * n)
    spread = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return [round(max(0.0, (centre - spread) / scale), 4), round(min(1.0, (centre + spread) / scale), 4)]


def f_beta(precision: float | None, recall: float | None, beta: float) -> float | None:
    """van Rijsbergen's F; beta 2 weighs recall higher. None where either is undefined."""
    if precision is None or recall is None:
        return None
    weight = beta * beta
    bottom = weight * precision + recall
    return (1 + weight) * precision * recall / bottom if bottom else 0.0


def _by_token(text: str, marks: list[Marked]) -> dict[tuple[int, int], Marked]:
    found = {}
    for mark in marks:
        for match in _TOKEN.finditer(text, mark.start, mark.end):
            found[match.span()] = mark
    return found


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
