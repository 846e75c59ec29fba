"""The third migration over rows: holds from before stay as they are, and wrong removals can be held for."""

import sqlite3
from contextlib import closing

import pytest
from alembic import command
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from tests.migrations.test_0001_initial import alembic, empty

pytestmark = pytest.mark.rare

__all__ = ["empty"]

HOLD = "INSERT INTO hold (id, item_id, project_id, kind, opened_at) VALUES ({}, 1, 1, '{}', 5)"


def run(url, statement):
    """Without the rows that it refers to: only the table itself is looked at."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as connection:
            return connection.execute(statement).fetchall()
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("SET session_replication_role = replica"))
        rows = connection.execute(text(statement))
        found = rows.all() if rows.returns_rows else []
    engine.dispose()
    return found


def test_a_hold_from_before_stays_and_the_new_kind_is_taken(empty):
    command.upgrade(alembic(empty), "0002")
    run(empty, HOLD.format(7, "phi"))
    with pytest.raises((IntegrityError, sqlite3.IntegrityError)):
        run(empty, HOLD.format(8, "removal"))
    command.upgrade(alembic(empty), "head")
    assert run(empty, "SELECT id, kind, opened_at, carried_from_id FROM hold") == [(7, "phi", 5, None)]
    run(empty, HOLD.format(8, "removal"))
    with pytest.raises((IntegrityError, sqlite3.IntegrityError)):
        run(empty, HOLD.format(9, "whatever"))
    run(empty, "DELETE FROM hold WHERE kind = 'removal'")
    command.downgrade(alembic(empty), "0002")
    with pytest.raises((IntegrityError, sqlite3.IntegrityError)):
        run(empty, HOLD.format(8, "removal"))
    assert run(empty, "SELECT id, kind FROM hold") == [(7, "phi")]
