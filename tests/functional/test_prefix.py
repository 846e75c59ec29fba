"""Below a path of another host every address that a page, a redirect or a link holds begins with that path."""

import re
from dataclasses import replace

import pytest

from app.accounts.actor import ServerRole
from app.factory import create_app
from app.settings import Settings
from tests.conftest import PASSWORD

LINK = re.compile(r'\s(?:href|src|action|formaction)="([^"#]*)')
PREFIX = "/chart"


@pytest.fixture
def app(sqlite_database, tmp_path):
    app = create_app(Settings(var=str(tmp_path), database_url=sqlite_database.url, prefix=PREFIX))
    yield app
    app.extensions["database"].dispose()


@pytest.fixture
def boss(app, person):
    """A browser in which an administrator has signed in, through the prefix."""
    person("boss", ServerRole.ADMIN)
    client = app.test_client()
    token = re.search(r'name="csrf_token" value="([0-9a-f]{64})"', client.get("/chart/sign-in").text)[1]
    form = {"username": "boss", "password": PASSWORD, "csrf_token": token, "next": "/people"}
    answer = client.post("/chart/sign-in", data=form)
    assert answer.headers["Location"] == "/chart/people"
    return client


def test_every_page_stays_below_the_prefix(boss):
    waiting, seen = ["/chart/"], set()
    while waiting:
        address = waiting.pop().partition("?")[0]
        if address in seen:
            continue
        seen.add(address)
        answer = boss.get(address)
        answer.close()
        assert answer.status_code in (200, 302, 303, 308, 405), address  # 405: where a form is sent
        if answer.location:
            assert answer.location.startswith("/chart/"), (address, answer.location)
            waiting.append(answer.location)
        if answer.mimetype == "text/html":
            for link in LINK.findall(answer.text):
                assert link.startswith("/chart/") or not link.startswith("/"), (address, link)
                if link.startswith("/chart/") and "/sign-out" not in link:
                    waiting.append(link)
    assert len(seen) > 15
    assert any("/static/" in address for address in seen)


def test_who_is_not_signed_in_comes_back_to_where_they_were(app):
    answer = app.test_client().get("/chart/people?x=1")
    assert answer.headers["Location"] == "/chart/sign-in?next=/people%3Fx%3D1"


def test_a_proxy_may_have_taken_the_prefix_away(app):
    page = app.test_client().get("/sign-in")
    assert 'action="/chart/sign-in"' in page.text or 'href="/chart/static/' in page.text


def test_nobody_leads_pages_elsewhere_by_a_header(app):
    page = app.test_client().get("/chart/sign-in", headers={"X-Forwarded-Prefix": "//evil.example"})
    assert "evil" not in page.text


@pytest.mark.parametrize("prefix", ["/a b", "//evil.example", "/../x", '/"x', "http://x"])
def test_what_is_no_path_is_refused(prefix):
    with pytest.raises(ValueError, match="CHARTMARK_PREFIX"):
        _ = replace(Settings(), prefix=prefix).prefix_path
