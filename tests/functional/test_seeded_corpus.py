"""What benches measure on is lawful: the copies count as the first note does, and open and save as one."""

import re

from sqlalchemy import func, select, text

from app.core.counts import recount
from app.corpus.document import Document, count_by_verdict
from app.corpus.project import get_project
from app.corpus.source import Source, count_sources
from app.factory import create_app
from app.review.item import Item, count_by_state
from app.settings import Settings
from tests.bench import seeding
from tests.conftest import csrf

NOTES = 23


def test_counts_add_up_and_any_copy_opens_and_saves(database, tmp_path, monkeypatch):
    monkeypatch.setattr(seeding, "IN_HAND", 11)
    world = seeding.seed(database, NOTES, spans=3)
    assert len(world.tasks) == 11 and {name for _, name in world.tasks} <= {f"reader{n}" for n in range(8)}
    with database.reading() as session:
        project = get_project(session, world.project_key).id
        kept = [ask(session, project) for ask in (count_by_state, count_by_verdict, count_sources)]
        anew = [recount(session, model, project) for model in (Item, Document, Source)]
        assert kept == anew
        assert [sum(counts.values()) for counts in kept] == [NOTES] * 3
        # No row hangs in the air, on a database that asks and on one that was told not to.
        if database.is_sqlite:
            assert session.execute(text("PRAGMA foreign_key_check")).all() == []
        encounters = session.scalar(select(func.count(Document.encounter_id.distinct())))
        assert encounters == NOTES
    app = create_app(Settings(var=str(tmp_path / "var"), database_url=database.url))
    task, name = world.tasks[-1]
    _work_on(app.test_client(), task, name, world)
    app.extensions["database"].dispose()


def _work_on(browser, task, name, world):
    """Sign in, open the task and save one element."""
    form = {"username": name, "password": world.password, "csrf_token": csrf(browser, "/sign-in")}
    assert browser.post("/sign-in", data=form).status_code == 303
    page = browser.get(f"/assignments/{task}")
    assert page.status_code == 200
    shown = browser.get(f"/api/v1/assignments/{task}").json
    assert shown["document"]["text"] == world.body and len(shown["elements"]) == 3
    start = world.body.index("drug007")
    body = {"kind": "entity", "fragments": [[start, start + 7]], "label": "MEDICATION", "status": "confirmed"}
    token = re.search(r'name="csrf-token" content="([^"]+)"', page.text)[1]
    saved = browser.patch(
        f"/api/v1/assignments/{task}/draft",
        json={"actions": [{"element_id": "e1", "body": body, "quote": ["drug007"]}]},
        headers={"X-CSRF-Token": token, "If-Match": '"0"'},
    )
    assert saved.status_code == 200, saved.json
    assert saved.json["version"] == 1
