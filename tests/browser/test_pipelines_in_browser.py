"""The register of pipelines in Chromium: an entry is stated, signed and found overdue, by keyboard, accessible."""

import pytest

from app.accounts.actor import ServerRole
from app.accounts.loading import load_actor
from app.core import clock
from app.corpus.free_text import TEXT_SCANNERS
from app.pipelines.register.shipped import TERM, accept
from tests.browser.live import serving
from tests.browser.test_team_pages import enter, violations
from tests.conftest import PASSWORD
from tests.functional.web.conftest import Team
from tests.team import Seal

pytestmark = pytest.mark.browser
PAGE = "/pipelines/chartmark_rules"


@pytest.fixture
def team(sqlite_database, tmp_path):
    team = Team(tmp_path, sqlite_database)
    yield team
    team.database.dispose()


@pytest.fixture
def address(team):
    for scanner in TEXT_SCANNERS:
        scanner.identifiers("Word lists are loaded on first use, which takes long on a busy machine.")
    with serving(team.app) as address:
        yield address


def fits_and_is_accessible(page):
    """Nothing found by axe, wide and narrow, and nothing cut off at 320 pixels."""
    found = []
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 800})
        found += violations(page)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append("wider than the window")
    page.set_viewport_size({"width": 1280, "height": 800})
    assert found == []


def test_the_shipped_entry_is_read_entered_and_signed_by_keyboard(team, address, open_page):
    page = open_page(f"{address}/sign-in")
    enter(page, "boss")
    page.get_by_role("link", name="Pipelines").press("Enter")
    page.get_by_role("link", name="Chartmark rules").press("Enter")
    assert page.get_by_text("the pipeline has no signed entry in the register").is_visible()
    assert "judged by a reader" in page.get_by_label("Intended use").input_value()
    page.get_by_role("button", name="Register").press("Enter")
    page.get_by_role("heading", name="Sign entry 1").wait_for()
    fits_and_is_accessible(page)
    page.get_by_label("User name").fill("boss")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_text("In force until its review").wait_for()
    fits_and_is_accessible(page)
    page.get_by_text("Withdraw entry 1").press("Enter")
    page.get_by_label("Why").fill("Only a test.")
    page.keyboard.press("Enter")
    page.get_by_text("It tags nothing now.").wait_for()
    fits_and_is_accessible(page)


def test_an_overdue_entry_stands_out_in_the_list_and_in_its_project(team, address, open_page):
    before = clock.now() - TERM - 5 * clock.DAY

    def unit(session, _at):
        owner = load_actor(session, team.people["boss"], at=before)
        assert ServerRole.ADMIN in owner.server_roles
        accept(session, owner, "chartmark_rules", signer=Seal(), authentication={}, at=before)

    team.write(unit)
    page = open_page(f"{address}/sign-in")
    enter(page, "lead")
    for path in ("/pipelines", PAGE, "/projects/first/suggestions"):
        page.goto(f"{address}{path}")
        assert page.get_by_text("suspended: its review is 5 days overdue").is_visible()
        fits_and_is_accessible(page)
