"""What review and releases put into a bundle, read from rows of theirs."""

import pytest
from sqlalchemy import insert

from app.core.digest import sha256
from app.release.evidence import ASSIGNMENT_STATES, ITEM_STATES, Releases, Signatures
from app.release.release import Release
from app.review.assignment import Assignment
from app.review.item import Item
from app.review.signature import Signature


def item(number, project, state):
    row = {"id": number, "project_id": project, "document_id": number, "schema_id": 1, "state": state}
    return row | {"modality": "notes", "label": f"n{number}", "complexity": 0, "escalated": False, "created_at": 1}


def assignment(number, project, state):
    row = {"id": number, "project_id": project, "item_id": number, "round_id": number, "person_id": 1}
    return row | {"step": "annotate", "state": state, "draft_version": 0, "offered_at": 1}


def signature(number, project):
    row = {"id": number, "project_id": project, "item_id": 1, "record_type": "submission", "record_id": 1}
    row |= {"assignment_id": number, "step": "verify", "reason": "", "workflow": "w", "ends_workflow": True}
    signer = {"signer_id": 1, "signer_name": "Ada", "meaning": "verification", "signed_at": 1}
    return row | signer | {"record_sha256": "r", "manifest": f"m{number}", "manifest_sha256": "x", "value": "line"}


def release(number, project):
    row = {"id": number, "project_id": project, "number": 1, "items": 1, "manifest": f"release {number}"}
    return row | {"manifest_sha256": "as claimed", "cut_at": 1}


@pytest.fixture
def rows(sqlite_database):
    """Two rows of each kind, one in project 1 and one in project 2, without all that they refer to."""
    with sqlite_database.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("BEGIN")
        connection.execute(insert(Item), [item(1, 1, "ready"), item(2, 2, "signed")])
        connection.execute(insert(Assignment), [assignment(1, 1, "open"), assignment(2, 2, "submitted")])
        connection.execute(insert(Signature), [signature(1, 1), signature(2, 2)])
        connection.execute(insert(Release), [release(1, 1), release(2, 2)])
        connection.exec_driver_sql("COMMIT")
    sqlite_database.dispose()
    return sqlite_database


def test_states_are_those_of_the_rows_of_all_projects_or_of_one(rows):
    with rows.reading() as session:
        assert list(ITEM_STATES.current(session, None)) == [(1, "ready"), (2, "signed")]
        assert list(ITEM_STATES.current(session, 2)) == [(2, "signed")]
        assert list(ASSIGNMENT_STATES.current(session, None)) == [(1, "open"), (2, "submitted")]
        assert list(ASSIGNMENT_STATES.current(session, 1)) == [(1, "open")]


def test_signatures_come_with_their_manifest_verbatim(rows):
    with rows.reading() as session:
        assert [row["manifest"] for row in Signatures().rows(session, None)] == ["m1", "m2"]
        assert list(Signatures().rows(session, 2)) == [{"signature_id": 2, "manifest": "m2", "value": "line"}]


def test_the_digest_of_a_release_is_computed_from_its_manifest_and_not_believed(rows):
    with rows.reading() as session:
        assert [row["release_id"] for row in Releases().rows(session, None)] == [1, 2]
        (row,) = Releases().rows(session, 2)
    digest = sha256("release 2")
    assert row["manifest_sha256"] == digest
    assert row["files"] == [{"name": "manifest.json", "sha256": digest}]
