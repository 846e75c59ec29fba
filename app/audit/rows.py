"""Rows and events: an event commits to the whole of every record that was written with it.

What a transaction writes of a RECORD is taken into the event that its table says may cover it, by a digest over all its
columns; so no service says it twice, and none can leave it out: what no event took is refused at commit.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import RowMapping, Table, inspect
from sqlalchemy.event import listens_for
from sqlalchemy.orm import SessionTransaction

from app.core.db import RECORD, Base, Session, load_tables, watch_commits, watch_flushes
from app.core.digest import canonical_json, sha256

SALT = "salt"
#: a row's columns by name: a dict, or a mapping that SQLAlchemy read
Values = dict[str, Any] | RowMapping


def is_committed(table: Table) -> bool:
    """Whether events commit to the rows of a table: of every record but bodies, whose digest is in another row, and
    those that say why they are `"uncommitted"`."""
    info = table.info
    return info.get("kind") == RECORD and "content" not in info and "uncommitted" not in info


def committed_tables() -> list[Table]:
    """All of them, by name; those whose rows are known as a set only are among them."""
    load_tables()
    return [table for _, table in sorted(Base.metadata.tables.items()) if is_committed(table)]


def key_of(table: Table, values: Values) -> str:
    """How an event names a row: table and primary key."""
    return "/".join([table.name, *(str(values[column.name]) for column in table.primary_key)])


def digest_of(table: Table, values: Values) -> str:
    """SHA-256 of the row's own salt, where it has one, and its canonical text."""
    return sha256((values.get(SALT) or b"") + text_of_row(table, values).encode())


def text_of_row(table: Table, values: Values) -> str:
    """The canonical JSON of a row: without its salt, what is replayed from events, and what is null.

    Nulls stay out so that a column added later says nothing of the rows that were there.
    """
    return canonical_json({"row": content_of_row(table, values), "table": table.name})


def content_of_row(table: Table, values: Values) -> dict[str, Any]:
    """What of a row its digest covers, as JSON has it."""
    return {name: _plain(values[name]) for name in _covered(table) if values[name] is not None}


@cache
def _covered(table: Table) -> tuple[str, ...]:
    out = {SALT, *table.info.get("replayed", ())}
    return tuple(column.name for column in table.columns if column.name not in out)


def _plain(value: Any) -> Any:
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else value


def set_digest(digests: Iterable[str]) -> str:
    """The digest of rows that an event names together, whatever their order."""
    return sha256("".join(sorted(digests)))


# --- Noting what is written, and taking it into an event ----------------------------------------------------
class WrittenRows(dict[str, tuple[Table, Any]]):
    """Rows written since the last event that covers them: key → table and row; None for a row that was deleted."""


def written(session: Session) -> WrittenRows:
    found: WrittenRows = session.info.setdefault("written", WrittenRows())
    return found


def _note(session: Session) -> None:
    """After a flush: which rows were written, if anything of them changed that a digest covers."""
    noted = written(session)
    for row in (*session.new, *session.dirty):
        table = row.__table__
        if is_committed(table) and (row in session.new or _is_touched(table, row)):
            noted[key_of(table, _values(row))] = (table, row)
    for row in session.deleted:
        if is_committed(row.__table__):
            noted[key_of(row.__table__, _values(row))] = (row.__table__, None)


def note_row(session: Session, row: Any) -> None:
    """A row that a statement wrote by itself (`insert_if_missing`): no flush tells of it, and its event must."""
    if is_committed(row.__table__):
        written(session)[key_of(row.__table__, _values(row))] = (row.__table__, row)


def _is_touched(table: Table, row: Any) -> bool:
    state = inspect(row)
    return any(state.attrs[name].history.has_changes() for name in (*_covered(table), *_salt(table)))


def _salt(table: Table) -> tuple[str, ...]:
    return (SALT,) if SALT in table.columns else ()


def _values(row: Any) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in row.__table__.columns}


def take_rows(session: Session, tag: str) -> dict[str, Any]:
    """What an event of this tag commits to: key → digest of the row, null for one that is no more; of rows that are
    named together, `table/*` → count and digest."""
    if any(is_committed(row.__table__) for row in (*session.new, *session.dirty, *session.deleted)):
        session.flush()
    noted = written(session)
    # A row written behind the event that speaks of it goes into the next one of the transaction, whatever that is.
    said: set[str] = {tag, *session.info.get("tags", ())}
    mine = [key for key, (table, _) in noted.items() if not said.isdisjoint(table.info["tags"])]
    taken: dict[str, Any] = {}
    together: dict[str, list[str]] = {}
    for key in mine:
        table, row = noted.pop(key)
        digest = None if row is None else digest_of(table, _values(row))
        if table.info.get("together"):
            together.setdefault(f"{table.name}/*", []).append(str(digest))
        else:
            taken[key] = digest
    sets = {name: {"count": len(all_), "sha256": set_digest(all_)} for name, all_ in together.items()}
    return taken | sets


def _refuse_untaken(session: Session) -> None:
    """A record written behind the event that speaks of it would be in no event: a bug, refused at commit."""
    if left := sorted(written(session)):
        raise RuntimeError(f"records that no event commits to: {', '.join(left[:5])}; write them before the event")


watch_flushes("tags", _note)
watch_commits(_refuse_untaken)


@listens_for(Session, "after_soft_rollback")
def _forget_undone(session: Session, undone: SessionTransaction) -> None:
    """What was written since a savepoint is undone with it: rows made in it are no rows, others are expired."""
    noted = written(session)
    for key, (_, row) in list(noted.items()):
        state = inspect(row) if row is not None else None
        if state is None or not state.persistent or state.expired:
            del noted[key]
