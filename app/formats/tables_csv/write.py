"""CSV tables, written row by row."""

from __future__ import annotations

from collections.abc import Iterable

from app.formats.model import ExchangeDocument
from app.formats.protocol import Writing
from app.formats.rows import Row, columns, rows_of
from app.formats.tables import TableFiles


class CsvTablesWriter:
    """`documents`, `entities`, `relations`, `elements`: cells that a spreadsheet would run are guarded."""

    modalities = None

    def write(self, documents: Iterable[ExchangeDocument], into: Writing) -> None:
        tables = {name: TableFiles(name, names, into) for name, names in columns(into.vocabulary).items()}
        for document in documents:
            rows: dict[str, list[Row]] = {name: [] for name in tables}
            for table, row in rows_of(document, into.vocabulary):
                rows[table].append(row)
            for name, own in rows.items():
                tables[name].add_all(own)
