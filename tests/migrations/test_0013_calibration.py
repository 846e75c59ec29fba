"""The migration of copies and calibration over a database of before: empty tables, gold that stays, and back."""

import sqlite3

import pytest
from alembic import command
from sqlalchemy.exc import DBAPIError

from tests.migrations.test_0001_initial import alembic, empty
from tests.migrations.test_0003_wrongly_removed import run

__all__ = ["empty"]

TABLES = ("document_copy", "item_copy", "calibration_set", "calibration_attempt", "calibration_reading", "seeded_copy",
          "copy_score")  # fmt: skip
COPY = ("INSERT INTO item_copy (item_id, source_item_id, project_id, person_id, purpose, made_at) "
        "VALUES (1, 2, 3, 4, 'seeded', 5)")  # fmt: skip
GOLD = ("INSERT INTO gold_answer (id, project_id, source_item_id, origin, author_id, making_item_id, added_at) "
        "VALUES (1, 1, 1, 'senior', 1, 1, 1)")  # fmt: skip
REFUSED = (sqlite3.Error, DBAPIError)


def test_copies_and_gold_stay_as_they_are_and_the_way_back_is_open(empty):
    command.upgrade(alembic(empty), "0013")
    for table in TABLES:
        assert run(empty, f"SELECT count(*) FROM {table}") == [(0,)]
    run(empty, COPY)
    run(empty, GOLD)
    for change in (
        "UPDATE item_copy SET person_id = 9", "DELETE FROM item_copy", "UPDATE gold_answer SET author_id = 9",
        "DELETE FROM gold_answer",
    ):  # fmt: skip
        with pytest.raises(REFUSED):
            run(empty, change)
    run(empty, "UPDATE gold_answer SET submission_id = 7")
    with pytest.raises(REFUSED):
        run(empty, "UPDATE gold_answer SET submission_id = 8")
    command.downgrade(alembic(empty), "0009")
    with pytest.raises(REFUSED):
        run(empty, "SELECT count(*) FROM item_copy")
