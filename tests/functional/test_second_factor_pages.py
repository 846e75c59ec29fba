"""Setting up, using, removing and resetting second factors through the pages; sessions and browsers of one's own."""

import re
from dataclasses import replace

import pyotp
import pytest
from sqlalchemy import select

from app.accounts.actor import ServerRole
from app.accounts.session import SignInSession
from app.audit.events import Tag
from app.audit.models import Event
from app.core import clock
from tests.authenticator import Device
from tests.conftest import PASSWORD, csrf

HERE = "http://localhost"


class Clock:
    """A server clock that can be put forward: codes are good once, and half a minute."""

    def __init__(self, monkeypatch):
        self.ahead, real = 0, clock.now
        monkeypatch.setattr(clock, "now", lambda: real() + self.ahead)

    def wait(self, seconds=30):
        self.ahead += seconds * 1000

    def code(self, secret):
        self.wait()
        return pyotp.TOTP(secret).at(clock.now() // 1000)


@pytest.fixture
def time(monkeypatch):
    return Clock(monkeypatch)


def post(browser, path, page="/account", **form):
    return browser.post(path, data={"csrf_token": csrf(browser, page), **form})


def set_up_totp(browser, time):
    """The secret of a new app, and the recovery codes shown with it."""
    page = post(browser, "/account/factors/totp").text
    assert 'src="data:image/svg+xml' in page
    secret = re.search(r"Key: <code>([A-Z2-7]+)</code>", page)[1]
    token = re.search(r'name="token" value="([^"]+)"', page)[1]
    wrong = post(browser, "/account/factors/totp/confirmation", token=token, code="1")
    assert (wrong.status_code, secret in wrong.text) == (422, True)
    done = post(browser, "/account/factors/totp/confirmation", token=token, code=time.code(secret), title="telephone")
    assert done.status_code == 200, done.text
    return secret, re.findall(r"<li><code>([a-z2-7-]+)</code></li>", done.text)


def enter(app, username="ann"):
    browser = app.test_client()
    form = {"username": username, "password": PASSWORD, "next": "/account?x=1"}
    return browser, post(browser, "/sign-in", "/sign-in", **form)


def test_an_app_is_set_up_and_asked_for_from_then_on(app, person, sign_in, time):
    person("ann")
    ann, elsewhere = sign_in("ann"), sign_in("ann")
    secret, codes = set_up_totp(ann, time)
    assert len(codes) == 10
    assert elsewhere.get("/account").status_code == 302, "a session without the factor has ended"
    assert "telephone" in ann.get("/account").text
    browser, answer = enter(app)
    assert answer.headers["Location"] == "/sign-in/second-factor?next=/account?x%3D1"
    assert browser.get("/account").status_code == 302
    page = browser.get(answer.headers["Location"])
    assert "Second factor" in page.text
    refused = post(browser, "/sign-in/second-factor", "/sign-in/second-factor", code="000000", next="/account?x=1")
    assert refused.status_code == 403
    done = post(
        browser, "/sign-in/second-factor", "/sign-in/second-factor", code=time.code(secret), next="/account?x=1"
    )
    assert done.headers["Location"] == "/account?x=1"
    assert "password, totp" in browser.get("/account").text
    assert browser.get_cookie("chartmark-step") is None
    # On paper there is another way in, once.
    browser, _ = enter(app)
    assert post(browser, "/sign-in/second-factor", "/sign-in/second-factor", code=codes[0]).status_code == 303
    assert "9 recovery codes left" in browser.get("/account").text


def test_a_passkey_is_added_used_and_removed(app, person, sign_in, time):
    person("ann")
    ann = sign_in("ann")
    head = {"X-CSRF-Token": ann.csrf()}
    options = ann.post("/account/factors/passkey/options", json={}, headers=head).json
    assert options["rp"]["id"] == "localhost"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    device = Device(HERE, "localhost")
    made = post(ann, "/account/factors/passkey", passkey=device.register(options), title="ring")
    assert "Your recovery codes" in made.text
    browser, _ = enter(app)
    head = {"X-CSRF-Token": csrf(browser, "/sign-in/second-factor")}
    options = browser.post("/sign-in/second-factor/passkey", json={}, headers=head).json
    answer = device.use(options)
    done = post(browser, "/sign-in/second-factor", "/sign-in/second-factor", passkey=answer)
    assert done.status_code == 303, done.text
    # The same answer opens nothing again.
    other, _ = enter(app)
    assert post(other, "/sign-in/second-factor", "/sign-in/second-factor", passkey=answer).status_code == 403
    page = browser.get("/account").text
    (number,) = set(re.findall(r"/account/factors/(\d+)/removal", page))
    assert post(browser, f"/account/factors/{number}/removal").status_code == 303
    assert enter(app)[1].headers["Location"] == "/account?x=1"


def test_changing_factors_takes_a_fresh_confirmation_and_confirming_takes_the_factor(app, person, sign_in, time):
    person("ann")
    ann = sign_in("ann")
    secret, _ = set_up_totp(ann, time)
    app.extensions["settings"] = replace(app.extensions["settings"], idle_minutes=600)
    time.wait(16 * 60)
    refused = post(ann, "/account/factors/recovery-codes")
    assert (refused.status_code, "confirmation-needed" in refused.text) == (403, True)
    for code in ("", "123456"):
        assert post(ann, "/confirmation", "/confirmation", password=PASSWORD, code=code).status_code == 403
    confirmed = post(ann, "/confirmation", "/confirmation", password=PASSWORD, code=time.code(secret))
    assert confirmed.status_code == 303, confirmed.text
    assert "not shown again" in post(ann, "/account/factors/recovery-codes").text


def test_where_everybody_needs_one_a_password_alone_leads_to_setting_it_up_only(app, person, sign_in, time):
    person("ann", ServerRole.ADMIN)
    app.extensions["settings"] = replace(app.extensions["settings"], second_factor="everybody")
    ann = sign_in("ann")
    assert ann.get("/people").headers["Location"] == "/account?notice=second-factor-needed"
    assert "Set one up here" in ann.get("/account?notice=second-factor-needed").text
    assert post(ann, "/people", username="new", display_name="New").status_code == 403
    assert ann.get("/api/v1/items/1/adjudication").get_json()["error"]["code"] == "second-factor-needed"
    set_up_totp(ann, time)
    assert ann.get("/people").status_code == 200
    (number,) = set(re.findall(r"/account/factors/(\d+)/removal", ann.get("/account").text))
    last = post(ann, f"/account/factors/{number}/removal")
    assert (last.status_code, "set up another one first" in last.text) == (409, True)


def test_an_administrator_removes_the_factors_of_another_and_of_nobody_else(app, person, sign_in, time):
    made, boss = person("ann"), person("boss", ServerRole.ADMIN)
    ann, admin = sign_in("ann"), sign_in("boss")
    set_up_totp(ann, time)
    assert "totp" in admin.get(f"/people/{made.id}").text
    assert post(admin, f"/people/{boss.id}/factors/reset").status_code == 403
    assert post(admin, f"/people/{made.id}/factors/reset").status_code == 303
    assert ann.get("/account").status_code == 302
    assert enter(app)[1].headers["Location"] == "/account?x=1"
    with app.extensions["database"].reading() as session:
        assert Tag.FACTORS_RESET in session.scalars(select(Event.tag)).all()


def test_sessions_are_listed_and_ended_one_by_one(app, person, sign_in):
    person("ann")
    person("bob")
    here, there, bob = sign_in("ann"), sign_in("ann"), sign_in("bob")
    page = here.get("/account", headers={"User-Agent": "x"}).text
    (ref,) = set(re.findall(r"/account/sessions/([0-9a-f]+)/end", page))
    assert post(bob, f"/account/sessions/{ref}/end").status_code == 404
    assert there.get("/account").status_code == 200
    assert post(here, f"/account/sessions/{ref}/end").headers["Location"] == "/account?notice=session-ended"
    assert there.get("/account").status_code == 302
    with app.extensions["database"].reading() as session:
        ended = session.scalars(select(SignInSession).where(SignInSession.ended_at.is_not(None))).one()
        assert ended.ended_because == "ended-by-owner"


def test_strangers_lock_an_account_and_its_owner_comes_in_all_the_same(app, person, sign_in):
    person("ann")
    ann = sign_in("ann")
    assert post(ann, "/sign-out").status_code == 303
    stranger = app.test_client()
    for _ in range(4):
        answer = post(stranger, "/sign-in", "/sign-in", username="ann", password="not this one at all")
    assert answer.status_code == 429
    assert post(stranger, "/sign-in", "/sign-in", username="ann", password=PASSWORD).status_code == 429
    assert post(ann, "/sign-in", "/sign-in", username="ann", password=PASSWORD).status_code == 303
    assert post(ann, "/account/browsers/forget").status_code == 303
    post(ann, "/sign-out")
    for _ in range(4):
        post(stranger, "/sign-in", "/sign-in", username="ann", password="not this one at all")
    assert post(ann, "/sign-in", "/sign-in", username="ann", password=PASSWORD).status_code == 429


WRONG = [{"second_factor": "all"}, {"oidc_roles": "x"}, {"oidc_issuer": "http://idp.example"}]


@pytest.mark.parametrize("setting", WRONG)
def test_settings_that_cannot_be_meant_end_the_start(app, setting):
    from app.factory import create_app

    with pytest.raises(ValueError, match="CHARTMARK_"):
        create_app(replace(app.extensions["settings"], **setting))
