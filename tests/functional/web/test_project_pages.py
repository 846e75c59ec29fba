"""Running a project in the browser: starting it, its rules, people, schemas, papers; and who may not."""

import io
import json
import re

import pytest

from app.core.digest import canonical_json
from app.corpus.member import list_members
from app.corpus.paper import list_papers
from app.corpus.project import find_project, get_project
from app.corpus.schema import list_schemas
from app.corpus.settings import SETTINGS, all_settings
from tests.functional.web.conftest import words

SHEET = "/projects/first"


def settings_form(team, **changes):
    """What the settings page's form holds, with changes; an unticked box is not sent."""
    page = team.get("lead", f"{SHEET}/settings").text
    form = {name: re.search(r'value="([^"]*)" selected', part)[1] for name, part in re.findall(
        r'<select id="(\w+)"(.*?)</select>', page, re.S)}  # fmt: skip
    typed = "|".join(one.name for one in SETTINGS.values() if one.kind in ("number", "text", "list"))
    form |= dict(re.findall(rf'<input id="({typed})"[^>]* value="([^"]*)"', page))
    form |= dict.fromkeys(re.findall(r'id="(\w+)" name="\w+" value="yes" checked', page), "yes")
    return {name: value for name, value in (form | changes).items() if value is not None}


def test_an_admin_starts_a_project_and_its_lead_goes_on(team):
    answer = team.post("boss", "/projects", key="rash-study", title="Rash study", language="en", lead="lead")
    assert answer.headers["Location"] == "/projects/rash-study"
    page = team.get("lead", "/projects/rash-study")
    assert "No item yet" in page.text
    assert team.get("lead", "/projects/rash-study/members").status_code == 200
    assert team.get("ann", "/projects/rash-study").status_code == 404
    assert "rash-study" not in team.get("ann", "/projects").text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"key": "Rash Study", "lead": "lead"}, "small letters"),
        ({"key": "first", "lead": "lead"}, "already"),
        ({"key": "new-one", "lead": "nemo"}, "nobody has the user name"),
    ],
)
def test_a_project_that_cannot_be_started_says_why(team, typed, said):
    answer = team.post("boss", "/projects", title="Kept title", **typed)
    assert answer.status_code in (409, 422)
    assert said in words(answer)
    assert "Kept title" in answer.text
    assert team.read(lambda session: find_project(session, "new-one")) is None


@pytest.mark.parametrize("who", ["ann", "lead", "vera", "olu"])
def test_only_an_admin_or_manager_of_the_server_starts_projects(team, who):
    assert "Start a project" not in team.get(who, "/projects").text
    assert team.post(who, "/projects", key="mine", lead=who).status_code == 403


def test_counts_by_state_add_up_and_say_who_checked(team):
    team.item("ann", "ben")
    page = words(team.get("lead", SHEET))
    assert "Being read 1" in page
    assert "All 1" in page
    assert "a privacy officer looked at it" in page
    assert "de-identified" not in page.replace("not de-identified", "")


def test_settings_change_what_differs_and_nothing_else(team):
    form = settings_form(team, deid_mode="mask", required_countries="DE, AT", show_names_to_adjudicator="yes")
    answer = team.post("lead", f"{SHEET}/settings", **form)
    assert answer.status_code == 303, words(answer)
    project = team.read(lambda session: get_project(session, "first"))
    assert json.loads(project.settings_json) == all_settings({}) | {
        "deid_mode": "mask",
        "required_countries": ["DE", "AT"],
        "show_names_to_adjudicator": True,
    }


def test_a_setting_that_is_none_names_its_field(team):
    answer = team.post("lead", f"{SHEET}/settings", **settings_form(team, workflow="nonsense", reader_tier="9"))
    assert answer.status_code == 422
    assert "must be one of two_readers_adjudicator" in words(answer)
    assert "a whole number from 1 to 4" in words(answer)
    assert team.read(lambda session: get_project(session, "first")).settings_json == canonical_json(all_settings({}))


