"""Parquet, read: `documents.parquet` and `elements.parquet` of a folder, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from app.core.errors import Invalid
from app.core.reading import MAX_BYTES, parsed
from app.core.text import is_encodable
from app.formats.files import InputFiles
from app.formats.model import ExchangeDocument
from app.formats.rows import DOCUMENTS, ELEMENTS, ElementsByDocument, Row

_NEEDED = {DOCUMENTS: ("document", "modality", "text", "meta", "provenance"), ELEMENTS: ("document", "id", "body")}
_BATCH = 200


class ParquetReader:
    """Documents one by one; a file that would unfold to more than any file may hold is refused before it does."""

    title = "Parquet tables"

    def knows(self, files: InputFiles) -> bool:
        return files.is_folder and f"{DOCUMENTS}.parquet" in files.names()

    def read(self, files: InputFiles) -> Iterator[ExchangeDocument]:
        """Raises Invalid naming the file."""
        names = {f"{DOCUMENTS}.parquet", f"{ELEMENTS}.parquet"}
        if not names <= set(files.names()):
            raise Invalid("no-tables", f"{files.name}: needs {' and '.join(sorted(names))}")
        with files.open(f"{DOCUMENTS}.parquet") as raw, files.open(f"{ELEMENTS}.parquet") as other:
            name = f"{ELEMENTS}.parquet"
            elements = ElementsByDocument(_rows(other, ELEMENTS), lambda body: parsed(body, name))
            for number, row in enumerate(_rows(raw, DOCUMENTS), start=1):
                yield _document(row, elements, f"{DOCUMENTS}.parquet row {number}")
            if elements.left():
                raise Invalid("bad-parquet", f"{name}: an element of no document, or not in the documents' order")


def _rows(raw: IO[bytes], table: str) -> Iterator[Row]:
    """Rows as strings. Whatever pyarrow stumbles over in a damaged file refuses it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    name, needed = f"{table}.parquet", list(_NEEDED[table])
    try:
        file = pq.ParquetFile(raw, thrift_string_size_limit=1 << 24, thrift_container_size_limit=1 << 20)
        sizes = [file.metadata.row_group(n).total_byte_size for n in range(file.num_row_groups)]
        if any(not 0 <= size <= MAX_BYTES for size in sizes):
            raise Invalid("bad-parquet", f"{name}: a row group of more than {MAX_BYTES:,} bytes")
        kinds = {field.name: field.type for field in file.schema_arrow}
        if any(kinds.get(one) != pa.string() for one in needed):
            raise Invalid("bad-parquet", f"{name}: needs the columns {', '.join(needed)}, all text")
        for batch in file.iter_batches(batch_size=_BATCH, columns=needed):
            batch.validate(full=True)
            yield from batch.to_pylist()
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, MemoryError, OverflowError):
        raise Invalid("bad-parquet", f"{name}: is no Parquet file that can be read") from None


def _document(row: Row, elements: ElementsByDocument, where: str) -> ExchangeDocument:
    text: str | None = row["text"]
    if text is not None and not is_encodable(text):
        raise Invalid("bad-parquet", f"{where}: the text cannot be stored")
    held, why = elements.of(row["document"], len(text or ""))
    if why:
        raise Invalid("bad-parquet", f"{where}: {why}")
    facts: dict[str, Any] = {part: parsed(row[part] or "{}", where) for part in ("meta", "provenance")}
    if not all(isinstance(one, dict) for one in facts.values()):
        raise Invalid("bad-parquet", f"{where}: meta and provenance must be objects")
    return ExchangeDocument(
        str(row["document"]), text, held, str(row["modality"]), file=f"{DOCUMENTS}.parquet", **facts
    )
