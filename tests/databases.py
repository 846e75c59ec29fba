"""Databases for tests: each test gets its own, copied from a template built once per run.

PostgreSQL takes long to make and drop a database, so one whose schema a test left alone is emptied for the next.
"""

import os
import secrets
import shutil
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from app.audit.macs import INFO, EventKeys
from app.audit.triggers import all_triggers
from app.core.db import Base, Database
from app.core.roles import grant_to
from app.corpus import vault
from app.corpus.vault import VaultFile
from app.factory import create_app

# A server on which tests may create and drop databases of their own.
SERVER = os.environ.get("CHARTMARK_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
# With CHARTMARK_TEST_SPLIT=1 every test on PostgreSQL runs as the application's role, which does not own its tables.
SPLIT = os.environ.get("CHARTMARK_TEST_SPLIT") == "1"
APP_ROLE = f"chartmark_test_app_{os.getpid()}"
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


class _KeysOnceThere:
    """What sessions of a test's `Database` carry: the keys of events of the application beside it, once it made them.

    Without them what tests write would be refused, as anything written past the application is.
    """

    def __init__(self, folder):
        self.places = [folder / part / "event.key" for part in ("keys", "var/keys", "first/keys")]
        self.master_keys = [path.with_name("master.key") for path in self.places]
        self._found = None

    def get(self, name):
        if name == INFO and self._found is None:
            self._found = next((EventKeys(path) for path in self.places if path.exists()), None)
        if name == vault.INFO:
            return next((VaultFile(path) for path in self.master_keys if path.exists()), None)
        return self._found if name == INFO else None

    def __iter__(self):
        """As pairs, which is how a session takes them over."""
        return iter([(INFO, self.get(INFO)), (vault.INFO, self.get(vault.INFO))])


def opened(url, folder, **options):
    """A database as the application in this folder, or in `var` under it, opens it."""
    database = Database(url, **options)
    database.info = _KeysOnceThere(folder)
    return database


class Templates:
    """One built database of each kind, made when first asked for and dropped at the end of the run."""

    def __init__(self, folder):
        self.folder = folder
        self._sqlite = None
        self._postgresql = None
        self._schema = None
        self._emptied = []
        self._has_role = False

    @contextmanager
    def fresh(self, kind, folder):
        """A `Database` of its own for one test, with all tables and no rows."""
        with getattr(self, kind)(folder) as url:
            database = opened(url, folder)
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

    def postgresql(self, folder):
        return self.split(folder) if SPLIT else self.owned(folder)

    @contextmanager
    def split(self, folder):
        """The address of the application's role in a database that it does not own (`tests.databases.owner_of`)."""
        with self.owned(folder) as url:
            if not self._has_role:
                _execute(f'CREATE ROLE "{APP_ROLE}" LOGIN')
                self._has_role = True
            with _connected(url) as connection:
                grant_to(connection, Base.metadata, APP_ROLE)
            yield make_url(url).set(username=APP_ROLE).render_as_string(hide_password=False)

    @contextmanager
    def owned(self, _folder):
        require_postgresql()
        if self._postgresql is None:
            self._postgresql = create_postgresql()
            build_schema(self._postgresql)
            with _connected(self._postgresql) as connection:
                self._schema = _schema_of(connection)
        url = self._emptied.pop() if self._emptied else self._copied()
        try:
            yield url
        finally:
            if self._empty(url):
                self._emptied.append(url)
            else:
                drop_postgresql(url)

    def _copied(self):
        """A copy of the template whose commits do not wait for the disk: no test of one takes its power away."""
        url = create_postgresql(make_url(self._postgresql).database)
        _execute(f'ALTER DATABASE "{make_url(url).database}" SET synchronous_commit = off')
        return url

    def _empty(self, url):
        """Whether the database is now as the template is: no rows, no connection, every counter at its start."""
        with _connected(url) as connection:
            connection.execute(text(_END_OTHERS))
            if _schema_of(connection) != self._schema:
                return False
            connection.execute(text("SET session_replication_role = replica"))  # past references
            for table in connection.scalars(text(_TABLES)).all():
                guards = connection.execute(text(_GUARDS), {"table": table}).all()
                ways = "".join(f', ENABLE {"ALWAYS " * always}TRIGGER "{name}"' for name, always in guards)
                connection.execute(
                    text(
                        f'ALTER TABLE "{table}" DISABLE TRIGGER USER; DELETE FROM "{table}"; '
                        + (f'ALTER TABLE "{table}" {ways[2:]}' if ways else "")
                    )
                )
            connection.execute(text(_RESTART))
            return _schema_of(connection) == self._schema

    def drop(self):
        for url in [*self._emptied, self._postgresql]:
            if url is not None:
                drop_postgresql(url)

        if self._has_role:
            _execute(f'DROP ROLE "{APP_ROLE}"')


def owner_of(url):
    """The owner's address of a database that tests see as the application's role."""
    return make_url(SERVER).set(database=make_url(url).database).render_as_string(hide_password=False)



_END_OTHERS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid()"""
_GUARDS = """SELECT tgname, tgenabled = 'A' FROM pg_trigger
  WHERE tgrelid = CAST(:table AS regclass) AND NOT tgisinternal"""
#: tables that have a row
_TABLES = """SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
  AND (xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM (SELECT 1 FROM %I LIMIT 1) AS a', relname),
       false, true, '')))[1]::text <> '0'"""
_RESTART = """SELECT setval(format('%I', sequencename)::regclass, start_value, false) FROM pg_sequences
  WHERE schemaname = 'public' AND last_value IS NOT NULL"""
_SCHEMA = """SELECT md5(string_agg(line, chr(10) ORDER BY line)) FROM (
  SELECT format('%s %s %s %s', relkind, relname, relnamespace::regnamespace, relacl) AS line FROM pg_class
    WHERE relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
  UNION ALL SELECT format('%s %s %s %s', tgrelid::regclass, tgname, tgenabled, tgtype) FROM pg_trigger
    WHERE NOT tgisinternal
  UNION ALL SELECT format('%s %s', proname, prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
  UNION ALL SELECT format('%s %s %s %s', attrelid::regclass, attname, atttypid, attnotnull) FROM pg_attribute
    JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0
  UNION ALL SELECT format('%s %s', conrelid::regclass, conname) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT format('%s %s', nspname, nspacl) FROM pg_namespace WHERE nspname !~ '^pg_'
  UNION ALL SELECT format('%s %s', setrole, setconfig) FROM pg_db_role_setting
    JOIN pg_database ON setdatabase = pg_database.oid
    WHERE datname = current_database() AND setrole <> 0
) AS all_lines"""


def _schema_of(connection):
    """A digest of tables, columns, constraints, triggers, functions and rights: what a test may have changed."""
    return connection.scalar(text(_SCHEMA))


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
    with _connected(SERVER) as connection:
        connection.execute(text(statement))


@contextmanager
def _connected(url):
    """A connection that commits each statement."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()
