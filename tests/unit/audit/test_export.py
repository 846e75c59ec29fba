"""The export itself: what somebody who writes to the tables can do, and what shows it."""

import json

import pytest
from sqlalchemy import text

from app.audit import verify
from app.audit.events import Tag
from app.audit.evidence import declare_transitions
from app.audit.models import Event, StreamHead
from app.core.digest import sha256
from app.core.errors import Conflict
from tests.unit.audit import story
from tests.unit.audit.events import NOON, ORIGIN, write
from tests.unit.audit.story import SIZE, Bundle


@pytest.fixture
def told(database, tmp_path, monkeypatch):
    story.register(monkeypatch)
    story.tell(database, tmp_path)
    return database


def tamper(database, *statements):
    """What the owner of the database can do: drop the seat belts, then write."""
    with database.engine.connect() as connection:
        if database.is_sqlite:
            names = list(connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")))
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            statements = [*(f"DROP TRIGGER {name}" for (name,) in names), *statements]
        else:
            connection.exec_driver_sql("SET session_replication_role = replica")
            statements = ["ALTER TABLE audit_event DISABLE TRIGGER USER", *statements]
        for statement in statements:
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql("COMMIT")
    database.dispose()


def leaf_of(database, leaf):
    """Primary key of the event at a leaf."""
    with database.engine.connect() as connection:
        return connection.scalar(text("SELECT event_pk FROM audit_leaf WHERE idx = :i"), {"i": leaf})


FLIPS = {
    "id": "999",
    "event_id": "'f' || substr(event_id, 2)",
    "stream": "'item:99'",
    "seq": "seq + 40",
    "tag": "'review.element.removed'",
    "at": "at + 1",
    "project_id": "NULL",
    "actor_id": "12",
    "body": "replace(body, '\"end\":', '\"fin\":')",
    "sha256": "'00' || substr(sha256, 3)",
    "mac": "'0011:22'",
}


def test_every_column_of_an_event_has_its_flip():
    assert set(FLIPS) == set(Event.__table__.columns.keys())


@pytest.mark.parametrize("column", FLIPS)
def test_a_flipped_column_is_found_at_its_leaf(told, tmp_path, column):
    pk = leaf_of(told, 7)
    tamper(told, f"UPDATE audit_event SET {column} = {FLIPS[column]} WHERE id = {pk}")
    bundle = story.hand_out(told, tmp_path)
    found = verify.verify(bundle, [], [], [])
    assert not found["consistent"]
    assert found["breaks"][0]["leaf"] == 7
    assert any(column in f["message"] for f in found["breaks"]) or column == "id"


def test_a_deleted_row_is_found_at_its_leaf(told, tmp_path):
    tamper(told, f"DELETE FROM audit_event WHERE id = {leaf_of(told, 7)}")
    found = verify.verify(story.hand_out(told, tmp_path), [], [], [])
    assert found["breaks"][0]["leaf"] == 7
    assert any("event of this leaf is not in the table" in f["message"] for f in found["breaks"])


def test_a_body_that_is_no_event_any_more_is_found_at_its_leaf(told, tmp_path):
    tamper(told, f"UPDATE audit_event SET body = '[]' WHERE id = {leaf_of(told, 7)}")
    found = verify.verify(story.hand_out(told, tmp_path), [], [], [])
    assert found["breaks"][0]["leaf"] == 7
    assert any(f["message"] == "column body is no event" for f in found["breaks"])


def test_a_row_slipped_in_beside_the_log_is_found(told, tmp_path):
    columns = "stream, tag, at, project_id, actor_id, body, sha256"
    query = f"SELECT 999, 'x', 77, {columns} FROM audit_event WHERE id = {leaf_of(told, 7)}"
    tamper(told, f"INSERT INTO audit_event (id, event_id, seq, {columns}) {query}")
    (found,) = verify.verify(story.hand_out(told, tmp_path), [], [], [])["breaks"]
    assert found["message"] == "row 999 of the table has no place in the log and is not waiting for one"


def test_an_edit_with_all_hashes_made_good_is_found_by_the_checkpoint(told, tmp_path):
    """Body, digest and leaf are rewritten; what is signed cannot be."""
    pk = leaf_of(told, 12)  # the last of its stream before the checkpoint
    with told.reading() as session:
        event = session.get(Event, pk)
    body = event.body.replace('"end":15', '"end":16')
    leaf = story.leaf_hash(body.encode()).hex()
    tamper(
        told,
        f"UPDATE audit_event SET body = '{body}', sha256 = '{sha256(body)}' WHERE id = {pk}",
        f"UPDATE audit_leaf SET leaf_sha256 = '{leaf}' WHERE idx = 12",
    )
    bundle = story.hand_out(told, tmp_path)  # nothing more is signed, but the auditor gets the log
    breaks = verify.verify(bundle, [], [], [])["breaks"]
    # The narrowest first: the next event of the stream does not continue this one; then what the checkpoint says.
    assert (breaks[0]["leaf"], breaks[0]["check"]) == (18, "stream")
    assert "does not continue event 4 (leaf 12)" in breaks[0]["message"]
    assert "the change is in leaves 0 to 12" in next(f["message"] for f in breaks if f["check"] == "checkpoint")
    assert any("log-inconsistent" in f["message"] for f in breaks)


def test_a_bundle_is_written_into_an_empty_folder_only(told, tmp_path):
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "note.txt").write_text("mine")
    with pytest.raises(Conflict, match="folder-not-empty"):
        story.hand_out(told, tmp_path)


def test_an_export_is_itself_in_the_log(told, tmp_path):
    bundle = Bundle(story.hand_out(told, tmp_path))
    last = json.loads(bundle.lines()[-1])
    assert (last["tag"], last["subject"]) == (Tag.AUDIT_EXPORTED, {"id": "whole", "type": "log"})
    assert len(bundle.lines()) == len(bundle.lines("leaves.txt")) == SIZE
    assert (bundle.folder / "checkpoint.txt").read_text().startswith(f"{ORIGIN}\n{SIZE}\n")
    second = Bundle(story.hand_out(told, tmp_path, "second", project_id=1))
    assert json.loads(second.lines()[-1])["subject"] == {"id": 1, "type": "project"}


def test_bodies_are_verbatim(told, tmp_path):
    lines = Bundle(story.hand_out(told, tmp_path)).lines()
    with told.engine.connect() as connection:
        query = "SELECT body FROM audit_event JOIN audit_leaf ON event_pk = id ORDER BY idx"
        assert lines == list(connection.scalars(text(query)))


def test_an_empty_log_exports_and_verifies(database, tmp_path, monkeypatch):
    story.register(monkeypatch)
    monkeypatch.setattr("app.audit.evidence.STATE_MACHINES._parts", {})
    monkeypatch.setattr("app.audit.evidence.EVIDENCE._parts", {})
    found = verify.verify(story.hand_out(database, tmp_path), [], [], [])
    assert (found["consistent"], found["size"]) == (True, 4)


def test_transition_tables_are_declared_once_and_again_when_they_change(database, monkeypatch):
    items = story.register(monkeypatch)

    def declare():
        return database.writing(lambda s: declare_transitions(s, story.ACTOR, at=NOON))

    assert [declare(), declare()] == [True, False]
    items.transitions += (("done", "reopen", "ready"),)
    assert [declare(), declare()] == [True, False]
    write(database, 1)
    with database.reading() as session:
        assert session.get(StreamHead, "server").seq == 2
        assert session.get(Event, 1).tag == Tag.TRANSITIONS_DECLARED
