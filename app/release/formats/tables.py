"""Tables as CSV that no spreadsheet runs, each beside its twin as JSON lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from app.core.digest import canonical_json
from app.release.formats.losses import LossReport

Row = dict[str, Any]

# A spreadsheet takes a cell that begins so for a formula (OWASP; full-width forms too). The apostrophe
# is among them, so that taking one away from a cell that has it always gives the value back.
GUARDED = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠", "'")
GUARD = "'"
_WHY = "has an apostrophe before it, which keeps a spreadsheet from running it; the JSON lines hold it unchanged"


@dataclass
class Table:
    """One table: the columns there are, in order, whatever the rows; a row lacks none and has no others."""

    name: str
    columns: list[str]
    rows: list[Row] = field(default_factory=list)

    def add(self, row: Row) -> None:
        self.rows.append({column: row[column] for column in self.columns})
        if extra := row.keys() - set(self.columns):
            raise ValueError(f"the table {self.name} has no column {sorted(extra)[0]}")

    def files(self, losses: LossReport) -> Iterator[tuple[str, str]]:
        yield f"{self.name}.csv", self._csv(losses)
        yield f"{self.name}.jsonl", "".join(canonical_json(row) + "\n" for row in self.rows)

    def _csv(self, losses: LossReport) -> str:
        """RFC 4180 with LF; cells a spreadsheet would run have an apostrophe before them (ASVS 1.2.10)."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.columns)
        for row in self.rows:
            cells = {column: cell(row[column]) for column in self.columns}
            for column, text in cells.items():
                if text.startswith(GUARDED) and isinstance(row[column], str):
                    cells[column] = GUARD + text
                    losses.add(f"{self.name}.csv", column, _WHY)
            writer.writerow(cells.values())
        return out.getvalue()


def cell(value: Any) -> str:
    """A value as one cell: null and an empty list are empty, lists and records are JSON."""
    if value is None or value == []:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return canonical_json(value) if isinstance(value, list | dict) else str(value)
