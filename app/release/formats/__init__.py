"""Export formats: each one file that writes a release as files; registered in `app/plugins.py`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from app.core.digest import canonical_json
from app.core.registry import Registry

# A spreadsheet takes a cell that begins so for a formula (OWASP; full-width forms too).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠")


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


@dataclass
class LossReport:
    """What a format could not express: (kind of element, why) → how many. Nothing is lost in silence."""

    lost: dict[str, int] = field(default_factory=dict)

    def add(self, what: str, count: int = 1) -> None:
        self.lost[what] = self.lost.get(what, 0) + count


class Format(Protocol):
    """Writes a release. Same release, same bytes: sorted, LF, UTF-8 (INV-18)."""

    key: str
    title: str
    modalities: tuple[str, ...]

    def files(
        self, answers: Iterable[Answer], manifest: dict[str, Any], losses: LossReport
    ) -> Iterator[tuple[str, str]]:
        """Names and contents, in a fixed order."""
        ...


FORMATS: Registry[Format] = Registry("format", Format)


def csv_text(columns: list[str], rows: Iterable[dict[str, Any]]) -> str:
    """RFC 4180 with LF; cells a spreadsheet would run are prefixed with an apostrophe (ASVS 1.2.10)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column, "")) for column in columns])
    return out.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    text = canonical_json(value) if isinstance(value, list) else str(value)
    return "'" + text if text.startswith(_FORMULA) else text
