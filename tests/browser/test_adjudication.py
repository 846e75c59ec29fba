"""The adjudication page: cases by key, reasons, own versions, the second key, the signature."""

import pytest

from tests.browser.notes_page import until
from tests.browser.world import PASSWORD


@pytest.fixture
def case(world):
    return world.case()


@pytest.fixture
def page(case, open_task):
    return open_task(case)


def decided(page, count):
    until(page, f"document.querySelectorAll('.case.done').length === {count}")


def ruling(case):
    (given,) = case.rulings
    return given


def current(page):
    return page.locator(".case[aria-selected=true]").inner_text()


def test_one_key_takes_a_version_and_goes_to_the_next_case(page, case):
    assert "productive cough" in current(page)
    page.keyboard.press("1")
    decided(page, 1)
    assert ruling(case).choice == "take"
    assert ruling(case).version == 0
    assert ruling(case).reason == "guideline"
    assert "widespread maculopapular rash" in current(page)


def test_identical_versions_are_one_column_and_only_differing_fields_are_marked(page):
    assert page.locator(".version h2").all_inner_texts() == ["A", "B"]
    page.keyboard.press("d")
    assert page.locator(".version h2").all_inner_texts() == ["A", "B"]
    marked = page.locator(".version").nth(1).locator(".differs").all_inner_texts()
    assert "maculopapular rash" in marked
    assert "Adverse event" not in marked


def test_nobody_is_right_is_a_decision_of_its_own(page, case):
    page.keyboard.press("0")
    decided(page, 1)
    assert (ruling(case).choice, ruling(case).version) == ("none", None)


def test_a_reason_is_picked_by_digit_and_stays_for_the_next_case(page, case):
    page.keyboard.press("y")
    page.keyboard.press("3")
    page.get_by_label("Guideline section").select_option("4.2")
    page.locator("[data-surface]").focus()
    page.keyboard.press("1")
    decided(page, 1)
    assert (ruling(case).reason, ruling(case).citation) == ("ambiguous", "4.2")


def test_a_critical_case_asks_for_a_second_key(page, case):
    page.keyboard.press("d")
    page.keyboard.press("1")
    assert case.rulings == []
    assert "Confirm" in page.locator("#ruling").inner_text()
    page.keyboard.press("Enter")
    decided(page, 1)
    assert ruling(case).choice == "take"


def test_an_own_version_is_put_together_field_by_field(page, case):
    for _ in range(3):
        page.keyboard.press("d")
    assert "pulmonary embolism" in current(page)
    page.keyboard.press("u")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("label").select_option(label="Symptom")
    said = dialog.get_by_label("assertion")  # whose it is depends on who sits where
    said.select_option(said.locator("option", has_text="possible").get_attribute("value"))
    dialog.get_by_role("button", name="Take as my own version").click()
    page.get_by_role("button", name="Confirm").wait_for()  # what a senior reviewer writes is twice confirmed
    assert case.rulings == []
    page.keyboard.press("Enter")
    decided(page, 1)
    given = ruling(case)
    assert given.choice == "own"
    (body,) = given.elements.values()
    assert (body["label"], body["assertion"]) == ("symptom", {"certainty": "possible"})


def test_undo_takes_the_last_ruling_back(page, case):
    page.keyboard.press("1")
    decided(page, 1)
    page.keyboard.press("Control+z")
    decided(page, 0)
    assert case.rulings == []
    assert "productive cough" in current(page)


def test_closing_lists_what_is_undecided_and_goes_there(page):
    page.keyboard.press("Control+Enter")
    dialog = page.get_by_role("dialog")
    assert "5 cases to decide" in dialog.inner_text()
    dialog.get_by_role("button", name="Go there").nth(4).click()
    assert "pneumonia" in current(page)


def test_an_item_is_decided_and_signed_by_keyboard_alone(page, case):
    for count in range(1, 6):
        critical = "escalated" in current(page)
        page.keyboard.press("1")
        if critical:
            page.keyboard.press("Enter")
        decided(page, count)
    page.keyboard.press("Control+Enter")
    page.keyboard.type("sam")
    page.keyboard.press("Tab")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    page.get_by_role("dialog", name="Not signed").wait_for()
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    page.keyboard.type("sam")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".signature")
    assert "Signed by Dr Sam Test" in page.locator(".signature").inner_text()
    ((name, meaning, _),) = case.signatures
    assert (name, meaning) == ("Dr Sam Test", "escalation")  # a critical label was in dispute


def test_what_changed_elsewhere_meanwhile_is_not_signed(page, case):
    for count in range(1, 6):
        critical = "escalated" in current(page)
        page.keyboard.press("1")
        if critical:
            page.keyboard.press("Enter")
        decided(page, count)
    case.rule_elsewhere()
    page.keyboard.press("Control+Enter")
    page.keyboard.type("sam")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    refused = page.get_by_role("dialog", name="Not signed")
    refused.wait_for()
    assert "not what you have before you any more" in refused.inner_text()
    assert case.signatures == []


def test_what_is_signed_takes_no_more_decisions_and_says_who_is_next(page, case):
    for count in range(1, 6):
        critical = "escalated" in current(page)
        page.keyboard.press("1")
        if critical:
            page.keyboard.press("Enter")
        decided(page, count)
    page.keyboard.press("Control+Enter")
    page.keyboard.type("sam")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".signature")
    assert page.get_by_role("button", name="Sign & close").is_disabled()
    assert page.get_by_role("button", name="Undo").count() == 0
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+Enter")
    assert page.get_by_role("dialog").count() == 0
    assert len(case.rulings) == 5
