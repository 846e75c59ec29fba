"""Signing in, confirming and signing by a real identity provider in a process of its own."""

import re
from dataclasses import replace

import pytest
import requests
from sqlalchemy import select

from app.accounts.actor import ProjectRole, ServerRole
from app.accounts.provider.client import Client, Leaving, Provider
from app.accounts.session import SignInSession
from app.audit.events import Tag
from app.audit.models import Event
from app.core import clock
from app.core.errors import Forbidden, Unavailable
from app.corpus.member import add_member, list_members
from app.corpus.project import get_project
from app.corpus.role_proposal import RoleProposal, propose, read_mapping
from app.http.factors import provider_of
from tests.build import OPERATOR, make_project
from tests.conftest import csrf
from tests.identity_provider import CLIENT, GROUP, PEOPLE, SECRET, running

BACK = "http://localhost/sign-in/provider/return"
ROLES = f"{GROUP}=first:annotator, nobody here=auditor"


@pytest.fixture(scope="module")
def issuer():
    with running(BACK) as issuer:
        yield issuer


@pytest.fixture
def sso(app, issuer, tmp_path):
    """The application knows the provider."""
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    more = {"oidc_issuer": issuer, "oidc_client": CLIENT, "oidc_secret_file": str(tmp_path / "secret")}
    settings = replace(app.extensions["settings"], oidc_roles=ROLES, oidc_title="the hospital", **more)
    app.extensions["settings"] = settings
    app.extensions["identity_provider"] = Client(provider_of(settings))
    return app


# Each code that was given is redeemed: Canaille's memory finds any of a client's where several wait.
def at_provider(address, name="ann.provider", browser=None):
    """What a person does there; the address their browser is sent back to."""
    browser = browser or requests.Session()
    answer = browser.get(address)
    for _ in range(4):
        if answer.url.startswith(BACK):
            return answer.url
        form = {"csrf_token": re.search(r'name="csrf_token"[^>]*value="([^"]+)"', answer.text)[1]}
        form |= {"login": name} if 'name="login"' in answer.text else {"password": PEOPLE[name]}
        answer = browser.post(answer.url, data=form, allow_redirects=False)
        while answer.is_redirect:
            target = requests.compat.urljoin(answer.url, answer.headers["Location"])
            if target.startswith(BACK):
                return target
            answer = browser.get(target, allow_redirects=False)
    raise AssertionError(answer.text[:2000])


def leave(browser, path, **form):
    """Begin an errand as a page does; the provider's address."""
    page = "/account" if browser.get("/account").status_code == 200 else "/sign-in"
    answer = browser.post(path, data={"csrf_token": csrf(browser, page), **form})
    assert answer.status_code == 200, answer.text
    return answer.headers["Refresh"].removeprefix("0; url=")


def come_back(browser, address):
    return browser.get(address.removeprefix("http://localhost"))


def tie(browser, name="ann.provider"):
    answer = come_back(browser, at_provider(leave(browser, "/account/provider"), name))
    assert answer.headers["Location"] == "/account?notice=provider-linked", answer.text


def tags(app):
    with app.extensions["database"].reading() as session:
        return list(session.scalars(select(Event.tag).order_by(Event.id)))


def test_whoever_tied_the_account_signs_in_by_the_provider_and_nobody_else(sso, person, sign_in):
    person("ann")
    stranger = sso.test_client()
    answer = come_back(stranger, at_provider(leave(stranger, "/sign-in/provider")))
    assert answer.status_code == 403
    assert "nobody here is tied" in answer.text
    tie(sign_in("ann"))
    assert Tag.PROVIDER_LINKED in tags(sso)
    browser = sso.test_client()
    way = at_provider(leave(browser, "/sign-in/provider", next="/account?x=1"))
    answer = come_back(browser, way)
    assert answer.headers.get("Location") == "/account?x=1", answer.text
    assert "the hospital" in browser.get("/account").text.lower()
    with sso.extensions["database"].reading() as session:
        assert session.scalars(select(SignInSession.factors).order_by(SignInSession.id)).all()[-1] == "provider"
    # The way back is good once, and in the browser that left.
    assert come_back(browser, way).status_code == 403
    state = re.search("state=([^&]+)", leave(browser, "/account/provider"))[1]
    for other in (sso.test_client(), stranger):
        assert other.get(f"/sign-in/provider/return?code=x&state={state}").status_code == 403
    # … and after a code that is none.
    assert browser.get(f"/sign-in/provider/return?code=x&state={state}").status_code == 403
    assert "used, too old" in browser.get(f"/sign-in/provider/return?code=x&state={state}").text


