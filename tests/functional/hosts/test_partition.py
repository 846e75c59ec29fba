"""The way to the database is cut or goes silent under a worker at work: nothing is done twice, nothing is lost."""

import threading
from types import SimpleNamespace

import pytest
from sqlalchemy import update
from sqlalchemy.engine import make_url

from app.core.db import Database
from app.jobs import worker
from app.jobs.job import Job, get_job
from tests.functional.hosts.proxy import Proxy, until
from tests.functional.hosts.toy import queue

pytestmark = pytest.mark.postgres


@pytest.fixture
def direct(database_templates, tmp_path):
    with database_templates.fresh("postgresql", tmp_path) as database:
        yield database


@pytest.fixture
def parted(direct):
    """The same database, by a way of its own; and that way."""
    url = make_url(direct.url)
    with Proxy(url.port, url.host) as proxy:
        database = Database(url.set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False))
        yield database, proxy
        database.dispose()


def services(database):
    return SimpleNamespace(database=database, settings=None, vault=None)


def row(database, number):
    with database.reading() as session:
        return get_job(session, number)


def a_minute_passes(database):
    database.writing(lambda session: session.execute(update(Job).values(lease_until=0)))


def test_a_worker_whose_way_is_cut_goes_on_when_it_is_mended(direct, parted, counting, monkeypatch):
    monkeypatch.setattr(worker, "IDLE_SECONDS", 0.05)
    database, proxy = parted
    number, cuts = queue(direct), []

    def cut_once(job):
        if job.cursor.get("step") == 1 and not cuts:
            proxy.cut()
            cuts.append(threading.Timer(0.3, proxy.mend))
            cuts[0].start()

    counting.between = cut_once
    worker.work(services(database), stop=lambda: row(direct, number).state == "done")
    assert cuts and counting.counted == [(number, 0), (number, 1), (number, 2)]
    assert (row(direct, number).state, row(direct, number).attempts) == ("done", 0)


def test_a_worker_that_comes_back_from_silence_stores_nothing_of_what_another_did_meanwhile(direct, parted, counting):
    database, proxy = parted
    number, silent = queue(direct), threading.Event()

    def fall_silent(job):
        if job.cursor.get("step") == 1 and not silent.is_set():
            proxy.hold()
            silent.set()

    counting.between = fall_silent
    stop = {"stop": lambda: row(direct, number).state == "done"}
    late = threading.Thread(target=worker.work, args=(services(database),), kwargs=stop)
    late.start()
    assert silent.wait(30)
    a_minute_passes(direct)
    worker.work(services(direct), until_empty=True)
    assert row(direct, number).state == "done"
    proxy.mend()
    late.join(60)
    assert not late.is_alive()
    assert counting.counted == [(number, 0), (number, 1), (number, 2)]
    assert (row(direct, number).done, row(direct, number).attempts) == (3, 0)


def test_a_worker_starts_before_its_database_does(direct, parted, counting, monkeypatch):
    monkeypatch.setattr(worker, "IDLE_SECONDS", 0.05)
    database, proxy = parted
    proxy.cut()
    number = queue(direct)
    stop = {"stop": lambda: row(direct, number).state == "done"}
    waiting = threading.Thread(target=worker.work, args=(services(database),), kwargs=stop)
    waiting.start()
    waiting.join(0.5)
    assert waiting.is_alive() and counting.counted == []
    proxy.mend()
    until(lambda: row(direct, number).state == "done")
    waiting.join(30)
