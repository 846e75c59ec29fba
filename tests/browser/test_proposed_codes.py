"""The one code proposed with a suggestion: shown before it is accepted, taken with one key, left with another, made anew."""

import pytest

from tests.browser import sample
from tests.browser.notes_page import NotesPage
from tests.terminology_data import icd10cm

PROPOSED = {"hypertension": "I10", "type 2 diabetes mellitus": "E11.9", "fever": "R50.9"}


def suggested():
    """The sample's suggestions as the stage stores them: some with a proposed code."""
    answer = sample.suggestion(sample.NOTE)
    release = icd10cm().manifest.release
    for found in answer["entities"]:
        words = sample.NOTE[found["start"] : found["end"]]
        if words in PROPOSED:
            code = {"system": "icd10cm", "release": release, "code": PROPOSED[words], "rule": "present"}
            found["proposed"] = code
    return answer


@pytest.fixture
def notes(world, open_task):
    return NotesPage(open_task(world.task(suggestion=suggested())))


def coded(notes, words):
    return [code["code"] for code in notes.entity(words)["codes"]]


def test_nothing_is_coded_before_it_is_accepted(notes):
    assert not [body for body in notes.elements() if body["codes"]]


def test_the_code_stands_in_the_note_and_beside_it_when_one_key_accepts_it(notes):
    notes.focus_on("hypertension")
    assert "I10" in notes.page.locator(".proposal").inner_text()
    assert notes.space("return space.view.markOf(space.store.focus).dataset.tag") == "○ DX + I10"
    notes.pressed = 0
    notes.press("a")
    assert (coded(notes, "hypertension"), notes.pressed) == (["I10"], 1)
    notes.saved()
    stored = notes.entity("hypertension")
    assert stored["status"] == "confirmed"


def test_another_key_accepts_without_the_code(notes):
    notes.focus_on("hypertension")
    notes.press("Shift+X")
    assert notes.entity("hypertension")["status"] == "confirmed"
    assert coded(notes, "hypertension") == []


def test_a_code_of_ones_own_takes_the_place_of_the_proposal(notes):
    notes.focus_on("type 2 diabetes mellitus")
    notes.until("space.codes.ready !== null")
    notes.press("c")
    notes.page.wait_for_selector(".hits li")
    notes.press("E", "1", "1", ".", "6", "5")
    notes.until("space.codes.hits[0]?.code === 'E11.65'")
    notes.press("Enter")
    assert coded(notes, "type 2 diabetes mellitus") == ["E11.65"]
    notes.press("a")
    assert coded(notes, "type 2 diabetes mellitus") == ["E11.65"]


def test_a_changed_assertion_asks_for_another_proposal(notes):
    notes.focus_on("fever")
    notes.press("q")
    notes.until("space.proposals.of(space.store.focus)?.code === ''")
    assert "denied" in notes.page.locator(".proposal").inner_text()
    notes.press("a")
    assert coded(notes, "fever") == []


def test_a_relatives_infarction_is_proposed_as_family_history(notes):
    notes.focus_on("myocardial infarction")
    notes.until("space.proposals.of(space.store.focus)?.code === 'Z82.49'")
    notes.press("a")
    assert coded(notes, "myocardial infarction") == ["Z82.49"]


def test_accepting_in_bulk_takes_no_code(notes):
    notes.saw_everything()
    notes.press("Shift+A")
    notes.page.get_by_text("No code is taken with them").wait_for()
    notes.page.locator("dialog").get_by_role("button", name="Accept").last.click()
    notes.until("[...space.store.elements.values()].some((b) => b.status === 'confirmed')")
    assert not [body for body in notes.elements() if body["codes"]]
