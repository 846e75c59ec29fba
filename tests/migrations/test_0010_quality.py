"""The quality migration over a database of before: empty tables, a drawn sample that cannot be changed, and back."""

import sqlite3

import pytest
from alembic import command
from sqlalchemy.exc import DBAPIError

from tests.migrations.test_0001_initial import alembic, empty
from tests.migrations.test_0003_wrongly_removed import run

__all__ = ["empty"]

TABLES = ("lot", "lot_check", "drift_alarm", "read_round", "scored_reading", "quality_result", "critical_finding")
ITEM = "INSERT INTO lot_item (lot_id, item_id, submission_id, ordinal, blind) VALUES (1, 2, 3, 1, true)"
REFUSED = (sqlite3.Error, DBAPIError)


def test_a_drawn_sample_stays_as_it_is_and_the_way_back_is_open(empty):
    command.upgrade(alembic(empty), "0010")
    for table in TABLES:
        assert run(empty, f"SELECT count(*) FROM {table}") == [(0,)]
    run(empty, ITEM)
    for change in ("UPDATE lot_item SET ordinal = 2", "DELETE FROM lot_item"):
        with pytest.raises(REFUSED):
            run(empty, change)
    assert run(empty, "SELECT item_id, ordinal FROM lot_item") == [(2, 1)]
    command.downgrade(alembic(empty), "0005")
    with pytest.raises(REFUSED):
        run(empty, "SELECT count(*) FROM lot")
