"""The next note in the page before the present one is finished: noted before it leaves, seen only when it is shown."""

import json

import pytest
from sqlalchemy import select

from app.accounts.loading import load_actor
from app.audit.events import Tag
from app.audit.models import Event
from app.corpus.member import Member, remove_member
from app.corpus.project import get_project
from app.guidelines.version import publish
from app.review.assignment import get_assignment, revoke_tasks
from app.review.draft import DraftElement
from tests.functional.web.conftest import problem


def views(team, task):
    """What the log says of looks at a task's text, in order: whether each was ahead of the look."""

    def look(session):
        rows = session.scalars(select(Event).where(Event.tag == Tag.DOCUMENT_VIEWED).order_by(Event.id))
        said = [json.loads(row.body)["data"] for row in rows]
        return [data.get("prefetched", False) for data in said if data["assignment"] == task]

    return team.read(look)


def state(team, task):
    """State, when it was opened, version and rows of its draft."""

    def look(session):
        row = get_assignment(session, task)
        drafted = session.query(DraftElement).filter_by(assignment_id=task).count()
        return row.state, row.opened_at, row.draft_version, drafted

    return team.read(look)


def ahead(team, who, task):
    answer = team.get(who, f"/api/v1/assignments/{task}/next")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.json["next"]


def opened(team, who, sent):
    return team.post_json(who, f"/api/v1/assignments/{sent['assignment']}/opening", sha256=sent["sha256"])


@pytest.fixture
def pair(team):
    """Two of Ann's tasks, Ben reading both besides; the first is open."""
    (_, (first, _)), (_, (second, _)) = team.item("ann", "ben"), team.item("ann", "ben", text="Dry cough. No rash.")
    team.get("ann", f"/assignments/{first}")
    return first, second


def test_what_goes_ahead_is_noted_and_neither_opened_nor_seen(team, pair):
    first, second = pair
    before, waiting = state(team, second), team.get("ann", "/work").text
    sent = ahead(team, "ann", first)
    assert (sent["assignment"], sent["task"]["document"]["text"]) == (second, "Dry cough. No rash.")
    assert "elements" not in json.dumps(sent) and "submissions" not in json.dumps(sent)
    assert views(team, second) == [True]
    assert state(team, second) == before == ("offered", None, 0, 0)
    assert team.get("ann", "/work").text == waiting
    ahead(team, "ann", first)
    assert views(team, second) == [True]  # once in fifteen minutes
    # Whoever opens the page all the same looks for the first time.
    team.get("ann", f"/assignments/{second}")
    assert views(team, second) == [True, False]


def test_the_opening_counts_as_the_page_does_and_says_what_it_says(team, pair):
    first, second = pair
    sent = ahead(team, "ann", first)
    answer = opened(team, "ann", sent)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert views(team, second) == [True, False]
    assert state(team, second)[0] == "open" and state(team, second)[1] is not None
    told = answer.json
    assert told.pop("beside") == {"previous": first, "next": None}
    assert sent["task"] | told == team.get("ann", f"/api/v1/assignments/{second}").json
    assert opened(team, "ann", sent).status_code == 200  # a retry opens nothing twice
    assert views(team, second) == [True, False]


def test_only_ones_own_next_reading_goes_ahead(team, pair):
    first, second = pair
    assert ahead(team, "ann", second)["assignment"] == first
    for who, status in (("ben", 403), ("stranger", 404), ("lead", 403)):
        assert team.get(who, f"/api/v1/assignments/{first}/next").status_code == status
    sent = ahead(team, "ann", first)
    for who, status in (("ben", 403), ("stranger", 404), ("lead", 403)):
        assert opened(team, who, sent).status_code == status, who
    assert state(team, second)[0] == "offered" and views(team, second) == [True]
    assert ahead(team, "ben", team.item("ben")[1][0])["assignment"] != second


def revoked(team, _):
    def unit(session, at):
        project, lead = get_project(session, "first"), load_actor(session, team.people["lead"], at=at)
        revoke_tasks(session, lead, project, team.people["ann"], at=at)

    team.write(unit)


def no_member(team, _):
    def unit(session, at):
        lead, ann = load_actor(session, team.people["lead"], at=at), {"person_id": team.people["ann"]}
        remove_member(session, lead, session.query(Member).filter_by(**ann).one(), at=at)

    team.write(unit)


def another_guideline(team, _):
    body = {"key": "first", "modality": "notes", "version": "9", "body": "# 1 Notes\n\nOtherwise.\n"}

    def unit(session, at):
        lead = load_actor(session, team.people["lead"], at=at)
        publish(session, lead, team.project_id, body, at=at)

    team.write(unit)


def held_by_ben(team, pair):
    task = team.read(lambda s: get_assignment(s, pair[1]).item_id)
    mine = team.item_seat(task, "ben")
    team.get("ben", f"/assignments/{mine}")
    asked = team.post_json("ben", f"/api/v1/items/{task}/phi-reports", fragments=[[0, 3]])
    assert asked.status_code == 201, asked.text


@pytest.mark.parametrize(
    ("happens", "status", "code"),
    [
        (revoked, 409, "stale-copy"),
        (no_member, 404, None),
        (another_guideline, 409, "stale-copy"),
        (held_by_ben, 409, None),
    ],
)
def test_what_went_ahead_is_of_no_use_once_the_task_has_changed(team, pair, happens, status, code):
    """Taken back, not a member any more, read by another guideline, held because of somebody else."""
    sent = ahead(team, "ann", pair[0])
    happens(team, pair)
    before = state(team, pair[1])
    answer = opened(team, "ann", sent)
    assert answer.status_code == status, answer.text
    assert code in (None, answer.json["error"]["code"])
    assert state(team, pair[1]) == before and views(team, pair[1]) == [True]
    assert "cough" not in answer.text


def test_finishing_names_what_went_ahead(team, pair):
    first, second = pair
    team.answer("ann", first, e1=problem(7, 17))
    _, (third, _) = team.item("ann", "ben")
    team.get("ann", f"/assignments/{third}")
    assert ahead(team, "ann", third)["assignment"] == second
    team.post_json("ann", f"/api/v1/guidelines/{sent_guideline(team, third)}/acknowledgement")
    done = team.post_json("ann", f"/api/v1/assignments/{third}/submission")
    assert done.status_code == 201, done.text
    assert done.json["next"] == f"/assignments/{second}"


def sent_guideline(team, task):
    return team.get("ann", f"/api/v1/assignments/{task}").json["guideline"]["id"]
