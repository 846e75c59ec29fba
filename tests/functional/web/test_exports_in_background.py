"""Releases too large to wait for: made by a worker, with progress on the page, fetched once by who asked."""

import io
import json
import zipfile

import pytest

from app.accounts.loading import load_actor
from app.core import clock
from app.corpus.project import change_settings, get_project
from app.jobs.job import Job
from app.release.release import Release
from app.release.waiting import KEPT, sweep
from app.review.item import get_item
from app.review.reporting import report_phi
from tests.build import OPERATOR
from tests.functional.web.conftest import problem, words

PAGE = "/projects/first/releases"
EXPORTS = "/projects/first/exports"


@pytest.fixture
def large(team, monkeypatch):
    """A team for which every release is a large one; one item is signed."""
    for module in ("releases", "exports"):
        monkeypatch.setattr(f"app.web.projects.{module}.AT_ONCE", 0)
    changes = {"workflow": "trainee_verifier"}
    team.write(lambda session, at: change_settings(session, OPERATOR, get_project(session, "first"), changes, at=at))
    team.signed, (task,) = team.item("ann")
    team.answer("ann", task, e1=problem(7, 17))
    team.settle(team.signed)
    return team


def jobs(team):
    return team.read(lambda s: s.query(Job).filter(Job.kind.startswith("release.")).order_by(Job.id).all())


def waiting(team):
    return [path.name for path in team.settings.exports_dir.iterdir()]


def exported(team):
    """A release, and a finished job that wrote it."""
    team.post("lead", PAGE)
    team.work(jobs(team)[-1].id)
    team.post("lead", f"{PAGE}/1/exports", format="jsonl")
    team.work(jobs(team)[-1].id)
    return jobs(team)[-1].id


def test_a_large_release_is_made_by_a_worker_and_is_there_when_it_is_whole(large):
    answer = large.post("lead", PAGE)
    assert answer.headers["Location"].startswith(f"{PAGE}?notice=release-queued")
    page = words(large.get("lead", PAGE))
    assert "Nothing has been released yet" in page
    assert "Making a release" in page
    large.post("lead", PAGE)  # clicked twice
    (job,) = jobs(large)
    shown = large.get("lead", "/projects/first/progress?of=release").json
    assert [one["title"] for one in shown["jobs"]] == ["Making a release"]
    large.work(job.id)
    (job,) = jobs(large)
    assert (job.state, job.done, job.total) == ("done", 1, 1)
    release = large.read(lambda s: s.query(Release).one())
    assert release.cut_by == large.people["lead"]
    assert "Release 1" in words(large.get("lead", PAGE))


def test_an_export_waits_for_who_asked_and_goes_once(large):
    job = exported(large)
    assert waiting(large) == [f"{job}.zip"]
    assert "Ready for you" in words(large.get("lead", f"{PAGE}/1"))
    assert "Ready for you" not in words(large.get("olu", f"{PAGE}/1"))
    for who, status in (("ann", 403), ("olu", 403), ("stranger", 404)):
        assert large.post(who, f"{EXPORTS}/{job}/file").status_code == status
    fetched = large.post("lead", f"{EXPORTS}/{job}/file")
    assert fetched.headers["Content-Disposition"].endswith("first-1-jsonl.zip")
    with zipfile.ZipFile(io.BytesIO(fetched.data)) as archive:
        assert json.loads(archive.read("manifest.json"))["release"] == 1
    fetched.close()
    assert waiting(large) == []
    assert large.post("lead", f"{EXPORTS}/{job}/file").status_code == 404


def test_unfinished_work_is_marked_on_its_name_and_in_it(large):
    large.post("lead", EXPORTS, format="brat")
    (job,) = jobs(large)
    large.work(job.id)
    fetched = large.post("lead", f"{EXPORTS}/{job.id}/file")
    assert "filename=NOT-A-RELEASE-first-brat.zip" in fetched.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(fetched.data)) as archive:
        assert {name.partition("/")[0] for name in archive.namelist()} == {"NOT-A-RELEASE"}
    fetched.close()
    for who, status in (("ann", 403), ("vera", 403), ("olu", 403), ("stranger", 404)):
        assert large.post(who, EXPORTS, format="jsonl").status_code == status
    assert large.post("lead", EXPORTS, format="papyrus").status_code in (404, 422)


def test_an_export_that_may_not_leave_any_more_is_refused_and_taken_away(large):
    job = exported(large)
    ann = large.people["ann"]
    large.write(lambda s, at: report_phi(s, load_actor(s, ann, at=at), get_item(s, large.signed), [[0, 6]], at=at))
    assert large.post("lead", f"{EXPORTS}/{job}/file").status_code == 409
    assert sweep(large.database, large.settings.exports_dir, at=clock.now()) == 1
    assert waiting(large) == []


def test_an_export_nobody_fetches_goes_after_an_hour_and_so_does_what_a_dead_job_left(large):
    job, folder = exported(large), large.settings.exports_dir
    (folder / "999.zip.partial").touch()
    assert sweep(large.database, folder, at=clock.now()) == 1
    assert waiting(large) == [f"{job}.zip"]
    assert sweep(large.database, folder, at=clock.now() + KEPT + clock.MINUTE) == 1
    assert waiting(large) == []


def test_a_job_whose_gate_is_shut_fails_at_once_and_says_why(large):
    large.write(lambda s, at: change_settings(s, OPERATOR, get_project(s, "first"), {"k_min": 11}, at=at))
    large.post("lead", PAGE)
    large.work(jobs(large)[-1].id)
    (job,) = jobs(large)
    assert (job.state, job.error, job.attempts) == ("failed", "k-anonymity", 0)
    assert "k-anonymity" in words(large.get("lead", PAGE))
