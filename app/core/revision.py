"""Which schema a database has, and whether this version may touch it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

#: the newest migration; `migrations/HEAD` says the same
HEAD = "0016"
#: revisions of schemas that no migration leads on from
ABANDONED = {"0001"}
_ASKED = "SELECT version_num FROM alembic_version"

OLD = (
    "This database was made by a version before 0.2.0, whose schema cannot be brought to the present one; nothing in "
    "it was touched: go on with that version, or name an empty database in CHARTMARK_DATABASE_URL."
)
OTHER = (
    "This database has schema {found} and this version works with {head}; nothing in it was touched: run `make "
    "migrate`, or start the version that wrote it."
)


def problem_of(url: str, *, migrating: bool = False) -> str:
    """One sentence why this version must leave a database alone, or "". `migrating`: what it is about to mend is none.

    A database that is empty, not there or out of reach has none: whoever needs it says so.
    """
    found = stamp_of(url)
    if found in ABANDONED:
        return OLD
    if found in (None, HEAD) or migrating:
        return ""
    return OTHER.format(found=found, head=HEAD)


def stamp_of(url: str) -> str | None:
    """The revision a database is stamped with, read without changing a byte of it; None without a stamp."""
    if url.startswith("sqlite"):
        return _stamp_of_file(Path(url.removeprefix("sqlite:///")))
    engine = create_engine(url, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            return connection.scalar(text(_ASKED))
    except DBAPIError:
        return None


def _stamp_of_file(path: Path) -> str | None:
    if not path.is_file():
        return None
    log = path.with_name(f"{path.name}-wal")
    # An engine of ours would set the journal mode, and a plain reader leaves files beside a database nobody has open.
    how = "mode=ro" if log.is_file() and log.stat().st_size else "immutable=1"
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?{how}", uri=True)) as connection:
            row = connection.execute(_ASKED).fetchone()
    except sqlite3.Error:
        return None
    return str(row[0]) if row else None
