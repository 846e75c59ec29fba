"""How often a request asks the database: a page that asks more than it did is found here, not by its users."""

import json
import re
from contextlib import contextmanager

import pytest
from sqlalchemy import event, text

from app.review.assignment import get_assignment
from tests.functional.web.conftest import TEXT, problem
from tests.terminology_data import stocked

# Who asks, route → statements it may take, BEGIN and COMMIT not counted; who asks is two of them. Lower them when it
# gets less. A task is opened by its page alone: text, elements and session come with it.
CEILINGS = {
    ("ann", "/work"): 4,
    ("ann", "/assignments/{task}"): 8,
    ("ann", "/api/v1/assignments/{task}"): 8,
    ("ann", "/api/v1/session"): 2,
    ("vera", "/cases"): 9,
    ("lead", "/projects"): 5,
    ("lead", "/projects/first"): 37,
}
FIRST, SAVE, NEXT = 20, 12, 3
AHEAD, OPENING, SEARCH = 21, 18, 2


@contextmanager
def counted(team):
    """The statements sent to the database while the block runs."""
    sent = []

    def note(_connection, _cursor, statement, *_):
        if not statement.startswith("BEGIN"):
            sent.append(" ".join(statement.split())[:200])

    event.listen(team.database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(team.database.engine, "before_cursor_execute", note)


@pytest.mark.parametrize(("who", "route"), CEILINGS)
def test_a_page_asks_no_more_than_it_did(team, who, route):
    _, (task,) = team.item("ann")
    address = route.format(task=task)
    team.get("ann", f"/assignments/{task}")  # opened, and seen a moment ago
    team.get(who, address)
    with counted(team) as sent:
        assert team.get(who, address).status_code == 200
    assert len(sent) <= CEILINGS[who, route], sent


def test_the_first_look_at_a_task_asks_twenty_times(team):
    """The draft begins and the view is in the log, then the page leaves: all of it counts."""
    team.get("ann", f"/assignments/{team.item('ann')[1][0]}")  # parts are imported when they are first asked for
    _, (task,) = team.item("ann")
    team.get("ann", "/work")
    with counted(team) as sent:
        assert team.get("ann", f"/assignments/{task}").status_code == 200
    assert len(sent) <= FIRST, sent


def test_the_way_to_the_next_task_is_short(team):
    team.item("ann")
    team.post("ann", "/work/next")
    with counted(team) as sent:
        assert team.post("ann", "/work/next").status_code == 303
    assert len(sent) <= NEXT, sent


def save(team, task, version):
    """As a browser saves: with a key, so that a request sent twice has one effect."""
    browser = team.browser("ann")
    actions = [{"element_id": f"e{version}", "body": problem(7, 17), "quote": [TEXT[7:17]]}]
    headers = {"X-CSRF-Token": browser.token, "If-Match": f'"{version}"', "Idempotency-Key": f"key-0000-{version:04}"}
    answer = browser.patch(f"/api/v1/assignments/{task}/draft", json={"actions": actions}, headers=headers)
    assert answer.status_code == 200, answer.json


def test_a_save_asks_twelve_times_with_its_key(team):
    _, (task,) = team.item("ann")
    team.get("ann", f"/assignments/{task}")
    save(team, task, 0)
    with counted(team) as sent:
        save(team, task, 1)
    assert len(sent) <= SAVE, sent


def test_the_page_brings_what_the_interface_says_of_the_task(team):
    """One request: a page whose script asks again would note no second view, but ask everything twice."""
    _, (task,) = team.item("ann")
    page = team.get("ann", f"/assignments/{task}")
    (sent,) = re.findall(r'<script type="application/json" data-task>(.*?)</script>', page.text, re.DOTALL)
    assert json.loads(sent) == team.get("ann", f"/api/v1/assignments/{task}").json
    assert page.headers["Cache-Control"] == "no-store"
    (left,) = re.findall(r'data-controller="session-end" data-left="(\d+)"', page.text)
    assert 0 < int(left) <= 15 * 60_000
    views = "SELECT count(*) FROM audit_event WHERE stream = :stream"
    with team.database.reading() as session:
        assert session.scalar(text(views), {"stream": f"view:{task}"}) == 1


def test_a_text_cannot_end_the_block_it_is_sent_in(team):
    said = "Chest pain. </script><script>alert(1)</script> <!-- No fever."
    _, (task,) = team.item("ann", text=said)
    page = team.get("ann", f"/assignments/{task}").text
    assert "<script>alert" not in page and "<!-- No" not in page
    (sent,) = re.findall(r"data-task>(.*?)</script>", page, re.DOTALL)
    assert json.loads(sent)["document"]["text"] == said


def test_a_task_that_is_not_ones_own_is_neither_opened_nor_seen_through_its_page(team):
    _, (task, _) = team.item("ann", "ben")
    assert team.get("ben", f"/assignments/{task}").status_code == 403
    assert team.get("stranger", f"/assignments/{task}").status_code == 404
    with team.database.reading() as session:
        assert get_assignment(session, task).state == "offered"
        seen = text("SELECT count(*) FROM audit_event WHERE stream = :stream")
        assert session.scalar(seen, {"stream": f"view:{task}"}) == 0


def test_the_text_that_goes_ahead_and_its_opening_ask_no_more_than_they_did(team):
    """The next note is asked for in the page before it, then only opened: together no dearer than a first look."""
    for who in ("ben", "ann"):  # parts are imported when they are first asked for
        first, second = (team.item(who)[1][0] for _ in range(2))
        team.get(who, f"/assignments/{first}")
        with counted(team) as fetching:
            ahead = team.get(who, f"/api/v1/assignments/{first}/next").json["next"]
        with counted(team) as opening:
            answer = team.post_json(who, f"/api/v1/assignments/{second}/opening", sha256=ahead["sha256"])
            assert answer.status_code == 200, answer.json
    assert len(fetching) <= AHEAD, fetching
    assert len(opening) <= OPENING, opening


def test_a_code_search_asks_who_it_is_and_how_much_they_asked(team):
    """Codes come from the release's own file: the database hears of the person alone."""
    stocked(team.app.extensions["settings"].var_dir)
    team.post_json("ann", "/api/v1/code-searches", system="icd10cm", query="cough", limit=5)
    with counted(team) as sent:
        assert team.post_json("ann", "/api/v1/code-searches", system="icd10cm", query="asthma", limit=5).json["hits"]
    assert len(sent) <= SEARCH, sent
