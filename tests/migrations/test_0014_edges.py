"""The edges migration: a column of rounds that waits to be counted, and back."""

from alembic import command

from tests.migrations.test_0001_initial import alembic, empty
from tests.migrations.test_0003_wrongly_removed import run

__all__ = ["empty"]


def test_a_round_gets_a_place_for_its_edges_and_the_way_back_is_open(empty):
    command.upgrade(alembic(empty), "0013")
    command.upgrade(alembic(empty), "0014")
    assert run(empty, "SELECT edges_json FROM read_round") == []
    command.downgrade(alembic(empty), "0013")
    assert run(empty, "SELECT round_id FROM read_round") == []
