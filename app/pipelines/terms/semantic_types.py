"""Which semantic types of which system become terms, and under which label."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from app.tagging.valuesets import rows

ANY_SYSTEM = "*"
_HEADINGS = frozenset({"chapter", "section", "block"})
_LONGEST_CODE = 7  # characters with the dot; longer ones only add the encounter
_CATEGORY = re.compile(r"[A-Z][0-9][0-9A-Z]")


@dataclass(frozen=True)
class SemanticType:
    """One row of `semantic_types.tsv`: from `least` words on a term is suggested; 0 means codes only."""

    kind: str
    first: str
    last: str
    label: str
    least: int

    def holds(self, code: str, kind: str) -> bool:
        if self.kind and self.kind != kind:
            return False
        if not self.first:
            return True
        within = self.first <= code[:3] <= self.last
        return within and kind not in _HEADINGS and len(code) <= _LONGEST_CODE and bool(_CATEGORY.match(code))


@cache
def _table() -> dict[str, list[SemanticType]]:
    found: dict[str, list[SemanticType]] = {}
    for row in rows("semantic_types"):
        first, _, last = row["codes"].partition("-")
        chosen = SemanticType(row["kind"], first, last, row["label"], int(row["least"]))
        found.setdefault(row["system"], []).append(chosen)
    return found


def systems() -> list[str]:
    """Systems of the table; where two systems hold a phrase, the earlier one decides its label."""
    return [system for system in _table() if system != ANY_SYSTEM]


def chosen_types(system: str) -> list[SemanticType]:
    """The rows for a system; one that the table does not name is a system of somebody's own."""
    return _table().get(system) or _table()[ANY_SYSTEM]


def type_of(system: str, code: str, kind: str) -> SemanticType | None:
    """The first row that holds a concept, or None: not chosen."""
    return next((chosen for chosen in chosen_types(system) if chosen.holds(code, kind)), None)
