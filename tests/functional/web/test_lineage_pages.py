"""The lineage on its page, by the API and by the command: one click from the release, for those who may."""

import io
import json
import subprocess
import sys
import zipfile

import pytest
from sqlalchemy import func, select

from app.audit.events import Tag
from app.audit.models import Event
from app.corpus.project import change_settings, get_project
from app.jobs.job import Job
from app.release.recall import RecallReleases
from app.review.item import Item, get_item
from tests.build import OPERATOR
from tests.functional.web.conftest import TEXT, problem, words


@pytest.fixture
def released(team):
    changes = {"workflow": "trainee_verifier"}
    team.write(lambda session, at: change_settings(session, OPERATOR, get_project(session, "first"), changes, at=at))
    item, (task,) = team.item("ann")
    team.answer("ann", task, e1=problem(7, 17))
    team.settle(item)
    team.post("lead", "/projects/first/releases")
    team.label = team.read(lambda session: get_item(session, item).label)
    team.lineage = f"/projects/first/items/{team.label}/lineage"
    return team


def test_it_is_one_click_from_the_release_and_from_the_item(released):
    page = released.get("lead", "/projects/first/releases/1")
    assert f'href="{released.lineage}?release=1"' in page.text
    shown = words(released.get("lead", f"{released.lineage}?release=1"))
    for said in ("Dr Ann", "Dr Vera", "physician", "verification", "label problem", "fragments [[7, 17]]", "read as"):
        assert said in shown, said
    assert "Canary" not in shown


def test_the_page_the_call_and_the_command_say_the_same(released):
    called = released.get("lead", f"/api/v1{released.lineage}?release=1")
    assert called.status_code == 200
    done = released.app.test_cli_runner().invoke(args=["release", "lineage", "first", released.label, "--release", "1"])
    assert json.loads(done.stdout) == called.json
    assert called.json["release"]["log"]["leaf"] is not None
    one = released.get("lead", f"/api/v1{released.lineage}?element=e1").json
    assert one["element"] == "e1"
    assert released.get("lead", f"/api/v1{released.lineage}?element=e7").status_code == 404


@pytest.mark.parametrize(
    ("who", "status"), [("lead", 200), ("olu", 200), ("sam", 200), ("ann", 403), ("vera", 403), ("stranger", 404)]
)
def test_who_may_look(released, who, status):
    assert released.get(who, released.lineage).status_code == status
    assert released.get(who, f"/api/v1{released.lineage}").status_code == status


def test_an_adjudicator_is_shown_numbers_in_place_of_people(released):
    shown = released.get("sam", released.lineage).text
    assert "Dr Ann" not in shown
    assert "Dr Vera" not in shown
    assert f"person {released.people['ann']}" in shown


def bundle(answer, folder):
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        archive.extractall(folder)
    answer.close()
    alone = [sys.executable, "-I", "-S", str(folder / "verify.py"), str(folder), "--json"]
    done = subprocess.run(alone, cwd=folder, capture_output=True, text=True, check=False)
    return json.loads(done.stdout)


def test_a_bundle_is_made_by_a_button_and_holds(released, tmp_path):
    assert "Make inspection bundle" in released.get("lead", released.lineage).text
    made = released.post("lead", "/projects/first/inspections", label=released.label, release=1)
    assert made.status_code == 200
    verdict = bundle(made, tmp_path / "a")
    assert (verdict["consistent"], verdict["texts"]) == (True, False)
    assert b"Canary" not in b"".join(path.read_bytes() for path in (tmp_path / "a").rglob("*") if path.is_file())
    verdict = bundle(released.post("lead", "/projects/first/inspections", release=1, texts=1), tmp_path / "b")
    assert (verdict["consistent"], verdict["texts"]) == (True, True)
    assert TEXT in (tmp_path / "b" / "items" / f"{released.label}.txt").read_text()
    assert list(released.settings.tmp_dir.iterdir()) == []
    assert released.post("lead", "/projects/first/inspections").status_code == 422


@pytest.mark.parametrize(
    ("who", "texts", "status"),
    [("olu", 0, 200), ("olu", 1, 403), ("sam", 0, 403), ("ann", 0, 403), ("stranger", 0, 404)],
)
def test_who_gets_a_bundle_and_who_the_texts(released, who, texts, status):
    made = released.post(who, "/projects/first/inspections", label=released.label, texts=texts)
    assert made.status_code == status
    made.close()


def test_a_large_release_is_bundled_in_the_background_and_fetched(released, monkeypatch, tmp_path):
    monkeypatch.setattr("app.web.projects.inspections.AT_ONCE", 0)
    queued = released.post("olu", "/projects/first/inspections", release=1)
    assert queued.status_code == 303
    job = released.read(lambda session: session.scalar(select(func.max(Job.id))))
    released.work(job)
    assert "inspection" in words(released.get("olu", "/projects/first/releases/1"))
    fetched = released.post("olu", f"/projects/first/exports/{job}/file")
    assert fetched.status_code == 200
    assert bundle(fetched, tmp_path / "a")["consistent"]
    assert released.read(lambda s: s.scalar(select(func.count()).where(Event.tag == str(Tag.INSPECTION_MADE)))) == 1


def test_the_command_makes_the_same_bytes_for_the_same_cut_off(released, tmp_path):
    run, told = released.app.test_cli_runner(), []
    for name in ("a", "b"):
        more = ["--cut-off", str(told[0]["size"])] if told else []
        done = run.invoke(args=["release", "inspect", "first", str(tmp_path / name), "--release", "1", *more])
        assert done.exit_code == 0, done.output
        with zipfile.ZipFile(tmp_path / name) as archive:
            told.append(json.loads(archive.read("bundle.json")))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_of_a_recalled_release_there_is_a_bundle_without_texts(released, tmp_path):
    """That is when an inspector needs one; and the lineage says that it was recalled."""

    def recall(session, at):
        item = session.scalar(select(Item).where(Item.label == released.label))
        RecallReleases().recall(session, OPERATOR, item, "identifier-reported", at=at)

    released.write(recall)
    made = released.post("lead", "/projects/first/inspections", release=1)
    assert bundle(made, tmp_path / "a")["recalled"]
    assert released.post("lead", "/projects/first/inspections", release=1, texts=1).status_code == 409
    assert "Recalled" in words(released.get("lead", released.lineage))
