"""WCAG 2.2 AA by axe on every page and state; forced colours, narrow windows, names and focus."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.notes_page import NotesPage

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page):
    found = Axe().run(page, options={"runOnly": TAGS}).response["violations"]
    return [f"{v['id']}: {v['help']}: {[n['target'] for n in v['nodes']][:4]}" for v in found]


def open_kind(world, open_task, kind, **settings):
    task = world.case() if kind == "adjudication" else world.task(kind, sibling="Nursing note." if kind == "notes" else None)
    return open_task(task, **settings)


KINDS = ["notes", "reports", "imaging", "adjudication"]


@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing(world, open_task, kind):
    assert violations(open_kind(world, open_task, kind)) == []


@pytest.mark.parametrize("keys", [["n", "a", "i"], ["n", "k"], ["n", "p"], ["y"], ["h"], ["j"], ["?"], ["f"], ["n", "c"], ["Control+Enter"]], ids=" ".join)
def test_axe_finds_nothing_in_the_panels_and_dialogs_of_a_note(world, open_task, keys):
    notes = NotesPage(open_kind(world, open_task, "notes"))
    notes.press(*keys)
    notes.page.wait_for_timeout(300)
    assert violations(notes.page) == []


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_cut_off_at_320_pixels(world, open_task, kind):
    page = open_kind(world, open_task, kind)
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert violations(page) == []


@pytest.mark.parametrize("kind", KINDS)
def test_everything_is_reached_and_left_with_tab(world, open_task, kind):
    page = open_kind(world, open_task, kind)
    page.evaluate("document.body.tabIndex = -1; document.body.focus()")
    seen = []
    for _ in range(120):
        page.keyboard.press("Tab")
        place = page.evaluate("(() => { const e = document.activeElement; return e === document.body ? null : (e.id || e.dataset.do || e.getAttribute('aria-label') || e.textContent).slice(0, 40); })()")
        if place is None:
            break
        seen.append(place)
    assert "finish" in seen and "help" in seen
    assert place is None


def test_tags_and_lines_stay_in_forced_colours(world, open_task):
    page = open_kind(world, open_task, "notes", forced_colors="active")
    style = page.evaluate("(() => { const m = document.querySelector('mark.suggested'); const s = getComputedStyle(m); return [s.borderBlockEndStyle, s.borderBlockEndWidth, getComputedStyle(m, '::before').content]; })()")
    assert style[0] == "solid"
    assert style[1] == "3px"
    assert "○ DX" in style[2], "the circle says that nobody has reviewed it"


def test_what_is_in_focus_is_said_once_in_the_live_region(world, open_task):
    notes = NotesPage(open_kind(world, open_task, "notes"))
    notes.press("n")
    assert notes.page.locator("#live").inner_text() == "type 2 diabetes mellitus, Problem, not reviewed, line 5; 1 of 27"
    assert notes.page.locator("[aria-live]").count() == 1


def test_tags_are_silent_for_a_screen_reader(world, open_task):
    page = open_kind(world, open_task, "notes")
    snapshot = page.locator(".text").aria_snapshot()
    assert "chest pain" in snapshot
    assert "SX" not in snapshot


def test_labels_are_told_apart_without_colour(world, open_task):
    page = open_kind(world, open_task, "notes")
    tags = page.evaluate("[...document.querySelectorAll('mark[data-tag]')].map((m) => m.dataset.tag)")
    assert {"○ DX", "○ SX ¬", "○ DX ?", "○ DX fam", "○ DX if"} <= set(tags)


def test_labels_of_one_colour_have_lines_of_their_own_and_what_is_critical_is_loudest(world, open_task):
    page = open_kind(world, open_task, "notes")
    marks = page.evaluate(
        """(async () => { const { labelMarks } = await import(document.querySelector('script[type=module]').src.replace(/main.js.*/, 'annotator/marks.js'));
        const labels = [...Array(16).keys()].map((i) => ({ key: `l${i}`, color: i % 4, class: i === 3 ? 'critical' : 'routine' }));
        return [...labelMarks(labels).values()].map((m) => [m.color, m.line, m.loud]); })()"""
    )
    assert len({(color, line) for color, line, _ in marks}) == 16
    assert [loud for _, _, loud in marks].count(True) == 1
    width = page.evaluate("getComputedStyle(document.querySelector('mark.loud')).borderBlockEndWidth")
    assert width == "5px"
