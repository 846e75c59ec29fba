"""Signing out destroys what this computer keeps: so it is sent first, and what cannot be sent is named."""

import pytest

from tests.browser.notes_page import NotesPage

FIRST = "type 2 diabetes mellitus"
KEPT = """async () => { const base = document.querySelector('script[type=module]').src.replace('main.js', '');
    const { unsent } = await import(base + 'controllers/outbox.js'); return (await unsent()).length; }"""


@pytest.fixture
def left_behind(task, open_task):
    """The list of tasks, on a computer that keeps one change the server never heard of."""
    task.world.cookies.pop("ana", None)  # a session that these tests may end
    page = open_task(task)
    notes = NotesPage(page)
    page.route("**/draft", lambda route: route.abort())
    notes.press("n", "a")
    notes.until("document.querySelector('#save-state').textContent.startsWith('Offline')")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{task.world.url}/work")
    assert page.evaluate(KEPT) == 1
    yield page
    task.world.cookies.pop("ana", None)


def leave(page):
    page.get_by_role("button", name="Sign out").click()


def signed_out(page):
    page.wait_for_url("**/sign-in*")


def test_what_was_not_sent_is_sent_before_one_is_signed_out(left_behind, task):
    left_behind.unroute("**/draft")
    leave(left_behind)
    signed_out(left_behind)
    assert task.body(FIRST)["status"] == "confirmed"


def test_it_is_sent_though_the_draft_went_on_elsewhere(left_behind, task):
    task.change(lambda it, _: {it.key("hypertension"): {"status": "rejected"}})
    left_behind.unroute("**/draft")
    leave(left_behind)
    signed_out(left_behind)
    assert [task.body(words)["status"] for words in (FIRST, "hypertension")] == ["confirmed", "rejected"]


def test_offline_what_would_be_lost_is_named_and_one_may_stay(left_behind, task):
    left_behind.wait_for_load_state("networkidle")
    left_behind.context.set_offline(True)
    leave(left_behind)
    dialog = left_behind.get_by_role("dialog", name="Not everything was saved")
    dialog.wait_for()
    assert f"1 change in task {task.id}" in dialog.inner_text()
    left_behind.keyboard.press("Enter")
    dialog.wait_for(state="detached")
    assert left_behind.evaluate(KEPT) == 1
    left_behind.context.set_offline(False)
    left_behind.unroute("**/draft")
    leave(left_behind)
    signed_out(left_behind)
    assert task.body(FIRST)["status"] == "confirmed"


def test_a_change_of_what_was_changed_elsewhere_is_not_forced_through(left_behind, task):
    task.change(lambda it, _: {it.key(FIRST): {"status": "rejected"}})
    left_behind.unroute("**/draft")
    leave(left_behind)
    dialog = left_behind.get_by_role("dialog", name="Not everything was saved")
    dialog.wait_for()
    assert task.body(FIRST)["status"] == "rejected"
    dialog.get_by_role("button", name="Sign out and lose them").click()
    signed_out(left_behind)
    assert left_behind.evaluate("indexedDB.databases().then((found) => found.length)") == 0
