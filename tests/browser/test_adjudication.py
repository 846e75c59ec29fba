"""The adjudication page: cases by key, reasons, own versions, the second key, the signature."""

import pytest

from tests.browser.notes_page import until


@pytest.fixture
def page(server, open_page):
    page = open_page(f"{server.url}/items/12/adjudication")
    page.wait_for_selector("[data-ready]")
    return page


def decided(page, count):
    until(page, f"document.querySelectorAll('.case.done').length === {count}")


def ruling(server, number=0):
    return list(server.state.rulings.values())[number]


def current(page):
    return page.locator(".case[aria-selected=true]").inner_text()


def test_one_key_takes_a_version_and_goes_to_the_next_case(page, server):
    assert "productive cough" in current(page)
    page.keyboard.press("1")
    decided(page, 1)
    assert ruling(server)["choice"] == "take"
    assert ruling(server)["version"] == 0
    assert ruling(server)["reason"] == "guideline"
    assert "widespread maculopapular rash" in current(page)


def test_identical_versions_are_one_column_and_only_differing_fields_are_marked(page):
    assert page.locator(".version h2").all_inner_texts() == ["A, C", "B"]
    page.keyboard.press("d")
    assert page.locator(".version h2").all_inner_texts() == ["A", "B", "C"]
    marked = page.locator(".version").nth(2).locator(".differs").all_inner_texts()
    assert "maculopapular rash" in marked
    assert "Adverse event" not in marked


def test_nobody_is_right_is_a_decision_of_its_own(page, server):
    page.keyboard.press("0")
    decided(page, 1)
    assert (ruling(server)["choice"], ruling(server)["version"]) == ("none", None)


def test_a_reason_is_picked_by_digit_and_stays_for_the_next_case(page, server):
    page.keyboard.press("y")
    page.keyboard.press("3")
    page.get_by_label("Guideline section").select_option("4.2")
    page.locator("[data-surface]").focus()
    page.keyboard.press("1")
    decided(page, 1)
    assert (ruling(server)["reason"], ruling(server)["citation"]) == ("ambiguous", "4.2")


def test_a_critical_case_asks_for_a_second_key(page, server):
    page.keyboard.press("d")
    page.keyboard.press("1")
    assert server.state.rulings == {}
    assert "Confirm" in page.locator("#ruling").inner_text()
    page.keyboard.press("Enter")
    decided(page, 1)
    assert ruling(server)["confirmed"] is True


def test_an_own_version_is_put_together_field_by_field(page, server):
    for _ in range(3):
        page.keyboard.press("d")
    assert "pulmonary embolism" in current(page)
    page.keyboard.press("u")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("label").select_option(label="Symptom")
    dialog.get_by_label("assertion").select_option(label="possible (B)")
    dialog.get_by_role("button", name="Take as my own version").click()
    decided(page, 1)
    given = ruling(server)
    assert given["choice"] == "own"
    (body,) = given["elements"].values()
    assert (body["label"], body["assertion"]) == ("symptom", {"certainty": "possible"})


def test_undo_takes_the_last_ruling_back(page, server):
    page.keyboard.press("1")
    decided(page, 1)
    page.keyboard.press("Control+z")
    decided(page, 0)
    assert server.state.rulings == {}
    assert "productive cough" in current(page)


def test_closing_lists_what_is_undecided_and_goes_there(page):
    page.keyboard.press("Control+Enter")
    dialog = page.get_by_role("dialog")
    assert "5 cases to decide" in dialog.inner_text()
    dialog.get_by_role("button", name="Go there").nth(4).click()
    assert "pneumonia" in current(page)


def test_an_item_is_decided_and_signed_by_keyboard_alone(page, server):
    for count in range(1, 6):
        critical = "escalated" in current(page)
        page.keyboard.press("1")
        if critical:
            page.keyboard.press("Enter")
        decided(page, count)
    page.keyboard.press("Control+Enter")
    page.keyboard.type("ada")
    page.keyboard.press("Tab")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    page.get_by_role("dialog", name="Not signed").wait_for()
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    page.keyboard.type("ada")
    page.keyboard.press("Tab")
    page.keyboard.type("right")
    page.keyboard.press("Enter")
    page.wait_for_selector(".signature")
    assert "Signed by Dr Ada Test" in page.locator(".signature").inner_text()
    assert server.state.signature["meaning"] == "adjudication"
