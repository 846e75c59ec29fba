"""Verifying what one person alone read: each significant or critical element is confirmed by itself."""

import pytest
from sqlalchemy import select

from app.accounts.actor import ProjectRole
from app.audit.models import Event
from app.core import clock
from app.corpus.member import add_member
from app.corpus.project import create_project, find_project
from app.corpus.schema import load_schema
from app.review.assignment import claim
from app.review.item import Item, get_item
from app.review.opening import open_task
from app.review.workflows import Step
from tests.browser import sample
from tests.browser.notes_page import until
from tests.browser.world import OPERATOR, PASSWORD, SETTINGS, Task
from tests.unit.pipelines.register.office import Toy, installed

TEXT = "Rash and pruritus after amoxicillin."
WORDS = [("Rash", "adverse_event", {}), ("pruritus", "adverse_event", {}), ("amoxicillin", "medication", {})]
ALONE = SETTINGS | {"workflow": "trainee_verifier"}


def _project(world, session):
    if find_project(session, "alone"):
        return
    at = clock.now()
    with installed(Toy("sample")):
        project = create_project(session, OPERATOR, "alone", "Alone", settings=ALONE, at=at)
    people = {"ana": ProjectRole.ANNOTATOR, "sam": ProjectRole.VERIFIER, "lena": ProjectRole.MANAGER}
    for name, role in people.items():
        add_member(session, OPERATOR, project, world.ids[name], role, at=at)
    session.flush()
    load_schema(session, OPERATOR, project, sample.SCHEMA, at=at)
    world.publish_guideline(session, "notes", "3.2", "alone", accepted_by=("ana", "sam"))


def _read(world, session):
    document = world._document(session, "notes", TEXT, None, None, "alone")
    item = session.scalar(select(Item.id).where(Item.document_id == document))
    world._read(session, "ana", {"elements": sample.read_elements(TEXT, WORDS)}, item)
    return item


def _taken(world, session, item):
    at, sam = clock.now(), world.actor(session, "sam")
    row = claim(session, sam, get_item(session, item), Step.VERIFY, at=at)
    session.flush()
    open_task(session, sam, row, at=at)
    return Task(world, row.id, item, TEXT, "sam")


@pytest.fixture
def task(world):
    world.write(lambda session: _project(world, session))
    item = world.write(lambda session: _read(world, session))
    return world.write(lambda session: _taken(world, session, item))


@pytest.fixture
def page(task, open_task):
    return open_task(task)


def strip(page):
    return page.locator("#confirm-strip").inner_text()


def confirmed(page, words):
    until(page, f"document.querySelector('#confirm-strip').innerText.includes('{words}')")


def test_an_answer_is_confirmed_one_by_one_and_signed_by_keyboard_alone(page, task):
    assert "0 of 2 confirmed" in strip(page)
    page.keyboard.press("Control+Enter")
    dialog = page.get_by_role("dialog", name="2 things still open")
    assert "Not confirmed: Adverse event · Rash" in dialog.inner_text()
    page.keyboard.press("Escape")
    page.locator("[data-surface]").focus()
    page.keyboard.press("Shift+C")  # goes there
    assert "0 of 2 confirmed. Adverse event · Rash" in strip(page)
    page.keyboard.press("Shift+C")
    confirmed(page, "1 of 2 confirmed. Adverse event · pruritus")
    page.keyboard.press("Shift+C")
    confirmed(page, "2 of 2 confirmed")
    page.reload()
    page.wait_for_selector("[data-ready]")
    assert "2 of 2 confirmed" in strip(page)
    page.keyboard.press("Control+Enter")
    page.get_by_role("dialog").wait_for()
    if page.get_by_role("button", name="Finish all the same").count():  # nobody scrolled here since the reload
        page.get_by_role("button", name="Finish all the same").click()
    page.get_by_role("dialog", name="Verify and sign").wait_for()
    page.get_by_label("Your user name").fill("sam")
    page.get_by_label("Your password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/work")
    tags = task.look(lambda s: s.scalars(select(Event.tag).where(Event.stream == f"assignment:{task.id}")).all())
    assert tags.count("review.element.confirmed") == 2
    assert task.look(lambda s: get_item(s, task.item).state) == "signed"


def test_what_is_changed_afterwards_waits_again(page):
    page.keyboard.press("Shift+C")
    page.keyboard.press("Shift+C")
    confirmed(page, "1 of 2 confirmed. Adverse event · pruritus")
    page.keyboard.press("Shift+C")
    confirmed(page, "2 of 2 confirmed")
    page.keyboard.press("q")  # the current one is negated: another statement
    confirmed(page, "1 of 2 confirmed")
