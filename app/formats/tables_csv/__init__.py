"""CSV tables: documents, spans, relations and every element, each beside its twin as JSON lines."""

from __future__ import annotations

from app.formats.tables_csv.read import CsvTablesReader
from app.formats.tables_csv.write import CsvTablesWriter


class CsvTablesFormat:
    """UTF-8, RFC 4180 with LF; offsets are code points."""

    key = "csv"
    title = "CSV tables"
    writer = CsvTablesWriter()
    reader = CsvTablesReader()