def test_groups_propose_a_role_and_a_person_decides(sso, person, sign_in):
    made = person("ann")
    person("boss", ServerRole.ADMIN)
    lead = person("mia")
    database, at = sso.extensions["database"], clock.now()
    database.writing(lambda s: make_project(s, "first", {lead.id: [ProjectRole.MANAGER]}, at=at))
    ann, boss = sign_in("ann"), sign_in("boss")
    tie(ann)
    browser = sso.test_client()
    come_back(browser, at_provider(leave(browser, "/sign-in/provider")))
    with database.reading() as session:
        (row,) = session.scalars(select(RoleProposal))
        assert (row.person_id, row.role, row.change, row.outcome) == (made.id, "annotator", "give", None)
        assert len(list_members(session, get_project(session, "first").id)) == 1
    assert "annotator in first" in re.sub(r"\s+", " ", boss.get("/people/role-proposals").text)
    answer = boss.post(f"/people/role-proposals/{row.id}/acceptance", data={"csrf_token": boss.csrf()})
    assert answer.status_code == 303 and "approval-asked" in answer.location, answer.text
    # It takes two; the shell, while the server is set up, is enough.
    first = lambda s: get_project(s, "first")  # noqa: E731
    database.writing(lambda s: add_member(s, OPERATOR, first(s), made.id, ProjectRole.ANNOTATOR, at=at))
    with database.reading() as session:
        member = next(one for one in list_members(session, first(session).id) if one.person_id == made.id)
        assert (member.person_id, member.role) == (made.id, ProjectRole.ANNOTATOR)
    # The groups are gone: that the role should go is proposed, and lapses when they are back.
    mapping = read_mapping(ROLES)
    for groups, waiting in (((), "take"), ((GROUP,), None), ((GROUP,), None)):
        database.writing(lambda s, g=groups: propose(s, made.id, g, mapping, at=clock.now()))
        with database.reading() as session:
            rows = session.scalars(select(RoleProposal).where(RoleProposal.outcome.is_(None))).all()
            assert [one.change for one in rows] == ([waiting] if waiting else [])


def test_a_signature_is_proved_there_afresh_and_once(sso, person, sign_in):
    person("ann")
    ann = sign_in("ann")
    tie(ann)
    head = {"X-CSRF-Token": ann.csrf()}

    def shown(proof):
        return ann.post("/api/v1/session/provider-proofs/state", json={"proof": proof}, headers=head).json["shown"]

    begun = ann.post("/api/v1/session/provider-proofs", json={"act": "sign"}, headers=head).json
    assert "prompt=login" in begun["address"]
    assert not shown(begun["proof"])
    answer = come_back(ann, at_provider(begun["address"]))
    assert "You may close this window" in answer.text
    assert shown(begun["proof"])

    from app.accounts.loading import load_actor
    from app.accounts.policy import Action
    from app.accounts.signing import Factors, Intent, reauthenticate, spend_proof

    database, at = sso.extensions["database"], clock.now()
    with database.reading() as session:
        row = session.scalar(select(SignInSession).where(SignInSession.ended_at.is_(None)))
        actor = load_actor(session, row.person_id, at=at, session_ref=row.ref)

    def sign(action, proof):
        intent = Intent(action, "b" * 64)
        token = reauthenticate(database, actor, Factors("ann", "", provider=proof), intent, at=at)
        return database.writing(lambda s: spend_proof(s, actor, token, intent, at=at)).factors

    with pytest.raises(Forbidden):
        sign(Action.READ_SOURCE, begun["proof"])
    assert sign(Action.SIGN, begun["proof"]) == ("username", "provider")
    with pytest.raises(Forbidden):
        sign(Action.SIGN, begun["proof"])


def test_another_account_there_signs_nothing_here(sso, person, sign_in):
    person("ann")
    ann = sign_in("ann")
    tie(ann)
    head = {"X-CSRF-Token": ann.csrf()}
    begun = ann.post("/api/v1/session/provider-proofs", json={"act": "sign"}, headers=head).json
    answer = come_back(ann, at_provider(begun["address"], "eve.provider"))
    assert answer.status_code == 403
    state = ann.post("/api/v1/session/provider-proofs/state", json={"proof": begun["proof"]}, headers=head)
    assert state.json == {"shown": False}


def test_confirming_by_the_provider_replaces_the_session(sso, person, sign_in):
    person("ann")
    ann = sign_in("ann")
    tie(ann)
    before = ann.get_cookie("chartmark").value
    answer = come_back(ann, at_provider(leave(ann, "/confirmation/provider", next="/account")))
    assert answer.headers["Location"] == "/account", answer.text
    assert ann.get_cookie("chartmark").value != before


def test_a_provider_that_describes_itself_as_another_or_is_away_is_not_gone_to(issuer):
    def address(**bent):
        provider = Provider(**({"issuer": issuer, "client_id": CLIENT, "client_secret": SECRET} | bent))
        return Client(provider).address(Leaving(BACK, "s", "n", "v" * 43))

    assert address().startswith(issuer)
    with pytest.raises(Unavailable, match="provider-unsound"):
        address(issuer=f"{issuer}/")
    with pytest.raises(Unavailable, match="provider-away"):
        address(issuer="http://localhost:9")


@pytest.mark.parametrize("text", ["readers", "readers=chief", "readers=first:admin", "=auditor", "a=first:"])
def test_a_mapping_that_cannot_be_meant_is_refused(text):
    with pytest.raises(ValueError, match="CHARTMARK_OIDC_ROLES"):
        read_mapping(text)
