"""Signing in and administering people in Chromium: by keyboard, accessible, nothing inline."""

import re
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe

from app.accounts.actor import ServerRole
from tests.browser.live import serving
from tests.conftest import PASSWORD

pytestmark = pytest.mark.browser
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture
def address(app):
    with serving(app) as address:
        yield address


def violations(page):
    found = Axe().run(page, options=RULES).response["violations"]
    return [(v["id"], [n["target"] for n in v["nodes"]]) for v in found]


def enter(page, username="boss"):
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")


def signed_in(page, address):
    """Wherever signing in leads: on to the list of people."""
    page.wait_for_url(lambda url: "sign-in" not in url)
    page.goto(f"{address}/people")


def test_the_whole_of_it_by_keyboard(address, open_page, person):
    person("boss", ServerRole.ADMIN, display_name="The Boss")
    page = open_page(f"{address}/people")
    assert page.url == f"{address}/sign-in?next=/people"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    enter(page)
    page.wait_for_url(f"{address}/people")
    page.get_by_label("User name").focus()
    for text in ("dora", "Dora Ng, MD", "physician", "radiology"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert re.search("/password/.{43}$", page.get_by_label("Link to choose a password").input_value())
    page.get_by_role("link", name="To the account").press("Enter")
    page.get_by_label("Identity established by").fill("passport seen")
    page.keyboard.press("Enter")
    assert page.get_by_role("status").inner_text() == "It waits for a second person: approval 1."


def test_a_second_administrator_approves_by_keyboard_and_the_page_is_accessible(address, open_page, person):
    person("boss", ServerRole.ADMIN)
    person("bea", ServerRole.ADMIN)
    ann = person("ann")
    page = open_page(f"{address}/sign-in")
    enter(page)
    signed_in(page, address)
    page.goto(f"{address}/people/{ann.id}")
    page.get_by_label("Identity established by").fill("passport seen")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Approvals").click()
    mine = violations(page)
    page.get_by_role("button", name="Sign out").click()
    enter(page, "bea")
    page.wait_for_url(lambda url: "sign-in" not in url)
    page.goto(f"{address}/approvals")
    assert (mine, violations(page)) == ([], [])
    page.get_by_label("Your user name").fill("bea")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    assert page.get_by_role("status").inner_text() == "It is approved and done."
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_every_page_of_people_is_accessible(address, open_page, person):
    person("boss", ServerRole.ADMIN)
    ann = person("ann", ServerRole.AUDITOR)
    page = open_page(f"{address}/sign-in")
    found = {"sign-in": violations(page)}
    page.get_by_label("User name").fill("boss")
    page.get_by_label("Password").fill("not this one, alas")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    found["refused"] = violations(page)
    enter(page)
    signed_in(page, address)
    for path in ("/people", f"/people/{ann.id}", "/account", "/nowhere"):
        page.goto(address + path)
        found[path] = violations(page)
    page.goto(f"{address}/people/{ann.id}")
    page.get_by_role("button", name="New password link").click()
    found["link"] = violations(page)
    link = page.get_by_label("Link to choose a password").input_value()
    page.goto(link)
    found["choose"] = violations(page)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("path", ["/people", "/people/1", "/account"])
def test_nothing_is_cut_off_on_a_narrow_screen(address, open_page, person, path):
    person("boss", ServerRole.ADMIN)
    page = open_page(f"{address}/sign-in")
    enter(page)
    signed_in(page, address)
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(address + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_targets_are_large_enough(address, open_page, person):
    person("boss", ServerRole.ADMIN)
    page = open_page(f"{address}/sign-in")
    enter(page)
    signed_in(page, address)
    page.goto(f"{address}/people/1")
    boxes = page.evaluate(
        "[...document.querySelectorAll('button, input:not([type=hidden]), select, .menu a')]"
        ".map(e => e.getBoundingClientRect()).map(r => [r.width, r.height])"
    )
    assert boxes
    assert all(width >= 24 and height >= 24 for width, height in boxes)


def test_before_the_session_ends_one_is_warned_and_may_stay(app, address, open_page, person):
    app.extensions["settings"] = replace(app.extensions["settings"], idle_minutes=1)  # less than the warning
    person("boss", ServerRole.ADMIN)
    page = open_page(f"{address}/sign-in")
    enter(page)
    signed_in(page, address)
    alert = page.get_by_role("alert")
    alert.get_by_text("Your session ends in less than two minutes").wait_for()
    app.extensions["settings"] = replace(app.extensions["settings"], idle_minutes=15)
    alert.get_by_role("button", name="Stay signed in").press("Enter")
    alert.get_by_text("Your session ends").wait_for(state="detached")


def test_an_ended_session_is_told_on_the_page_and_the_page_is_found_again(app, address, open_page, person):
    made = person("boss", ServerRole.ADMIN)
    page = open_page(f"{address}/sign-in")
    enter(page)
    signed_in(page, address)
    app.extensions["settings"] = replace(app.extensions["settings"], idle_minutes=1)
    page.goto(f"{address}/people/{made.id}")
    page.get_by_role("alert").get_by_text("Your session ends").wait_for()
    page.context.clear_cookies()
    page.get_by_role("button", name="Stay signed in").click()
    assert violations(page) == []
    page.get_by_role("link", name="Sign in again").click()
    enter(page)
    page.wait_for_url(f"{address}/people/{made.id}")


def test_signing_out_by_the_button(address, open_page, person):
    person("boss", ServerRole.ADMIN)
    page = open_page(f"{address}/sign-in")
    enter(page)
    signed_in(page, address)
    page.get_by_role("button", name="Sign out").click()
    assert page.get_by_role("status").inner_text() == "You are signed out."
