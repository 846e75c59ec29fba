"""A job rests after a failure, is given up when its worker dies over it again and again, and is shared out in parts."""

import json
from types import SimpleNamespace

import pytest
from sqlalchemy import select, update

from app.core import clock
from app.core.db import BUSY
from app.core.errors import Unavailable
from app.jobs import parts, worker
from app.jobs.free import list_free
from app.jobs.job import BACKOFF, JOBS, LEASE, LOST, MAX_LOST, Job, advance, claim_one, enqueue_once, fail, get_job
from app.jobs.needs import NEEDS
from app.jobs.status import job_status

T0 = 1_700_000_000_000
TEXTS = 1000


class Texts:
    """Sees to numbered texts of a project, twenty a chunk; each part to its own."""

    key, title, aside, repeatable = "texts.run", "Texts", "set aside", True

    def __init__(self):
        self.seen, self.tidied = [], []

    def chunk(self, services, job, *, at):
        part, of = job.args.get("part", (0, 1))
        mine = [number for number in range(TEXTS) if number % of == part]
        first = job.cursor.get("first", 0)
        taken, more = mine[first : first + 100], first + 100 < len(mine)
        services.database.writing(lambda session: advance(session, job, cursor={"first": first + 100}, at=at))
        self.seen += taken
        return more

    def lies_ahead(self, session, job):
        return TEXTS

    def waits_for(self, session, job):
        return ""

    def tidy(self, services, job):
        self.tidied.append(job.id)


class Lacking:
    """A host that has not what jobs over texts need."""

    key, kinds = "toy need", ("texts.run",)

    def __init__(self):
        self.code = "artefact-missing"

    def lacks(self, services, session, job):
        return self.code


@pytest.fixture
def texts():
    kind = Texts()
    JOBS.add(kind)
    yield kind
    JOBS.remove(kind.key)


@pytest.fixture
def services(database):
    return SimpleNamespace(database=database, settings=None, vault=None)


@pytest.fixture
def queue(database, texts):
    def make():
        ask = lambda session: enqueue_once(session, "texts.run", project_id=7, person_id=None, at=T0)  # noqa: E731
        database.writing(ask)
        with database.reading() as session:
            return session.scalars(select(Job.id).order_by(Job.id.desc())).first()

    return make


def row(database, number):
    with database.reading() as session:
        return get_job(session, number)


def take(database, number, at, owner="another-host:1"):
    return database.writing(lambda session: claim_one(session, number, owner, at=at))


def free(database, at):
    with database.reading() as session:
        return [job.id for job in list_free(session, at=at, limit=50)]


def test_a_job_that_failed_rests_twice_as_long_each_time_before_anybody_takes_it(database, queue):
    number, at = queue(), T0
    for attempt in range(4):
        job = take(database, number, at)
        database.writing(lambda session, job=job, at=at: fail(session, job, "x", at=at))
        rest = BACKOFF * 2**attempt
        assert (free(database, at + rest - 1), free(database, at + rest)) == ([], [number])
        at += rest
    job = take(database, number, at)
    database.writing(lambda session: fail(session, job, "x", at=at))
    assert (row(database, number).state, row(database, number).error) == ("failed", "x")


def test_a_job_over_which_every_worker_dies_is_given_up_and_says_so(database, services, texts, queue):
    number, at = queue(), T0
    take(database, number, at)
    for _ in range(MAX_LOST - 1):
        at += LEASE + 1
        assert take(database, number, at) is not None
    assert (row(database, number).attempts, row(database, number).error) == (MAX_LOST - 1, LOST)
    worker.work(services, until_idle=True)  # finds its lease over once more
    assert (row(database, number).state, row(database, number).error) == ("failed", LOST)
    assert (texts.seen, texts.tidied) == ([], [number])


def test_a_job_that_gets_on_between_the_deaths_of_its_workers_is_never_given_up(database, queue):
    number, at = queue(), T0
    for _ in range(2 * MAX_LOST):
        job = take(database, number, at)
        database.writing(lambda session, job=job, at=at: advance(session, job, done=1, at=at))
        at += LEASE + 1
    assert (row(database, number).state, row(database, number).done) == ("running", 2 * MAX_LOST)


