"""Administering people in the browser."""

import re

import pytest
from sqlalchemy import select

from app.accounts.actor import ServerRole
from app.accounts.bootstrap import open_setting_up
from app.accounts.credential import Credential
from app.accounts.password import Password
from app.accounts.person import find_by_username
from app.audit.events import Tag
from app.audit.models import Event
from app.core.clock import now
from tests.conftest import OPERATOR

GRANT = {
    "tier": "2",
    "profession": "physician",
    "specialty": "Radiology",
    "country": "de",
    "issuing_body": "chamber",
    "register_number": "17",
    "issued_at": "2020-01-01",
    "expires_at": "2031-01-01",
    "method": "register looked up",
}


@pytest.fixture
def boss(app, person, sign_in):
    """An administrator in the first hour, when one is enough; `web/test_two_people.py` has what comes after."""
    person("boss", ServerRole.ADMIN)
    app.extensions["database"].writing(lambda session: open_setting_up(session, OPERATOR, ("boss", "bea"), at=now()))
    return sign_in("boss")


def post(browser, path, **data):
    return browser.post(path, data={"csrf_token": browser.csrf(), **data})


def find(app, query):
    with app.extensions["database"].reading() as session:
        return session.scalars(query).all()


def test_from_opening_an_account_to_its_owners_first_sign_in(app, boss, sign_in):
    page = post(boss, "/people", username="Dora", display_name="Dora Ng, MD", profession="physician").text
    path = re.search(r'value="http://localhost(/password/[^"]+)"', page)[1]
    assert path not in boss.get("/people").text
    dora = app.test_client()
    token = re.search('name="csrf-token" content="([0-9a-f]+)"', dora.get(path).text)[1]
    form = {"csrf_token": token, "password": "dora", "again": "dora"}
    assert "at least 15 characters" in dora.post(path, data=form).text
    form |= {"password": "umbrella kept the tuba", "again": "umbrella kept a tuba"}
    assert dora.post(path, data=form).status_code == 422
    form |= {"again": "umbrella kept the tuba"}
    assert dora.post(path, data=form).headers["Location"].startswith("/sign-in")
    assert dora.get(path).status_code == 404
    assert "Dora Ng, MD" in sign_in("dora", "umbrella kept the tuba").get("/account").text


def test_what_was_typed_comes_back_with_what_was_wrong(boss):
    answer = post(boss, "/people", username="no good", display_name="Dora <b>Ng</b>")
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert "Dora &lt;b&gt;Ng&lt;/b&gt;" in answer.text
    assert "<b>Ng" not in answer.text


def test_a_taken_username_is_told(boss):
    answer = post(boss, "/people", username="BOSS", display_name="Another")
    assert (answer.status_code, "is or was somebody" in answer.text) == (409, True)


def test_a_credential_is_recorded_and_revoked(app, boss, person):
    ann = person("ann")
    assert post(boss, f"/people/{ann.id}/credentials", **GRANT).status_code == 303
    [row] = find(app, select(Credential))
    assert (row.tier, row.country, row.specialty, row.verified_by) == (2, "DE", "radiology", 2 if ann.id == 1 else 1)
    page = boss.get(f"/people/{ann.id}").text
    assert "T2" in page
    assert "valid" in page
    path = f"/people/{ann.id}/credentials/{row.id}/revocation"
    assert post(boss, path, because="").status_code == 422
    assert post(boss, path, because="left the register").status_code == 303
    assert "revoked" in boss.get(f"/people/{ann.id}").text


def test_a_credential_is_not_revoked_under_another_persons_address(app, boss, person):
    ann, bob = person("ann"), person("bob")
    post(boss, f"/people/{ann.id}/credentials", **GRANT)
    [row] = find(app, select(Credential))
    answer = post(boss, f"/people/{bob.id}/credentials/{row.id}/revocation", because="x")
    assert answer.status_code == 404
    assert find(app, select(Credential.revoked_at)) == [None]


@pytest.mark.parametrize(
    ("field", "typed"),
    [("issued_at", "yesterday"), ("issued_at", ""), ("country", "Germany"), ("tier", "5"), ("method", "")],
)
def test_a_mistake_in_a_credential_names_its_field(app, boss, person, field, typed):
    ann = person("ann")
    answer = post(boss, f"/people/{ann.id}/credentials", **(GRANT | {field: typed}))
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert find(app, select(Credential)) == []


def test_fields_nobody_asked_for_change_nothing(app, boss, person):
    ann = person("ann")
    post(boss, f"/people/{ann.id}/credentials", **GRANT, verified_by="99", person_id="1", id="77")
    post(boss, "/people", username="carl", display_name="Carl", status="deactivated", id="900")
    [row] = find(app, select(Credential))
    assert (row.person_id, row.id) == (ann.id, 1)
    with app.extensions["database"].reading() as session:
        assert find_by_username(session, "carl").is_active


