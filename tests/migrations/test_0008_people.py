"""The eighth migration over rows: a link of before needs no code, nobody was told anything, nothing waits."""

import pytest
from alembic import command

from tests.migrations.test_0001_initial import alembic, empty
from tests.migrations.test_0003_wrongly_removed import run

pytestmark = pytest.mark.rare

__all__ = ["empty"]

PERSON = (
    "INSERT INTO person (id, username, display_name, profession, specialty, status, created_at) "
    "VALUES (3, 'ann', 'Ann', '', '', 'active', 5)"
)
LINK = "INSERT INTO password_link (id, token_sha256, person_id, issued_at, expires_at) VALUES (9, 'x', 3, 5, 6)"


def test_a_link_from_before_stays_good_without_a_code(empty):
    command.upgrade(alembic(empty), "0005")
    run(empty, PERSON)
    run(empty, LINK)
    command.upgrade(alembic(empty), "0008")
    assert run(empty, "SELECT id, person_id, code_sha256 FROM password_link") == [(9, 3, None)]
    for table in ("approval", "notice", "denial_count", "use_count", "emergency_access"):
        assert run(empty, f"SELECT count(*) FROM {table}") == [(0,)]
    command.downgrade(alembic(empty), "0005")
    assert run(empty, "SELECT id, token_sha256, used_at FROM password_link") == [(9, "x", None)]
