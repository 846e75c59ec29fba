"""CSV and TSV, with or without a header row."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace

from app.core.errors import Problem
from app.intake.readers import MAX_LINE_BYTES, Found, Input, RawRow
from app.intake.readers.columns import Columns, find_columns

_SAMPLE_ROWS = 20


class CsvTable:
    """Columns are mapped by name; without a header by number (`text=5`), unless one plainly holds prose."""

    key = "csv"
    title = "CSV or TSV"
    endings = (".csv", ".tsv", ".tab")

    def read(self, path: Input, mapping: dict[str, str]) -> Iterator[Found]:
        bad = _first_undecodable(path)
        if bad is not None:
            yield bad
            return
        delimiter = "\t" if path.suffix.lower() in (".tsv", ".tab") else _delimiter(path)
        csv.field_size_limit(MAX_LINE_BYTES)
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _rows(path, csv.reader(file, delimiter=delimiter, strict=True), mapping)


def _rows(path: Input, reader: Iterator[list[str]], mapping: dict[str, str]) -> Iterator[Found]:
    sample: list[tuple[int, list[str]]] = []
    problem = None
    try:
        for row in reader:
            if row:
                sample.append((reader.line_num, row))  # type: ignore[attr-defined]
            if len(sample) == _SAMPLE_ROWS:
                break
    except csv.Error as error:
        problem = _bad(reader, error)
    if not sample:
        yield problem or Problem("empty-file", "", "the file has no rows")
        return
    columns = find_columns([row for _, row in sample], mapping)
    if isinstance(columns, Problem):
        yield replace(columns, where=f"line {sample[0][0]}" if columns.where else "")
        return
    for number, row in sample[columns.first_row :]:
        yield _row(path, number, row, columns)
    if problem:
        yield problem
        return
    try:
        for row in reader:
            if row:
                yield _row(path, reader.line_num, row, columns)  # type: ignore[attr-defined]
    except csv.Error as error:
        yield _bad(reader, error)


def _row(path: Input, number: int, row: list[str], columns: Columns) -> RawRow | Problem:
    where = f"line {number}"
    if len(row) > len(columns.names):
        return Problem("too-many-columns", where, f"{len(row)} columns where the file has {len(columns.names)}")
    values = dict(zip(columns.names, row, strict=False))
    # Without ids of their own, rows are known by their place in the file.
    return RawRow(where, values if columns.has_ids else {"id": f"{where} of {path.name}"} | values)


def _bad(reader: Iterator[list[str]], error: csv.Error) -> Problem:
    return Problem("bad-csv", f"line {getattr(reader, 'line_num', 0)}", str(error))


def _delimiter(path: Input) -> str:
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        head = file.read(20_000)
    counts = {mark: head.count(mark) for mark in (",", "\t", ";")}
    return max(counts, key=lambda mark: counts[mark]) if any(counts.values()) else ","


def _first_undecodable(path: Input) -> Problem | None:
    """Where a table stops being readable: rows after it cannot be told apart, so nothing is read."""
    with path.open("rb") as file:
        for line, chunk in enumerate(iter(lambda: file.readline(MAX_LINE_BYTES), b""), start=1):
            where = f"line {line}"
            if len(chunk) == MAX_LINE_BYTES and not chunk.endswith(b"\n"):
                return Problem("line-too-long", where, f"more than {MAX_LINE_BYTES} bytes")
            try:
                chunk.decode("utf-8-sig" if line == 1 else "utf-8")
            except UnicodeDecodeError as error:
                return Problem("not-utf-8", where, f"byte {error.start} is not UTF-8")
    return None