def test_roles_identity_sessions_and_closing(app, boss, person, sign_in):
    ann = person("ann")
    browser = sign_in("ann")
    base = f"/people/{ann.id}"
    post(boss, f"{base}/roles", role="auditor")
    assert browser.get("/people").status_code == 200
    assert "Open an account" not in browser.get("/people").text
    post(boss, f"{base}/roles/auditor/removal")
    assert browser.get("/people").status_code == 403
    post(boss, f"{base}/identity", method="passport seen")
    assert "passport seen" in boss.get(base).text
    post(boss, f"{base}/sessions/end")
    assert browser.get("/account").status_code == 302
    browser = sign_in("ann")
    post(boss, f"{base}/deactivation")
    assert browser.get("/account").status_code == 302
    assert post(boss, f"{base}/deactivation").status_code == 409
    post(boss, f"{base}/reactivation")
    assert sign_in("ann").get("/account").status_code == 200


def test_an_admin_resets_a_password_but_never_sees_one(app, boss, person, sign_in):
    ann = person("ann")
    browser = sign_in("ann")
    page = post(boss, f"/people/{ann.id}/password-link").text
    assert "/password/" in page
    assert browser.get("/account").status_code == 302
    assert len(find(app, select(Password.person_id))) == 1  # the admin's own; ann has none until she chooses


ADMIN_ONLY = [
    ("get", "/people"),
    ("get", "/people/1"),
    ("post", "/people"),
    ("post", "/people/1/password-link"),
    ("post", "/people/1/deactivation"),
    ("post", "/people/1/reactivation"),
    ("post", "/people/1/sessions/end"),
    ("post", "/people/1/identity"),
    ("post", "/people/1/credentials"),
    ("post", "/people/1/credentials/1/revocation"),
    ("post", "/people/1/roles"),
    ("post", "/people/1/roles/admin/removal"),
]


@pytest.mark.parametrize(("method", "path"), ADMIN_ONLY)
def test_others_are_refused_and_the_log_says_so(app, person, sign_in, method, path):
    person("boss", ServerRole.ADMIN)
    person("ann", ServerRole.MANAGER)
    ann = sign_in("ann")
    data = {"data": {"csrf_token": ann.csrf()}} if method == "post" else {}
    assert getattr(ann, method)(path, **data).status_code == 403
    assert find(app, select(Event.tag).order_by(Event.id.desc()))[0] == Tag.ACT_DENIED


@pytest.mark.parametrize("act", ["deactivation", "roles", "credentials"])
def test_an_admin_does_none_of_this_to_the_own_account(app, boss, act):
    answer = post(boss, f"/people/1/{act}", role="auditor", **GRANT)
    assert answer.status_code == 403
    assert "own-account" in answer.text
    assert find(app, select(Event.tag).order_by(Event.id.desc()))[0] == Tag.ACT_DENIED


def test_a_long_list_is_read_a_page_at_a_time(app, boss, monkeypatch):
    from app.web import people

    monkeypatch.setattr(people, "PAGE", 3)
    for name in ("ada", "ben", "cat", "dan"):
        post(boss, "/people", username=name, display_name=name)
    first = boss.get("/people").text
    after = re.search(r"/people\?after=(\w+)", first)[1]
    assert after == "ben" or after == "boss"
    second = boss.get(f"/people?after={after}").text
    assert ">dan<" in second
    assert ">dan<" not in first


def test_one_changes_the_own_password_and_other_sessions_end(person, sign_in):
    from tests.conftest import PASSWORD

    person("ann")
    here, there = sign_in("ann"), sign_in("ann")
    new = {"password": "umbrella kept the tuba", "again": "umbrella kept the tuba"}
    assert post(here, "/account/password", current="not this one", **new).status_code == 403
    assert post(here, "/account/password", current=PASSWORD, **new).status_code == 303
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 302
    assert sign_in("ann", "umbrella kept the tuba")


def test_an_hour_later_the_password_is_asked_before_others_rights_change(app, boss, person, monkeypatch):
    from app.core import clock
    from tests.conftest import PASSWORD

    ann, real = person("ann"), clock.now
    old = boss.get_cookie("chartmark").value
    for minutes in (10, 20):
        monkeypatch.setattr(clock, "now", lambda m=minutes: real() + m * clock.MINUTE)
        page = boss.get(f"/people/{ann.id}").text
    assert "New password link" not in page
    assert f'href="/confirmation?next=/people/{ann.id}"' in page
    refused = post(boss, f"/people/{ann.id}/roles", role="admin")
    assert (refused.status_code, "confirmation-needed" in refused.text) == (403, True)
    assert post(boss, "/confirmation", password="not this one, alas").status_code == 403
    monkeypatch.setattr(clock, "now", lambda: real() + 21 * clock.MINUTE)
    answer = post(boss, "/confirmation", password=PASSWORD, next=f"/people/{ann.id}")
    assert answer.headers["Location"] == f"/people/{ann.id}"
    assert "New password link" in boss.get(f"/people/{ann.id}").text
    assert post(boss, f"/people/{ann.id}/roles", role="auditor").status_code == 303
    boss.set_cookie("chartmark", old)
    assert boss.get("/account").status_code == 302
