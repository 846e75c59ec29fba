"""Pictures of the workbenches for the README: `make screenshots` writes them into `screenshots/`."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.live import serving
from tests.browser.notes_page import NotesPage, until
from tests.browser.world import World
from tests.databases import Templates

SIZE = {"width": 1366, "height": 768}


def annotate(task, page):
    """A note half reviewed, an adverse event in focus with its drug."""
    notes = NotesPage(page)
    notes.press("n", *["a"] * 7)
    notes.focus_on("amoxicillin-clavulanate")
    notes.press("a")
    notes.focus_on("amoxicillin-clavulanate")
    notes.press("l")
    targets = notes.space("return space.linking.targets.map((id) => space.textOf(space.store.elements.get(id)));")
    letters = page.locator(".hint").all_inner_texts()[targets.index("widespread maculopapular rash")]
    notes.press(*letters, "1", "h")
    notes.focus_on("widespread maculopapular rash")
    page.wait_for_timeout(6000)  # the strip about speed has gone
    notes.press("c")
    page.wait_for_selector(".hits li")


def link(task, page):
    """Hint letters on everything an adverse event can be linked to."""
    notes = NotesPage(page)
    notes.focus_on("pruritus")
    notes.press("l")


def code_list(task, page):
    """The encounter's code list with evidence."""
    notes = NotesPage(page)
    for words, code in (("Community-acquired pneumonia", "J18.9"), ("type 2 diabetes mellitus", "E11.9"), ("hypertension", "I10")):
        notes.focus_on(words)
        notes.press("c", *code)
        notes.until(f"document.querySelector('.hits li .mut')?.textContent.startsWith('{code}')")
        notes.press("Enter", "z")
    notes.press("k")
    notes.until("!document.querySelector('#panel').textContent.includes('undefined')")


def events(task, page):
    """An adverse event, a drug exposure and their assessment."""
    notes = NotesPage(page)
    panel = page.locator("#panel")
    notes.focus_on("pruritus")
    notes.press("p")
    panel.get_by_role("button", name="New event from").click()
    notes.focus_on("amoxicillin-clavulanate")
    panel.get_by_role("button", name="New exposure from").click()
    panel.get_by_role("button", name="Assess").click()
    panel.get_by_label("result").select_option("probable")


def adjudicate(task, page):
    """A critical case: boundary and relation differ."""
    for key in ("1", "n"):
        page.keyboard.press(key)
        page.wait_for_timeout(300)
    page.keyboard.press("s")
    until(page, "document.querySelectorAll('.version').length === 2")


def report(task, page):
    for key in ("d", "a", "3"):
        page.keyboard.press(key)


def metadata(task, page):
    for key in ("a", "a"):
        page.keyboard.press(key)


def keys(task, page):
    NotesPage(page).press("?")


SHOTS = [
    ("annotate", "notes", annotate), ("link", "notes", link), ("code-list", "notes", code_list), ("events", "notes", events),
    ("keys", "notes", keys), ("adjudicate", "case", adjudicate), ("report", "reports", report), ("metadata", "imaging", metadata),
]


def shoot(world, browser, folder):
    for name, kind, prepare in SHOTS:
        task = world.case() if kind == "case" else world.task(kind)
        context = browser.new_context(viewport=SIZE, **world.context(task.reader))
        page = context.new_page()
        page.goto(task.url)
        page.wait_for_selector("[data-ready]")
        prepare(task, page)
        page.wait_for_timeout(500)
        page.screenshot(path=folder / f"{name}.png")
        context.close()


def main(folder):
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        place = Path(scratch)
        with Templates(place).fresh("sqlite", place) as database:
            world = World(database, place / "var")
            with serving(world.app) as world.url:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
                shoot(world, browser, folder)
                browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("screenshots"))
