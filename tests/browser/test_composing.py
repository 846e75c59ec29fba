"""Composing a workflow by keyboard: preview, put into force; accessible at both widths."""

import pytest

from tests.browser.test_team_pages import address, busy, enter, violations

__all__ = ["address", "busy"]
pytestmark = pytest.mark.browser


def overflow(page):
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def test_a_workflow_is_composed_by_keyboard_and_its_preview_is_accessible(address, open_page):
    page = open_page(f"{address}/sign-in")
    page.set_viewport_size({"width": 1280, "height": 900})
    enter(page, "lead")
    page.goto(f"{address}/projects/first/workflow?from=single_reader_sampling")
    page.get_by_label("Short name").fill("ours")
    page.get_by_label("Of 100 items so many are read by one more").fill("15")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Preview:").wait_for()
    assert page.get_by_text("Of 100 items about 15").is_visible()
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 700})
    assert overflow(page) <= 0
    assert violations(page) == []
    page.get_by_role("button", name="Put into force").focus()
    page.keyboard.press("Enter")
    page.get_by_text("The workflow is in force").wait_for()
    assert page.get_by_role("rowheader", name="1 (in force)").is_visible()
