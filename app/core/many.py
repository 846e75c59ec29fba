"""Many rows with few statements: what is written so is asked for its event as any other row is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, update

from app.core.db import Base, Session, note_tables


def insert_many(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert many rows with few statements. Of a record they need their event, as rows of a session do."""
    note_tables(session, {model.__table__})
    if rows:
        session.execute(insert(model), rows)


def update_many(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Change many rows, each named by its primary key, with few statements; what this session holds of them is not
    changed. Of a record they need their event."""
    note_tables(session, {model.__table__})
    if rows:
        session.execute(update(model), rows)


def insert_or_replace(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows of a projection, or change those whose primary key is taken; unlike the others it may be called while
    a session is flushed."""
    if not rows:
        return
    if session.get_bind().dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as own_insert
    else:
        from sqlalchemy.dialects.sqlite import insert as own_insert  # type: ignore[assignment]
    table: Any = model.__table__
    made = own_insert(table)
    others = {name: made.excluded[name] for name in rows[0] if name not in table.primary_key.columns}
    session.connection().execute(made.on_conflict_do_update(index_elements=list(table.primary_key), set_=others), rows)
