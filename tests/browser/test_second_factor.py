"""Second factors in Chromium: a passkey by the browser's own virtual device, codes, signing with either; accessible."""

import json
import re

import pyotp
import pytest

from app.accounts.factors import factor, recovery
from app.audit.events import Tag
from app.core import clock
from app.review.signature import signatures_of
from tests.browser.notes_page import until
from tests.browser.test_accessibility import violations
from tests.browser.world import OPERATOR, PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture
def sam(world, open_page):
    """Sam's browser at the host name, signed in by password, with a device that verifies its owner."""
    page = open_page(f"{local(world)}/sign-in")
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    enter(page)
    page.wait_for_url(lambda url: "sign-in" not in url)
    yield page
    world.write(lambda session: forget(session, world))
    world.cookies.pop("sam", None)


def local(world):
    return world.url.replace("127.0.0.1", "localhost")


def enter(page):
    page.get_by_label("User name").fill("sam")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")


def forget(session, world):
    """Other tests know Sam by his password alone."""
    recovery.end_codes(session, world.ids["sam"], "test over", at=clock.now())
    for row in factor.list_factors(session, world.ids["sam"]):
        factor.end([row], "test over", at=clock.now())
        factor.say(session, Tag.FACTOR_REMOVED, OPERATOR, row, at=clock.now())


def sign_out(page):
    page.get_by_role("button", name="Sign out").click()
    page.get_by_text("You are signed out.").wait_for()


def authentication(world, case):
    """By what the signature says its signer was known."""
    with world.database.reading() as session:
        (signature,) = signatures_of(session, case.item)
    return json.loads(signature.manifest)["auth"]["factors"]


def settle(page, world, case, show):
    """Take version A everywhere and sign, by whatever `show` does with the dialog."""
    page.goto(case.url.replace(world.url, local(world)))
    page.wait_for_selector("[data-ready]")
    for done in range(1, page.locator(".case").count() + 1):
        critical = "escalated" in page.locator(".case[aria-selected=true]").inner_text()
        page.keyboard.press("1")
        if critical:
            page.keyboard.press("Enter")
        until(page, f"document.querySelectorAll('.case.done').length === {done}")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("dialog .statement")
    assert violations(page) == []
    page.locator("dialog [name=username]").fill("sam")
    page.locator("dialog [name=password]").fill(PASSWORD)
    show(page.locator("dialog"))
    page.locator("dialog").get_by_role("button", name="Sign", exact=True).click()
    page.wait_for_selector(".signature")
    return authentication(world, case)


def test_a_passkey_is_set_up_opens_the_door_and_signs(sam, world):
    page = sam
    page.goto(f"{local(world)}/account")
    assert violations(page) == []
    page.get_by_label("What you call the passkey").fill("my laptop")
    page.get_by_role("button", name="Add a passkey").press("Enter")
    page.get_by_role("heading", name="Your recovery codes").wait_for()
    assert page.locator(".codes li").count() == 10
    assert violations(page) == []
    page.get_by_role("link", name="I have them on paper").click()
    assert "my laptop" in page.locator("#factors").inner_text()
    assert "Chrome on Linux" in page.locator("#sessions").inner_text()
    sign_out(page)
    enter(page)
    page.get_by_role("heading", name="Second factor").wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="Use a passkey").press("Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)
    case = world.case()

    def show(dialog):
        dialog.get_by_role("button", name="Use a passkey").click()
        dialog.get_by_text("Your passkey was used").wait_for()

    assert settle(page, world, case, show) == ["username", "password", "passkey"]


def test_an_app_is_set_up_by_its_picture_and_its_code_signs(sam, world, monkeypatch):
    page = sam
    page.goto(f"{local(world)}/account")
    page.get_by_role("button", name="Set up an authenticator app").click()
    page.get_by_role("img", name="QR code").wait_for()
    assert page.evaluate("document.querySelector('main img').naturalWidth") > 100
    assert violations(page) == []
    secret = page.locator("main code").inner_text()
    page.get_by_label("Code").fill(pyotp.TOTP(secret).at(clock.now() // 1000))
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Your recovery codes").wait_for()
    codes = page.locator(".codes code").all_inner_texts()
    assert all(re.fullmatch("[a-z2-7]{4}(-[a-z2-7]{4}){5}", code) for code in codes)
    case, real = world.case(), clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + 30_000)  # the code before was used

    def show(dialog):
        dialog.locator("[name=code]").fill(pyotp.TOTP(secret).at(clock.now() // 1000))

    assert settle(page, world, case, show) == ["username", "password", "totp"]


def test_the_page_of_ones_account_is_reached_and_left_by_keyboard_and_fit_a_narrow_window(sam, world):
    page = sam
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{local(world)}/account")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.textContent?.trim() ?? ''"))
    assert {"Set up an authenticator app", "Add a passkey", "End my other sessions"} <= set(seen)