def test_a_failure_after_its_workers_died_is_the_first_failure(database, queue):
    number = queue()
    take(database, number, T0)
    job = take(database, number, T0 + LEASE + 1)
    database.writing(lambda session: fail(session, job, "x", at=T0))
    assert (row(database, number).state, row(database, number).attempts) == ("queued", 1)


def test_a_job_over_many_texts_becomes_parts_that_see_to_each_text_once(database, services, texts, queue):
    number = queue()
    worker.work(services, until_empty=True)
    assert sorted(texts.seen) == list(range(TEXTS))
    with database.reading() as session:
        jobs = list(session.scalars(select(Job).order_by(Job.id)))
    assert len(jobs) == TEXTS // parts.TEXTS_PER_PART
    assert {job.family for job in jobs} == {number}
    assert [json.loads(job.args_json)["part"] for job in jobs] == [[part, len(jobs)] for part in range(len(jobs))]
    assert {job.state for job in jobs} == {"done"}


def test_few_texts_stay_one_job(database, services, texts, queue, monkeypatch):
    monkeypatch.setattr(Texts, "lies_ahead", lambda *_: 2 * parts.TEXTS_PER_PART - 1)
    number = queue()
    worker.work(services, until_empty=True)
    assert (row(database, number).family, sorted(texts.seen)) == (None, list(range(TEXTS)))


def test_parts_are_done_beside_each_other_and_new_work_of_the_project_after_them(database, services, texts, queue):
    first, now = queue(), clock.now()
    job = take(database, first, now)
    database.writing(lambda session: parts.share_out(session, job, TEXTS, at=now))
    later = queue()
    assert later not in free(database, now) and len(free(database, now)) == TEXTS // parts.TEXTS_PER_PART - 1
    for number in free(database, now):
        assert take(database, number, now) is not None
    assert free(database, now) == []
    database.writing(
        lambda session: session.execute(update(Job).where(Job.id != later).values(state="done", finished_at=1))
    )
    assert free(database, now) == [later]


def test_a_host_that_lacks_something_leaves_the_job_and_another_takes_it(database, services, texts, queue):
    number, need = queue(), Lacking()
    NEEDS.add(need)
    try:
        assert worker.work(services, until_empty=True) == 0
        assert worker.work_on(services, number) == 0
        left = row(database, number)
        assert (left.state, left.error, left.attempts, texts.seen) == ("queued", "artefact-missing", 0, [])
        need.code = ""
        worker.work(services, until_empty=True)
    finally:
        NEEDS.remove(need.key)
    assert (row(database, number).state, row(database, number).error) == ("done", "")


def test_the_status_counts_by_stage_and_names_who_holds_what(database, services, queue):
    number = queue()
    with database.reading() as session:
        waiting = job_status(session, at=T0 + 5000)
    assert waiting["stages"]["texts"] | {} == {
        "queued": 1, "waiting": 0, "running": 0, "done": 0, "failed": 0, "free": 1,
    }  # fmt: skip
    assert (waiting["oldest_seconds"], waiting["holders"]) == (5, {})
    take(database, number, T0)
    with database.reading() as session:
        held, over = job_status(session, at=T0 + 1), job_status(session, at=T0 + LEASE + 1)
    assert (held["holders"], held["expired"], held["stages"]["texts"]["free"]) == ({"another-host:1": 1}, 0, 0)
    assert (over["holders"], over["expired"], over["stages"]["texts"]["free"]) == ({}, 1, 1)


def test_only_the_stages_asked_for_are_worked_on(database, services, texts, queue):
    number = queue()
    assert worker.work(services, until_idle=True, stages=("release",)) == 0
    assert row(database, number).state == "queued"
    worker.work(services, until_idle=True, stages=("release", "texts"))
    assert sorted(texts.seen) == list(range(TEXTS))


def test_a_turn_under_which_the_ground_gives_way_is_no_attempt_and_gives_the_job_back(
    database, services, texts, queue, monkeypatch
):
    number = queue()
    monkeypatch.setattr(worker, "IDLE_SECONDS", 0.001)

    def busy(*_, **__):
        raise Unavailable(BUSY, "later")

    monkeypatch.setattr(Texts, "chunk", busy)
    assert worker.work_on(services, number) == 0
    assert (row(database, number).state, row(database, number).attempts) == ("queued", 0)
