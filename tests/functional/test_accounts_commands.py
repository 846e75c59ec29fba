"""`flask --app wsgi accounts …`"""

import json

import pytest

from app.accounts.reset import choose_password
from app.core.clock import now

WORDS = """
    --tier 3 --profession physician --country de --issuing-body chamber --register-number 17
    --issued 2020-01-01 --verified-by boss --method register
"""
CREDENTIAL = WORDS.split()


EVIDENCE = ["--evidence-sha256", "e" * 64]
PASSWORD = "wandering teapots sing"


@pytest.fixture
def boss(app, run):
    """An administrator with a password, who confirms the first credentials."""
    [made] = run("create", "boss", "--name", "The Boss", "--role", "admin")
    choose_password(app.extensions["database"], made["link"].rpartition("/")[2], PASSWORD, at=now())


@pytest.fixture
def approve(app):
    def approve(number, by="boss", typed=PASSWORD):
        line = ["approvals", "approve", str(number), "--by", by]
        answer = app.test_cli_runner().invoke(args=line, input=f"{typed}\n")
        assert answer.exit_code == 0, answer.output
        return json.loads(answer.stdout)

    return approve


@pytest.fixture
def run(app):
    def run(*arguments, code=0):
        answer = app.test_cli_runner().invoke(args=["accounts", *arguments])
        assert answer.exit_code == code, answer.output
        lines = [line for line in answer.stdout.splitlines() if not line.startswith("waiting for")]
        return [json.loads(line) for line in lines] if code == 0 else answer.output

    return run


def test_a_team_starts_with_an_admin_who_chooses_the_password(app, run):
    [made] = run("create", "Boss", "--name", "The Boss", "--role", "admin", "--url", "https://notes.example/")
    assert made["username"] == "boss"
    assert made["link"].startswith("https://notes.example/password/")
    path = made["link"].removeprefix("https://notes.example")
    assert app.test_client().get(path).status_code == 200


def test_a_link_leads_to_where_the_server_runs(app, run):
    for port, command in (("8000", ("create", "ann", "--name", "Ann")), ("8123", ("reset", "ann"))):
        if port != "8000":
            app.extensions["settings"].address_path.write_text(f"http://127.0.0.1:{port}\n")
        [said] = run(*command)
        assert said["link"].startswith(f"http://127.0.0.1:{port}/password/")


def test_a_credential_waits_for_who_checked_it_and_gives_a_tier_until_it_is_revoked(run, boss, approve):
    run("create", "ann", "--name", "Ann", "--profession", "physician")
    assert run("credential", "ann", *CREDENTIAL, *EVIDENCE) == [{"username": "ann", "tier": 3}]
    assert {p["username"]: p["tier"] for p in run("list")}["ann"] == 0
    granted = approve(1)
    run("identity", "ann", "--verified-by", "boss", "--method", "passport")
    listed = {person["username"]: person for person in run("list")}
    assert (listed["ann"]["tier"], listed["boss"]["tier"]) == (3, 0)
    assert listed["ann"]["identity_verified"] is True
    run("revoke", str(granted["credential"]), "--because", "left the register")
    assert {p["username"]: p["tier"] for p in run("list")}["ann"] == 0


def test_a_trainees_credential_is_recorded_at_once_while_the_server_is_set_up(run, boss):
    run("create", "ann", "--name", "Ann")
    [granted] = run("credential", "ann", "--tier", "1", *CREDENTIAL[2:])
    assert (granted["credential"], granted["tier"]) == (1, 1)
    assert {p["username"]: p["tier"] for p in run("list")}["ann"] == 1


def test_a_trainee_cannot_be_named_as_having_checked_a_clinician(run, boss):
    for name in ("ann", "eve"):
        run("create", name, "--name", name.title())
    words = [*CREDENTIAL[:-4], "--verified-by", "ann", "--method", "m", *EVIDENCE]
    assert "verifier-unfit" in run("credential", "eve", *words, code=1)


def test_an_expired_credential_gives_no_tier(run, boss, approve):
    run("create", "ann", "--name", "Ann")
    run("credential", "ann", *CREDENTIAL, *EVIDENCE, "--expires", "2021-01-01")
    approve(1)
    assert [person["tier"] for person in run("list")] == [0, 0]


def test_resetting_closing_and_roles(app, run):
    [made] = run("create", "ann", "--name", "Ann")
    [again] = run("reset", "ann")
    assert again["link"] != made["link"]
    path = "/password/" + made["link"].rpartition("/")[2]
    assert app.test_client().get(path).status_code == 404
    run("role", "ann", "auditor")
    assert run("list")[0]["roles"] == ["auditor"]
    run("role", "ann", "auditor", "--remove")
    assert run("list")[0]["roles"] == []
    run("deactivate", "ann")
    assert run("list")[0]["status"] == "deactivated"
    run("deactivate", "ann", "--reopen")
    assert run("list")[0]["status"] == "active"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["reset", "nobody"], "nobody has the user name 'nobody'"),
        (["create", "x", "--name", "X"], "username: 3 to 64"),
        (["create", "ann", "--name", "Again"], "is or was somebody's"),
        (["credential", "ann", *CREDENTIAL[:-4], "--verified-by", "ann", "--method", "m"], "own-credential"),
        (["credential", "ann", *CREDENTIAL, "--expires", "2019-01-01"], "expires_at: the expiry must follow"),
        (["revoke", "99", "--because", "x"], "no such credential"),
    ],
)
def test_a_mistake_is_one_clear_line_and_exit_1(run, arguments, says):
    run("create", "boss", "--name", "The Boss")
    run("create", "ann", "--name", "Ann")
    output = run(*arguments, code=1)
    assert says in output
    assert "Traceback" not in output


def test_a_date_that_is_none_is_refused(run):
    output = run("credential", "ann", *CREDENTIAL, "--expires", "soon", code=2)
    assert "a date, as 2026-11-21" in output
