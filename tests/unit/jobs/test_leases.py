"""One way to hold a job: by state and lease. However many ask, one does it; who comes late stores nothing."""

import threading
from collections import Counter
from types import SimpleNamespace

import pytest
from sqlalchemy import event, select, update

from app.core import clock
from app.core.errors import Conflict
from app.jobs import worker
from app.jobs.free import list_free
from app.jobs.job import (
    JOBS,
    LEASE,
    LOST,
    Job,
    LeaseLost,
    advance,
    claim_one,
    enqueue,
    enqueue_once,
    fail,
    finish,
    get_job,
    retry,
)
from app.jobs.owner import owner_name

T0 = 1_700_000_000_000
ELSEWHERE = "another-host:1"


class Toy:
    """Counts to a number, a chunk each; what it counted stands in a list."""

    key, title, aside, repeatable = "toy", "Toy", "set aside", True

    def __init__(self):
        self.counted, self.tidied, self.missing, self.between = [], [], "", lambda: None

    def chunk(self, services, job, *, at):
        step = job.cursor.get("step", 0)
        self.between()
        services.database.writing(lambda session: advance(session, job, done=1, cursor={"step": step + 1}, at=at))
        self.counted.append((job.id, step))
        return step + 1 < job.args.get("steps", 3)

    def waits_for(self, session, job):
        return self.missing

    def tidy(self, services, job):
        self.tidied.append(job.id)


@pytest.fixture
def toy():
    toy = Toy()
    JOBS.add(toy)
    yield toy
    JOBS.remove("toy")


@pytest.fixture
def services(database, monkeypatch):
    monkeypatch.setattr("app.jobs.job.BACKOFF", 0)  # its own test is about it
    return SimpleNamespace(database=database, settings=None, vault=None)


@pytest.fixture
def queue(database, toy):
    def make(**args):
        return database.writing(lambda session: enqueue(session, "toy", args, at=T0).id)

    return make


def row(database, number):
    with database.reading() as session:
        return get_job(session, number)


def take(database, number, owner=ELSEWHERE, *, at=None):
    at = clock.now() if at is None else at
    return database.writing(lambda session: claim_one(session, number, owner, at=at))


def together(count, act):
    """What `count` threads get from `act`, all let go at once."""
    gate, got = threading.Barrier(count), []

    def run():
        gate.wait()
        got.append(act())

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return got


def test_of_many_who_want_one_job_one_gets_it(database, queue):
    number = queue()
    taken = together(8, lambda: take(database, number))
    assert sum(job is not None for job in taken) == 1


def test_many_workers_share_the_jobs_and_none_is_taken_twice(database, queue):
    numbers = [queue() for _ in range(6)]

    def all_i_get():
        mine = []
        with database.reading() as session:
            free = [job.id for job in list_free(session, at=clock.now(), limit=10)]
        for number in free:
            mine += [job.id for job in [take(database, number)] if job is not None]
        return mine

    taken = Counter(number for mine in together(6, all_i_get) for number in mine)
    assert taken == Counter(numbers)


def test_of_many_who_find_the_worker_of_a_job_dead_one_gets_it(database, queue):
    """The row is looked at again once it is locked: who was named in it is not its holder any more."""
    number = queue()
    take(database, number, f"{owner_name().rpartition(':')[0]}:{2**22 + 1}")  # above the greatest process number
    taken = together(8, lambda: take(database, number))
    assert sum(job is not None for job in taken) == 1


def test_a_job_that_another_holds_cannot_be_taken_before_its_lease_is_over(database, queue):
    number = queue()
    first = take(database, number, at=T0)
    assert take(database, number, at=T0 + LEASE) is None
    second = take(database, number, at=T0 + LEASE + 1)
    assert second.lease_owner != first.lease_owner


@pytest.mark.parametrize(
    "act",
    [
        lambda s, job: advance(s, job, done=1, at=T0),
        lambda s, job: finish(s, job, at=T0),
        lambda s, job: fail(s, job, "x", at=T0),
    ],
    ids=["advance", "finish", "fail"],
)
def test_a_worker_that_lost_its_job_can_neither_go_on_nor_end_it(database, queue, act):
    number = queue()
    late = take(database, number, at=T0)
    now = take(database, number, at=T0 + LEASE + 1)
    with pytest.raises(LeaseLost):
        database.writing(lambda session: act(session, late))
    assert (row(database, number).state, row(database, number).done) == ("running", 0)
    database.writing(lambda session: finish(session, now, at=T0))
    with pytest.raises(LeaseLost):
        database.writing(lambda session: act(session, now))


