"""Codes in Chromium: the browse page by keyboard, and the coding rules beside the code list."""

import pytest

from app.core import clock
from app.review.assignment import get_assignment
from app.review.draft import ElementChange, change_draft
from app.review.opening import open_task
from tests.browser.notes_page import NotesPage
from tests.browser.test_accessibility import violations
from tests.unit.annotation.test_encounter_codes import entity, listed

NOTE = "Fracture of left hip. Essential hypertension.\n"

pytestmark = pytest.mark.browser


@pytest.fixture
def coded(world, open_page):
    """Ana's workbench on a note whose list holds a code for the wrong side."""
    task = world.task(text=NOTE, suggestion={"entities": [], "relations": []})
    elements = {"e1": entity(0, 20), "c1": listed("S72.001A", 1, principal=True, evidence=["e1"])}
    world.write(lambda session: _fill(world, session, task.id, elements))
    page = open_page(task.url, **world.context("ana"))
    page.wait_for_selector("[data-ready]")
    return NotesPage(page)


def _fill(world, session, assignment_id, elements):
    at, actor, row = clock.now(), world.actor(session, "ana"), get_assignment(session, assignment_id)
    open_task(session, actor, row, at=at)
    changes = [ElementChange(key, body | {"status": "confirmed"}) for key, body in elements.items()]
    change_draft(session, actor, row, changes, expected_version=row.draft_version, at=at)


def findings(notes):
    return notes.page.locator(".finding")


def test_findings_stand_under_the_list_in_words_and_shapes(coded):
    coded.press("k")
    found = findings(coded).filter(has_text="the text says left")
    found.wait_for()
    assert found.inner_text().startswith("▲Warning: S72.001A")
    assert "I.B.13" in found.inner_text()
    assert coded.page.locator(".findings").locator("..").get_by_role("status").inner_text().startswith("1 warning")
    assert violations(coded.page) == []


def test_a_change_of_the_list_is_checked_again(coded):
    coded.press("k")
    findings(coded).filter(has_text="the text says left").wait_for()
    coded.page.get_by_role("button", name="Remove S72.001A from the list").click()
    coded.page.get_by_role("region", name="Coding rules").wait_for(state="hidden")
    coded.page.locator("[data-surface]").focus()
    coded.press("Control+z")
    findings(coded).filter(has_text="the text says left").wait_for()


def test_finishing_names_the_warnings_and_goes_on_all_the_same(coded):
    coded.saw_everything()
    coded.press("Control+Enter")
    dialog = coded.page.get_by_role("dialog", name="Coding rules advise")
    dialog.wait_for()
    assert "Warning: S72.001A" in dialog.inner_text()
    assert violations(coded.page) == []
    dialog.get_by_role("button", name="Go there").click()
    findings(coded).first.wait_for()
    coded.press("Control+Enter")
    dialog.get_by_role("button", name="Finish all the same").click()
    coded.left()


def test_without_a_list_nothing_is_asked(notes):
    asked = []
    notes.page.on("request", lambda request: asked.append(request.url) if "code-checks" in request.url else None)
    notes.press("k")
    notes.page.wait_for_timeout(700)
    assert asked == []
    assert notes.page.get_by_role("region", name="Coding rules").count() == 0


def test_codes_are_found_and_walked_by_keyboard(world, open_page):
    page = open_page(f"{world.url}/codes", **world.context("ana"))
    page.locator("[role=combobox]:focus").wait_for()
    page.keyboard.type("heart attack")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**/codes/icd10cm/I21.9*")
    page.locator("[role=combobox]").wait_for()  # the script is there, and hears keys
    current = "document.activeElement.getAttribute('aria-current')"
    assert page.evaluate(current) == "true"
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**/codes/icd10cm/I21#here")
    page.locator("#here:focus").wait_for()
    page.locator("[role=combobox]").wait_for()
    page.keyboard.press("ArrowDown")
    below = page.evaluate("document.activeElement.querySelector('b').textContent")
    assert below.startswith("I21.")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(f"**/codes/icd10cm/{below}#here")
    page.locator("#here:focus").wait_for()
    page.locator("[role=combobox]").wait_for()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "combobox"
    assert "heart" not in page.url


@pytest.mark.parametrize("address", ["/codes", "/codes/icd10cm/E11", "/codes/icd10cm/S72.001A", "/codes/releases"])
def test_axe_finds_nothing_on_the_pages_of_codes(world, open_page, address):
    page = open_page(f"{world.url}{address}", **world.context("ana"))
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_axe_finds_nothing_while_hits_are_shown(world, open_page):
    page = open_page(f"{world.url}/codes", **world.context("ana"))
    page.locator("[role=combobox]:focus").wait_for()
    page.keyboard.type("diab")
    page.get_by_role("option").first.wait_for()
    assert violations(page) == []


def test_without_script_the_form_answers_with_a_page(world, open_page):
    page = open_page(f"{world.url}/codes", java_script_enabled=False, **world.context("ana"))
    page.get_by_label("Search codes").fill("afib")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="I48.91").click()
    assert "Unspecified atrial fibrillation" in page.get_by_role("heading", level=1).inner_text()
    assert "afib" not in page.url


def test_drug_and_effect_are_shown_and_taken_as_a_pair(coded):
    coded.press("k")
    field = coded.page.get_by_role("combobox", name="Add a code to the list")
    field.fill("amoxicillin rash")
    first = coded.page.locator("[role=option]").first
    first.filter(has_text="L27.0 + T36.0X5A").wait_for()
    assert "I.C.19.e.5.a" in first.inner_text()
    assert violations(coded.page) == []
    field.press("Enter")
    codes = "[...space.store.elements.values()].filter((b) => b.kind === 'code_assignment').map((b) => b.code)"
    coded.until(f"{codes}.slice(-2).join() === 'L27.0,T36.0X5A'")


def test_a_mistyped_code_and_an_unknown_word_are_named_beside_the_hits(coded):
    coded.press("k")
    field = coded.page.get_by_role("combobox", name="Add a code to the list")
    field.fill("j96.O1")
    coded.page.get_by_text("J96.O1 is not a code; read as J96.01").first.wait_for()
    field.fill("xqz")
    coded.page.get_by_text("not known: xqz").wait_for()
