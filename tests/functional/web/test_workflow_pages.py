"""Composing a workflow: the page, the JSON interface and the command say and store the same."""

import json
import re

import pytest

from app.corpus.project import change_settings, get_project
from app.corpus.schema import LabelSchema
from app.review import states
from app.review.item import create_item
from app.review.workflows import OWN
from app.review.workflows.composed import newest_composed
from tests.build import OPERATOR, make_document
from tests.functional.web.conftest import TEXT, problem, words
from tests.unit.review.test_composed_workflows import own

PAGE, API = "/projects/first/workflow", "/api/v1/projects/first"


def form_of(page, **changes):
    """What a browser would send of the form."""
    inside = re.search(r'<form method="post" action="[^"]*workflow/preview">(.*?)</form>', page.text, re.DOTALL)[1]
    fields = {}
    for tag in re.findall(r"<input [^>]*>", inside):
        said = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if said["type"] != "checkbox" or " checked" in tag:
            fields[said["name"]] = said["value"]
    del fields["csrf_token"]
    return {name: value for name, value in (fields | changes).items() if value is not None}


def composed_now(team):
    return team.read(lambda s: newest_composed(s, team.project_id))


def test_a_workflow_is_composed_looked_at_and_put_into_force(team):
    page = team.get("lead", f"{PAGE}?from=single_reader_sampling")
    form = form_of(page, key="ours", title="Ours", doubled_percent="15", **{"complexity.0.characters": "4000",
                   "complexity.0.read_tier": "3", "complexity.0.always_verified": "yes",
                   "steps.2.specialties": "Radiology, pathology"})  # fmt: skip
    ahead = team.post("lead", f"{PAGE}/preview", **form)
    said = words(ahead)
    assert ahead.status_code == 200 and composed_now(team) is None
    for part in ("about 15", "about 20 of 100 others", "tier 3 or more in radiology or pathology", "4000 characters"):
        assert part in said
    assert "Nobody could finish this with today&#39;s members: verifying: no verifier in radiology or pathology" in said
    answer = team.post("lead", PAGE, **form_of(ahead))
    assert answer.headers["Location"].endswith("notice=workflow-in-force")
    row = composed_now(team)
    assert (row.number, row.composed_by) == (1, team.people["lead"])
    assert (row.workflow.doubled_percent, row.workflow.checked_percent) == (15, 20)
    page = team.get("lead", PAGE)
    assert "In force: Ours" in words(page) and "1 (in force)" in words(page)
    # The form holds what is in force: looked at again it is the same document.
    again = team.post("lead", f"{PAGE}/preview", **form_of(page)).text
    assert re.search(r'name="previewed" value="(\w+)"', again)[1] == row.sha256


def test_what_was_not_looked_at_is_not_put_into_force(team):
    form = form_of(team.get("lead", PAGE), key="ours")
    assert team.post("lead", PAGE, **form).status_code == 409
    ahead = team.post("lead", f"{PAGE}/preview", **form)
    changed = team.post("lead", PAGE, **form_of(ahead, doubled_percent="50"))
    assert changed.status_code == 409 and "look at it again" in words(changed)
    assert composed_now(team) is None


def test_what_is_wrong_leads_to_its_field_and_nothing_typed_is_lost(team):
    form = form_of(team.get("lead", PAGE), title="Kept title", **{"steps.0.people": "many", "steps.1.tier": "2",
                   "complexity.1.characters": "10"})  # fmt: skip
    answer = team.post("lead", f"{PAGE}/preview", **form)
    assert answer.status_code == 422 and "Kept title" in answer.text and 'value="many"' in answer.text
    linked = set(re.findall(r'<a href="#([\w.]+)">', answer.text))
    assert {"steps.0.people", "complexity.0.characters"} <= linked
    assert all(f'id="{place}"' in answer.text for place in linked)


@pytest.mark.parametrize("who", ["ann", "vera", "sam", "pia", "olu", "stranger"])
def test_only_whoever_changes_the_project_sees_or_composes_it(team, who):
    assert team.get(who, PAGE).status_code in (403, 404)
    assert team.post(who, f"{PAGE}/preview", key="ours", title="Ours").status_code in (403, 404, 422)
    assert team.get(who, f"{API}/workflow").status_code in (403, 404)
    for path in ("workflow-previews", "workflows"):
        assert team.post_json(who, f"{API}/{path}", workflow=own()).status_code in (403, 404)
    assert composed_now(team) is None


