"""Every workflow in the browser, to a signed and released item: settled, verified, rejected, each with its signature."""

import pytest

from app.core import clock
from app.plugins import PARTS
from app.release.cutting import cut
from app.review.meaning import STATEMENTS
from tests.browser import sample
from tests.browser.live import serving
from tests.browser.notes_page import until
from tests.browser.world import PASSWORD, World

DEFAULT, TRAINEE, THREE, *_ = PARTS["workflow"]


@pytest.fixture
def world_of(database_templates, tmp_path):
    """`world_of(workflow)` serves an installation whose project works by it."""
    running = []

    def make(workflow):
        opened = database_templates.fresh("sqlite", tmp_path)
        world = World(opened.__enter__(), tmp_path / "var", workflow=workflow)
        served = serving(world.app)
        world.url = served.__enter__()
        running.extend([opened, served])
        return world

    yield make
    for context in reversed(running):
        context.__exit__(None, None, None)


def sign(page, name):
    """The dialog is open: both components are typed; what the signer read."""
    page.wait_for_selector("dialog .statement")
    words = page.locator("dialog .statement").inner_text()
    page.locator("dialog [name=username]").fill(name)
    page.locator("dialog [name=password]").fill(PASSWORD)
    page.locator("dialog").get_by_role("button", name="Sign", exact=True).click()
    return words


def settle(open_task, case):
    """Sam takes version A in every case and signs; what he read."""
    page = open_task(case)
    for done in range(1, page.locator(".case").count() + 1):
        critical = "escalated" in page.locator(".case[aria-selected=true]").inner_text()
        page.keyboard.press("1")
        if critical:
            page.keyboard.press("Enter")
        until(page, f"document.querySelectorAll('.case.done').length === {done}")
    page.keyboard.press("Control+Enter")
    words = sign(page, "sam")
    page.wait_for_selector(".signature")
    assert "Signed by Dr Sam Test" in page.locator(".signature").inner_text()
    return words


def confirm_singly(page):
    """Where one person alone read: each significant and critical element, until none is left."""
    left = page.locator("#confirm-strip button")
    while left.count():
        words = page.locator("#confirm-strip").inner_text()
        page.keyboard.press("Shift+C")
        until(page, f"document.querySelector('#confirm-strip').innerText !== {words!r}")


def verify(open_page, world, item, decision="accept", reason=""):
    """Vic takes the item, decides and signs; what he read."""
    task = world.write(lambda session: world.take_to_verify(session, item))
    page = open_page(f"{world.url}/assignments/{task.id}", **world.context("vic"))
    page.wait_for_selector("[data-ready]")
    page.locator("[data-surface]").focus()
    if decision != "reject":
        confirm_singly(page)
    page.locator("[data-surface]").press("Control+Enter")
    page.wait_for_selector("dialog")
    if page.locator("dialog").get_by_role("button", name="Reject the answer").count():
        page.locator("dialog").get_by_role("button", name="Reject the answer").click()
    while page.locator("dialog").get_by_role("button", name="Finish all the same").count():
        page.locator("dialog").get_by_role("button", name="Finish all the same").click()
        page.wait_for_selector("dialog")
    page.wait_for_selector("dialog [name=decision]")
    page.locator("dialog [name=decision]").select_option(decision)
    page.locator("dialog [name=reason]").select_option(reason)
    words = sign(page, "vic")
    page.wait_for_url(lambda address: "/assignments/" not in address)
    return words


def release(world):
    lena = world.write(lambda session: world.actor(session, "lena"))
    return cut(world.database, lena, "browser", at=clock.now()).items


def said(case):
    """Meaning and statement of each signature of the item, as recorded."""
    return [(meaning, manifest["statement"]) for _, meaning, manifest in case.signatures]


def test_default_workflow_escalated_settled_verified_released(world_of, open_page, open_task):
    world = world_of(DEFAULT)
    case = world.case()
    assert world.state(case.item) == "escalated"
    words = settle(open_task, case)
    assert (said(case), world.state(case.item)) == ([("escalation", words)], "verification")
    words = verify(open_page, world, case.item)
    assert said(case)[-1] == ("verification", words)
    assert world.state(case.item) == "signed"
    assert release(world) == 1


def test_default_workflow_what_a_senior_reviewer_settled_can_be_rejected(world_of, open_page, open_task):
    world = world_of(DEFAULT)
    case = world.case()
    settle(open_task, case)
    words = verify(open_page, world, case.item, "reject", "guideline")
    assert said(case)[-1] == ("rejection", words) == ("rejection", STATEMENTS["rejection"])
    rejected, settled = case.signatures[1][2], case.signatures[0][2]
    assert (rejected["record_sha256"], rejected["reason"]) == (settled["record_sha256"], "guideline")
    assert world.state(case.item) == "ready"


def test_trainee_workflow_rejected_read_anew_verified_released(world_of, open_page):
    world = world_of(TRAINEE)
    first, second = sample.readings(sample.NOTE)
    document = world.write(lambda s: world._document(s, "notes", sample.NOTE, {"entities": [], "relations": []}, None))
    item = world.write(lambda session: world.item_of(session, document))
    world.read_again(item, first)
    words = verify(open_page, world, item, "reject", "slip")
    assert (words, world.state(item)) == (STATEMENTS["rejection"], "ready")
    world.read_again(item, second)
    words = verify(open_page, world, item)
    assert (words, world.state(item)) == (STATEMENTS["verification"], "signed")
    assert release(world) == 1


def test_team_of_three_the_third_settles_and_finishes(world_of, open_task):
    world = world_of(THREE)
    case = world.case()
    words = settle(open_task, case)
    assert (said(case), world.state(case.item)) == ([("escalation", words)], "signed")
    assert release(world) == 1
