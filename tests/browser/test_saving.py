"""Autosave: nothing is lost when the network, the session or another tab gets in the way."""

import pytest

from tests.browser.notes_page import NotesPage


@pytest.fixture
def notes(server, open_page):
    return NotesPage(open_page(f"{server.url}/assignments/7"))


def test_changes_are_saved_together_and_the_state_is_said_in_words(notes, server):
    notes.press("n", "q", "w", "e")
    assert notes.state() == "Saving …"
    notes.saved()
    assert len([r for r in server.state.requests if r[0] == "PATCH"]) == 1
    assert server.state.elements["s0"]["assertion"]["temporality"] == "past"


def test_offline_changes_are_kept_and_sent_later(notes, server):
    notes.page.context.set_offline(True)
    notes.press("n", "a", "a")
    notes.until("document.querySelector('#save-state').textContent === 'Offline, 2 changes kept on this computer'")
    notes.press("a")
    notes.page.context.set_offline(False)
    notes.saved()
    assert [server.state.elements[f"s{i}"]["status"] for i in range(3)] == ["confirmed"] * 3


def test_changes_kept_on_the_computer_survive_closing_the_page(server, open_page):
    page = open_page(f"{server.url}/assignments/7")
    notes = NotesPage(page)
    page.route("**/draft", lambda route: route.abort())
    notes.press("n", "a")
    notes.until("document.querySelector('#save-state').textContent.startsWith('Offline')")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("about:blank")
    page.unroute("**/draft")
    page.goto(f"{server.url}/assignments/7")
    NotesPage(page).saved()
    assert server.state.elements["s0"]["status"] == "confirmed"


def test_what_is_kept_on_the_computer_holds_no_text_of_the_note(notes):
    notes.page.route("**/draft", lambda route: route.abort())
    notes.press("n", "a", "y")
    area = notes.page.get_by_label("Comment on the whole document")
    area.fill("Mrs Somebody")
    area.blur()
    notes.until("document.querySelector('#save-state').textContent.startsWith('Offline, 2')")
    kept = notes.page.evaluate(
        """async () => { const base = document.querySelector('script[type=module]').src.replace('main.js', '');
        const { kept } = await import(base + 'controllers/outbox.js'); return JSON.stringify([...await kept('1:7')]); }"""
    )
    assert "s0" in kept
    for words in ("diabetes", "Somebody", "quote"):
        assert words not in kept


def test_an_answer_that_was_lost_is_not_applied_twice(notes, server):
    seen = []

    def lose_the_first_answer(route):
        if seen:
            return route.continue_()
        seen.append(route.fetch())
        return route.abort()

    notes.page.route("**/draft", lose_the_first_answer)
    notes.press("n", "a")
    notes.saved()
    assert server.state.version == 2


def test_another_tabs_change_of_another_element_is_taken_over_silently(notes, server):
    notes.press("n")
    server.state.elements["s5"]["status"] = "rejected"
    server.state.version += 1
    notes.press("a")
    notes.saved()
    assert notes.entity("haemoptysis")["status"] == "rejected"
    assert server.state.elements["s0"]["status"] == "confirmed"


@pytest.mark.parametrize(("button", "label"), [("Keep mine", "symptom"), ("Take theirs", "test"), ("Keep both as a question", "test")])
def test_a_change_of_the_same_element_is_asked_about(notes, server, button, label):
    server.state.elements["s0"] = server.state.elements["s0"] | {"label": "test"}
    server.state.version += 1
    notes.press("n", "2")
    notes.page.get_by_role("button", name=button).click()
    notes.saved()
    assert server.state.elements["s0"]["label"] == label
    assert len(server.state.questions) == (1 if "both" in button else 0)
    assert len(server.state.elements) == (28 if "both" in button else 27)


def test_being_signed_out_loses_nothing(notes, server):
    server.state.signed_out = True
    notes.press("n", "a")
    dialog = notes.page.get_by_role("dialog")
    assert "1 unsaved change" in dialog.inner_text()
    assert notes.state() == "Signed out, 1 change kept here"
    server.state.signed_out = False
    dialog.get_by_role("button", name="I have signed in").click()
    notes.saved()
    assert server.state.elements["s0"]["status"] == "confirmed"


def test_a_refused_change_stays_visible_until_it_is_taken_back(notes, server):
    server.state.text = server.state.text.replace("diabetes", "Diabetes")
    notes.press("n", "a")
    dialog = notes.page.get_by_role("dialog")
    assert "offsets and quote differ" in dialog.inner_text()
    assert notes.state().startswith("Not saved")
    dialog.get_by_role("button", name="Take these changes back").click()
    notes.saved()
    assert notes.entity("type 2 diabetes mellitus")["status"] == "suggested"


def test_finish_waits_for_what_is_unsaved(notes, server):
    for body in server.state.elements.values():
        body["status"] = "confirmed"
    notes.page.reload()
    notes = NotesPage(notes.page)
    notes.space("space.view.blocks.forEach((_, i) => space.seen.lines.add(i));")
    notes.page.context.set_offline(True)
    notes.press("n", "d", "q", "Control+Enter")
    notes.until("document.querySelector('#live').textContent.startsWith('Not finished')")
    assert server.state.state == "open"
    notes.page.context.set_offline(False)
    notes.saved()
    notes.press("Control+Enter")
    notes.page.wait_for_selector("#done")


def test_the_later_tab_is_read_only_until_it_takes_over(server, open_page):
    first = NotesPage(open_page(f"{server.url}/assignments/7"))
    page = first.page.context.new_page()
    page.goto(f"{server.url}/assignments/7")
    second = NotesPage(page)
    page.get_by_role("button", name="Take over here").wait_for()
    second.press("n", "a")
    assert second.entity("type 2 diabetes mellitus")["status"] == "suggested"
    first.press("n", "a")
    page.get_by_role("button", name="Take over here").click()
    page.get_by_role("button", name="Take over here").wait_for(state="detached")
    assert second.entity("type 2 diabetes mellitus")["status"] == "confirmed"
    second.focus_on("hypertension")
    second.press("a")
    second.saved()
    first.press("x")
    assert first.entity("hypertension")["status"] in ("suggested", "confirmed")
    assert server.state.elements["s1"]["status"] == "confirmed"
