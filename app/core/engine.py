"""Connections: the settings the design asks of SQLite and PostgreSQL, and how a lost peer is noticed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine, make_url

# A peer that is gone without a word is noticed within half a minute, by what is sent and by what is awaited.
_NOTICE = {"keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 30_000}


def make_engine(url: str, *, pooled: bool = False) -> Engine:
    """An engine with the settings the design asks for (SQLite: WAL, FULL, secure_delete, …).

    Behind a pooler that lends connections by transaction nothing may outlast one: no statement is prepared.
    """
    # An error's message would quote the values of its statement, note text among them.
    if not url.startswith("sqlite"):
        return create_engine(
            url,
            hide_parameters=True,
            pool_pre_ping=True,
            pool_size=10,
            max_overflow=20,
            connect_args=_said_to_postgresql(url, pooled),
        )
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": 30, "check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _said_to_postgresql(url: str, pooled: bool) -> dict[str, Any]:
    said: dict[str, Any] = {"connect_timeout": 10} | _NOTICE
    if pooled:
        return said | {"prepare_threshold": None}
    if "options" not in make_url(url).query:
        # The server notices too: else the locks of a host without power stay for hours.
        named = {name.replace("keepalives", "tcp_keepalives"): value for name, value in _NOTICE.items()}
        said["options"] = " ".join(f"-c {name}={value}" for name, value in named.items())
    return said


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
