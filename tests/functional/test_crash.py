"""Killed in the middle, started again: everything finishes, nothing is there twice, the log verifies."""

import json
import os
import signal
import subprocess
import sys

import pytest
from sqlalchemy import func, select

from app.accounts.reset import choose_password
from app.audit.models import Event
from app.core import clock
from app.core.db import Database
from app.corpus.document import Document
from app.corpus.source import Source
from app.corpus.suggestion import Suggestion
from app.jobs.job import Job
from app.review.item import Item
from tests.databases import create_postgresql, drop_postgresql, opened, require_postgresql
from tests.terminology_data import stocked

pytestmark = pytest.mark.rare

NOTES = 401  # three chunks
PASSWORD = "wandering teapots sing"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def installation(request, tmp_path):
    url = f"sqlite:///{tmp_path / 'chartmark.db'}"
    if request.param == "postgresql":
        require_postgresql()
        url = create_postgresql()
    here = Installation(url, tmp_path)
    subprocess.run(
        [sys.executable, "-m", "alembic", "upgrade", "head"], env=here.environment(), check=True, capture_output=True
    )
    yield here
    if request.param == "postgresql":
        drop_postgresql(url)


class Installation:
    """An installation of its own, driven by commands in processes that can be killed."""

    def __init__(self, url, folder):
        self.url, self.folder = url, folder
        stocked(folder / "var")

    def environment(self, fault=""):
        return os.environ | {
            "CHARTMARK_DATABASE_URL": self.url,
            "CHARTMARK_VAR": str(self.folder / "var"),
            "CHARTMARK_FAULT": fault,
        }

    def run(self, *arguments, fault="", code=0, typed=None):
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *map(str, arguments)]
        done = subprocess.run(
            command, env=self.environment(fault), capture_output=True, text=True, check=False, input=typed
        )
        assert done.returncode == code, done.stderr[-2000:]
        return done.stdout

    def count(self, model, *where):
        database = Database(self.url)
        try:
            with database.reading() as session:
                return session.scalar(select(func.count()).select_from(model).where(*where))
        finally:
            database.dispose()

    def verify(self):
        bundle = self.folder / "bundle"
        self.run("audit", "export", bundle)
        return self.run("audit", "verify", bundle)


def prepare(here):
    schema = {
        "key": "s", "title": "S", "modality": "notes", "version": "1", "labels": [{"key": "SYMPTOM", "title": "S"}],
    }  # fmt: skip
    (here.folder / "schema.json").write_text(json.dumps(schema))
    lines = [{"id": f"n{n}", "patient_id": f"p{n % 90}", "text": f"Note {n}: no fever."} for n in range(NOTES)]
    (here.folder / "notes.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    here.run(
        "project", "create", "pp", "--set", "machine_passed_may_be_assigned=true", "--set", "pipeline=chartmark_rules"
    )
    here.run("schema", "load", here.folder / "schema.json", "--project", "pp")


def accept_pipeline(here):
    """A manager who stands for the pipeline, as a new installation makes one."""
    made = json.loads(here.run("accounts", "create", "lena", "--name", "Lena Lead", "--role", "manager"))
    database = opened(here.url, here.folder)
    choose_password(database, made["link"].rpartition("/")[2], PASSWORD, at=clock.now())
    database.dispose()
    here.run("preannotate", "accept", "chartmark_rules", "--by", "lena", typed=f"{PASSWORD}\n")


@pytest.mark.parametrize("fault", ["import:2", "chunk:2"])
def test_an_import_killed_in_the_middle_goes_on_where_it_was(installation, fault):
    prepare(installation)
    load = ("intake", "load", "pp", installation.folder / "notes.jsonl")
    installation.run(*load, fault=fault, code=-signal.SIGKILL)
    assert 0 < installation.count(Source) < NOTES
    installation.run("jobs", "work", "--until-empty")
    assert installation.count(Source) == NOTES
    assert installation.count(Document) == NOTES
    assert installation.count(Item, Item.state == "ready") == NOTES
    assert installation.count(Job, Job.state != "done") == 0
    installation.verify()


def test_workers_killed_in_each_stage_leave_nothing_twice(installation):
    prepare(installation)
    installation.run("intake", "load", "pp", installation.folder / "notes.jsonl")
    for nth in (1, 2):
        installation.run("jobs", "work", "--until-empty", fault=f"chunk:{nth}", code=-signal.SIGKILL)
    installation.run("jobs", "work", "--until-empty", fault="seal:1", code=-signal.SIGKILL)
    installation.run("jobs", "work", "--until-empty")
    assert installation.count(Document) == NOTES
    assert installation.count(Item) == NOTES
    # One event created each item, and one admitted it.
    for tag in ("review.item.created", "review.item.advanced"):
        assert installation.count(Event, Event.tag == tag) == NOTES
    installation.verify()


def test_tagging_killed_in_the_middle_of_a_chunk_tags_every_text_once(installation):
    """The third chunk of 50 is stored, and not yet committed, when the worker dies."""
    prepare(installation)
    accept_pipeline(installation)
    installation.run("intake", "load", "pp", installation.folder / "notes.jsonl")
    alone = ("--processes", "1")  # each process counts for itself how often it has come to a point
    installation.run("jobs", "work", "--until-empty", *alone, fault="preannotate:3", code=-signal.SIGKILL)
    assert installation.count(Suggestion) == 100
    assert installation.count(Item, Item.state == "ready") == 100
    assert installation.count(Job, Job.kind == "preannotate.run", Job.state == "running", Job.done == 100) == 1
    installation.run("jobs", "work", "--until-empty")
    assert installation.count(Suggestion) == NOTES
    assert installation.count(Item, Item.state == "ready") == NOTES
    assert installation.count(Job, Job.state != "done") == 0
    assert installation.count(Event, Event.tag == "preannotate.chunk.done") == -(-NOTES // 50)
    installation.verify()
