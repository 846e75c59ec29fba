"""The fifth migration over rows: a job that was queued is queued still, was never sent and is no part of another."""

import pytest
from alembic import command

from tests.migrations.test_0001_initial import alembic, empty
from tests.migrations.test_0003_wrongly_removed import run

pytestmark = pytest.mark.rare

__all__ = ["empty"]

JOB = (
    "INSERT INTO job (id, kind, args_json, state, total, done, cursor_json, attempts, error, waits_for, set_aside, "
    "lease_owner, lease_until, created_at) VALUES (7, 'deid.run', '{}', 'queued', 0, 0, '{}', 0, '', '', 0, '', 0, 5)"
)


def test_a_job_from_before_stays_as_it_is(empty):
    command.upgrade(alembic(empty), "0004")
    run(empty, JOB)
    command.upgrade(alembic(empty), "0005")
    assert run(empty, "SELECT id, state, not_before, sent_at, family FROM job") == [(7, "queued", 0, 0, None)]
    assert run(empty, "SELECT count(*) FROM artefact") == [(0,)]
    run(empty, "UPDATE job SET not_before = 9, sent_at = 9, family = 7")
    command.downgrade(alembic(empty), "0004")
    assert run(empty, "SELECT id, state, created_at FROM job") == [(7, "queued", 5)]
