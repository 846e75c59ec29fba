"""A release whose patients are too few alike is refused, by command and by page, with what would help."""

import json

import pytest

from app.corpus.document import get_document
from app.corpus.project import change_settings, get_project
from app.corpus.subject import Encounter
from app.review.item import get_item
from tests.build import OPERATOR, as_if
from tests.functional.web.conftest import Team, problem, words

PAGE = "/projects/first/releases"


@pytest.fixture
def team(database, tmp_path):
    """Four signed items of four patients, two of each sex but only one of them old."""
    team = Team(tmp_path, database)
    changes = {"workflow": "trainee_verifier", "k_min": 2}
    team.write(lambda session, at: change_settings(session, OPERATOR, get_project(session, "first"), changes, at=at))
    for sex, band in (("F", "40-49"), ("F", "40-49"), ("M", "40-49"), ("M", "50-59")):
        item, (task,) = team.item("ann")
        team.write(lambda session, _, i=item, s=sex, b=band: describe(session, i, s, b))
        team.answer("ann", task, e1=problem(7, 17))
        team.settle(item)
    yield team
    team.database.dispose()


def describe(session, item, sex, band):
    encounter = session.get(Encounter, get_document(session, get_item(session, item).document_id).encounter_id)
    encounter.sex, encounter.age_band = sex, band
    as_if(session)


def test_a_release_of_too_small_groups_is_refused_and_says_what_would_suffice(team):
    said = "the smallest group of alike patients has 1, the project asks for 2"
    commands = team.app.test_cli_runner()
    refused = commands.invoke(args=["release", "cut", "first"])
    assert refused.exit_code == 1
    assert said in refused.output
    assert "50.0% of patients are unique, average risk 75.0%" in refused.output
    assert "this would suffice: age in bands of 20 years" in refused.output
    page = team.post("lead", PAGE)
    assert page.status_code == 409
    assert said in words(page)
    assert "age in bands of 20 years" in words(page)
    assert "Nothing has been released yet" in words(team.get("lead", PAGE))
    shown = commands.invoke(args=["deid", "risk", "first", "--k", "2"]).output
    assert "for groups of 2: age in bands of 20 years" in shown
    assert "the threshold is not reached" in shown

    lower = {"k_min": 1}
    team.write(lambda session, at: change_settings(session, OPERATOR, get_project(session, "first"), lower, at=at))
    made = commands.invoke(args=["release", "cut", "first"])
    assert made.exit_code == 0, made.output
    manifest = team.read(lambda s: json.loads(s.connection().exec_driver_sql("SELECT manifest FROM release").scalar()))
    figures = manifest["gates"]["k-anonymity"]
    assert (figures["k"], figures["unique_per_mille"], figures["average_risk_per_mille"]) == (1, 500, 750)
