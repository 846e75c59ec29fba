"""Chartmark at https://host/chart/: a task is read and answered, and nothing leaves the path."""

from urllib.parse import urlsplit

from tests.browser.live import serving
from tests.browser.notes_page import NotesPage
from tests.browser.world import World


def test_a_task_is_done_below_a_path(database_templates, tmp_path, open_page):
    with database_templates.fresh("sqlite", tmp_path) as database:
        world = World(database, tmp_path / "var", prefix="/chart")
        with serving(world.app) as address:
            world.url = f"{address}/chart"
            task = world.task()
            asked = []
            page = open_page("about:blank", **world.context(task.reader))
            page.on("request", lambda request: asked.append(urlsplit(request.url).path))
            page.goto(task.url)
            notes = NotesPage(page)
            notes.focus_on(notes.elements()[0]["words"])
            notes.press("Enter")
            notes.saved()
            page.get_by_role("link", name="Chartmark").click()
            page.wait_for_url(lambda url: url.startswith(f"{world.url}/") and "/assignments/" not in url)
            page.wait_for_selector("main")
            assert len(asked) > 20
            assert [path for path in asked if not path.startswith("/chart/")] == []
