"""The database: declarative base, engine settings, and the only place that commits."""

from __future__ import annotations

import logging
import os
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from sqlalchemy import (
    BigInteger,
    Index,
    Integer,
    MetaData,
    Row,
    Select,
    bindparam,
    event,
    inspect,
    select,
    text,
)
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapper, Session

from app.core.engine import make_engine
from app.core.errors import Conflict, Unavailable

T = TypeVar("T")
R = TypeVar("R", bound="Base")
Q = TypeVar("Q", bound=Select[Any])
# Of as many columns as there are: mypy has no other word for it.
AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]
log = logging.getLogger(__name__)

# Every table says what it is, and a test holds it: a write to a RECORD needs an audit event in the
# same transaction; a PROJECTION can be rebuilt from records; OPERATIONAL rows may come and go.
RECORD, PROJECTION, OPERATIONAL = "record", "projection", "operational"

RETRIES = 8
BUSY = "database-busy"
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
_complete_at = 0


def tell_homes(homes: Mapping[str, str]) -> None:
    """Say in which module each table is that others refer to."""
    _homes.update(homes)


def load_tables() -> None:
    """Import every module that was told of: for what goes over all tables, not only those that a command names."""
    for module in sorted({*_homes.values()}):
        import_module(module)


@event.listens_for(Mapper, "before_configured")
def _import_referred() -> None:
    """A command imports only what it names, but a foreign key must find its table before the first statement.

    Here that is done under SQLAlchemy's lock of mappers. Another thread that is importing such a module holds the
    module and waits for the lock: each would wait for the other for ever. So a session asks before it begins.
    """
    global _complete_at  # noqa: PLW0603  (a mark of the process, as the tables are)
    while missing := _referred() - Base.metadata.tables.keys():
        for name in missing:
            import_module(_homes[name])
    _complete_at = len(Base.metadata.tables)


def _referred() -> set[str]:
    keys = (key for table in Base.metadata.tables.values() for key in table.foreign_keys)
    return {key.target_fullname.partition(".")[0] for key in keys} & _homes.keys()


class _Turns:
    """A lock that threads get in the order they asked for it.

    SQLite has one writer at a time, and its own wait is a sleep of growing length: whoever comes later often comes
    first, and one saver of eight waited four seconds. In a queue all wait about as long.
    """

    def __init__(self) -> None:
        self._guard, self._waiting, self._taken = threading.Lock(), deque[threading.Lock](), False

    def __enter__(self) -> None:
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        mine.acquire()  # until whoever is before us hands it over

    def __exit__(self, *_: object) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


