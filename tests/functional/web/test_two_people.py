"""Nobody becomes somebody else alone: the administrator who tries, through the pages, in the default workflow."""

import json
import re

import pytest
from sqlalchemy import select, text

from app.accounts.actor import ServerRole
from app.accounts.approval import Approval
from app.accounts.credential import Credential
from app.accounts.loading import load_actor
from app.accounts.password import find_hash
from app.accounts.person import get_person
from app.accounts.reset import PasswordLink
from app.audit.events import Tag
from app.audit.models import Event
from app.core import clock
from app.core.digest import sha256
from app.corpus.member import Member
from tests.conftest import PASSWORD, csrf
from tests.functional.web.conftest import words
from tests.unit.accounts.people import make_person

NEW = "umbrella kept the tuba"
T4 = {
    "tier": "4", "profession": "physician", "specialty": "", "country": "de", "issuing_body": "chamber",
    "register_number": "17", "issued_at": "2020-01-01", "expires_at": "2031-01-01", "method": "register looked up",
    "evidence_sha256": "e" * 64,
}  # fmt: skip


def t4(team, **more):
    """What boss proposes and bea, who looked the register up, has to confirm."""
    return T4 | {"by": str(team.people["bea"])} | more


@pytest.fixture
def server(team):
    """boss and bea administer; the rest of the team works in the project."""
    team.people["bea"] = make_person(team.database, "bea", ServerRole.ADMIN)
    return team


def rows(team, query):
    return team.read(lambda session: list(session.scalars(query)))


def waiting(team):
    return rows(team, select(Approval).where(Approval.decided_at.is_(None)).order_by(Approval.id))


def decide(team, name, approval, verdict="approval", password=PASSWORD, username=None):
    return team.post(name, f"/approvals/{approval}/{verdict}", username=username or name, password=password)


def actor(team, name):
    return team.read(lambda session: load_actor(session, team.people[name], at=clock.now()))


def events(team, tag):
    return [json.loads(row.body) for row in rows(team, select(Event).where(Event.tag == str(tag)).order_by(Event.id))]


# The administrator alone.


def test_an_administrator_alone_makes_nobody_a_privacy_officer_adjudicator_or_clinician(server):
    ghost = server.people["ghost"] = make_person(server.database, "ghost")  # whose link he opened himself
    assert server.post("boss", f"/people/{ghost}/roles", role="privacy_officer").status_code == 303
    assert server.post("boss", f"/people/{ghost}/identity", method="seen").status_code == 303
    assert server.post("boss", f"/people/{ghost}/credentials", **t4(server)).status_code == 303
    for role in ("adjudicator", "privacy_officer", "annotator", "manager"):
        assert server.post("boss", "/projects/first/members", username="ghost", role=role).status_code == 303
    held = actor(server, "ghost")
    assert (held.server_roles, held.project_roles, held.tier(clock.now())) == (set(), {}, 0)
    assert not held.identity_verified
    assert server.get("ghost", "/projects/first").status_code == 404
    # He approves none of it: neither as himself, nor as the account he made.
    assert len(waiting(server)) == 7
    for row in waiting(server):
        assert decide(server, "boss", row.id).status_code == 403
        assert decide(server, "ghost", row.id).status_code in (403, 404)
    assert len(waiting(server)) == 7
    assert rows(server, select(Credential).where(Credential.person_id == ghost)) == []


@pytest.mark.parametrize("role", ["adjudicator", "privacy_officer", "manager", "annotator"])
def test_an_administrator_holds_no_role_that_reads_texts_whoever_approves(server, role):
    assert server.post("boss", "/projects/first/members", username="boss", role=role).status_code == 409
    assert server.post("lead", "/projects/first/members", username="boss", role=role).status_code == 409
    assert server.post("bea", f"/people/{server.people['boss']}/roles", role="privacy_officer").status_code == 409
    reader = server.people["pia"]
    assert server.post("boss", f"/people/{reader}/roles", role="admin").status_code == 409
    assert waiting(server) == []
    assert rows(server, select(Member).where(Member.person_id == server.people["boss"])) == []


