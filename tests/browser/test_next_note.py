"""The next note is in the page's memory before the present one is finished, and shown there as if it had been loaded."""

import json

import pytest
from sqlalchemy import select

from app.audit import streams
from app.audit.models import Event
from app.core import clock
from app.review.assignment import Assignment, get_assignment
from app.review.states import advance
from tests.browser.notes_page import NotesPage, until
from tests.browser.world import OPERATOR

CONFIRM_ALL = """space.store.run({ title: 'all', actions: [...space.store.elements].map(([id, b]) => ({
  id, body: { ...b, status: 'confirmed' } })) });"""
IN_MEMORY = "document.querySelector('[data-workbench]').workbench.ahead.sent !== null"
STORED = """async () => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, await caches.keys(),
  (await indexedDB.databases()).map(({ name }) => name)])"""
TURN = """async (x) => { const space = document.querySelector('[data-workbench]').workbench;
  const base = document.querySelector('script[type=module]').src.replace('main.js', '');
  const { goOn } = await import(base + 'workbench/ahead.js'); await goOn(space, x); }"""


def taken_back(world, *tasks):
    def unit(session):
        for task in tasks:
            advance(session, OPERATOR, get_assignment(session, task), "revoked", at=clock.now())

    world.write(unit)


@pytest.fixture
def pair(world):
    """`pair(kind)` makes two tasks of Ana's; she has no other to do."""
    with world.database.reading() as session:
        mine = select(Assignment.id).where(Assignment.person_id == world.ids["ana"])
        waiting = session.scalars(mine.where(Assignment.state.in_(("offered", "open")))).all()
    taken_back(world, *waiting)
    return lambda kind="notes": (world.task(kind), world.task(kind))


def reviewed(notes):
    """Everything is done and seen; the next note is in memory."""
    notes.space(CONFIRM_ALL)
    notes.saw_everything()
    notes.saved()
    until(notes.page, IN_MEMORY)


def views(task, stream):
    """Of each look in the log, whether it was ahead of the look."""
    events = select(Event).where(Event.stream == stream)
    return task.look(lambda s: [json.loads(e.body)["data"].get("prefetched", False) for e in s.scalars(events)])


def finished(notes):
    """The note that follows, and the addresses of pages that were loaded for it."""
    loaded = []
    notes.page.on("request", lambda request: request.is_navigation_request() and loaded.append(request.url))
    notes.press("Control+Enter")
    notes.left()
    return NotesPage(notes.page), loaded


def test_the_next_note_is_shown_without_loading_a_page(pair, open_task):
    here, there = pair()
    notes = NotesPage(open_task(here))
    reviewed(notes)
    assert views(there, streams.prefetch(there.id)) == [True] and views(there, streams.view(there.id)) == []
    assert there.state == "offered"
    assert "diabetes" not in notes.page.evaluate(STORED)
    after, loaded = finished(notes)
    assert loaded == [] and after.page.url == there.url and there.state == "open"
    assert views(there, streams.view(there.id)) == [False]
    # As its own page would: text, title, progress, focus, nothing of the note before.
    assert after.space("return space.root.querySelector('.text').textContent === space.table.text;")
    assert after.page.title() == f"{after.space('return space.root.querySelector(`h1`).firstChild.data;').strip()} · Chartmark"
    assert after.space("return space.seen.lines.size < space.view.blocks.length && space.data.assignment.id;") == there.id
    assert after.page.evaluate("document.activeElement.matches('[data-surface]')")
    assert after.page.locator("#tab-strip").inner_text() == ""
    # What is done now is saved there and not to the note before.
    before = here.version
    after.press("n", "a")
    after.saved()
    assert (here.version, there.version) == (before, 1)
    after.page.go_back()
    after.page.wait_for_selector("text=This is your finished work")
    assert after.page.url == here.url


def test_a_note_taken_back_meanwhile_is_never_shown_from_memory(pair, open_task):
    here, there = pair()
    notes = NotesPage(open_task(here))
    reviewed(notes)
    taken_back(here.world, there.id)
    after = here.world.task()
    notes, loaded = finished(notes)
    assert loaded == [after.url] and notes.space("return space.data.assignment.id;") == after.id
    assert views(there, streams.view(there.id)) == []


@pytest.mark.parametrize("kind", ["notes", "reports", "imaging"])
def test_a_note_that_no_longer_stands_so_is_loaded_and_one_that_does_is_drawn(pair, open_task, kind):
    here, there = pair(kind)
    notes = NotesPage(open_task(here))
    notes.space("space.foot.meter.value = 1; space.view && space.seen && space.view.blocks.forEach((_, i) => space.seen.lines.add(i));")
    until(notes.page, IN_MEMORY)
    notes.page.evaluate(TURN, f"/assignments/{there.id}")
    assert notes.space("return [space.data.assignment.id, location.pathname];") == [there.id, f"/assignments/{there.id}"]
    drawn = notes.page.locator("[data-surface]").inner_text()
    assert notes.page.locator("[data-ready]").count() == 1 and drawn
    # Back from there to a task whose copy is not the server's any more.
    notes.space("space.ahead.sent = { ...x, assignment: space.data.assignment.id }; ", {"sha256": "0" * 64})
    with notes.page.expect_navigation():
        notes.page.evaluate(TURN, f"/assignments/{there.id}")
    notes.page.wait_for_selector("[data-ready]")
    assert notes.page.locator("[data-surface]").inner_text() == drawn
