"""The guideline beside the work: accepted by keyboard before anything is finished, cited where it asks for that."""

import pytest

from app.core import clock
from app.guidelines.version import list_guidelines
from app.review.guideline import move_item
from app.review.item import get_item
from tests.browser.live import serving
from tests.browser.notes_page import NotesPage, until
from tests.browser.world import World

NOTHING = {"entities": [], "relations": []}


@pytest.fixture(scope="module")
def world(database_templates, tmp_path_factory):
    """A world of its own: what people accept here changes nothing for other tests."""
    folder = tmp_path_factory.mktemp("unread")
    with database_templates.fresh("sqlite", folder) as database:
        unread = World(database, folder / "var")
        with serving(unread.app) as unread.url:
            yield unread


def accept_by_keyboard(page):
    """The panel has the focus; the act is the next stop."""
    until(page, "document.activeElement?.classList.contains('guide') && !document.activeElement.hidden")
    page.keyboard.press("Tab")
    assert "I have read and accept" in page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    page.locator(".acceptance").wait_for(state="detached")
    assert page.locator(".guide").is_hidden()


def test_finishing_before_accepting_opens_the_guideline_and_is_done_by_keyboard(world, open_task):
    world.write(lambda s: world.publish_guideline(s, "notes", "3.4"))
    task = world.task(suggestion=NOTHING, reader="ben")
    notes = NotesPage(open_task(task))
    assert notes.page.locator(".guide").is_visible()
    notes.press("h")
    assert notes.page.locator(".guide").is_hidden()
    notes.space("space.unseen = () => []; space.advice = null;")
    notes.press("Control+Enter")
    accept_by_keyboard(notes.page)
    assert task.state == "open"
    notes.press("Control+Enter")
    notes.page.wait_for_url(lambda address: address != notes.address)
    assert task.state == "submitted"
    later = NotesPage(open_task(world.task(suggestion=NOTHING, reader="ben")))
    assert later.page.locator(".acceptance").count() == 0


def test_ruling_before_accepting_opens_the_guideline_and_the_case_is_still_there(world, open_task):
    world.write(lambda s: world.publish_guideline(s, "notes", "3.3", accepted_by=("ana", "ben")))
    case = world.case()
    page = open_task(case)
    page.locator("[data-surface]").focus()
    page.keyboard.press("1")
    accept_by_keyboard(page)
    assert case.rulings == []
    page.keyboard.press("1")
    until(page, "document.querySelectorAll('.case.done').length === 1")


def test_a_guideline_that_requires_citations_is_asked_for_the_section_once(world, open_task):
    strict = "---\ncitations: required\n---\n"
    world.write(lambda s: world.publish_guideline(s, "notes", "4.0", accepted_by=("ana", "ben", "sam"), front_matter=strict))
    case = world.case()
    page = open_task(case)
    page.keyboard.press("1")
    until(page, "document.activeElement?.tagName === 'SELECT'")
    assert case.rulings == []
    page.get_by_label("Guideline section").select_option("4.2")
    page.get_by_role("button", name="Confirm").click()
    until(page, "document.querySelectorAll('.case.done').length === 1")
    page.locator("[data-surface]").focus()
    page.keyboard.press("0")  # a critical one: the section stays, the second key is asked
    page.keyboard.press("Enter")
    until(page, "document.querySelectorAll('.case.done').length === 2")
    assert {given.citation for given in case.rulings} == {"4.2"}


def test_an_item_that_was_moved_says_so_and_asks_for_the_new_version(world, open_task):
    task = world.task(suggestion=NOTHING)
    notes = NotesPage(open_task(task))
    world.write(lambda s: world.publish_guideline(s, "notes", "5.0", accepted_by=()))

    def move(session):
        newest = list_guidelines(session, get_item(session, task.item).project_id)[0]
        move_item(session, world.actor(session, "lena"), get_item(session, task.item), newest, at=clock.now())

    world.write(move)
    notes.space("space.unseen = () => []; space.advice = null;")
    notes.press("Control+Enter")
    notes.page.locator(".acceptance").wait_for()
    assert "moved from version" in notes.page.locator(".guide").inner_text()
    assert "accept 5.0" in notes.page.locator(".acceptance").inner_text()
