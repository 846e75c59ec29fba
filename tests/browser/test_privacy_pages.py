"""The privacy officer's pages in a browser: leak check by keyboard, incident, queue; nothing is told of plants."""

import pytest

from app.accounts.actor import ProjectRole
from app.core import clock
from app.corpus.document import get_document
from app.corpus.member import add_member
from app.corpus.project import get_project
from app.privacy.leak_audit.drawing import Plan, draw_audit, plan_audit
from app.privacy.leak_audit.models import checks_of, get_audit, samples_of
from app.privacy.leak_audit.shown import shown_text
from app.review.item import get_item
from app.review.reporting import report_phi
from tests.browser.test_accessibility import violations
from tests.browser.world import OPERATOR

BASE = "/privacy/projects/browser"


@pytest.fixture
def officer(world):
    """Lena, who may now decide on texts."""

    def unit(session):
        at, project = clock.now(), get_project(session, "browser")
        add_member(session, OPERATOR, project, world.ids["lena"], ProjectRole.PRIVACY_OFFICER, at=at)

    if not hasattr(world, "has_officer"):
        world.has_officer = True
        world.write(unit)
        world.cookies.pop("lena", None)
    return "lena"


@pytest.fixture
def audit(world, officer):
    """A drawn sample of three texts, into two of which an invented identifier is planted."""
    world.task(text="Seen 😀 in clinic.\nMr Quillfeather came. Chest is clear.\nNo fever.")
    world.task(text="Seen again in clinic. Continue ramipril 5 mg.\nNo cough. No fever.")

    def plan(session):
        at, actor = clock.now(), world.actor(session, "lena")
        planned = plan_audit(session, actor, get_project(session, "browser"), Plan(3, "all", 1, 2), at=at)
        draw_audit(session, actor, world.vault, planned, at=at)
        return planned.id

    return world.write(plan)


def test_a_leak_audit_is_checked_by_keyboard_and_says_nothing_of_plants(world, audit, open_page):
    page = open_page(f"{world.url}{BASE}/leak-audits/{audit}/check", **world.context("lena"))
    found = {}
    while "/check" in page.url:
        assert violations(page) == []
        markup = page.content()
        assert "plant" not in markup.lower()
        number = int(page.locator("form.row").get_attribute("action").split("/samples/")[1].split("/")[0])
        with world.database.reading() as session:
            sample = next(s for s in samples_of(session, audit) if s.id == number)
            shown = shown_text(session, world.vault, sample, get_document(session, sample.document_id))
        assert page.locator("[data-text]").evaluate("e => e.textContent") == shown.text
        # A planted passage stands in the page like every other word: no element, class or attribute of its own.
        assert page.locator("[data-text] *:not(u)").count() == 0
        places = shown.planted or [(0, 4)]
        for start, end in places:
            select(page, shown.text, start, end)
            page.keyboard.press("m")
        assert page.locator("[data-marked] li").all_inner_texts() == [shown.text[a:b] for a, b in places]
        page.keyboard.press("m")
        page.keyboard.press("u")
        found[number] = [list(place) for place in places]
        with page.expect_navigation():
            page.keyboard.press("n")
    with world.database.reading() as session:
        answers = {sample: checks[0].marks_json for sample, checks in checks_of(session, audit).items()}
        state = get_audit(session, audit).state
    assert {n: str(marks).replace(" ", "") for n, marks in found.items()} == answers
    assert state == "drawn"
    page.get_by_role("button", name="Close the audit").click()
    page.wait_for_selector("table")
    assert "interval" in page.inner_text("main")
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def select(page, text, start, end):
    """Select code points of the text as a person with a mouse or Shift and arrows would."""
    units = [len(text[:n].encode("utf-16-le")) // 2 for n in (start, end)]
    page.evaluate(
        """([from, to]) => {
          const note = document.querySelector('[data-text]'), range = document.createRange();
          const walk = document.createTreeWalker(note, NodeFilter.SHOW_TEXT);
          let done = 0, node, set = 0;
          while ((node = walk.nextNode())) {
            const length = node.data.length;
            if (!(set & 1) && from <= done + length) { range.setStart(node, from - done); set |= 1; }
            if (to <= done + length) { range.setEnd(node, to - done); break; }
            done += length;
          }
          getSelection().removeAllRanges(); getSelection().addRange(range); note.focus();
        }""",
        units,
    )


def test_incidents_and_the_queue_are_accessible_and_work_with_keys_alone(world, officer, open_page):
    task = world.task(text="Seen in clinic. Mr Quillfeather came.\nNo fever.")
    world.write(lambda s: report_phi(s, world.actor(s, "ana"), get_item(s, task.item), [[19, 31]], at=clock.now()))
    page = open_page(f"{world.url}{BASE}/incidents", **world.context("lena"))
    assert violations(page) == []
    page.locator("main a[href*='/incidents/']").last.press("Enter")
    page.wait_for_selector("mark")
    assert page.locator("mark").inner_text() == "Quillfeather"
    assert violations(page) == []
    page.get_by_role("button", name="Redact in a new version").press("Enter")
    page.wait_for_url("**/incidents?notice=*")
    assert violations(page) == []
    for path in ("", "/leak-audits"):
        page.goto(f"{world.url}{BASE}{path}")
        assert violations(page) == []
        page.set_viewport_size({"width": 320, "height": 640})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        page.set_viewport_size({"width": 1366, "height": 768})
