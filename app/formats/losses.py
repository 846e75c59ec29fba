"""What a format could not say, by kind of element and field: nothing is lost in silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from functools import lru_cache
from typing import Any

WHOLE = "*"  # the field's name where the element, or the item, is not in the files at all
REJECTED = "a suggestion that was rejected"
# Lists whose records have no fields of their own in the shapes.
_CLOSED = ("because",)


class LossReport:
    """Counts of values a format did not write: (kind, field, why) → in how many elements.

    A writer names what it *has* written of an element; everything else the element holds counts as
    lost. A field that a format has never heard of is therefore in the report from its first day.
    """

    def __init__(self, format_key: str) -> None:
        self.format = format_key
        self._lost: Counter[tuple[str, str, str]] = Counter()

    def add(self, kind: str, field: str, why: str, count: int = 1) -> None:
        if count:
            self._lost[kind, field, why] += count

    def rest(self, kind: str, held: dict[str, Any], written: Collection[str], why: str) -> None:
        """Every field that holds something and is not among those written; `a` stands for `a.b` too."""
        for field in _unwritten(frozenset(fields_held(held)), tuple(written)):
            self._lost[kind, field, why] += 1

    def element(self, body: dict[str, Any], why: str) -> None:
        """An element that is not in the files at all: itself, and each field it holds."""
        self.add(body["kind"], WHOLE, why)
        self.rest(body["kind"], body, ("kind",), why)

    def item(self, facts: dict[str, Any], elements: dict[str, dict[str, Any]], why: str) -> None:
        """An item that is not in the files at all, with everything on it."""
        self.add("item", WHOLE, why)
        self.rest("item", facts, (), why)
        for body in elements.values():
            self.element(body, why)

    def rows(self) -> list[dict[str, Any]]:
        """Sorted records ``{format, kind, field, count, why}``; empty: the files say everything."""
        return [
            {"format": self.format, "kind": kind, "field": field, "count": count, "why": why}
            for (kind, field, why), count in sorted(self._lost.items())
        ]


@lru_cache(maxsize=4096)
def _unwritten(held: frozenset[str], written: tuple[str, ...]) -> tuple[str, ...]:
    """Few elements differ in which fields they hold: the same question comes again and again."""
    return tuple(
        field for field in sorted(held) if not any(field == one or field.startswith(one + ".") for one in written)
    )


def fields_held(body: dict[str, Any]) -> list[str]:
    """Paths of the fields that say something, as ``label`` or ``codes.system``: two names at most.

    Null, an empty list and an empty record say nothing.
    """
    held: list[str] = []
    for name, value in body.items():
        if isinstance(value, str | int):
            held.append(name)
        elif (records := _records(value)) is not None and name not in _CLOSED:
            held += [f"{name}.{inner}" for one in records for inner, said in one.items() if not _silent(said)]
        elif not _silent(value):
            held.append(name)
    return held


def _records(value: Any) -> list[dict[str, Any]] | None:
    """A record, or several, as a list; None for anything else."""
    if isinstance(value, dict):
        return [value]
    if isinstance(value, list) and all(isinstance(one, dict) for one in value):
        return value
    return None


def _silent(value: Any) -> bool:
    return value is None or value in ([], {})