def test_an_administrator_makes_no_second_administrator_alone(server):
    ghost = server.people["ghost"] = make_person(server.database, "ghost")
    server.post("boss", f"/people/{ghost}/roles", role="admin")
    [row] = waiting(server)
    assert decide(server, "boss", row.id).status_code == 403
    assert ServerRole.ADMIN not in actor(server, "ghost").server_roles


def test_an_administrator_alone_opens_no_link_to_a_verifiers_account(server):
    vera = server.people["vera"]
    page = server.post("boss", f"/people/{vera}/password-link")
    assert page.status_code == 200
    assert "/password/" not in page.text
    assert rows(server, select(PasswordLink).where(PasswordLink.used_at.is_(None))) == []
    assert server.read(lambda session: find_hash(session, vera))  # she can still work
    [row] = waiting(server)
    assert decide(server, "boss", row.id).status_code == 403
    assert server.get("vera", "/account").status_code == 200


def test_neither_of_two_administrators_opens_a_reset_alone(server):
    """Who asked has the code, who approved has the link; only with both is a password chosen."""
    vera = server.people["vera"]
    server.get("vera", "/account")
    asked = server.post("boss", f"/people/{vera}/password-link")
    code = re.search(r'id="code"[^>]*value="([A-Z2-7-]+)"', asked.text)[1]
    [row] = waiting(server)
    approved = decide(server, "bea", row.id)
    assert approved.status_code == 200, approved.text
    path = re.search(r'value="http://localhost(/password/[^"]+)"', approved.text)[1]
    assert code not in approved.text
    browser = server.app.test_client()
    form = {"csrf_token": csrf(browser, path), "password": NEW, "again": NEW}
    assert browser.post(path, data=form).status_code == 403
    assert browser.post(path, data=form | {"code": "AAAA-AAAA-AAAA"}).status_code == 403
    assert browser.post(path, data=form | {"code": code.lower()}).status_code == 303
    # She may sign nothing before somebody identified her anew, and is told what happened.
    person = server.read(lambda session: get_person(session, vera))
    assert person.identity_verified_at is None
    assert events(server, Tag.IDENTITY_SUSPENDED)
    enter = {"username": "vera", "password": NEW, "csrf_token": csrf(browser, "/sign-in"), "next": "/work"}
    answer = browser.post("/sign-in", data=enter)
    assert answer.headers["Location"] == "/account?next=/work"
    told = words(browser.get("/account"))
    assert "Your password was reset" in told
    assert "boss" in told


def test_codes_of_a_reset_are_not_guessed(server):
    server.post("boss", f"/people/{server.people['vera']}/password-link")
    path = re.search(r"(/password/[^\"]+)\"", decide(server, "bea", waiting(server)[0].id).text)[1]
    browser = server.app.test_client()
    form = {"csrf_token": csrf(browser, path), "password": NEW, "again": NEW}
    answers = [browser.post(path, data=form | {"code": f"AAAA-AAAA-AA{n}A"}).status_code for n in range(2, 8)]
    assert answers[-1] == 429


# Two.


def test_a_second_administrator_approves_after_showing_who_she_is_and_both_are_in_the_log(server):
    ann = server.people["ann"]
    server.post("boss", f"/people/{ann}/credentials", **t4(server))
    [row] = waiting(server)
    assert "T4" in words(server.get("bea", "/approvals"))
    assert decide(server, "bea", row.id, password="not her password at all").status_code == 403
    assert decide(server, "bea", row.id, username="boss").status_code == 403
    assert actor(server, "ann").tier(clock.now()) == 1
    assert decide(server, "bea", row.id).status_code == 303
    assert actor(server, "ann").tier(clock.now()) == 4
    [asked], [given] = events(server, Tag.APPROVAL_ASKED), events(server, Tag.APPROVAL_GIVEN)
    granted = events(server, Tag.CREDENTIAL_GRANTED)[-1]
    assert (asked["actor"]["id"], given["actor"]["id"]) == (server.people["boss"], server.people["bea"])
    assert given["data"]["requested_by"] == server.people["boss"]
    assert given["data"]["authentication"]["factors"] == ["username", "password"]
    assert granted["actor"]["approval"] == granted["data"]["approval"] == row.id
    assert (granted["data"]["verified_by"], granted["data"]["check"]) == (server.people["bea"], "bootstrap")
    assert decide(server, "bea", row.id).status_code == 409
    assert "A credential was recorded" in words(server.get("ann", "/account"))


