"""Parquet, written: a row group every so many rows, so that no more than one is held."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from app.formats.model import ExchangeDocument
from app.formats.protocol import Writing
from app.formats.rows import Row, columns, is_number, rows_of

if TYPE_CHECKING:
    import pyarrow as pa

_GROUP = 2_000
# A row of documents is a whole text: of these fewer are held.
_TEXTS = 200


class ParquetWriter:
    """`documents.parquet`, `entities.parquet`, `relations.parquet`, `elements.parquet`."""

    modalities = None

    def write(self, documents: Iterable[ExchangeDocument], into: Writing) -> None:
        tables = {name: _TableFile(name, names, into) for name, names in columns(into.vocabulary).items()}
        for document in documents:
            for table, row in rows_of(document, into.vocabulary):
                tables[table].add(row)
        for one in tables.values():
            one.close()


class _TableFile:
    """One table on its way into the sink."""

    def __init__(self, name: str, names: list[str], into: Writing) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.most = _TEXTS if "text" in names else _GROUP
        self.schema: pa.Schema = pa.schema([(one, pa.int64() if is_number(one) else pa.string()) for one in names])
        self.out = _Growing(f"{name}.parquet", into)
        self.writer = pq.ParquetWriter(self.out, self.schema, compression="zstd", store_schema=False)
        self.rows: list[Row] = []

    def add(self, row: Row) -> None:
        self.rows.append(row)
        if len(self.rows) == self.most:
            self._flush()

    def close(self) -> None:
        self._flush()
        self.writer.close()

    def _flush(self) -> None:
        import pyarrow as pa

        if self.rows:
            self.writer.write_table(pa.Table.from_pylist(self.rows, self.schema))
            self.rows = []


class _Growing:
    """What pyarrow takes for a file that is only written: it grows in the sink."""

    closed = False

    def __init__(self, name: str, into: Writing) -> None:
        self.name, self.into, self.size = name, into, 0

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self.into.sink.write(self.name, piece)
        self.size += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self.size

    def flush(self) -> None:
        """Every piece is in the sink already."""

    def close(self) -> None:
        self.closed = True

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False
