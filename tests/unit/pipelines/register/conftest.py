"""Fixtures of the register: an office over a database, with one toy pipeline installed."""

import pytest

from app.factory import compose
from app.jobs import worker
from app.pipelines import stage
from tests.unit.pipelines.register.office import Office, Toy, installed

compose()


@pytest.fixture
def toy():
    pipeline = Toy()
    with installed(pipeline):
        yield pipeline


@pytest.fixture
def office(database, toy, monkeypatch):
    monkeypatch.setattr("app.jobs.worker._finish", lambda session, job, *, at: _finished(session, job, at))
    # `stage` reads the clock through its argument; the worker passes the wall clock.
    office = Office(database)
    monkeypatch.setattr("app.core.clock.now", lambda: office.at)
    return office


def _finished(session, job, at):
    from app.jobs.job import finish

    finish(session, job, at=at)


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(stage, "CHUNK", 2)


@pytest.fixture(autouse=True)
def _loud(monkeypatch):
    """A worker notes what a chunk raises and goes on; here only what a test raises on purpose may pass."""
    noted = worker._note_failure

    def note(services, job, error):
        noted(services, job, error)
        if type(error) is not RuntimeError:
            raise error

    monkeypatch.setattr(worker, "_note_failure", note)