def test_nobody_approves_what_is_about_themselves(server):
    bea = server.people["bea"]
    assert server.post("boss", f"/people/{bea}/credentials", **t4(server)).status_code == 409
    assert server.post("boss", f"/people/{bea}/identity", method="passport seen").status_code == 303
    assert decide(server, "bea", waiting(server)[0].id).status_code == 403
    assert actor(server, "bea").tier(clock.now()) == 0


def test_a_lead_asks_for_a_reader_and_an_administrator_approves_or_refuses(server):
    make = {"username": "stranger", "role": "annotator"}
    server.post("lead", "/projects/first/members", **make)
    [row] = waiting(server)
    assert decide(server, "lead", row.id).status_code == 403
    assert decide(server, "ann", row.id).status_code in (403, 404)
    assert decide(server, "boss", row.id, "refusal").status_code == 303
    assert actor(server, "stranger").project_roles == {}
    server.post("lead", "/projects/first/members", **make)
    assert decide(server, "boss", waiting(server)[0].id).status_code == 303
    assert "annotator" in actor(server, "stranger").project_roles[server.project_id]
    assert events(server, Tag.APPROVAL_REFUSED)


def test_who_asked_takes_it_back_and_a_request_grows_old(server, monkeypatch):
    ann = server.people["ann"]
    server.post("boss", f"/people/{ann}/credentials", **t4(server))
    first = waiting(server)[0].id
    assert server.post("boss", f"/approvals/{first}/withdrawal").status_code == 303
    assert decide(server, "bea", first).status_code == 409
    server.post("boss", f"/people/{ann}/credentials", **t4(server))
    row, real = waiting(server)[0], clock.now
    server.browsers.clear()
    monkeypatch.setattr(clock, "now", lambda: real() + 8 * clock.DAY)
    assert decide(server, "bea", row.id).status_code == 409


def test_what_was_changed_in_the_table_is_not_carried_out(server):
    """A request that says something else than its event is refused: the database alone makes no clinician."""
    ann = server.people["ann"]
    server.post("boss", f"/people/{ann}/credentials", **t4(server, tier="3"))
    row = waiting(server)[0]

    def forge(session, at):
        forged = row.facts_json.replace('"tier":3', '"tier":4')
        changed = {"facts": forged, "digest": sha256(forged), "id": row.id}
        statement = "update approval set facts_json = :facts, facts_sha256 = :digest where id = :id"
        assert session.execute(text(statement), changed).rowcount == 1

    server.write(forge)
    assert decide(server, "bea", row.id).status_code == 409
    assert actor(server, "ann").tier(clock.now()) == 1


def test_a_trainees_credential_waits_for_who_checked_it_too(server):
    stranger = server.people["stranger"]
    assert server.post("boss", f"/people/{stranger}/credentials", **t4(server, tier="2")).status_code == 303
    assert actor(server, "stranger").tier(clock.now()) == 0
    assert decide(server, "bea", waiting(server)[0].id).status_code == 303
    assert actor(server, "stranger").tier(clock.now()) == 2


def test_who_lost_the_role_meanwhile_has_asked_in_vain(server):
    ann = server.people["ann"]
    server.post("boss", f"/people/{ann}/credentials", **t4(server))
    assert server.post("bea", f"/people/{server.people['boss']}/roles/admin/removal").status_code == 303
    assert decide(server, "bea", waiting(server)[0].id).status_code == 403
    assert actor(server, "ann").tier(clock.now()) == 1


def test_what_gives_nobody_power_over_texts_takes_one(server):
    stranger = server.people["stranger"]
    assert server.post("boss", f"/people/{stranger}/roles", role="auditor").status_code == 303
    assert set(actor(server, "stranger").server_roles) == {ServerRole.AUDITOR}
    page = server.post("boss", f"/people/{stranger}/password-link")
    assert "/password/" in page.text
    assert waiting(server) == []
