"""Export formats: each one file or folder that writes a release as files; registered in `app/plugins.py`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from app.core.registry import Registry
from app.release.formats.losses import LossReport


@dataclass(frozen=True)
class Answer:
    """One released item with everything a format may want. `elements` are the gold answer's."""

    item_id: int
    label: str
    modality: str
    text: str
    meta: dict[str, Any]
    elements: dict[str, dict[str, Any]]
    provenance: dict[str, Any]

    def facts(self) -> dict[str, Any]:
        """What is said of the item itself. Its number is this installation's own; the manifest holds it."""
        return {
            "id": self.label,
            "modality": self.modality,
            "text": self.text,
            "meta": self.meta,
            "provenance": self.provenance,
        }


class Format(Protocol):
    """Writes a release. Same release, same bytes: sorted, LF, UTF-8 (INV-18).

    Every value of every element is either in the files or in the loss report, by kind and field.
    """

    key: str
    title: str
    modalities: tuple[str, ...]

    def files(
        self, answers: Iterable[Answer], manifest: dict[str, Any], losses: LossReport
    ) -> Iterator[tuple[str, str]]:
        """Names and contents, in a fixed order."""
        ...


FORMATS: Registry[Format] = Registry("format", Format)
