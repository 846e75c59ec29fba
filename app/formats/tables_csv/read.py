"""CSV tables, read: `documents.csv` and `elements.csv` of a folder that we wrote, the guards of cells taken away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.core.errors import Invalid
from app.core.reading import parsed
from app.core.text import is_encodable
from app.formats.files import InputFiles
from app.formats.model import ExchangeDocument
from app.formats.rows import DOCUMENTS, ELEMENTS, ElementsByDocument
from app.formats.tables import GUARD, csv_rows

_NEEDED = {DOCUMENTS: ("document", "modality", "text", "meta", "provenance"), ELEMENTS: ("document", "id", "body")}


class CsvTablesReader:
    """Documents one by one; rows of elements stand in the order of the documents, as they were written."""

    title = "CSV tables"

    def knows(self, files: InputFiles) -> bool:
        return files.is_folder and {f"{DOCUMENTS}.csv", f"{ELEMENTS}.csv"} <= set(files.names())

    def read(self, files: InputFiles) -> Iterator[ExchangeDocument]:
        """Raises Invalid naming file and line."""
        if not self.knows(files):
            raise Invalid("no-tables", f"{files.name}: needs {DOCUMENTS}.csv and {ELEMENTS}.csv")
        with files.open(f"{DOCUMENTS}.csv") as raw, files.open(f"{ELEMENTS}.csv") as other:
            name = f"{ELEMENTS}.csv"
            elements = ElementsByDocument(
                (row for _, row in _rows(csv_rows(other, name), ELEMENTS)), lambda body: parsed(body, name)
            )
            for line, row in _rows(csv_rows(raw, f"{DOCUMENTS}.csv"), DOCUMENTS):
                yield _document(row, elements, f"{DOCUMENTS}.csv line {line}")
            if elements.left():
                raise Invalid("bad-table", f"{name}: an element of no document, or not in the order of the documents")


def _rows(rows: Iterator[tuple[int, dict[str, str]]], table: str) -> Iterator[tuple[int, dict[str, str]]]:
    for line, row in rows:
        if not set(_NEEDED[table]) <= row.keys():
            raise Invalid("bad-table", f"{table}.csv line {line}: needs the columns {', '.join(_NEEDED[table])}")
        yield line, {name: _unguarded(value) for name, value in row.items()}


def _unguarded(value: str) -> str:
    return value[1:] if value.startswith(GUARD) else value


def _document(row: dict[str, str], elements: ElementsByDocument, where: str) -> ExchangeDocument:
    text = row["text"]
    if not is_encodable(text):
        raise Invalid("bad-table", f"{where}: the text cannot be stored")
    held, why = elements.of(row["document"], len(text))
    if why:
        raise Invalid("bad-table", f"{where}: {why}")
    facts: dict[str, Any] = {}
    for part in ("meta", "provenance"):
        facts[part] = parsed(row[part] or "{}", where)
        if not isinstance(facts[part], dict):
            raise Invalid("bad-table", f"{where}: {part} must be an object")
    return ExchangeDocument(row["document"], text or None, held, row["modality"], file=f"{DOCUMENTS}.csv", **facts)
