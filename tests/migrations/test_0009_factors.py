"""The ninth migration over rows: who was signed in is signed in still, by the password alone."""

import pytest
from alembic import command

from tests.migrations.test_0001_initial import alembic, empty
from tests.migrations.test_0003_wrongly_removed import run

pytestmark = pytest.mark.rare

__all__ = ["empty"]

PERSON = "INSERT INTO person (id, username, display_name, profession, specialty, status, created_at) VALUES (3, 'ann', 'Ann', '', '', 'active', 1)"  # noqa: E501
SESSION = (
    "INSERT INTO sign_in_session (id, token_sha256, person_id, created_at, last_seen_at, expires_at) "
    "VALUES (7, 'a', 3, 1, 1, 5)"
)


def test_a_session_from_before_is_one_of_one_factor(empty):
    command.upgrade(alembic(empty), "0005")
    run(empty, PERSON)
    run(empty, SESSION)
    command.upgrade(alembic(empty), "0009")
    assert run(empty, "SELECT id, factors, browser, network FROM sign_in_session") == [(7, "password", "", "")]
    for table in ("second_factor", "recovery_code", "known_browser", "external_identity", "role_proposal", "ceremony"):
        assert run(empty, f"SELECT count(*) FROM {table}") == [(0,)]
    command.downgrade(alembic(empty), "0005")
    assert run(empty, "SELECT id, expires_at FROM sign_in_session") == [(7, 5)]
