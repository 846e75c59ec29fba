"""One text over which a stage breaks down, a worker beside a command, a schema that comes late: nothing else waits."""

import json
import threading
import time

import pytest
from sqlalchemy import func, select

from app.accounts.actor import ProjectRole
from app.audit.models import Event
from app.corpus.document import Document, with_reasons
from app.corpus.member import add_member
from app.corpus.project import change_settings, get_project
from app.corpus.source import Source
from app.jobs import worker
from app.jobs.job import Job, claim_one
from app.review.item import Item
from tests.build import OPERATOR, SCHEMA
from tests.functional.web.conftest import Team, words

EASY = {"pipeline": "chartmark_rules", "machine_passed_may_be_assigned": True}


@pytest.fixture
def team(database, tmp_path):
    team = Team(tmp_path, database)
    team.write(lambda session, at: change_settings(session, OPERATOR, get_project(session, "first"), EASY, at=at))
    yield team
    team.database.dispose()


def run(team, *arguments, code=0):
    done = team.app.test_cli_runner().invoke(args=[str(one) for one in arguments])
    assert done.exit_code == code, done.output
    return done.output


def load(team, *rows, project="first"):
    """Notes as (id, patient, text)."""
    path = team.folder / "notes.jsonl"
    lines = (json.dumps({"id": number, "patient_id": patient, "text": text}) + "\n" for number, patient, text in rows)
    path.write_text("".join(lines))
    return run(team, "intake", "load", project, path)


def work(team):
    run(team, "jobs", "work", "--until-empty")


def job_of(team, kind):
    return team.read(lambda s: s.scalars(select(Job).where(Job.kind == kind).order_by(Job.id.desc())).first())


def sources(team):
    return team.read(lambda s: s.scalars(select(Source).order_by(Source.id)).all())


def reasons(team):
    return team.read(lambda s: [(row.state, row.reasons) for row in s.scalars(select(Source).order_by(Source.id))])


def verdicts(team):
    query = select(Document).options(with_reasons()).order_by(Document.source_id)
    return team.read(lambda s: [(row.source_id, row.verdict, row.reasons) for row in s.scalars(query)])


@pytest.fixture
def breaking(monkeypatch):
    """An engine that breaks down over a word, and says the text while it does."""
    from app.privacy.stage import job

    whole = job.deidentify_subject

    def clean(texts, *rest, **more):
        for text in texts:
            if "Quarrow" in text.text:
                raise IndexError(f"string index out of range: {text.text}")
        return whole(texts, *rest, **more)

    with monkeypatch.context() as patch:
        patch.setattr(job, "deidentify_subject", clean)
        yield patch


def test_a_text_that_breaks_the_engine_stays_in_quarantine_and_stops_no_other(team, breaking, caplog):
    load(
        team,
        ("1", "p1", "No fever."),
        ("2", "p1", "Quarrow has a rash."),
        ("3", "p2", "Quarrow again."),
        ("4", "p3", "Mild rash."),
    )
    work(team)
    first, second, third, fourth = (source.id for source in sources(team))
    assert reasons(team) == [
        ("deidentified", ()),
        ("quarantined", ("engine-failed",)),
        ("quarantined", ("engine-failed",)),
        ("deidentified", ()),
    ]
    # What the broken text could have named is unknown: its patient's other text waits for a person.
    assert verdicts(team) == [(first, "needs_review", ("other-text-unread",)), (fourth, "machine_passed", ())]
    job = job_of(team, "deid.run")
    assert (job.state, job.done, job.total, job.set_aside) == ("done", 4, 4, 2)
    assert job.named_aside == [(second, "IndexError"), (third, "IndexError")]
    assert f"2 kept in quarantine: {second}, {third}" in words(team.get("lead", "/projects/first"))
    queue = words(team.get("pia", "/privacy/projects/first"))
    assert queue.count("engine failed") == 2
    listed = [json.loads(line) for line in run(team, "jobs", "list", "first").splitlines()]
    assert next(row for row in listed if row["id"] == job.id)["aside"] == [list(pair) for pair in job.named_aside]
    with team.database.reading() as session:
        said = "".join(session.scalars(select(Event.body)))
    assert "Quarrow" not in said + caplog.text + queue + json.dumps(listed)


