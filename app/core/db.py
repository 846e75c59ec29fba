"""The database: declarative base, engine settings, and the only place that commits."""

from __future__ import annotations

import logging
import os
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from sqlalchemy import BigInteger, Integer, MetaData, Select, create_engine, event, inspect
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapper, Session

from app.core.errors import Conflict, Unavailable

T = TypeVar("T")
R = TypeVar("R", bound="Base")
Q = TypeVar("Q", bound=Select[Any])
log = logging.getLogger(__name__)

# Every table says what it is, and a test holds it: a write to a RECORD needs an audit event in the
# same transaction; a PROJECTION can be rebuilt from records; OPERATIONAL rows may come and go.
RECORD, PROJECTION, OPERATIONAL = "record", "projection", "operational"

RETRIES = 8
_RETRIED_SQLSTATES = {"40001", "40P01", "55P03"}


class Base(DeclarativeBase):
    """Base of all models; constraint names follow one convention so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    # SQLite gives AUTOINCREMENT only to INTEGER; everywhere else ids are 64 bits wide.
    type_annotation_map: ClassVar = {int: BigInteger().with_variant(Integer, "sqlite")}


_homes: dict[str, str] = {}


def tell_homes(homes: Mapping[str, str]) -> None:
    """Say in which module each table is that others refer to."""
    _homes.update(homes)


@event.listens_for(Mapper, "before_configured")
def _import_referred() -> None:
    """A command imports only what it names, but a foreign key must find its table before the first statement."""
    while missing := _referred() - Base.metadata.tables.keys():
        for name in missing:
            import_module(_homes[name])


def _referred() -> set[str]:
    keys = (key for table in Base.metadata.tables.values() for key in table.foreign_keys)
    return {key.target_fullname.partition(".")[0] for key in keys} & _homes.keys()


class Database:
    """One database: `with db.reading() as session` and `db.writing(unit)`.

    The engine is made on first use and again after a fork, so that no connection is shared
    between processes.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine: Engine | None = None
        self._pid: int | None = None

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    @property
    def engine(self) -> Engine:
        if self._engine is None or self._pid != os.getpid():
            self._engine, self._pid = make_engine(self.url), os.getpid()
        return self._engine

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for reads; whatever it changed is rolled back."""
        session = Session(self.engine, autoflush=False, expire_on_commit=False)
        try:
            yield session
        finally:
            # Closing rolls back and lets go of the rows, which stay readable; a rollback alone expires them.
            session.close()

    def writing(self, unit: Callable[[Session], T]) -> T:
        """Run `unit(session)` in one transaction, retried whole when the database was busy.

        Raises Conflict when a unique or check constraint refuses it, Unavailable when the
        database stays busy.
        """
        for attempt in range(RETRIES):
            try:
                return self._once(unit)
            except (OperationalError, DBAPIError) as error:
                if isinstance(error, IntegrityError):
                    raise Conflict("constraint", _constraint(error)) from error
                if not _is_retryable(error):
                    raise
                # Jitter, so that writers who collided do not collide again.
                time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311
        raise Unavailable("database-busy", "the database stayed busy; nothing was stored")

    def _once(self, unit: Callable[[Session], T]) -> T:
        writer = self.engine.execution_options(chartmark_writing=True)
        session = Session(writer, expire_on_commit=False)
        try:
            result = unit(session)
            session.flush()
            _require_event(session)
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.close()
        if self.is_sqlite and session.info.get("erased"):
            self._empty_log()
        return result

    def _empty_log(self) -> None:
        """Empty SQLite's write-ahead log: pages from before an erasure stand in it until it is overwritten."""
        connection = self.engine.raw_connection()
        try:
            (busy, *_) = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            connection.close()
        if busy:
            log.warning("the write-ahead log still holds what was erased: somebody was reading")

    def has_table(self, name: str) -> bool:
        """Whether the database is there and migrated as far as this table; makes no file by asking."""
        if self.is_sqlite and not Path(self.url.removeprefix("sqlite:///")).is_file():
            return False
        try:
            return inspect(self.engine).has_table(name)
        except OperationalError:
            return False

    def dispose(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None


@event.listens_for(Session, "after_flush")
def _note_records(session: Session, _context: object) -> None:
    """Remember that a RECORD row was written, so that `_require_event` can ask for its event."""
    for row in (*session.new, *session.dirty, *session.deleted):
        if row.__table__.info.get("kind") == RECORD:
            session.info.setdefault("records", set()).add(row.__table__.name)
    if any(row.__table__.info.get("erasable") for row in session.deleted):
        session.info["erased"] = True


def _require_event(session: Session) -> None:
    """A record written without an audit event is a bug: refuse to commit it."""
    if session.info.get("records") and not session.info.get("events"):
        names = ", ".join(sorted(session.info["records"]))
        raise RuntimeError(f"records written without an audit event: {names}")


def get_locked(session: Session, model: type[R], key: Any) -> R | None:
    """A row as it stands now, locked until the transaction ends, or None.

    What this session read of it earlier is read anew: without that, PostgreSQL waits for the other writer and
    the session goes on with what was there before it.
    """
    session.flush()
    return session.get(model, key, with_for_update=True, populate_existing=True)


def for_update(query: Q, *, skip_locked: bool = False) -> Q:
    """The query for rows that are locked, and read anew as `get_locked` does."""
    return query.with_for_update(skip_locked=skip_locked).execution_options(populate_existing=True)


def lock(session: Session, row: object) -> None:
    """Lock a row in hand and read it anew. On SQLite this writer is the only one since it began: nothing to do."""
    session.flush()
    if session.get_bind().dialect.name != "sqlite":
        session.refresh(row, with_for_update=True)


def insert_if_missing(session: Session, model: type[Base], values: dict[str, Any]) -> None:
    """Insert a row unless its key is taken: of two at once neither fails on the other."""
    if session.get_bind().dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]
    session.execute(insert(model).values(**values).on_conflict_do_nothing())


def make_engine(url: str) -> Engine:
    """An engine with the settings the design asks for (SQLite: WAL, FULL, secure_delete, …)."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=20)
    engine = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        # Without it INSERT OR REPLACE slips past the append-only triggers.
        "recursive_triggers=ON",
        "busy_timeout=30000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    # The write lock first: an upgraded read transaction fails at once on SQLite.
    writing = connection.get_execution_options().get("chartmark_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _is_retryable(error: DBAPIError) -> bool:
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return state in _RETRIED_SQLSTATES
    return "locked" in str(error.orig) or "busy" in str(error.orig)


def _constraint(error: IntegrityError) -> str:
    """The name of the constraint, never the values that broke it."""
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None:
        return diagnosis.constraint_name or "a constraint refused the change"
    return str(error.orig)
