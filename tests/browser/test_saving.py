"""Autosave: nothing is lost when the network, the session or another tab gets in the way."""

import json

import pytest

from tests.browser.notes_page import NotesPage
from tests.browser.world import PASSWORD

FIRST = "type 2 diabetes mellitus"


def test_changes_are_saved_together_and_the_state_is_said_in_words(notes, task):
    sent = []
    notes.page.on("request", lambda request: sent.append(request.method))
    notes.press("n", "q", "w", "e")
    assert notes.state() == "Saving …"
    notes.saved()
    assert sent.count("PATCH") == 1
    assert task.body(FIRST)["assertion"]["temporality"] == "past"


def test_offline_changes_are_kept_and_sent_later(notes, task):
    notes.page.context.set_offline(True)
    notes.press("n", "a", "a")
    notes.until("document.querySelector('#save-state').textContent === 'Offline, 2 changes kept on this computer'")
    notes.press("a")
    notes.page.context.set_offline(False)
    notes.saved()
    assert {task.body(words)["status"] for words in (FIRST, "hypertension", "productive cough")} == {"confirmed"}


def test_changes_kept_on_the_computer_survive_closing_the_page(task, open_task):
    page = open_task(task)
    notes = NotesPage(page)
    page.route("**/draft", lambda route: route.abort())
    notes.press("n", "a")
    notes.until("document.querySelector('#save-state').textContent.startsWith('Offline')")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("about:blank")
    page.unroute("**/draft")
    page.goto(task.url)
    NotesPage(page).saved()
    assert task.body(FIRST)["status"] == "confirmed"


def test_what_is_kept_on_the_computer_holds_no_text_of_the_note(notes, task):
    notes.page.route("**/draft", lambda route: route.abort())
    notes.press("n", "a", "y")
    area = notes.page.get_by_label("Comment on the whole document")
    area.fill("Mrs Somebody")
    area.blur()
    notes.until("document.querySelector('#save-state').textContent.startsWith('Offline, 2')")
    kept = notes.page.evaluate(
        """async (x) => { const base = document.querySelector('script[type=module]').src.replace('main.js', '');
        const { kept } = await import(base + 'controllers/outbox.js'); return JSON.stringify([...await kept(x)]); }""",
        f"{task.world.ids['ana']}:{task.id}",
    )
    assert task.key(FIRST) in kept
    for words in ("diabetes", "Somebody", "quote"):
        assert words not in kept


def test_an_answer_that_was_lost_is_not_applied_twice(notes, task):
    seen = []

    def lose_the_first_answer(route):
        if seen:
            return route.continue_()
        seen.append(route.fetch())
        return route.abort()

    notes.page.route("**/draft", lose_the_first_answer)
    notes.press("n", "a")
    notes.saved()
    assert task.version == 1
    assert task.body(FIRST)["status"] == "confirmed"


def test_another_tabs_change_of_another_element_is_taken_over_silently(notes, task):
    notes.press("n")
    task.change(lambda task, _: {task.key("haemoptysis"): {"status": "rejected"}})
    notes.press("a")
    notes.saved()
    assert notes.entity("haemoptysis")["status"] == "rejected"
    assert task.body(FIRST)["status"] == "confirmed"


@pytest.mark.parametrize(
    ("button", "label"), [("Keep mine", "symptom"), ("Take theirs", "test"), ("Keep both as a question", "test")]
)
def test_a_change_of_the_same_element_is_asked_about(notes, task, button, label):
    key = task.key(FIRST)
    task.change(lambda *_: {key: {"label": "test"}})
    notes.press("n", "2")
    if "both" in button:
        with notes.page.expect_response("**/questions"):
            notes.page.get_by_role("button", name=button).click()
    else:
        notes.page.get_by_role("button", name=button).click()
    notes.saved()
    assert task.elements[key]["label"] == label
    assert len(task.questions) == (1 if "both" in button else 0)
    assert len(task.elements) == (28 if "both" in button else 27)


def test_being_signed_out_loses_nothing(notes, task):
    page = notes.page
    page.context.clear_cookies()
    notes.press("n", "a")
    dialog = page.get_by_role("dialog")
    assert "1 unsaved change" in dialog.inner_text()
    assert notes.state() == "Signed out, 1 change kept here"
    with page.context.expect_page() as opened:
        dialog.get_by_role("link", name="Sign in").click()
    tab = opened.value
    tab.get_by_label("User name").fill("ana")
    tab.get_by_label("Password").fill(PASSWORD)
    tab.keyboard.press("Enter")
    tab.wait_for_url(lambda url: "sign-in" not in url)
    dialog.get_by_role("button", name="I have signed in").click()
    notes.saved()
    assert task.body(FIRST)["status"] == "confirmed"


def test_a_refused_change_stays_visible_until_it_is_taken_back(notes):
    def shift(route):
        sent = route.request.post_data_json
        sent["actions"][0]["body"]["fragments"][0][0] += 1
        route.continue_(post_data=json.dumps(sent))

    notes.page.route("**/draft", shift)
    notes.press("n", "a")
    dialog = notes.page.get_by_role("dialog")
    assert "offsets and quote differ" in dialog.inner_text()
    assert notes.state().startswith("Not saved")
    dialog.get_by_role("button", name="Take these changes back").click()
    notes.saved()
    assert notes.entity(FIRST)["status"] == "suggested"


def test_finish_waits_for_what_is_unsaved(task, open_task):
    task.confirm_all()
    notes = NotesPage(open_task(task))
    notes.saw_everything()
    notes.page.context.set_offline(True)
    notes.press("n", "d", "q", "Control+Enter")
    notes.until("document.querySelector('#live').textContent.startsWith('Not finished')")
    assert task.state == "open"
    notes.page.context.set_offline(False)
    notes.saved()
    notes.press("Control+Enter")
    notes.left()


