"""Parquet: the four tables of `app/formats/rows.py` for pandas, Polars, DuckDB and Spark."""

from __future__ import annotations

from app.formats.parquet.read import ParquetReader
from app.formats.parquet.write import ParquetWriter


class ParquetFormat:
    """Offsets are code points."""

    key = "parquet"
    title = "Parquet tables"
    writer = ParquetWriter()
    reader = ParquetReader()
