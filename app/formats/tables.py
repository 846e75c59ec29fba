"""Tables as CSV that no spreadsheet runs, each beside its twin as JSON lines; written row by row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import IO, Any

from app.core.digest import canonical_json
from app.core.errors import Invalid
from app.core.reading import text_lines
from app.core.text import MAX_TEXT_CHARACTERS
from app.formats.protocol import Writing

Row = dict[str, Any]

# A spreadsheet takes a cell that begins so for a formula (OWASP; full-width forms too). The apostrophe
# is among them, so that taking one away from a cell that has it always gives the value back.
GUARDED = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠", "'")
_FIRST = frozenset(GUARDED)
GUARD = "'"
_WHY = "has an apostrophe before it, which keeps a spreadsheet from running it; the JSON lines hold it unchanged"


class TableFiles:
    """One table: the columns there are, in order, whatever the rows; a row lacks none and has no others."""

    def __init__(self, name: str, columns: list[str], into: Writing) -> None:
        self.name = name
        self.columns = columns
        self.into = into
        self.count = 0
        into.say(f"{name}.csv", _lines([columns]))
        into.say(f"{name}.jsonl", "")

    def add(self, row: Row) -> None:
        """Write a row to both files. Raises KeyError or ValueError for one with other columns."""
        self.add_all([row])

    def add_all(self, rows: list[Row]) -> None:
        """As `add`, several at once, which is quicker."""
        ordered = [self._ordered(row) for row in rows]
        cells = [
            [
                "" if value is None else self._guarded(column, value) if isinstance(value, str) else cell(value)
                for column, value in row.items()
            ]
            for row in ordered
        ]
        self.into.say(f"{self.name}.csv", _lines(cells))
        self.into.say(f"{self.name}.jsonl", "".join(canonical_json(row) + "\n" for row in ordered))
        self.count += len(rows)

    def _ordered(self, row: Row) -> Row:
        ordered = {column: row[column] for column in self.columns}
        if len(row) != len(ordered):
            extra = row.keys() - set(self.columns)
            raise ValueError(f"the table {self.name} has no column {sorted(extra)[0]}")
        return ordered

    def _guarded(self, column: str, text: str) -> str:
        """A cell; one that a spreadsheet would run has an apostrophe before it (ASVS 1.2.10)."""
        if text[:1] not in _FIRST:
            return text
        self.into.losses.add(f"{self.name}.csv", column, _WHY)
        return GUARD + text


def _lines(rows: list[list[str]]) -> str:
    """RFC 4180 with LF."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def cell(value: Any) -> str:
    """A value as one cell: null and an empty list are empty, lists and records are JSON."""
    if value is None or value == []:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return canonical_json(value) if isinstance(value, (list, dict)) else str(value)


def csv_rows(raw: IO[bytes], name: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows by column with the line each ends on. Raises Invalid naming the line that cannot be read."""
    csv.field_size_limit(8 * MAX_TEXT_CHARACTERS)
    rows = csv.reader((line + "\n" for _, line in text_lines(raw, name)), strict=True)
    try:
        header = next(rows, [])
        for row in rows:
            if len(row) != len(header):
                raise Invalid("bad-csv", f"{name} line {rows.line_num}: {len(row)} cells for {len(header)} columns")
            yield rows.line_num, dict(zip(header, row, strict=True))
    except csv.Error:
        raise Invalid("bad-csv", f"{name} line {rows.line_num}: is no row of a table") from None
