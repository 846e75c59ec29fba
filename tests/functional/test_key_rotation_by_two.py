"""The key of the log changes by two: the shell asks, an administrator approves by password, the shell types again."""

import json

import pytest
from sqlalchemy import select, text

from app.accounts.approval import Approval
from app.accounts.reset import choose_password
from app.audit.events import Tag
from app.audit.models import Event
from app.core import clock

PASSWORD = "wandering teapots sing"


@pytest.fixture
def run(app):
    def run(line, code=0, typed=None):
        answer = app.test_cli_runner().invoke(args=line.split(), input=typed)
        assert answer.exit_code == code, answer.output
        return answer.stdout

    return run


@pytest.fixture
def settled(app, run):
    """A server that is set up: two administrators, and a person of no function."""
    for line in run("accounts bootstrap adm max").splitlines():
        token = json.loads(line)["link"].rpartition("/")[2]
        choose_password(app.extensions["database"], token, PASSWORD, at=clock.now())
    link = json.loads(run("accounts create eve --name Eve"))
    token = (link.get("link") or json.loads(run("accounts reset eve"))["link"]).rpartition("/")[2]
    choose_password(app.extensions["database"], token, PASSWORD, at=clock.now())
    run("accounts bootstrap --close")
    run("audit seal")
    return run


def bodies(app, tag):
    with app.extensions["database"].reading() as session:
        query = select(Event.body).where(Event.tag == str(tag)).order_by(Event.id)
        return [json.loads(body) for body in session.scalars(query)]


def approve(run, number, by, code=0, typed=None):
    return run(f"approvals approve {number} --by {by}", code=code, typed=typed or f"{PASSWORD}\n")


def test_a_rotation_waits_and_is_done_once_it_was_approved(app, settled):
    old = settled("audit keys").split()
    assert settled("audit rotate-key") == "waiting for approval 1\n"
    assert settled("audit keys").split() == old
    assert "The log gets a new key" in settled("approvals list")
    approve(settled, 1, "max")
    assert settled("audit keys").split() == old  # the approval alone changes no file
    new = settled("audit rotate-key").strip()
    assert settled("audit keys").split() == [*old, new]
    [request], [given], [used] = (
        bodies(app, tag) for tag in (Tag.APPROVAL_ASKED, Tag.APPROVAL_GIVEN, Tag.APPROVAL_USED)
    )
    assert (request["actor"]["kind"], given["actor"]["kind"], used["actor"]["kind"]) == (
        "operator", "person", "operator",
    )  # fmt: skip
    assert given["data"]["authentication"]["factors"] == ["username", "password"]
    assert given["data"]["operator"]
    assert request["data"]["facts"] == given["data"]["facts"] == used["data"]["facts"]
    # An approval is good once, and for what was asked for only.
    assert settled("audit rotate-key") == "waiting for approval 2\n"
    assert settled(f"audit retire-key {old[0].split('+')[1]}") == "waiting for approval 3\n"
    assert settled("audit keys").split() == [*old, new]


def test_a_key_is_retired_by_two_as_well(app, settled):
    old = settled("audit keys").strip()
    settled("audit rotate-key")
    approve(settled, 1, "adm")
    new = settled("audit rotate-key").strip()
    key_id = old.split("+")[1]
    assert settled(f"audit retire-key {key_id}") == "waiting for approval 2\n"
    approve(settled, 2, "max")
    # Approved for this key, not for another.
    assert settled(f"audit retire-key {new.split('+')[1]}") == "waiting for approval 3\n"
    settled(f"audit retire-key {key_id}")
    settled("audit seal")
    with app.extensions["database"].reading() as session:
        from app.audit.models import Checkpoint

        newest = session.scalars(select(Checkpoint).order_by(Checkpoint.size.desc())).first()
    assert newest is not None
    assert len(bodies(app, Tag.APPROVAL_USED)) == 2


def test_a_wrong_password_or_somebody_without_the_function_approves_nothing(app, settled):
    settled("audit rotate-key")
    approve(settled, 1, "max", code=1, typed="not the password of max\n")
    approve(settled, 1, "eve", code=1)
    assert settled("audit rotate-key", code=1) == ""  # asked for already
    assert bodies(app, Tag.APPROVAL_GIVEN) == []
    assert len(bodies(app, Tag.REAUTH_FAILED)) >= 1
    assert len(settled("audit keys").split()) == 1


def test_the_operator_does_not_approve_by_an_account_of_the_same_name(app, settled, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "MAX")
    settled("audit rotate-key")
    approve(settled, 1, "max", code=1)
    approve(settled, 1, "adm")
    assert "waiting" not in settled("audit rotate-key")
    assert len(settled("audit keys").split()) == 2


def test_a_request_and_an_approval_grow_old(app, settled, monkeypatch):
    real = clock.now()

    def later(by):
        for module in ("app.cli.machine", "app.cli.approvals"):
            monkeypatch.setattr(f"{module}.now", lambda: real + by)

    settled("audit rotate-key")
    later(8 * clock.DAY)
    approve(settled, 1, "max", code=1)
    assert settled("audit rotate-key") == "waiting for approval 2\n"
    approve(settled, 2, "max")
    later(9 * clock.DAY + clock.HOUR)
    assert settled("audit rotate-key") == "waiting for approval 3\n"  # approved more than a day ago


def test_what_was_refused_is_not_done(app, settled):
    settled("audit rotate-key")
    settled("approvals refuse 1 --by max", typed=f"{PASSWORD}\n")
    approve(settled, 1, "adm", code=1)
    assert settled("audit rotate-key") == "waiting for approval 2\n"
    assert [one["data"]["decision"] for one in bodies(app, Tag.APPROVAL_REFUSED)] == ["refused"]


def test_an_approval_that_only_the_table_knows_rotates_nothing(app, settled):
    settled("audit rotate-key")
    database = app.extensions["database"]
    with database.reading() as session:
        row = session.get(Approval, 1)
        values = {"at": clock.now(), "id": row.id}

    def forge(session):
        statement = "update approval set decision = 'approved', decided_by = 1, decided_at = :at where id = :id"
        session.execute(text(statement), values)

    database.writing(forge)
    assert settled("audit rotate-key") == "waiting for approval 2\n"
    assert len(settled("audit keys").split()) == 1