def test_programs_look_ahead_and_put_one_into_force(team):
    ahead = team.post_json("lead", f"{API}/workflow-previews", workflow=own(doubled_percent=10)).json
    assert [step["title"] for step in ahead["steps"]] == ["Read", "Read by one more", "Settle", "Escalate", "Verify"]
    assert ahead["lacking"][0].startswith("Nobody could finish this with today's members: ")
    assert composed_now(team) is None
    put = team.post_json("lead", f"{API}/workflows", workflow=ahead["workflow"]).json
    shown = team.get("lead", f"{API}/workflow").json
    assert (put["number"], shown["setting"], shown["versions"][0]["sha256"]) == (1, OWN, ahead["sha256"])
    refused = team.post_json("lead", f"{API}/workflows", workflow=own(checked_percent=5, votes=True))
    assert refused.status_code == 422
    assert [one["code"] for one in refused.json["error"]["problems"]] == ["unknown-rule"]
    assert team.post_json("lead", f"{API}/workflows", workflow=ahead["workflow"]).status_code == 409


def test_the_command_shows_checks_and_puts(team, tmp_path):
    def run(*arguments, code=0):
        done = team.app.test_cli_runner().invoke(args=["project", "workflow", *map(str, arguments)])
        assert done.exit_code == code, done.output
        return done.output

    file = tmp_path / "ours.json"
    document = json.loads(run("show", "first", "--of", "preannotation_check", "--document"))
    file.write_text(json.dumps(document | {"key": "ours", "doubled_percent": 25}))
    assert json.loads(run("check", "first", file))["steps"][1]["words"].startswith("Of 100 items about 25")
    assert composed_now(team) is None
    assert json.loads(run("put", "first", file))["number"] == 1
    assert json.loads(run("show", "first"))["workflow"]["doubled_percent"] == 25
    assert json.loads(run("list", "first"))["composed_by"] is None
    assert json.loads(run("list", "first", "--number", 1))["workflow"]["key"] == "ours"
    file.write_text(json.dumps(document | {"key": "X", "checked_percent": 5, "votes": 1}))
    said = run("put", "first", file, code=1)
    assert "votes: there is no such rule (unknown-rule)" in said and "key: " in said


def settings(team, **changed):
    team.write(lambda s, at: change_settings(s, OPERATOR, get_project(s, "first"), changed, at=at))


def ready(team):
    """An item that waits for readers."""

    def unit(session, at):
        project, schema = get_project(session, "first"), session.get(LabelSchema, team.schema_id)
        item = create_item(session, OPERATOR, make_document(session, project, TEXT, at=at), schema, at=at)
        states.advance(session, OPERATOR, item, "deid_accepted", at=at)
        return item.id

    return team.write(unit)


def test_a_reader_takes_the_next_note_from_the_list_and_through_the_interface(team):
    settings(team, workflow="trainee_verifier")
    for _ in range(2):
        ready(team)
    assert "Take the next" not in team.get("ann", "/work").text
    assert team.post("ann", "/work/taken/first").status_code == 409
    settings(team, claim_minutes=30)
    assert "Take the next of Project first" in team.get("ann", "/work").text
    opened = team.post("ann", "/work/taken/first").headers["Location"]
    assert opened.startswith("/assignments/") and team.get("ann", opened).status_code == 200
    assert "Take the next" not in team.get("ann", "/work").text
    again = team.post_json("ann", "/api/v1/projects/first/taken-tasks").json
    assert again == {"assignment": int(opened.split("/")[-1])}
    mine = team.post_json("ben", "/api/v1/projects/first/taken-tasks").json["assignment"]
    assert opened != f"/assignments/{mine}"
    team.answer("ben", mine, e1=problem(7, 17))
    assert team.post_json("ben", "/api/v1/projects/first/taken-tasks").json == {"assignment": None}
    assert team.post("ben", "/work/taken/first").headers["Location"] == "/work?notice=nothing-to-take"
    assert "Nothing is left for you" in team.get("ben", "/work?notice=nothing-to-take").text
    for who, status in (("vera", 403), ("stranger", 404)):
        assert team.post(who, "/work/taken/first").status_code == status
        assert team.post_json(who, "/api/v1/projects/first/taken-tasks").status_code == status
