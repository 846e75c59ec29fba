"""CSV and TSV: one rating per line (item, rater, value), one span per line, or one rater per column (`wide`)."""

from __future__ import annotations

import csv
import io
from collections import Counter

from app.agreement.metrics.data import MarkedSpan
from app.agreement.reading.collected import Collected
from app.agreement.reading.wide import Wide, read_wide
from app.core.errors import Invalid
from app.core.numbers import whole

ITEM = ("item", "item_id", "id", "unit", "subject", "case", "instance", "example")
DOCUMENT = ("document", "doc", "doc_id", "document_id", "note", "file")
RATER = ("rater", "rater_id", "annotator", "annotator_id", "coder", "coder_id", "reader", "user", "judge")
VALUE = ("value", "label", "rating", "code", "category", "score", "annotation", "type")
START, END = ("start", "begin", "start_offset"), ("end", "stop", "end_offset")


def read_table(text: str, name: str, into: Collected, *, unit: str = "rating", wide: Wide | None = None) -> None:
    """Add one file's lines. Raises Invalid when it is no such table; bad lines are exclusions."""
    rows = _rows(text, name)
    if wide is not None:
        read_wide(rows, wide, name, into)
        return
    columns = _header(rows[0][1])
    if unit == "span":
        _read_spans(rows[1:], columns, name, into)
        return
    if columns is None:
        _require_three_columns(rows, name)
        columns = {"item": 0, "rater": 1, "value": 2}
        if _stands_alone(rows):
            into.notes.append(f"{name}: the first line was taken for a header")
            rows = rows[1:]
    else:
        rows = rows[1:]
    _read_long(rows, columns, name, into)


def _rows(text: str, name: str) -> list[tuple[int, list[str]]]:
    """Numbered rows with something in them."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    if not first:
        raise Invalid("empty-file", f"{name} is empty")
    delimiter = max("\t,;", key=first.count)
    if delimiter not in first:
        raise Invalid("not-a-table", f"{name}: line 1 has one column; tabs or commas separate columns")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((reader.line_num, row))  # noqa: PERF401 - line_num moves with the reader
    except csv.Error as error:
        why = "an unclosed quote" if "quote" in str(error) or "end of data" in str(error) else str(error)
        raise Invalid("not-a-table", f"{name}: line {reader.line_num}: {why}") from None
    if not rows:
        raise Invalid("empty-file", f"{name} holds no values")
    return rows


def _header(row: list[str]) -> dict[str, int] | None:
    """Which column is what, when the first line names a rater and a value or an item."""
    names = [cell.strip().casefold().replace(" ", "_") for cell in row]
    columns: dict[str, int] = {}
    wanted = {"rater": RATER, "item": ITEM, "document": DOCUMENT, "start": START, "end": END, "value": VALUE}
    for what, known in wanted.items():
        found = next((i for i, name in enumerate(names) if name in known and i not in columns.values()), None)
        if found is not None:
            columns[what] = found
    columns.setdefault("item", columns.get("document", -1))
    usable = "rater" in columns and "value" in columns and columns["item"] >= 0
    return columns if usable else None


def _require_three_columns(rows: list[tuple[int, list[str]]], name: str) -> None:
    """Without a header only (item, rater, value) can be meant: a wider table would be misread."""
    width = Counter(len(row) for _, row in rows).most_common(1)[0][0]
    if width != 3:
        message = f"{name} has {width} columns: name item, rater and value in a header, or say --wide"
        raise Invalid("not-a-table", message)


def _stands_alone(rows: list[tuple[int, list[str]]]) -> bool:
    """Whether the first line's rater occurs nowhere else and its item neither: a header in other words."""
    if len(rows) < 3 or len(rows[0][1]) != 3:
        return False
    item, rater, _ = rows[0][1]
    return all(len(row) < 3 or (row[0] != item and row[1] != rater) for _, row in rows[1:])


def _read_long(rows: list[tuple[int, list[str]]], columns: dict[str, int], name: str, into: Collected) -> None:
    width = max(columns.values()) + 1
    for number, row in rows:
        if len(row) < width:
            into.leave_out("too_few_columns", f"{name}: line {number}")
            continue
        item, rater = row[columns["item"]], row[columns["rater"]]
        if not item.strip() or not rater.strip():
            into.leave_out("no_item_or_rater", f"{name}: line {number}")
            continue
        document = row[columns["document"]] if "document" in columns else ""
        into.rate(item, rater, row[columns["value"]], document)
    if not into.cells:
        raise Invalid("no-ratings", f"{name} has no line with item, rater and value")


def _read_spans(rows: list[tuple[int, list[str]]], columns: dict[str, int] | None, name: str, into: Collected) -> None:
    if columns is None or not {"start", "end"} <= set(columns):
        raise Invalid("no-span-columns", f"{name} needs a header with item, rater, start, end and label")
    document = columns.get("document", columns["item"])
    for number, row in rows:
        cells = [cell.strip() for cell in row]
        if len(cells) <= max(columns.values()):
            into.leave_out("too_few_columns", f"{name}: line {number}")
            continue
        reading = into.reading(cells[document], cells[columns["rater"]])
        if not cells[columns["value"]]:
            continue  # a line without a label says that the reader saw the document
        start, end = cells[columns["start"]], cells[columns["end"]]
        try:
            fragment = whole(start), whole(end)
        except ValueError:
            fragment = 0, 0
        if not 0 <= fragment[0] < fragment[1]:
            into.leave_out("bad_offsets", f"{name}: line {number}")
            continue
        reading.spans.append(MarkedSpan(cells[columns["value"]], (fragment,)))
