"""The first hour of a server from the shell, and how it ends: afterwards the shell waits for a second person."""

import json

import pytest
from sqlalchemy import select

from app.accounts.loading import load_actor
from app.accounts.person import get_by_username
from app.accounts.reset import choose_password
from app.audit.events import Tag
from app.audit.models import Event
from app.core import clock

PASSWORD = "wandering teapots sing"
WORDS = "--profession physician --country DE --issuing-body chamber --register-number 17 --issued 2020-01-01"
WORDS += f" --evidence-sha256 {'e' * 64}"
NOTE = '{"id": "n1", "text": "No chest pain."}\n'


@pytest.fixture
def run(app):
    def run(line, code=0, typed=None):
        answer = app.test_cli_runner().invoke(args=line.split(), input=typed)
        assert answer.exit_code == code, answer.output
        return answer.stdout

    return run


@pytest.fixture
def started(app, run):
    """Two administrators with passwords, a project, and a reader."""
    for line in run("accounts bootstrap adm max").splitlines():
        said = json.loads(line)
        choose_password(app.extensions["database"], said["link"].rpartition("/")[2], PASSWORD, at=clock.now())
    for name in ("lena", "vera", "eve"):
        run(f"accounts create {name} --name {name.title()}")
    run("project create study")
    run("project members study --add lena:manager --add vera:verifier")
    return run


def load(run, tmp_path):
    (tmp_path / "n.jsonl").write_text(NOTE)
    return run(f"intake load study {tmp_path / 'n.jsonl'}")


def actor(app, name):
    with app.extensions["database"].reading() as session:
        return load_actor(session, get_by_username(session, name).id, at=clock.now())


def bodies(app, tag):
    with app.extensions["database"].reading() as session:
        rows = session.scalars(select(Event.body).where(Event.tag == str(tag)).order_by(Event.id))
        return [json.loads(body) for body in rows]


def test_before_the_first_load_the_shell_acts_at_once_and_the_log_says_so(app, started):
    # A clinician's credential waits even now: one person proposes it, another confirms.
    said = started(f"accounts credential vera --tier 3 {WORDS} --verified-by max --method register")
    assert said.splitlines()[-1] == "waiting for approval 1"
    assert actor(app, "vera").tier(clock.now()) == 0
    started("approvals approve 1 --by max", typed=f"{PASSWORD}\n")
    started("accounts identity vera --verified-by lena --method passport")
    assert actor(app, "vera").tier(clock.now()) == 3
    [granted] = bodies(app, Tag.CREDENTIAL_GRANTED)
    assert (granted["data"]["check"], granted["data"]["approval"]) == ("bootstrap", 1)
    marked = [*bodies(app, Tag.IDENTITY_VERIFIED), *bodies(app, Tag.MEMBER_ADDED)]
    assert len(marked) == 3
    assert all(body["data"]["bootstrap"] is True for body in marked)


def test_after_it_the_shell_waits_and_a_named_person_approves_by_password(app, started, tmp_path):
    load(started, tmp_path)
    said = started(f"accounts credential eve --tier 4 {WORDS} --verified-by max --method register")
    assert said.splitlines()[-1] == "waiting for approval 1"
    assert started("project members study --add eve:adjudicator").splitlines()[-1] == "waiting for approval 2"
    assert started("accounts role eve privacy_officer").splitlines()[-1] == "waiting for approval 3"
    assert started("accounts identity eve --verified-by lena --method passport").endswith("waiting for approval 4\n")
    assert [json.loads(line)["approval"] for line in started("approvals list").splitlines()] == [1, 2, 3, 4]
    eve = actor(app, "eve")
    assert (eve.tier(clock.now()), eve.project_roles, eve.server_roles) == (0, {}, frozenset())
    started("approvals approve 1 --by max", code=1, typed="not the password of max\n")
    started("approvals approve 1 --by eve", code=1, typed=f"{PASSWORD}\n")
    started("approvals approve 1 --by max", typed=f"{PASSWORD}\n")
    started("approvals refuse 2 --by adm", typed=f"{PASSWORD}\n")
    started("approvals withdraw 3")
    eve = actor(app, "eve")
    assert (eve.tier(clock.now()), eve.project_roles, eve.server_roles) == (4, {}, frozenset())
    [given] = bodies(app, Tag.APPROVAL_GIVEN)
    assert given["data"]["operator"]
    assert given["actor"]["kind"] == "person"


