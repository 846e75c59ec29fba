"""How many rows of a table stand in each state, per project, without counting them.

A table that declares `info["counted"]` (the column) is counted by every flush: what changed is inserted as deltas,
which no two writers share, so that nobody waits for a counter. The worker folds deltas into sums; a reader adds both.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import Index, Text, delete, func, insert, inspect, select, text, union_all
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import PROJECTION, Base, Database, Session, for_update, get_locked, insert_if_missing, watch_flushes

# Below this many deltas adding them is quicker than writing for them.
FOLD_AT = 500
FOLD_LIMIT = 5000

CountedMove = tuple[int, str, str]


class StateCount(Base):
    """Rows of a table in one state, as far as they are folded."""

    __tablename__ = "state_count"
    __table_args__ = ({"info": {"kind": PROJECTION}},)

    # No foreign keys: an insert would lock the project's row, which other writers share.
    project_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    table_name: Mapped[str] = mapped_column(Text, primary_key=True)
    state: Mapped[str] = mapped_column(Text, primary_key=True)
    count: Mapped[int]


class StateCountDelta(Base):
    """What one flush added or took away."""

    __tablename__ = "state_count_delta"
    __table_args__ = (
        Index("ix_state_count_delta_project_id_table_name", "project_id", "table_name"),
        {"info": {"kind": PROJECTION}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    project_id: Mapped[int]
    table_name: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    change: Mapped[int]


def _note(session: Session) -> None:
    changes: Counter[CountedMove] = Counter()
    for rows, sign in ((session.new, 1), (session.deleted, -1)):
        for row in rows:
            if column := row.__table__.info.get("counted"):
                changes[row.project_id, row.__tablename__, getattr(row, column)] += sign
    for row in session.dirty:
        if column := row.__table__.info.get("counted"):
            _moved(changes, row, inspect(row).attrs[column].history)
    note_changes(session, changes)


def note_changes(session: Session, changes: Counter[CountedMove]) -> None:
    """Note how many rows came into a state and left it: (project, table, state) → change. A flush does so itself."""
    kept = [(key, change) for key, change in changes.items() if change]
    if kept:
        names = ("project_id", "table_name", "state")
        deltas = [dict(zip(names, key, strict=True)) | {"change": change} for key, change in kept]
        session.connection().execute(insert(StateCountDelta), deltas)


watch_flushes("counted", _note)


def _moved(changes: Counter[CountedMove], row: Any, history: Any) -> None:
    # Such columns keep an active history: what was there is always known.
    for values, sign in ((history.added, 1), (history.deleted, -1)):
        for state in values or () if history.added and history.deleted else ():
            changes[row.project_id, row.__tablename__, str(state)] += sign


def count_states(session: Session, model: type[Base], project_id: int) -> dict[str, int]:
    """State → number of rows of a project, folded and not yet folded, as of one moment."""
    chosen = {"project_id": project_id, "table_name": model.__tablename__}
    # One statement: between two, deltas could be folded and be missed or counted twice.
    both = union_all(
        select(StateCount.state.label("state"), StateCount.count.label("n")).filter_by(**chosen),
        select(StateCountDelta.state.label("state"), StateCountDelta.change.label("n")).filter_by(**chosen),
    ).subquery()
    rows = session.execute(select(both.c.state, func.sum(both.c.n)).group_by(both.c.state))
    return {state: int(count) for state, count in rows if count}


def fold_counts(database: Database, *, at_least: int = FOLD_AT) -> int:
    """Fold deltas into sums once there are enough; says how many. Two at once fold different ones."""
    with database.reading() as session:
        waiting = session.scalars(select(StateCountDelta.id).limit(at_least)).all()
    return database.writing(_fold) if waiting and len(waiting) >= at_least else 0


def _fold(session: Session) -> int:
    deltas = select(StateCountDelta).order_by(StateCountDelta.id).limit(FOLD_LIMIT)
    rows = session.scalars(for_update(deltas, skip_locked=True)).all()
    changes: Counter[CountedMove] = Counter()
    for row in rows:
        changes[row.project_id, row.table_name, row.state] += row.change
    session.execute(delete(StateCountDelta).where(StateCountDelta.id.in_([row.id for row in rows])))
    for key, change in sorted(changes.items()):  # in one order, so that two who fold do not wait for each other
        _add(session, key, change)
    return len(rows)


def _add(session: Session, key: CountedMove, change: int) -> None:
    values = dict(zip(("project_id", "table_name", "state"), key, strict=True))
    insert_if_missing(session, StateCount, values | {"count": 0})
    row = get_locked(session, StateCount, key)
    assert row is not None  # noqa: S101  (inserted a line ago)
    row.count += change


def recount(session: Session, model: type[Base], project_id: int) -> dict[str, int]:
    """Count a project's rows anew, by reading all of them; writers of counted tables wait meanwhile."""
    if session.get_bind().dialect.name == "postgresql":
        # Whoever changes a row writes its delta in the same transaction: both are seen here, or neither.
        session.execute(text("LOCK TABLE state_count_delta IN EXCLUSIVE MODE"))
    chosen = {"project_id": project_id, "table_name": model.__tablename__}
    for one in (StateCount, StateCountDelta):
        session.execute(delete(one).filter_by(**chosen))
    table: Any = model.__table__
    state = table.c[table.info["counted"]]
    counted = select(state, func.count()).where(table.c.project_id == project_id).group_by(state)
    counts: dict[str, int] = dict(session.execute(counted).all())
    if counts:
        session.execute(insert(StateCount), [chosen | {"state": key, "count": n} for key, n in counts.items()])
    return counts
