"""Signing in and out as a browser does it."""

import re

import pytest

from app.accounts.session import SignInSession
from app.core import clock
from app.core.clock import HOUR, MINUTE
from app.settings import Settings
from tests.conftest import PASSWORD, csrf


def enter(browser, username="ann", password=PASSWORD, **rest):
    token = csrf(browser, "/sign-in")
    data = {"username": username, "password": password, "csrf_token": token, **rest}
    return browser.post("/sign-in", data=data)


@pytest.fixture
def moved(monkeypatch):
    """`moved(by)` sets the server's clock ahead by so many milliseconds."""
    real = clock.now

    def move(by):
        monkeypatch.setattr(clock, "now", lambda: real() + by)

    return move


def cookies_of(answer):
    return {c.partition("=")[0]: c for c in answer.headers.getlist("Set-Cookie")}


def test_a_session_token_sent_in_advance_is_never_adopted(client, person):
    person("ann")
    planted = "p" * 43
    client.set_cookie("chartmark", planted)
    client.set_cookie("chartmark-guest", planted)
    answer = enter(client)
    assert answer.status_code == 303
    token = re.match("chartmark=([^;]+)", cookies_of(answer)["chartmark"])[1]
    assert token != planted
    client.set_cookie("chartmark", planted)
    assert client.get("/account").status_code == 302


def test_signing_in_again_gives_another_token(client, person):
    person("ann")
    first = cookies_of(enter(client))["chartmark"]
    client.delete_cookie("chartmark")
    assert cookies_of(enter(client))["chartmark"] != first


def test_a_cookie_kept_from_before_signing_out_is_dead(person, sign_in):
    person("ann")
    ann = sign_in("ann")
    token = ann.get_cookie("chartmark").value
    answer = ann.post("/sign-out", data={"csrf_token": ann.csrf()})
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert ann.get_cookie("chartmark") is None
    ann.set_cookie("chartmark", token)
    assert ann.get("/account").status_code == 302
    assert ann.get("/api/v1/session").get_json()["error"]["code"] == "session-ended"


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(client, person):
    person("ann")
    attributes = cookies_of(enter(client))["chartmark"]
    assert "HttpOnly" in attributes
    assert "SameSite=Lax" in attributes
    assert "Path=/" in attributes
    assert "Domain" not in attributes


def test_behind_https_cookies_are_bound_to_host_and_transport(app, person):
    person("ann")
    app.extensions["settings"] = Settings(https="1", var=app.extensions["settings"].var)
    browser = app.test_client()
    page = browser.get("/sign-in", base_url="https://localhost")
    token = re.search('name="csrf-token" content="([0-9a-f]+)"', page.text)[1]
    data = {"username": "ann", "password": PASSWORD, "csrf_token": token}
    answer = browser.post("/sign-in", data=data, base_url="https://localhost")
    sent = cookies_of(answer)
    assert "Secure" in sent["__Host-chartmark"]
    assert all("Secure" in cookie for cookie in sent.values())
    assert answer.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
    assert browser.get("/account", base_url="https://localhost").status_code == 200


