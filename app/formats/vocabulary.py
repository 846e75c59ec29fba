"""The words of the payloads a release holds: given to a writer, since a format knows no modality."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class PayloadVocabulary:
    """Kinds with their fields, and the closed lists that tables spread into columns.

    `fields`: kind → field → the fields of the record it holds, none for a plain value; in the order of columns.
    `references`: kind → fields that hold ids of elements. `every`: fields that any element may carry.
    `axes`: axis of an assertion → its values, the unmarked one first.
    """

    fields: Mapping[str, Mapping[str, tuple[str, ...]]]
    references: Mapping[str, tuple[str, ...]]
    every: tuple[str, ...]
    axes: Mapping[str, tuple[Any, ...]]
    seriousness: tuple[str, ...]

    def full_assertion(self, assertion: Mapping[str, Any] | None) -> dict[str, Any]:
        """All axes, those left out at their unmarked value."""
        given = assertion or {}
        return {axis: given.get(axis, values[0]) for axis, values in self.axes.items()}
