"""An installation of an earlier version made again from its file, on either database, as that version left it."""

import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import LargeBinary, MetaData, create_engine, select, text

from app.core.db import Database
from app.core.revision import stamp_of
from app.settings import Settings
from tests.terminology_data import stocked

FILES = sorted((Path(__file__).parents[1] / "data" / "earlier").glob("installation-*.tar.xz"))
CHUNK = 500


class Earlier:
    """Its folder, the address of its database, and the revision of its schema."""

    def __init__(self, file: Path, folder: Path, url: str = "") -> None:
        self.var = folder / "var"
        with tarfile.open(file) as archive:
            archive.extractall(self.var, filter="data")
        stocked(self.var)
        made = self.var / "chartmark.db"
        with closing(sqlite3.connect(made)) as connection:
            connection.executescript((self.var / "dump.sql").read_text(encoding="utf-8"))
            connection.execute("PRAGMA journal_mode=WAL")
        self.url, own = url or f"sqlite:///{made}", f"sqlite:///{made}"
        self.revision = stamp_of(own)
        if url:
            move(own, url, self.revision)

    @property
    def settings(self) -> Settings:
        return Settings(var=str(self.var), database_url=self.url)

    def upgrade(self, revision: str = "head") -> None:
        command.upgrade(alembic(self.url), revision)

    def rows(self) -> dict[str, list[tuple]]:
        """Every row of every table, as text: what an upgrade may move and must not lose."""
        database = Database(self.url)
        metadata = MetaData()
        metadata.reflect(database.engine)
        with database.engine.connect() as connection:
            found = {
                name: [dict(row._mapping) for row in connection.execute(select(table).order_by(*table.primary_key))]
                for name, table in metadata.tables.items()
            }
        database.dispose()
        return found

    def password_of(self, username: str) -> str:
        """What the demo of that version wrote on its sheet."""
        lines = (self.var / "demo-sign-in.txt").read_text().splitlines()
        return " ".join(next(line for line in lines if line.split()[:1] == [username]).split()[1:6])


def alembic(url: str) -> Config:
    config = Config("alembic.ini")
    config.set_main_option("sqlalchemy.url", url)
    return config


def move(source: str, target: str, revision: str) -> None:
    """Row by row from SQLite to an empty PostgreSQL database of the same revision, numbering going on behind."""
    command.upgrade(alembic(target), revision)
    old, new = create_engine(source), create_engine(target)
    metadata = MetaData()
    metadata.reflect(new)
    theirs = MetaData()
    theirs.reflect(old)
    with old.connect() as reading, new.begin() as writing:
        # What fills tables by itself (triggers) and what orders them (foreign keys) stands still meanwhile.
        writing.execute(text("SET session_replication_role = replica"))
        for name, table in metadata.tables.items():
            writing.execute(text(f'ALTER TABLE "{name}" DISABLE TRIGGER USER'))
            writing.execute(table.delete())
            for rows in reading.execute(select(theirs.tables[name])).mappings().partitions(CHUNK):
                writing.execute(table.insert(), [_typed(table, row) for row in rows])
            _go_on_numbering(writing, name, table)
        for statement in _switched_on(writing):
            writing.execute(text(statement))
    old.dispose()
    new.dispose()


def _typed(table, row) -> dict:
    """A row as PostgreSQL wants it: SQLite keeps truth as a number."""
    values = dict(row)
    for column in table.columns:
        value = values[column.name]
        if column.type.python_type is bool and value is not None:
            values[column.name] = bool(value)
        elif isinstance(column.type, LargeBinary) and value is not None:
            values[column.name] = bytes(value)
    return values


def _go_on_numbering(connection, name, table) -> None:
    for column in table.primary_key:
        sequence = connection.scalar(
            text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": f'"{name}"', "column": column.name}
        )
        if sequence:
            connection.execute(
                text(f'SELECT setval(:sequence, greatest((SELECT max("{column.name}") FROM "{name}"), 1))'),
                {"sequence": sequence},
            )


def _switched_on(connection) -> list[str]:
    query = text(
        "SELECT tgrelid::regclass::text, tgname FROM pg_trigger "
        "WHERE NOT tgisinternal AND tgenabled = 'D' ORDER BY 1, 2"
    )
    return [f'ALTER TABLE {table} ENABLE ALWAYS TRIGGER "{name}"' for table, name in connection.execute(query)]
