"""The pages of a team in Chromium: accessible, usable by keyboard and at 320 pixels, nothing inline."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from app.jobs.job import list_jobs
from tests.browser.live import serving
from tests.conftest import PASSWORD
from tests.functional.web.conftest import Team, problem

pytestmark = pytest.mark.browser
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SHEET = "/projects/first"
TOUR = {
    "ann": ["/work", "/work/finished", "/work/questions", "/work/feedback", "/projects", SHEET],
    "sam": ["/cases"],
    "lead": [
        SHEET,
        *(f"{SHEET}/{page}" for page in ("deliveries", "deliveries/1", "suggestions", "guidelines", "guidelines/1", "questions")),
        *(f"{SHEET}/{page}" for page in ("holds", "releases", "members", "schemas", "papers", "workflow", "settings")),
        "/audit",
    ],
    "boss": ["/projects", "/pipelines", "/pipelines/chartmark_rules"],
    "pia": ["/privacy", "/privacy/projects/first", "/privacy/documents/1"],
}


@pytest.fixture
def busy(sqlite_database, tmp_path):
    """A team with something on every page."""
    team = Team(tmp_path, sqlite_database)
    _, (mine, other) = team.item("ann", "ben")
    team.answer("ann", mine, e1=problem(7, 17))
    team.answer("ben", other)
    item, (waiting, _) = team.item("ann", "ben")
    team.get("ann", f"/api/v1/assignments/{waiting}")
    team.post_json("ann", f"/api/v1/assignments/{waiting}/questions", text="Is a rash a symptom?", blocking=True)
    team.post_json("ann", f"/api/v1/items/{item}/phi-reports", fragments=[[0, 6]])
    yield team
    team.database.dispose()


@pytest.fixture
def address(busy):
    with serving(busy.app) as address:
        yield address


def enter(page, username):
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator(".who").wait_for()
    page.wait_for_load_state("networkidle")


def violations(page):
    found = Axe().run(page, options=RULES).response["violations"]
    return [(page.url, v["id"], [n["target"] for n in v["nodes"]]) for v in found]


@pytest.mark.parametrize("who", TOUR)
def test_every_page_is_accessible_wide_and_narrow(address, open_page, who):
    page = open_page(f"{address}/sign-in")
    enter(page, who)
    found = []
    for path in TOUR[who]:
        assert page.goto(f"{address}{path}").status == 200, path
        found += violations(page)
        page.set_viewport_size({"width": 320, "height": 640})
        if page.evaluate("document.documentElement.scrollWidth") > 320:
            found.append((path, "wider than 320 pixels"))
        page.set_viewport_size({"width": 1280, "height": 800})
    assert found == []


def test_an_upload_by_keyboard_shows_its_progress_and_its_result(address, open_page, busy):
    page = open_page(f"{address}/sign-in")
    enter(page, "lead")
    page.goto(f"{address}{SHEET}/deliveries")
    page.get_by_label("Files").set_input_files(
        {"name": "notes.csv", "mimeType": "text/csv", "buffer": b"id,text\n1,No fever.\n2,\n"}
    )
    page.get_by_role("button", name="Upload").press("Enter")
    page.wait_for_url("**/deliveries/*notice=batch-started")
    assert page.get_by_role("progressbar", name="Reading records").is_visible()
    with busy.database.reading() as session:
        job = list_jobs(session, busy.project_id)[0]
    busy.work(job.id)
    page.get_by_role("heading", name="What was refused, and why").wait_for()
    assert page.get_by_role("row", name="line 3").is_visible()
