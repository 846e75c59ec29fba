"""The worker waits for a disk or a database, says so, and does the same work when it is back; no attempt is counted."""

import errno
import logging
from types import SimpleNamespace

import pytest

from app.jobs import worker
from app.jobs.job import JOBS, MAX_ATTEMPTS, enqueue, get_job

AT = 1_700_000_000_000


class Narrow:
    """A job that needs room on the disk; for its first looks there is none."""

    key = "tests.narrow"
    title, aside, repeatable = "Narrow", "set aside", False

    def __init__(self, without_room):
        self.left, self.done = without_room, 0

    def chunk(self, services, job, *, at):
        if self.left:
            self.left -= 1
            raise OSError(errno.ENOSPC, "no space left")
        self.done += 1
        return False

    def waits_for(self, session, job):
        return ""

    def tidy(self, services, job):
        pass


@pytest.fixture
def narrow():
    kind = Narrow(without_room=MAX_ATTEMPTS + 2)
    JOBS.add(kind)
    yield kind
    JOBS.remove(kind.key)


def test_a_full_disk_is_waited_for_and_is_no_attempt(sqlite_database, narrow, monkeypatch, caplog):
    monkeypatch.setattr(worker, "IDLE_SECONDS", 0.001)
    job = sqlite_database.writing(lambda session: enqueue(session, narrow.key, {}, at=AT))
    services = SimpleNamespace(database=sqlite_database, settings=None, vault=None)
    with caplog.at_level(logging.CRITICAL):
        worker.work(services, stop=lambda: narrow.done > 0)
    with sqlite_database.reading() as session:
        row = get_job(session, job.id)
    assert (row.state, row.attempts, row.error) == ("done", 0, "")
    assert sum("no work can be taken: OSError" in message for message in caplog.messages) == MAX_ATTEMPTS + 2


def test_whoever_waits_for_the_end_is_told(sqlite_database, narrow):
    sqlite_database.writing(lambda session: enqueue(session, narrow.key, {}, at=AT))
    services = SimpleNamespace(database=sqlite_database, settings=None, vault=None)
    with pytest.raises(OSError, match="no space left"):
        worker.work(services, until_empty=True)