@pytest.mark.parametrize(
    ("target", "lands"),
    [
        ("/people?after=b", "/people?after=b"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("people", "/"),
        ("", "/"),
    ],
)
def test_after_signing_in_one_is_where_one_wanted_to_go_but_never_elsewhere(client, person, target, lands):
    person("ann")
    assert enter(client, next=target).headers["Location"] == lands


def test_an_idle_session_ends_and_its_page_is_found_again(person, sign_in, moved):
    person("ann")
    ann = sign_in("ann")
    moved(14 * MINUTE)
    assert ann.get("/account").status_code == 200
    moved(28 * MINUTE)
    assert ann.get("/account").status_code == 200
    moved(44 * MINUTE)
    answer = ann.get("/people?after=bob")
    assert answer.headers["Location"] == "/sign-in?next=/people%3Fafter%3Dbob"
    page = ann.get(answer.headers["Location"]).text
    assert "Your session has ended" in page
    assert 'name="next" value="/people?after=bob"' in page


def test_a_form_sent_too_late_is_told_that_the_session_ended(person, sign_in, moved):
    person("ann")
    ann = sign_in("ann")
    token = ann.csrf()
    moved(16 * MINUTE)
    answer = ann.post("/account/sessions/end", data={"csrf_token": token})
    assert answer.status_code == 401
    assert "Drafts that were saved are kept" in answer.text


def test_polling_in_the_background_keeps_nobody_signed_in(person, sign_in, moved):
    person("ann")
    ann = sign_in("ann")
    moved(10 * MINUTE)
    assert ann.get("/api/v1/session", headers={"X-Background": "1"}).status_code == 200
    moved(16 * MINUTE)
    assert ann.get("/api/v1/session", headers={"X-Background": "1"}).status_code == 401


def test_staying_signed_in_moves_the_end_but_not_beyond_the_longest_session(person, sign_in, moved):
    person("ann")
    ann = sign_in("ann")
    first = ann.get("/api/v1/session", headers={"X-Background": "1"}).get_json()["ends_at"]
    moved(10 * MINUTE)
    answer = ann.post("/api/v1/session/extension", headers={"X-CSRF-Token": ann.csrf()})
    assert 9 * MINUTE < answer.get_json()["ends_at"] - first < 11 * MINUTE
    for minutes in range(20, 12 * 60, 10):
        moved(minutes * MINUTE)
        last = ann.post("/api/v1/session/extension", headers={"X-CSRF-Token": ann.csrf()})
    assert last.get_json()["ends_at"] - first < 12 * HOUR
    moved(12 * HOUR)
    assert ann.get("/api/v1/session").status_code == 401


def test_whoever_is_deactivated_is_out_at_the_next_request(app, person, sign_in):
    from app.accounts.person import deactivate, get_person
    from tests.conftest import OPERATOR

    made = person("ann")
    ann = sign_in("ann")
    app.extensions["database"].writing(lambda s: deactivate(s, OPERATOR, get_person(s, made.id), at=clock.now()))
    assert ann.get("/account").status_code == 302


def test_after_three_failures_the_page_says_how_long_to_wait(client, person):
    person("ann")
    for _ in range(3):
        answer = enter(client, password="not this one at all")
        assert answer.status_code == 403
        assert "User name or password is wrong" in answer.text or "user name or password is wrong" in answer.text
    answer = enter(client)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "1"
    assert PASSWORD not in answer.text


def test_a_foreign_remember_cookie_does_no_harm(client):
    client.set_cookie("remember_token", "1|" + "0" * 128)
    assert client.get("/account").status_code == 302


def test_reading_pages_writes_the_session_at_most_twice_a_minute(app, person, sign_in, moved):
    person("ann")
    ann = sign_in("ann")

    def last_seen():
        with app.extensions["database"].reading() as session:
            return session.query(SignInSession.last_seen_at).scalar()

    before = last_seen()
    for _ in range(5):
        ann.get("/account")
    assert last_seen() == before
    moved(MINUTE)
    ann.get("/account")
    assert last_seen() > before


@pytest.mark.parametrize(("proxies", "locked_out"), [(0, True), (1, False)])
def test_addresses_are_told_apart_behind_a_proxy_only_where_one_is_named(app, person, proxies, locked_out):
    from dataclasses import replace

    from app.factory import create_app

    person("ann")
    behind = create_app(replace(app.extensions["settings"], proxies=proxies))
    browser = behind.test_client()
    for number in range(10):
        browser.environ_base["HTTP_X_FORWARDED_FOR"] = "192.0.2.1"
        assert enter(browser, f"user{number}", "no such password").status_code == 403
    browser.environ_base["HTTP_X_FORWARDED_FOR"] = "192.0.2.2"
    assert (enter(browser).status_code == 429) is locked_out
    behind.extensions["database"].dispose()