def test_a_worker_that_lost_its_job_between_chunks_leaves_it_and_its_files_alone(database, services, toy, queue):
    number = queue()
    job = take(database, number, at=T0)  # a lease that is over by now
    stolen = []

    def steal():
        if len(toy.counted) == 1 and not stolen:
            expired = update(Job).values(lease_until=0)
            database.writing(lambda session: session.execute(expired))
            stolen.append(take(database, number))

    toy.between = steal
    worker.run_job(services, job)
    assert toy.counted == [(number, 0)]
    stands = row(database, number)
    assert (toy.tidied, stands.state, stands.attempts, stands.error) == ([], "running", 1, LOST)
    worker.run_job(services, stolen[0])
    assert toy.counted == [(number, 0), (number, 1), (number, 2)]
    assert (toy.tidied, row(database, number).state) == ([number], "done")


def test_a_long_chunk_keeps_its_lease(database, services, toy, queue, monkeypatch):
    monkeypatch.setattr(worker, "BEAT_SECONDS", 0.02)
    number = queue(steps=1)
    job, renewed = take(database, number, at=T0), threading.Event()

    def wait():
        for _ in range(500):
            if row(database, number).lease_until > T0 + LEASE:
                renewed.set()
                return
            renewed.wait(0.02)

    toy.between = wait
    worker.run_job(services, job)
    assert renewed.is_set()


def test_several_workers_do_every_chunk_once(database, services, toy, queue):
    numbers = [queue(steps=4) for _ in range(4)]
    together(4, lambda: worker.work(services, until_empty=True))
    assert sorted(toy.counted) == [(number, step) for number in numbers for step in range(4)]
    assert sorted(toy.tidied) == numbers


def test_whoever_works_until_nothing_is_left_waits_for_what_another_worker_holds(database, services, toy, queue):
    """`jobs work --until-empty` beside `make run`: afterwards the texts are there, not half-way."""
    number = queue()
    elsewhere = take(database, number)
    ended = []

    def until_empty():
        worker.work(services, until_empty=True)
        ended.append(row(database, number).state)

    waiting = threading.Thread(target=until_empty)
    waiting.start()
    waiting.join(0.2)
    assert ended == []
    worker.run_job(services, elsewhere)
    waiting.join(30)
    assert ended == ["done"]


def test_a_worker_told_to_stop_gives_its_job_back(database, services, toy, queue):
    number = queue()
    worker.run_job(services, take(database, number), stop=lambda: len(toy.counted) == 1)
    assert row(database, number).state == "queued"
    worker.work(services, until_empty=True)
    assert [step for _, step in toy.counted] == [0, 1, 2]


def test_work_waits_for_what_it_needs_and_starts_by_itself_when_that_comes(database, services, toy, queue):
    number, toy.missing = queue(), "schema:notes"
    worker.work(services, until_empty=True)
    assert (row(database, number).state, row(database, number).waits_for) == ("waiting", "schema:notes")
    worker.work(services, until_empty=True)
    assert len(toy.counted) == 3
    toy.missing = ""
    worker.work(services, until_empty=True)
    assert (row(database, number).state, row(database, number).waits_for) == ("done", "")


def test_new_work_of_the_same_kind_wakes_the_job_that_waits_and_adds_none(database, services, toy):
    def ask(session):
        enqueue_once(session, "toy", project_id=7, person_id=None, at=T0)

    toy.missing = "schema:notes"
    database.writing(ask)
    worker.work(services, until_empty=True)
    database.writing(ask)
    with database.reading() as session:
        (job,) = session.scalars(select(Job))
    assert (job.state, job.waits_for) == ("queued", "")


def test_a_failed_job_is_retried_from_where_it_stopped_and_no_other_is(database, services, toy, queue):
    number = queue()

    def break_down():
        if len(toy.counted) == 1:
            raise IndexError

    toy.between = break_down
    worker.work(services, until_empty=True)
    failed = row(database, number)
    assert (failed.state, failed.error, failed.attempts) == ("failed", "IndexError", 5)
    toy.between = lambda: None
    database.writing(lambda session: retry(session, number))
    worker.work(services, until_empty=True)
    assert [step for _, step in toy.counted] == [0, 1, 2]
    with pytest.raises(Conflict) as refused:
        database.writing(lambda session: retry(session, number))
    assert refused.value.code == "job-state"


def test_a_job_of_an_unknown_kind_fails_and_the_worker_goes_on(database, services, toy, queue):
    strange, number = queue(), queue()
    database.writing(lambda session: setattr(get_job(session, strange), "kind", "gone"))
    worker.work(services, until_empty=True)
    assert (row(database, strange).state, row(database, number).state) == ("failed", "done")


def test_a_worker_with_nothing_to_do_writes_nothing(database, services, toy):
    """It asks twice a second: on SQLite a write would stand in the way of everybody's saves."""
    begun = []
    event.listen(database.engine, "begin", lambda connection: begun.append(connection.get_execution_options()))
    assert worker.work(services, until_empty=True) == 0
    assert begun and not any(options.get("chartmark_writing") for options in begun)
