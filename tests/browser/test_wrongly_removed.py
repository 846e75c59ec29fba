"""A reader reports that medicine was removed; the privacy officer puts it back; the reader goes on with moved marks."""

import pytest
from sqlalchemy import select

from app.accounts.actor import ProjectRole
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core import clock
from app.corpus.document import Document, get_document
from app.corpus.member import add_member
from app.corpus.project import get_project
from app.corpus.source import seal_source
from app.privacy.version.sealed import SealedMap, Why, seal_map
from app.review.admission import admit
from app.review.assignment import Assignment
from app.review.item import get_item
from app.review.submission import latest_of, payload_of
from tests.browser.notes_page import NotesPage, until
from tests.browser.test_accessibility import violations
from tests.browser.world import OPERATOR, PASSWORD, Task
from tests.build import as_if, doubt

BASE = "/privacy/projects/browser"
SOURCE = "Seen with Staph sepsis on the ward.\nFever since Monday. Dr Quill agreed.\nNo cough."
CLEAN = SOURCE.replace("Staph", "Devally").replace("Quill", "Brome")
EMPTY = {"entities": [], "relations": []}


def rows(*pairs):
    """The map of CLEAN: where each (original, replacement) stands in both texts."""
    found = [(SOURCE.index(a), SOURCE.index(a) + len(a), CLEAN.index(b), CLEAN.index(b) + len(b)) for a, b in pairs]
    return [list(row) for row in found]


MAP = rows(("Staph", "Devally"), ("Quill", "Brome"))
WHY = {
    (MAP[0][0], MAP[0][1]): Why("NAME", "model", certain=False),
    (MAP[1][0], MAP[1][1]): Why("NAME", "names-titled", certain=True),
}


@pytest.fixture
def officer(world):
    """Lena, who may now decide on texts."""
    if not hasattr(world, "has_officer"):
        world.has_officer = True
        world.write(
            lambda s: add_member(
                s, OPERATOR, get_project(s, "browser"), world.ids["lena"], ProjectRole.PRIVACY_OFFICER, at=clock.now()
            )
        )
        world.cookies.pop("lena", None)
    return "lena"


def seal(world, document_id, doubts=()):
    """What the machine would have sealed beside the clean text."""

    def unit(session):
        document = get_document(session, document_id)
        key = world.vault.key_of(session, document.subject_id)
        session.add(seal_source(key, document.source_id, {"text": SOURCE, "known": {}, "salt": "00"}))
        seal_map(session, key, document.id, SealedMap([*MAP], [list(d) for d in doubts], WHY))
        said(session, document)

    world.write(unit)


def said(session, document):
    """The event without which no record is written: what the job says of its work."""
    about = {"subject": Subject("document", document.id), "project_id": document.project_id, "data": {}}
    for tag in (Tag.BATCH_LOADED, Tag.SUBJECTS_DEIDENTIFIED):
        record(session, tag, stream="test", actor=OPERATOR, at=clock.now(), **about)


def open_originals(page, name="lena"):
    page.fill("#originals-name", name)
    page.fill("#originals-password", PASSWORD)
    page.get_by_role("button", name="Show what was removed").click()
    page.wait_for_selector("strong.original")


def put_away(page):
    """Close the originals, which another test of this session may have left open."""
    button = page.get_by_role("button", name="Put it away")
    if button.count():
        button.click()
    page.wait_for_selector("#originals-password")


