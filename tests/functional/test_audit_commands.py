"""The audit log from the command line: sealed, exported, verified, its key changed."""

import json

import pytest
from sqlalchemy import select, text

from app.audit.events import Tag
from app.audit.log import Subject, SystemActor, record
from app.audit.models import Event


@pytest.fixture
def flask(app):
    runner = app.test_cli_runner()

    def run(*arguments):
        with app.app_context():
            return runner.invoke(args=[str(a) for a in arguments])

    return run


@pytest.fixture
def database(app):
    return app.extensions["database"]


@pytest.fixture
def history(database):
    def unit(session):
        for n in range(1, 6):
            record(
                session,
                Tag.PROJECT_CHANGED,
                stream=f"project:{n % 2}",
                actor=SystemActor("test"),
                subject=Subject("project", n % 2),
                data={"n": n},
                at=1_700_000_000_000 + n,
            )

    database.writing(unit)


def test_a_log_is_exported_and_verified(flask, history, tmp_path):
    out = tmp_path / "out"
    exported = flask("audit", "export", out)
    assert exported.exit_code == 0, exported.output
    assert exported.output.startswith("10 leaves, 10 events shown")
    verified = flask("audit", "verify", out)
    assert verified.exit_code == 0, verified.output
    assert verified.output.endswith("OK: everything holds\n")
    kept = flask("audit", "checkpoint").output
    (tmp_path / "kept.txt").write_text(kept)
    again = flask("audit", "verify", out, "--checkpoint", tmp_path / "kept.txt", "--json")
    assert json.loads(again.output)["ok"]


def test_tampering_is_named_with_its_place_and_exit_1(flask, history, database, tmp_path):
    assert flask("audit", "seal").output == "6 events sealed\n"
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_event_no_update")
        connection.execute(text("UPDATE audit_event SET at = at + 1 WHERE id = 3"))
    exported = flask("audit", "export", tmp_path / "out")
    assert exported.exit_code == 1
    assert "1 places where the database does not agree" in exported.output
    verified = flask("audit", "verify", tmp_path / "out")
    assert verified.exit_code == 1
    assert "BREAK leaf 2: column at is not what the event says [database]" in verified.output


def test_a_folder_that_is_no_bundle_is_exit_2(flask, tmp_path):
    assert flask("audit", "verify", tmp_path).exit_code == 2


def test_an_unknown_project_is_a_clear_error(flask, tmp_path):
    answer = flask("audit", "export", "--project", "nowhere", tmp_path / "out")
    assert answer.exit_code == 1
    assert "nowhere" in answer.output
    assert not (tmp_path / "out").exists()


def test_an_event_is_proved_by_a_receipt_or_the_answer_is_no(flask, history, database):
    with database.reading() as session:
        event_id = session.scalars(select(Event.event_id).where(Event.id == 3)).one()
    receipt = flask("audit", "prove", event_id)
    assert receipt.output.startswith("c2sp.org/tlog-proof@v1\nindex 2\n")
    assert flask("audit", "checkpoint").output in receipt.output


def test_the_key_changes_and_old_trust_still_holds(flask, history, tmp_path):
    flask("audit", "seal")
    old = flask("audit", "keys").output.strip()
    new = flask("audit", "rotate-key").output.strip()
    assert flask("audit", "retire-key", old.split("+")[1]).exit_code == 0
    assert flask("audit", "keys").output.split() == [old, new]
    assert flask("audit", "export", tmp_path / "out").exit_code == 0
    verified = flask("audit", "verify", tmp_path / "out", "--vkey", old, "--json")
    assert json.loads(verified.output)["keys"] == [old, new]
    refused = flask("audit", "retire-key", new.split("+")[1])
    assert refused.exit_code == 1
    assert "cannot-retire" in refused.output