def test_a_reset_prints_a_code_and_the_approval_a_link(app, started, tmp_path):
    load(started, tmp_path)
    first, last = started("accounts reset vera").splitlines()
    assert last == "waiting for approval 1"
    code = json.loads(first)["code"]
    link = json.loads(started("approvals approve 1 --by adm", typed=f"{PASSWORD}\n"))["link"]
    choose_password(
        app.extensions["database"], link.rpartition("/")[2], "umbrella kept the tuba", code=code, at=clock.now()
    )


def test_a_delivery_is_destroyed_by_two(app, started, tmp_path):
    load(started, tmp_path)
    assert started("intake withdraw 1") == "waiting for approval 1\n"
    assert not bodies(app, Tag.BATCH_WITHDRAWN)
    said = json.loads(started("approvals approve 1 --by lena", code=1, typed="x\n") or "{}")
    assert said == {}
    done = json.loads(started("approvals approve 1 --by adm", code=1, typed=f"{PASSWORD}\n") or "{}")
    assert done == {}  # no administrator destroys texts
    choose(app, started, "lena")
    assert json.loads(started("approvals approve 1 --by lena", typed=f"{PASSWORD}\n"))["texts"] == 1
    [gone] = bodies(app, Tag.BATCH_WITHDRAWN)
    assert gone["data"]["approval"] == 1


def choose(app, run, name):
    """Somebody who never had a password gets one, by two people as well."""
    lines = run(f"accounts reset {name}").splitlines()
    number = lines[-1].rpartition(" ")[2]
    link = json.loads(run(f"approvals approve {number} --by max", typed=f"{PASSWORD}\n"))["link"]
    token, code = link.rpartition("/")[2], json.loads(lines[0])["code"]
    choose_password(app.extensions["database"], token, PASSWORD, code=code, at=clock.now())


def test_the_operator_is_no_second_person_for_an_account_of_the_same_name(app, started, tmp_path, monkeypatch):
    load(started, tmp_path)
    monkeypatch.setattr("getpass.getuser", lambda: "Max")
    started("project members study --add eve:annotator")
    started("approvals approve 1 --by max", code=1, typed=f"{PASSWORD}\n")
    started("approvals approve 1 --by adm", typed=f"{PASSWORD}\n")


def test_the_shell_publishes_a_guideline_in_nobodys_name_without_the_password(app, started, tmp_path):
    load(started, tmp_path)
    choose(app, started, "lena")
    rules = tmp_path / "rules.md"
    rules.write_text("# 1 Rules\n\nMark what the note states.\n")
    line = f"project guideline study {rules} --version 1.0 --by lena"
    started(line, code=1, typed="\n")
    assert bodies(app, Tag.GUIDELINE_PUBLISHED) == []
    started(line, typed=f"{PASSWORD}\n")
    assert len(bodies(app, Tag.GUIDELINE_PUBLISHED)) == 1


def test_setting_up_is_closed_by_command_and_never_opened_again(app, started):
    started("accounts bootstrap --close")
    assert started("project members study --add eve:annotator").splitlines()[-1] == "waiting for approval 1"
    started("accounts bootstrap adm max", code=1)
    started("accounts bootstrap --close", code=1)


def test_bootstrap_takes_two_different_people(run):
    run("accounts bootstrap adm", code=2)
    run("accounts bootstrap adm ADM", code=1)
    assert run("accounts list") == ""


def test_where_two_were_named_the_first_hour_holds_on_the_pages_too(app, started, sign_in):
    """Until the first load; each is marked."""
    browser = sign_in("adm", PASSWORD)
    with app.extensions["database"].reading() as session:
        eve = get_by_username(session, "eve").id
    browser.post(f"/people/{eve}/roles", data={"csrf_token": browser.csrf(), "role": "privacy_officer"})
    assert "privacy_officer" in actor(app, "eve").server_roles
    assert bodies(app, Tag.ROLE_GRANTED)[-1]["data"] == {"role": "privacy_officer", "bootstrap": True}
