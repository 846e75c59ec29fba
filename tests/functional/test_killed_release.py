"""Killed while a release is cut or written: nothing half-stored stays, no file either, and it can be done again."""

import hashlib
import json
import signal
import zipfile

import pytest

from app.accounts.loading import load_actor
from app.audit.models import Event
from app.core import clock
from app.corpus.project import get_project
from app.factory import compose
from app.jobs.job import Job
from app.release.jobs import queue_cut, queue_export
from app.release.release import Release, ReleaseExport, ReleaseItem, find_release
from app.review.item import Item
from tests.bench.release_sized import sign_each
from tests.databases import opened
from tests.functional.test_crash import installation  # noqa: F401 (a fixture)

pytestmark = pytest.mark.rare

NOTES = 7
CUT = Event.tag == "release.release.cut"
EXPORTED = Event.tag == "release.release.exported"
RELEASED = Item.state == "released"
# In the middle of reading, when all is put together, with half of the rows written, before the commit.
WHILE_CUTTING = ("cutting", "prepared", "release-rows", "release")
# In the middle of writing, packed, before the commit.
WHILE_WRITING = ("export:4", "packed", "exported")


@pytest.fixture
def signed(installation):  # noqa: F811
    """Signed notes, and who leads them."""
    compose()
    database = opened(installation.url, installation.folder)
    team = sign_each(database, NOTES)
    installation.lead = team.person("lena")
    yield installation
    database.dispose()


def queued(here, how):
    """A job asked for by the lead."""
    database, at = opened(here.url, here.folder), clock.now()

    def unit(session):
        return how(session, load_actor(session, here.lead, at=at), get_project(session, "toys"), at).id

    try:
        return database.writing(unit)
    finally:
        database.dispose()


def cut_queued(session, lead, project, at):
    return queue_cut(session, project, person_id=lead.id, at=at)


def export_queued(session, lead, project, at):
    return queue_export(session, lead, project, find_release(session, project.id, 1), "jsonl", at=at)


def files(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file()) if folder.exists() else []


def test_a_killed_cut_leaves_nothing_and_a_killed_export_no_file_by_command_or_by_job(signed, tmp_path):
    nothing = (0, 0, 0, 0)

    def stored():
        counts = (signed.count(Release), signed.count(ReleaseItem), signed.count(Item, RELEASED))
        return *counts, signed.count(Event, CUT)

    signed.run("release", "cut", "toys", fault="release-rows", code=-signal.SIGKILL)
    assert stored() == nothing
    queued(signed, cut_queued)
    for fault in WHILE_CUTTING:
        signed.run("jobs", "work", "--until-empty", fault=fault, code=-signal.SIGKILL)
        assert stored() == nothing, fault
    # The release is there, and the job does not know that it is done: it makes no second one.
    signed.run("jobs", "work", "--until-empty", fault="chunk", code=-signal.SIGKILL)
    assert stored() == (1, NOTES, NOTES, 1)
    signed.run("jobs", "work", "--until-empty")
    assert stored() == (1, NOTES, NOTES, 1)
    assert signed.count(Job, Job.state == "done", Job.done == NOTES) == 1

    out, exports = tmp_path / "out" / "release.zip", tmp_path / "var" / "exports"
    out.parent.mkdir()
    export = ("release", "export", json.loads(signed.run("release", "list", "toys"))["id"], "--format", "jsonl", out)
    for fault in WHILE_WRITING:
        signed.run(*export, fault=fault, code=-signal.SIGKILL)
        assert (files(out.parent), signed.count(ReleaseExport), signed.count(Event, EXPORTED)) == ([], 0, 0), fault
    # Said and not yet named: the log may say more than left, never less.
    signed.run(*export, fault="said", code=-signal.SIGKILL)
    assert (files(out.parent), signed.count(Event, EXPORTED)) == ([], 1)
    sha256 = json.loads(signed.run(*export))["sha256"]
    assert files(out.parent) == ["release.zip"]

    job = queued(signed, export_queued)
    for fault in (*WHILE_WRITING, "chunk"):
        signed.run("jobs", "work", "--until-empty", fault=fault, code=-signal.SIGKILL)
    signed.run("jobs", "work", "--until-empty")
    assert files(exports) == [f"{job}.zip"]
    assert hashlib.sha256((exports / f"{job}.zip").read_bytes()).hexdigest() == sha256
    assert signed.count(Event, EXPORTED) == 3
    with zipfile.ZipFile(exports / f"{job}.zip") as archive:
        assert len(archive.read("items.jsonl").splitlines()) == NOTES
