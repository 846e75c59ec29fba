"""`project counts`: what it says, and that counting anew mends what was wrong; the worker folds as it goes."""

import json
import threading

import pytest
from sqlalchemy import delete, func, select

from app.core import counts
from app.core.counts import StateCount, StateCountDelta

KEY = "pp"


@pytest.fixture
def shell(app, tmp_path):
    """`shell("project", "counts", "pp")`: a project of four quarantined records; answers with what it prints."""
    runner = app.test_cli_runner()

    def run(*arguments):
        with app.app_context():
            answer = runner.invoke(args=[str(one) for one in arguments])
        assert answer.exit_code == 0, answer.output
        return answer.stdout

    run("project", "create", KEY)
    notes = tmp_path / "notes.jsonl"
    rows = [{"id": f"n{n}", "patient_id": f"p{n}", "text": "No fever today."} for n in range(4)]
    notes.write_text("".join(json.dumps(row) + "\n" for row in rows))
    run("intake", "load", KEY, notes)
    run.database = app.extensions["database"]
    return run


def said(shell, *more):
    return json.loads(shell("project", "counts", KEY, *more))


def test_counts_are_said_by_state(shell):
    assert said(shell) == {"item": {}, "document": {}, "source": {"quarantined": 4}, "settled_answers": 0}


def test_counting_anew_mends_counts_that_are_wrong_and_changes_right_ones_in_nothing(shell):
    right = said(shell)
    assert said(shell, "--rebuild") == right
    wrong = {"table_name": "source", "state": "quarantined"}

    def unit(session):
        session.execute(delete(StateCountDelta))
        session.execute(delete(StateCount))
        session.add(StateCount(project_id=1, **wrong, count=9))

    shell.database.writing(unit)
    assert said(shell)["source"] == {"quarantined": 9}
    assert said(shell, "--rebuild") == right
    assert said(shell) == right


def test_the_worker_folds_what_gathered_while_it_seals(shell, app, monkeypatch):
    from app.cli import working
    from app.cli.machine import Machine
    from app.corpus.vault import Vault

    right, stop, settings = said(shell), threading.Event(), app.extensions["settings"]
    monkeypatch.setattr(working, "SEAL_EVERY_SECONDS", 0.01)
    monkeypatch.setattr(counts.fold_counts, "__kwdefaults__", {"at_least": 1})
    worker = Machine(shell.database, settings, Vault.at(settings.master_key_path))
    thread = threading.Thread(target=working.seal_until, args=(stop, worker))
    thread.start()
    for _ in range(500):
        with shell.database.reading() as session:
            if session.scalar(select(func.count()).select_from(StateCountDelta)) == 0:
                break
        stop.wait(0.02)
    stop.set()
    thread.join(10)
    with shell.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(StateCountDelta)) == 0
        assert session.scalar(select(func.count()).select_from(StateCount)) > 0
    assert said(shell) == right
