"""Databases for tests: each test gets its own, copied from a template built once per run."""

import os
import secrets
import shutil
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from app.audit.triggers import all_triggers
from app.core.db import Base, Database
from app.factory import create_app

# A server on which tests may create and drop databases of their own.
SERVER = os.environ.get("CHARTMARK_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


def build_schema(url):
    """All tables and append-only triggers in an empty database."""
    create_app()  # imports every model, whichever test comes first
    database = Database(url)
    Base.metadata.create_all(database.engine)
    with database.engine.begin() as connection:
        for statement in all_triggers(Base.metadata, database.engine.dialect.name):
            connection.exec_driver_sql(statement)
    database.dispose()


def sqlite_url(path):
    return f"sqlite:///{path}"


class Templates:
    """One built database of each kind, made when first asked for and dropped at the end of the run."""

    def __init__(self, folder):
        self.folder = folder
        self._sqlite = None
        self._postgresql = None

    @contextmanager
    def fresh(self, kind, folder):
        """A `Database` of its own for one test, with all tables and no rows."""
        with getattr(self, kind)(folder) as url:
            database = Database(url)
            try:
                yield database
            finally:
                database.dispose()

    @contextmanager
    def sqlite(self, folder):
        if self._sqlite is None:
            self._sqlite = self.folder / "template.db"
            build_schema(sqlite_url(self._sqlite))
        path = folder / "test.db"
        shutil.copy(self._sqlite, path)
        yield sqlite_url(path)

    @contextmanager
    def postgresql(self, _folder):
        require_postgresql()
        if self._postgresql is None:
            self._postgresql = create_postgresql()
            build_schema(self._postgresql)
        url = create_postgresql(template=make_url(self._postgresql).database)
        try:
            yield url
        finally:
            drop_postgresql(url)

    def drop(self):
        if self._postgresql is not None:
            drop_postgresql(self._postgresql)


def require_postgresql():
    """Skip, saying why, where there is no server; under CI=true that is a failure."""
    try:
        _execute("SELECT 1")
    except OperationalError:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no PostgreSQL at {make_url(SERVER).host}:{make_url(SERVER).port}")


def create_postgresql(template="template0"):
    """The address of a new database."""
    name = f"chartmark_test_{os.getpid()}_{secrets.token_hex(4)}"
    _execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return make_url(SERVER).set(database=name).render_as_string(hide_password=False)


def drop_postgresql(url):
    _execute(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')


def _execute(statement):
    engine = create_engine(SERVER, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()
