"""Giving back to the disk what rows that are gone still take up: free pages, and the write-ahead log.

For whoever owns the database, while nobody works: PostgreSQL locks each table while it is written anew.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core.db import Database

#: statement and what it does; a checkpoint twice, since the first one keeps the log it began in
STEPS = {
    "postgresql": (
        ("VACUUM (FULL, ANALYZE)", "tables and indexes are written anew, samples of their values too"),
        ("VACUUM FULL pg_statistic", "samples of values from before are gone"),
        ("SELECT pg_switch_wal()", "the write-ahead log goes on in a new segment"),
        ("CHECKPOINT", "files of before are deleted"),
        ("SELECT pg_switch_wal()", "once more"),
        ("CHECKPOINT", "segments of before are deleted, or recycled where wal_recycle is on"),
    ),
    "sqlite": (
        ("VACUUM", "the file is written anew"),
        ("PRAGMA wal_checkpoint(TRUNCATE)", "the write-ahead log is emptied"),
    ),
}


def reclaim(database: Database) -> Iterator[tuple[str, str, bool]]:
    """(statement, what it does, whether it was done) of each step, as it ends; a role that may not is no error."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement, does in STEPS[database.engine.dialect.name]:
            try:
                row = connection.execute(text(statement))
                # SQLite answers (1, …) where a reader kept it from emptying the log.
                done = not (statement.startswith("PRAGMA") and row.scalar_one() == 1)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", "") != "42501":
                    raise
                done = False
            yield statement, does, done
