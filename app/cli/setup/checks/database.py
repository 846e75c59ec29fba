"""The database: what the application's role may do there, what the log refused."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select

from app.audit.anchoring import count_refused, silent_places
from app.audit.models import Event
from app.audit.selfcheck import state_of
from app.cli.setup.checks.finding import Installation, SecurityFinding, finding
from app.core.clock import DAY, now
from app.core.db import Base
from app.core.roles import too_much


def check_roles(installation: Installation) -> Iterator[SecurityFinding]:
    """On PostgreSQL the role of the application has no right to take off what guards its tables."""
    if installation.database.is_sqlite:
        yield finding("database-role", True, "SQLite has no roles: whoever has the file has everything in it")
        return
    with installation.database.engine.connect() as connection:
        wide = too_much(connection, Base.metadata)
    split = bool(installation.settings.migrate_url)
    how = "give CHARTMARK_MIGRATE_URL the owner's address and the application a role of its own, then migrate"
    message = "; ".join(wide) + f": {how}" if wide else "the application's role may do what it does, and no more"
    yield finding("database-role", not wide, message, "wrong" if split else "advice")


def check_record(installation: Installation) -> Iterator[SecurityFinding]:
    """What the worker found when it compared rows with the log, and whether it did so lately."""
    with installation.database.reading() as session:
        state, begun = state_of(session), session.scalar(select(func.min(Event.at)))
    message = f"{len(state.breaks)} rows or events were altered: {state.breaks[0]}" if state.breaks else ""
    yield finding("record", not state.breaks, message or "no row differs from what the log says of it")
    since = state.finished_at or begun  # a new server has two days for its first pass
    late = since is not None and since < now() - 2 * DAY
    advice = "the worker (`jobs work`) compares the whole record with the log each day; or `audit check`"
    yield finding("record-checked", not late, advice, "advice")


def check_log(installation: Installation) -> Iterator[SecurityFinding]:
    with installation.database.reading() as session:
        count, silent = count_refused(session), silent_places(session, at=now())
    names = ", ".join(one.name for one in silent)
    yield finding("log-anchors", not silent, f"checkpoints do not reach {names}" if silent else "no place is silent")
    yield finding("log-refused", count == 0, f"{count} rows of the log were refused: somebody wrote past the server")
