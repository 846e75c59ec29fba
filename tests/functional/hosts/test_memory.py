"""A worker process that holds more than its share is replaced between jobs: by a broker's pool, and by itself."""

import os
from types import SimpleNamespace

import pytest

from app.cli.working import outgrown, resident_mb
from app.jobs import worker
from app.jobs.carrier import celery_app
from app.jobs.job import get_job
from app.settings import Settings
from tests.functional.hosts.toy import queue


@pytest.mark.parametrize(("megabytes", "kilobytes"), [(0, None), (1, 1024), (2048, 2_097_152)])
def test_the_pool_of_a_broker_gets_the_limit_in_its_own_unit(megabytes, kilobytes):
    app = celery_app(Settings(broker_url="memory://", worker_memory_mb=megabytes))
    assert app.conf.worker_max_memory_per_child == kilobytes


@pytest.mark.parametrize(("megabytes", "too_large"), [(0, False), (1, True), (1 << 20, False)])
def test_a_process_knows_what_it_holds(megabytes, too_large):
    assert outgrown(SimpleNamespace(settings=Settings(worker_memory_mb=megabytes)))() is too_large


def test_what_is_held_is_measured_and_not_the_most_that_ever_was():
    before, held = resident_mb(), bytearray(os.urandom(1)) * (200 << 20)
    assert resident_mb() >= before + 150
    del held
    assert resident_mb() < before + 150


@pytest.mark.usefixtures("counting")
def test_a_process_that_has_outgrown_its_share_ends_with_its_job_done_and_the_next_one_free(sqlite_database):
    services = SimpleNamespace(database=sqlite_database, settings=None, vault=None)
    numbers = [queue(sqlite_database) for _ in range(3)]
    for done in range(1, 4):
        assert worker.work(services, until_idle=True, outgrown=lambda: True) > 0
        with sqlite_database.reading() as session:
            states = [get_job(session, number).state for number in numbers]
        assert states == ["done"] * done + ["queued"] * (3 - done)
