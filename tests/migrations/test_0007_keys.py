"""The seventh migration over rows: events from before have no MAC and stay as they are."""

import pytest
from alembic import command

from tests.migrations.test_0001_initial import alembic, empty
from tests.migrations.test_0003_wrongly_removed import run

pytestmark = pytest.mark.rare

__all__ = ["empty"]

EVENT = (
    "INSERT INTO audit_event (id, event_id, stream, seq, tag, at, body, sha256) "
    "VALUES (7, 'e', 'item:1', 1, 'review.item.created', 5, '{}', 'aa')"
)


def test_an_event_from_before_has_no_mac_and_stays(empty):
    command.upgrade(alembic(empty), "0005")
    run(empty, EVENT)
    command.upgrade(alembic(empty), "0007")
    assert run(empty, "SELECT id, body, mac FROM audit_event") == [(7, "{}", None)]
    run(empty, "INSERT INTO audit_aside (event_pk, why, at) VALUES (7, 'no-mac', 9)")
    run(empty, "INSERT INTO audit_cosignature (size, witness, line, at) VALUES (1, 'w', 'x', 9)")
    run(empty, "INSERT INTO audit_anchor (name, size, at, problem) VALUES ('mail', 1, 9, '')")
    command.downgrade(alembic(empty), "0005")
    assert run(empty, "SELECT id, body FROM audit_event") == [(7, "{}")]
