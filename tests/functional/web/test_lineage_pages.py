"""The lineage on its page, by the API and by the command: one click from the release, for those who may."""

import json

import pytest

from app.corpus.project import change_settings, get_project
from app.review.item import get_item
from tests.build import OPERATOR
from tests.functional.web.conftest import problem, words


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