def test_reported_put_back_reopened_and_submitted(world, officer, open_page, open_task):
    task = world.task(text=CLEAN, suggestion=EMPTY)
    document_id = task.look(lambda s: get_item(s, task.item).document_id)
    seal(world, document_id)
    # Ana marks two things and reports the third.
    notes = NotesPage(open_task(task))
    for words in ("Fever", "Devally sepsis"):
        notes.select(words)
        notes.press("1")
    notes.select("Devally")
    notes.press("Escape")
    notes.select("Devally")
    notes.press("Shift+r")
    dialog = notes.page.get_by_role("dialog")
    assert "identifies nobody" in dialog.inner_text()
    dialog.get_by_role("button", name="Report").click()
    notes.left()
    assert task.holds == ["removal"]
    assert {task.words(body) for body in task.elements.values()} == {"Fever", "Devally sepsis"}
    # Lena sees no original before she types her password again.
    page = open_page(f"{world.url}{BASE}/incidents", **world.context("lena"))
    page.locator("main a[href*='/removals/']").last.click()
    page.wait_for_selector(".originals")
    put_away(page)
    assert "Staph" not in page.content()
    assert page.get_by_role("button", name="put back").is_disabled()
    assert violations(page) == []
    open_originals(page)
    assert page.locator("strong.original").first.inner_text() == "Staph"
    assert violations(page) == []
    page.get_by_role("button", name="put back").click()
    page.wait_for_url("**/incidents?notice=words-put-back")
    # The job that tags the new text lets it in; Ana's reading is opened again.
    new = task.look(
        lambda s: s.scalar(
            select(Document).where(Document.source_id == get_document(s, document_id).source_id, Document.version == 2)
        )
    )
    world.write(lambda s: admit(s, OPERATOR, get_document(s, new.id), at=clock.now()))
    mine = (Assignment.person_id == world.ids["ana"], Assignment.state == "offered")
    again = task.look(lambda s: s.scalars(select(Assignment).where(*mine).order_by(Assignment.id.desc())).first())
    text = SOURCE.replace("Quill", "Brome")
    fresh = Task(world, again.id, again.item_id, text, "ana")
    work = open_page(f"{world.url}/work", **world.context("ana"))
    assert "text corrected" in work.locator("tr", has=work.locator(f"a[href$='/{again.id}']")).inner_text()
    old = open_task(task)
    old.get_by_role("link", name="go on in its new version").click()
    notes = NotesPage(old)
    assert notes.page.url == fresh.url
    strip = notes.page.locator(".renewed")
    until(notes.page, "document.querySelector('.renewed')?.textContent.includes('corrected')")
    assert "1 mark of yours moved" in strip.inner_text()
    assert [b["words"] for b in notes.elements()] == ["Fever"]
    assert "Quill" not in notes.page.content()
    assert violations(notes.page) == []
    # What could not move is listed; one click and one key mark it again.
    strip.get_by_role("button", name="Staph sepsis").click()
    notes.press("1")
    until(notes.page, "document.querySelectorAll('.renewed button').length === 0")
    assert sorted(b["words"] for b in notes.elements()) == ["Fever", "Staph sepsis"]
    notes.saw_everything()
    notes.press("Control+Enter")
    notes.left()
    frozen = fresh.look(lambda s: payload_of(s, latest_of(s, fresh.id).id))
    assert sorted(fresh.words(body) for body in frozen["elements"].values()) == ["Fever", "Staph sepsis"]
    assert task.state == "revoked"


def test_held_texts_are_decided_by_keys_alone(world, officer, open_page):
    """The most doubtful first; k keeps, b puts back, Ctrl+Enter lets the text in and goes on."""
    numbers = []
    for ppm in (200_000, 700_000):
        task = world.task(text=CLEAN, suggestion=EMPTY)
        number = task.look(lambda s, t=task: get_item(s, t.item).document_id)
        numbers.append(number)
        seal(world, number, doubts=[MAP[0][2:], MAP[1][2:]])

        def unit(session, number=number, ppm=ppm, item=task.item):
            document = get_document(session, number)
            doubt(session, document, "residual-risk", ppm=ppm)
            get_item(session, item).state = "imported"
            as_if(session, Tag.ITEM_ADVANCED)
            said(session, document)

        world.write(unit)
    page = open_page(f"{world.url}{BASE}", **world.context("lena"))
    page.get_by_role("link", name="Begin with the most doubtful").click()
    page.wait_for_selector(".held")
    assert page.url.endswith(f"/privacy/documents/{numbers[1]}")
    put_away(page)
    assert "Staph" not in page.content()
    open_originals(page)
    assert violations(page) == []
    until(page, "document.activeElement.matches('[data-row]')")
    assert page.locator("[data-row][aria-current=true] strong").inner_text() == "Staph"
    page.keyboard.press("b")
    assert page.locator("[data-row][aria-current=true] strong").inner_text() == "Quill"
    page.keyboard.press("k")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    page.wait_for_selector(".held")
    assert f"/privacy/documents/{numbers[0]}?" in page.url
    with world.database.reading() as session:
        first = get_document(session, numbers[1])
        newest = session.scalar(
            select(Document).where(Document.source_id == first.source_id).order_by(Document.id.desc())
        )
        assert (newest.version, newest.verdict) == (2, "accepted")
    # The other one in bulk: by word, on the page of all of them.
    page.goto(f"{world.url}{BASE}/removed-words")
    page.wait_for_selector("[data-row]")
    assert violations(page) == []
    rows = {row.locator("strong.original").first.inner_text(): row for row in page.locator("[data-row]").all()}
    assert {"Staph", "Quill"} <= rows.keys()
    rows["Staph"].locator("input[value=put_back]").check()
    rows["Quill"].locator("input[value=stays]").check()
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    assert "are decided" in page.locator(".notice").inner_text()
    page.get_by_role("button", name="Accept them").click()
    page.wait_for_url("**notice=texts-accepted*")
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.goto(f"{world.url}{BASE}/kept-words")
    page.get_by_label("staph").check()
    page.get_by_role("button", name="Keep the ticked words for every patient").click()
    page.wait_for_url("**notice=words-ruled*")
    assert "kept" in page.locator("table").last.inner_text()
    assert violations(page) == []