def test_the_later_tab_is_read_only_until_it_takes_over(task, open_task):
    first = NotesPage(open_task(task))
    page = first.page.context.new_page()
    page.goto(task.url)
    second = NotesPage(page)
    page.get_by_role("button", name="Take over here").wait_for()
    second.press("n", "a")
    assert second.entity(FIRST)["status"] == "suggested"
    first.press("n", "a")
    page.get_by_role("button", name="Take over here").click()
    page.get_by_role("button", name="Take over here").wait_for(state="detached")
    assert second.entity(FIRST)["status"] == "confirmed"
    second.focus_on("hypertension")
    second.press("a")
    second.saved()
    first.press("x")
    assert first.entity("hypertension")["status"] in ("suggested", "confirmed")
    assert task.body("hypertension")["status"] == "confirmed"


def test_a_comment_that_looks_like_an_identifier_stays_on_the_page_and_holds_up_nothing_else(notes, task):
    """The words are named by their place, everything else is saved, and the person changes them."""
    notes.page.route("**/draft", lambda route: route.abort())
    notes.press("n", "a", "y")
    area = notes.page.get_by_label("Comment on the whole document")
    area.fill("Same as in MRN 12345678, see there.")
    area.blur()
    notes.until("document.querySelector('#save-state').textContent.startsWith('Offline, 2')")
    notes.page.unroute("**/draft")
    notes.until("document.querySelector('#save-state').textContent === '1 change not saved: looks like an identifier'")
    assert task.body(FIRST)["status"] == "confirmed"
    assert task.of_kind("comment") == []
    refusal = notes.page.locator("#comment-refused")
    assert "look like an identifier: MRN" in refusal.inner_text()
    assert "characters" in refusal.inner_text()
    assert area.input_value() == "Same as in MRN 12345678, see there."
    assert area.get_attribute("aria-invalid") == "true"
    # Work goes on meanwhile.
    notes.focus_on("hypertension")
    notes.press("a")
    notes.until("[...space.autosave.server.values()].filter((b) => b.status === 'confirmed').length === 2")
    notes.press("y")
    area = notes.page.get_by_label("Comment on the whole document")
    area.fill("Same as in the note before.")
    area.blur()
    notes.saved()
    assert [body["text"] for body in task.of_kind("comment")] == ["Same as in the note before."]
    assert refusal.count() == 0


def test_what_the_server_refuses_is_named_on_the_page_and_holds_up_nothing_else(notes, task):
    """A span of a line break and what hangs on it stay here; the rest is saved; put right, everything is."""
    place = task.text.index("\n")
    body = {"kind": "entity", "fragments": [[place, place + 1]], "label": "problem", "status": "confirmed", "origin": {"by": "human"}}
    event = {"kind": "event", "mentions": ["eblank"], "subtype": "drug_reaction", "status": "confirmed", "origin": {"by": "human"}}
    notes.space("space.store.run({title: 'odd', actions: [{id: 'eblank', body: x[0]}, {id: 'vblank', body: x[1]}]});", [body, event])
    notes.press("n", "a")
    notes.until("document.querySelector('#save-state').textContent === '2 changes not saved: refused'")
    assert task.body(FIRST)["status"] == "confirmed"
    assert not {"eblank", "vblank"} & task.elements.keys()
    strip = notes.page.locator("#strip")
    assert "holds nothing but white space" in strip.inner_text()
    assert "names an element that is not there" in strip.inner_text()
    mended = body | {"fragments": [[place - 7, place + 1]]}
    notes.space("space.store.run({title: 'mend', actions: [{id: 'eblank', body: x}]});", mended)
    notes.until("document.querySelector('#save-state').textContent === 'All changes saved'")
    assert task.elements["vblank"]["mentions"] == ["eblank"]
    assert task.elements["eblank"]["fragments"] == [[place - 7, place]]
    assert notes.space("return space.store.elements.get('eblank').fragments;") == [[place - 7, place]]
    assert "Not saved" not in strip.inner_text()


def test_a_refused_change_can_be_taken_back(notes, task):
    body = {"kind": "entity", "fragments": [[0, 1], [0, 2]], "label": "problem", "status": "confirmed", "origin": {"by": "human"}}
    notes.space("space.store.run({title: 'odd', actions: [{id: 'efar', body: x}]});", body)
    notes.until("document.querySelector('#save-state').textContent === '1 change not saved: refused'")
    notes.page.get_by_role("button", name="Take it back").click()
    notes.until("document.querySelector('#save-state').textContent === 'All changes saved'")
    assert not notes.space("return space.store.elements.has('efar');")
    assert "efar" not in task.elements


def test_exact_duplicates_are_named_when_the_note_is_finished(notes, task):
    body = {"kind": "entity", "fragments": [[0, 9]], "label": "problem", "assertion": {}, "codes": [], "status": "confirmed"}
    notes.space(
        "space.store.run({title: 'twice', actions: [{id: 'ea', body: x}, {id: 'eb', body: x},"
        " ...[...space.store.elements].map(([id, b]) => ({id, body: {...b, status: 'confirmed'}}))]});", body)
    notes.until("document.querySelector('#save-state').textContent === 'All changes saved'")
    notes.space("space.unseen = () => []; space.advice = () => [];")
    notes.press("Control+Enter")
    dialog = notes.page.get_by_role("dialog")
    dialog.get_by_text("1 exact duplicate was put together").wait_for()
    assert "DISCHARGE" in dialog.inner_text()
    dialog.get_by_role("button", name="Go on").click()
    notes.page.wait_for_url(lambda url: url != task.url)
    assert task.state == "submitted"