def test_members_come_by_user_name_and_go_by_a_button(team):
    assert team.post("lead", f"{SHEET}/members", username="stranger", role="annotator").status_code == 303
    assert team.get("stranger", SHEET).status_code == 404
    team.approve("boss")
    assert team.get("stranger", SHEET).status_code == 200
    assert team.post("lead", f"{SHEET}/members", username="stranger", role="annotator").status_code == 409
    assert team.post("lead", f"{SHEET}/members", username="nemo", role="annotator").status_code == 422
    assert team.post("lead", f"{SHEET}/members", username="boss", role="king").status_code == 422
    members = team.read(lambda session: list_members(session, team.project_id))
    member = next(m for m in members if m.person_id == team.people["stranger"])
    assert team.post("lead", f"{SHEET}/members/{member.id}/removal").status_code == 303
    assert team.get("stranger", SHEET).status_code == 404


def upload(team, content):
    return team.post("lead", f"{SHEET}/schemas", file=(io.BytesIO(content), "schema.json"))


def test_a_schema_is_loaded_from_a_file(team):
    schema = {"key": "more", "title": "More", "modality": "notes", "version": "1", "labels": [
        {"key": "SIGN", "title": "Sign", "class": "critical"}]}  # fmt: skip
    answer = upload(team, json.dumps(schema).encode())
    assert answer.status_code == 303, words(answer)
    assert "critical" in team.get("ann", f"{SHEET}/schemas").text
    assert len(team.read(lambda session: list_schemas(session, team.project_id))) == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "choose a JSON file"),
        (b'{"key": "x",\n oops}', "line 2, column 2"),
        (b"\xff\xfe", "byte 0 of the file is not UTF-8"),
        (b"[]", "a schema is a JSON object"),
        (b'{"key": "x", "title": "X", "modality": "notes", "version": "1", "labels": [{"title": "L"}]}', "labels"),
        (b"[" * 100_000, "not valid JSON"),
    ],
)
def test_a_bad_schema_file_is_refused_with_the_place(team, content, said):
    answer = upload(team, content)
    assert answer.status_code == 422
    assert said in words(answer)
    assert len(team.read(lambda session: list_schemas(session, team.project_id))) == 1


def test_papers_are_filed_by_digest(team):
    typed = {"kind": "agreement", "title": "With the hospital", "sha256": "a" * 64, "expires_at": "2020-01-01"}
    assert team.post("lead", f"{SHEET}/papers", **typed).status_code == 303
    assert "expired" in team.get("pia", f"{SHEET}/papers").text
    for wrong in ({"sha256": "abc"}, {"expires_at": "soon"}, {"kind": "poem"}):
        assert team.post("lead", f"{SHEET}/papers", **typed | wrong).status_code == 422
    assert len(team.read(lambda session: list_papers(session, team.project_id))) == 1


def test_ready_items_are_given_to_readers_who_have_the_least_to_do(team):
    def ready(session, at):
        from app.corpus.document import Document
        from app.review.item import create_item
        from tests.build import OPERATOR, make_document

        project = get_project(session, "first")
        document = make_document(session, project, "No fever.", at=at)
        assert isinstance(document, Document)
        schema = list_schemas(session, project.id)[0]
        create_item(session, OPERATOR, document, schema, at=at).state = "ready"

    team.write(ready)
    assert "2 people may read here now" in words(team.get("lead", SHEET))
    answer = team.post("lead", f"{SHEET}/assignments")
    assert "1 items are assigned" in words(team.get("lead", answer.headers["Location"]))
    assert "To do (1)" in words(team.get("ann", "/work"))
    assert "To do (1)" in words(team.get("ben", "/work"))
    again = team.post("lead", f"{SHEET}/assignments").headers["Location"]
    assert "Nothing was assigned" in words(team.get("lead", again))


LEADS = ["settings", "members", "deliveries", "papers", "releases", "questions", "holds"]


@pytest.mark.parametrize("page", LEADS)
def test_pages_of_the_lead_are_closed_to_readers_and_unknown_to_strangers(team, page):
    assert team.get("lead", f"{SHEET}/{page}").status_code == 200
    assert team.get("ann", f"{SHEET}/{page}").status_code == 403
    assert f'{SHEET}/{page}"' not in team.get("ann", SHEET).text
    assert team.get("stranger", f"{SHEET}/{page}").status_code == 404
    assert team.get("stranger", f"/projects/nothing/{page}").status_code == 404


@pytest.mark.parametrize("path", ["assignments", "settings", "members", "schemas", "papers", "releases", "guidelines"])
def test_readers_change_nothing_of_a_project(team, path):
    assert team.post("ann", f"{SHEET}/{path}").status_code == 403
    assert team.post("stranger", f"{SHEET}/{path}").status_code == 404
