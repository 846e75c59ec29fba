"""INV-3: what one reader does changes nothing that another can see, until both have submitted.

Every GET route is walked twice as Ben, before and after Ann has answered, recalled, asked and
answered again. The two walks must be the same to the letter: no element, count, time, order, state
or length may tell.
"""

import re
from itertools import product

import pytest

from app.accounts.loading import load_actor
from app.core import clock
from app.core.errors import ChartmarkError
from app.review.assignment import Assignment, claim, find_own, next_task
from app.review.draft import ElementChange, change_draft
from app.review.item import get_item
from app.review.opening import open_task
from app.review.queries import UNFINISHED, feedback, neighbours, own_tasks, own_work, queue
from app.review.question import ask, list_own_questions
from app.review.submission import recall, submit
from app.review.workflows import Step
from tests.contracts.test_every_route import SECRET, World

CANARY = "canary-of-ann"
BODY = {"kind": "entity", "fragments": [[7, 12]], "label": "problem", "status": "confirmed"}


@pytest.fixture(scope="module")
def world(tmp_path_factory, database_templates):
    return Blind(tmp_path_factory.mktemp("blind"), database_templates)


class Blind(World):
    """Ann's and Ben's tasks on one item; Ben's own is open from the start."""

    def __init__(self, folder, templates):
        super().__init__(folder, templates)
        with self.database.reading() as session:
            tasks = session.query(Assignment).order_by(Assignment.id).all()
        self.tasks = {"ann": tasks[0].id, "ben": tasks[1].id}
        self.act("ben", open_task, "ben")
        # Both have looked before, so that no walk is the first to note a view.
        self.act("ann", open_task, "ann")

    def act(self, name, service, whose, *args, **options):
        at = clock.now()

        def unit(session):
            actor = load_actor(session, self._people[name], at=at)
            return service(session, actor, session.get(Assignment, self.tasks[whose]), *args, **options, at=at)

        return self.database.writing(unit)

    def answer(self):
        """Ann says something, submits, takes it back, asks, and submits again."""
        # Not three times the same: exact duplicates are folded.
        changes = [ElementChange(f"{CANARY}-{n}", BODY | {"fragments": [[7, 12 - n]]}) for n in range(3)]
        self.act("ann", change_draft, "ann", changes, expected_version=0)
        self.act("ann", submit, "ann")
        self.act("ann", recall, "ann")
        self.act("ann", change_draft, "ann", [ElementChange(f"{CANARY}-2", None)], expected_version=3)
        self.act("ann", ask, "ann", "Is a pain that is denied a problem?")
        self.act("ann", submit, "ann")

    def paths(self):
        """Every GET path, its places filled with everything there is, and with one that is not."""
        names = {
            "assignment_id": self.tasks.values(),
            "key": ["first"],
            "element_id": [f"{CANARY}-0"],
            "version": ["1"],
            "name": ["app.css"],
            "token": ["1"],
        }
        for rule in self.app.url_map.iter_rules():
            # The clock of one's own session is all that page tells.
            if "GET" in rule.methods and rule.rule != "/api/v1/session":
                places = re.findall(r"<(?:\w+:)?(\w+)>", rule.rule)
                for ids in product(*([*names.get(place, [1, 2]), 99] for place in places)):
                    filled = dict(zip(places, map(str, ids), strict=True))
                    yield re.sub(r"<(?:\w+:)?(\w+)>", lambda m, f=filled: f[m[1]], rule.rule)

    def walk(self, name):
        """Path → status, headers and text, without what is new in each answer."""
        browser = self.browser(name)
        return {path: _told(browser.get(path)) for path in self.paths()}


def _told(answer):
    headers = {k: v for k, v in answer.headers if k not in ("Date", "Set-Cookie", "X-Request-Id")}
    fresh = re.compile(r"[0-9a-f]{64}|[0-9a-f]{32}|nonce-[\w+/=-]+|nonce=\"[^\"]*\"")
    return answer.status_code, {k: fresh.sub("", v) for k, v in headers.items()}, fresh.sub("", answer.text)


def services(world):
    """What services tell Ben, called directly."""
    at, told = clock.now(), {}
    with world.database.reading() as session:
        ben = load_actor(session, world._people["ben"], at=at)
        ann_task, own = (session.get(Assignment, world.tasks[name]) for name in ("ann", "ben"))
        item = get_item(session, own.item_id)
        calls = {
            "own work": lambda: own_work(session, ben, own, at=at),
            "hers": lambda: own_work(session, ben, ann_task, at=at),
            "her feedback": lambda: feedback(session, ben, ann_task, None, at=at),
            "own feedback": lambda: feedback(session, ben, own, None, at=at),
            "tasks": lambda: [(t.assignment.id, t.item.state) for t in own_tasks(session, ben, UNFINISHED)],
            "next": lambda: next_task(session, ben.id).id,
            "neighbours": lambda: neighbours(session, own),
            "questions": lambda: list_own_questions(session, ben.id),
            "adjudication": lambda: find_own(session, ben, item, Step.ADJUDICATE, at=at).id,
            "claim": lambda: claim(session, ben, item, Step.VERIFY, at=at),
            "recall": lambda: recall(session, ben, own, at=at),
            **{
                f"queue {step}": lambda step=step: queue(session, ben, item.project_id, step, at=at)
                for step in (Step.ADJUDICATE, Step.VERIFY)
            },
        }
        for name, call in calls.items():
            try:
                told[name] = repr(call())
            except ChartmarkError as error:
                told[name] = f"{type(error).__name__} {error.code} {error} {error.details}"
    return told


def test_what_ann_does_changes_nothing_that_ben_can_see(world):
    world.walk("ben")  # notes his views
    pages, told = world.walk("ben"), services(world)
    assert pages[f"/api/v1/assignments/{world.tasks['ben']}"][0] == 200
    assert SECRET in pages[f"/api/v1/assignments/{world.tasks['ben']}"][2]
    lead = world.walk("lead")
    world.answer()
    again = world.walk("ben")
    different = [path for path in pages if pages[path] != again[path]]
    assert different == []
    assert services(world) == told
    # A lead sees how far the work is and never what was said.
    for path, (_, _, text) in world.walk("lead").items():
        assert CANARY not in text, path
        assert SECRET not in text, path
    assert len(lead) == len(pages)
    # The walk would have noticed: Ann's own page did change.
    own = world.browser("ann").get(f"/api/v1/assignments/{world.tasks['ann']}").json
    assert set(own["elements"]) == {f"{CANARY}-0", f"{CANARY}-1"}