class Database:
    """One database: `with db.reading() as session` and `db.writing(unit)`.

    The engine is made on first use and again after a fork, so that no connection is shared
    between processes.
    """

    def __init__(self, url: str, *, pooled: bool = False, info: Mapping[str, Any] | None = None) -> None:
        """`pooled`: a pooler lends connections by transaction; `info`: what every session carries along."""
        self.url, self.pooled = url, pooled
        self.info: dict[str, Any] = dict(info or {})
        self._engine: Engine | None = None
        self._writer: Engine
        self._pid: int | None = None
        self._turns: AbstractContextManager[None] = nullcontext()

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    @property
    def engine(self) -> Engine:
        if len(Base.metadata.tables) != _complete_at:
            _import_referred()
        if self._engine is None or self._pid != os.getpid():
            self._engine, self._pid = make_engine(self.url, pooled=self.pooled), os.getpid()
            self._writer = self._engine.execution_options(chartmark_writing=True)
            self._turns = _Turns() if self.is_sqlite else nullcontext()
        return self._engine

    @property
    def writer(self) -> Engine:
        """The same engine, whose transactions take the write lock first."""
        assert self.engine is not None  # noqa: S101  (made anew after a fork, and the writer with it)
        return self._writer

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for reads; whatever it changed is rolled back."""
        session = Session(self.engine, autoflush=False, expire_on_commit=False, info=self.info)
        try:
            yield session
        finally:
            # Closing rolls back and lets go of the rows, which stay readable; a rollback alone expires them.
            session.close()

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """A session for reads that all see one moment, however long they take; nobody waits for it."""
        # A read transaction of SQLite is one already.
        level: dict[str, Any] = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        engine = self.engine.execution_options(**level)
        session = Session(engine, autoflush=False, expire_on_commit=False, info=self.info)
        try:
            yield session
        finally:
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
        raise Unavailable(BUSY, "the database stayed busy; nothing was stored")

    def _once(self, unit: Callable[[Session], T]) -> T:
        session = Session(self.writer, expire_on_commit=False, info=self.info)
        with self._turns:
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


_watchers: dict[str, Callable[[Session], None]] = {}
_last_looks: list[Callable[[Session], None]] = []


def watch_flushes(mark: str, note: Callable[[Session], None]) -> None:
    """Call `note` after every flush that wrote a row of a table which declares `info[mark]`."""
    _watchers[mark] = note


def watch_commits(look: Callable[[Session], None]) -> None:
    """Call `look` before every commit; what it raises refuses it."""
    _last_looks.append(look)


@event.listens_for(Session, "after_flush")
def _note_flush(session: Session, _context: object) -> None:
    """Note what was written; tell who watches."""
    changed = (row for row in session.dirty if session.is_modified(row))
    tables = {row.__table__ for row in (*session.new, *changed, *session.deleted)}
    note_tables(session, tables)
    if any(row.__table__.info.get("erasable") for row in session.deleted):
        session.info["erased"] = True
    for mark, note in _watchers.items():
        if any(table.info.get(mark) for table in tables):
            note(session)


def note_tables(session: Session, tables: Collection[Any]) -> None:
    """Remember which RECORD tables were written, for `_require_event` to ask for their events."""
    for table in tables:
        if table.info.get("kind") == RECORD:
            session.info.setdefault("records", {})[table.name] = table.info.get("tags", ())


def _require_event(session: Session) -> None:
    """A record written without an event that its table says may cover it is a bug: refuse to commit it."""
    said: set[str] = session.info.get("tags", set())
    records: dict[str, Collection[str]] = session.info.get("records", {})
    if bare := sorted(name for name, tags in records.items() if said.isdisjoint(tags)):
        under = ", ".join(sorted(said)) or "none"
        raise RuntimeError(f"records written without an audit event: {', '.join(bare)}; events: {under}")
    for look in _last_looks:
        look(session)


def unique_where(name: str, *columns: str, where: str) -> Index:
    """A unique index over the rows for which the condition holds.

    PostgreSQL's side is said only when tables are made there: naming it here would load its dialect in every
    command, a tenth of what a short one costs.
    """
    return Index(name, *columns, unique=True, sqlite_where=text(where))


@event.listens_for(Base.metadata, "before_create")
def _name_conditions(metadata: MetaData, connection: Any, **_more: object) -> None:
    if connection.dialect.name != "postgresql":
        return
    for index in (index for table in metadata.tables.values() for index in table.indexes):
        if (where := index.dialect_kwargs.get("sqlite_where")) is not None:
            index.dialect_kwargs["postgresql_where"] = where


def find_by_key(session: Session, model: type[R], *key: Any, lock: bool = False) -> R | None:
    """The row with a primary key, asked for by a statement that is built once; what is pending is not written first."""
    query = _by_key(model, lock)
    with session.no_autoflush:
        return session.execute(query, {f"key{n}": value for n, value in enumerate(key)}).scalar()


@cache
def _by_key(model: type[R], lock: bool) -> Select[R]:
    columns = inspect(model).primary_key
    query = select(model).where(*(column == bindparam(f"key{n}") for n, column in enumerate(columns)))
    return query.with_for_update().execution_options(populate_existing=True) if lock else query


def get_locked(session: Session, model: type[R], key: Any) -> R | None:
    """A row as it stands now, locked until the transaction ends, or None.

    What this session read of it earlier is read anew: without that, PostgreSQL waits for the other writer and
    the session goes on with what was there before it.
    """
    session.flush()
    row = session.get(model, key, with_for_update=True, populate_existing=True)
    if row is not None:
        note_locked(session, row)
    return row


def note_locked(session: Session, row: object) -> None:
    """Say that this transaction holds the lock of a row, which a query of one's own took."""
    session.info.setdefault("locked", set()).add(row)


def for_update(query: Q, *, skip_locked: bool = False) -> Q:
    """The query for rows that are locked, and read anew as `get_locked` does."""
    return query.with_for_update(skip_locked=skip_locked).execution_options(populate_existing=True)


def lock_number(session: Session, model: type[Base], number: int) -> None:
    """Lock a row of which nothing is read, until the transaction ends: what refers to it is written meanwhile.

    On SQLite this writer is the only one since it began: nothing to do.
    """
    if session.get_bind().dialect.name != "sqlite":
        session.flush()
        column = next(iter(model.__table__.primary_key))
        session.execute(select(column).where(column == number).with_for_update(key_share=True))


def lock(session: Session, row: object) -> None:
    """Lock a row in hand and read it anew, unless this transaction holds its lock.

    On SQLite this writer is the only one since it began: nothing to do.
    """
    if session.get_bind().dialect.name != "sqlite" and row not in session.info.get("locked", ()):
        session.flush()
        session.refresh(row, with_for_update=True)


def insert_if_missing(session: Session, model: type[R], values: dict[str, Any]) -> R | None:
    """Insert a row unless its key is taken: of two at once neither fails on the other. The row, where it is new."""
    if session.get_bind().dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as own_insert
    else:
        from sqlalchemy.dialects.sqlite import insert as own_insert  # type: ignore[assignment]
    made = own_insert(model).values(**values).on_conflict_do_nothing().returning(model)
    return session.scalar(made, execution_options={"populate_existing": True})


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