def test_what_was_set_aside_is_tried_again_by_retry_and_by_the_next_run(team, breaking):
    load(team, ("1", "p1", "Quarrow has a rash."), ("2", "p2", "Quarrow again."))
    work(team)
    job = job_of(team, "deid.run")
    assert (job.set_aside, verdicts(team)) == (2, [])
    breaking.undo()
    run(team, "jobs", "retry", job.id)
    work(team)
    assert reasons(team) == [("deidentified", ())] * 2
    assert (job_of(team, "deid.run").set_aside, team.read(lambda s: s.scalar(select(func.count(Item.id))))) == (0, 2)
    run(team, "jobs", "retry", job.id, code=1)


def test_many_texts_that_break_the_engine_are_gone_over_once_in_a_run(team, breaking, monkeypatch):
    monkeypatch.setattr("app.privacy.stage.job.SUBJECTS_PER_CHUNK", 2)
    load(team, *((str(n), f"p{n}", "Quarrow." if n % 2 else "No fever.") for n in range(9)))
    work(team)
    job = job_of(team, "deid.run")
    assert (job.state, job.done, job.set_aside, len(verdicts(team))) == ("done", 9, 4, 5)


def test_a_fault_while_storing_undoes_the_patient_and_no_other(team, monkeypatch):
    from app.privacy.stage import job

    whole, seen = job.map_of_result, []

    def places(result):
        seen.append(result)
        if "rash" in result.text:
            raise KeyError(result.text)
        return whole(result)

    monkeypatch.setattr(job, "map_of_result", places)
    load(team, ("1", "p1", "No fever."), ("2", "p1", "A rash."), ("3", "p2", "No cough."))
    work(team)
    assert [source.state for source in sources(team)] == ["quarantined", "quarantined", "deidentified"]
    assert (len(verdicts(team)), job_of(team, "deid.run").set_aside) == (1, 2)


def test_an_odd_apostrophe_stops_no_project(team):
    odd = ("low 'Na' level", "K' 4.5", "BP' 120/80", "''", "Mr. O'", "No fever.")
    load(team, *((str(n), f"p{n}", text) for n, text in enumerate(odd)))
    work(team)
    assert {s.state for s in sources(team)} == {"deidentified"}
    assert [job_of(team, kind).set_aside for kind in ("deid.run", "preannotate.run")] == [0, 0]


def test_work_that_needs_a_schema_says_so_and_starts_by_itself_when_that_is_loaded(team):
    run(team, "project", "create", "bare")

    def join(session, at):
        add_member(session, OPERATOR, get_project(session, "bare"), team.people["lead"], ProjectRole.MANAGER, at=at)

    team.write(join)
    load(team, ("1", "p1", "No fever."), project="bare")
    work(team)
    job = job_of(team, "deid.run")
    assert (job.state, job.waits_for, job.attempts) == ("waiting", "schema:notes", 0)
    (listed,) = [json.loads(line) for line in run(team, "jobs", "list").splitlines() if f'"id": {job.id},' in line]
    assert (listed["state"], listed["waits_for"]) == ("waiting", "schema:notes")
    assert "waiting for a label schema for notes" in words(team.get("lead", "/projects/bare"))
    load(team, ("2", "p1", "No cough."), project="bare")
    work(team)
    assert job_of(team, "deid.run").id == job.id
    (team.folder / "schema.json").write_text(json.dumps(SCHEMA))
    run(team, "schema", "load", team.folder / "schema.json", "--project", "bare")
    work(team)
    assert [source.state for source in sources(team)] == ["deidentified"] * 2
    assert job_of(team, "deid.run").state == "done"


@pytest.mark.parametrize("who_is_first", ["worker", "anybody"])
def test_a_load_beside_a_running_worker_reads_its_files_once(team, monkeypatch, who_is_first):
    monkeypatch.setattr("app.intake.load.CHUNK", 10)
    monkeypatch.setattr(worker, "IDLE_SECONDS", 0.001)
    if who_is_first == "worker":

        def late(*arguments, **more):
            time.sleep(0.3)
            return claim_one(*arguments, **more)

        monkeypatch.setattr("app.cli.intake.claim_one", late)
    from app.cli.machine import machine

    with team.app.app_context():
        services, over = machine(), threading.Event()
    beside = threading.Thread(target=worker.work, args=(services,), kwargs={"stop": over.is_set})
    beside.start()
    try:
        said = load(team, *((str(n), f"p{n}", f"Note {n}: no fever.") for n in range(60)))
    finally:
        over.set()
        beside.join()
    assert "stored 60, skipped 0, refused 0" in said
    with team.database.reading() as session:
        ended = session.scalar(select(func.count(Event.id)).where(Event.tag == "intake.batch.finished"))
    assert ended == 1
