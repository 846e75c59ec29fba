"""Chromium for the browser tests: strict about policy violations, script errors and foreign hosts."""

import os
from pathlib import Path

import pytest

from tests.browser.live import serving
from tests.browser.notes_page import NotesPage
from tests.browser.world import World

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]


def pytest_collection_modifyitems(items):
    if Path(CHROMIUM).exists() or os.environ.get("CI") == "true":
        return
    for item in items:
        if "browser" in Path(item.fspath).parts:
            item.add_marker(pytest.mark.skip(reason=f"Chromium is not installed at {CHROMIUM} (set CHROMIUM)"))


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Watched:
    """A page whose policy violations, script errors and foreign requests are collected."""

    def __init__(self, page):
        self.page, self.wrong = page, []
        page.on("pageerror", lambda error: self.wrong.append(f"script error: {error}"))
        page.on("console", self._console)
        page.on("request", self._request)
        page.add_init_script(
            "document.addEventListener('securitypolicyviolation', e =>"
            " console.error('policy violation: ' + e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sourceFile + ':' + e.lineNumber))"
        )

    def _console(self, message):
        if message.type == "error" and "policy" in message.text.lower():
            self.wrong.append(message.text)

    def _request(self, request):
        if not request.url.startswith(("http://127.0.0.1:", "http://localhost:", "data:", "blob:")):
            self.wrong.append(f"left the host: {request.url}")


@pytest.fixture(scope="session")
def world(database_templates, tmp_path_factory):
    """The application with people and projects, served on the loopback."""
    folder = tmp_path_factory.mktemp("world")
    with database_templates.fresh("sqlite", folder) as database:
        world = World(database, folder / "var")
        with serving(world.app) as world.url:
            yield world


@pytest.fixture
def open_page(chromium):
    """`open_page(url, **context)` opens a watched page; afterwards nothing may have gone wrong in it."""
    opened = []

    def make(url, **settings):
        context = chromium.new_context(viewport={"width": 1366, "height": 768}, **settings)
        watched = Watched(context.new_page())
        opened.append((context, watched))
        watched.page.set_default_timeout(60_000)  # a loaded machine, not a slow page
        watched.page.goto(url)
        return watched.page

    yield make
    for context, watched in opened:
        context.close()
        assert watched.wrong == []


@pytest.fixture
def open_task(open_page):
    """`open_task(task)` opens a task's page in a browser in which its reader is signed in."""

    def make(task, **settings):
        page = open_page(task.url, **task.world.context(task.reader), **settings)
        page.wait_for_selector("[data-ready]")
        return page

    return make


@pytest.fixture
def task(world):
    """The sample note with its suggestions, assigned to Ana and Ben."""
    return world.task()


@pytest.fixture
def notes(task, open_task):
    """Ana's workbench with the sample note."""
    return NotesPage(open_task(task))
