"""`flask --app wsgi accounts …`"""

import json

import pytest

WORDS = """
    --tier 3 --profession physician --country de --issuing-body chamber --register-number 17
    --issued 2020-01-01 --verified-by boss --method register
"""
CREDENTIAL = WORDS.split()


@pytest.fixture
def run(app):
    def run(*arguments, code=0):
        answer = app.test_cli_runner().invoke(args=["accounts", *arguments])
        assert answer.exit_code == code, answer.output
        return [json.loads(line) for line in answer.stdout.splitlines()] if code == 0 else answer.output

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


def test_a_credential_gives_a_tier_until_it_is_revoked(run):
    run("create", "boss", "--name", "The Boss")
    run("create", "ann", "--name", "Ann", "--profession", "physician")
    [granted] = run("credential", "ann", *CREDENTIAL)
    run("identity", "ann", "--verified-by", "boss", "--method", "passport")
    listed = {person["username"]: person for person in run("list")}
    assert (listed["ann"]["tier"], listed["boss"]["tier"]) == (3, 0)
    assert listed["ann"]["identity_verified"] is True
    run("revoke", str(granted["credential"]), "--because", "left the register")
    assert {p["username"]: p["tier"] for p in run("list")}["ann"] == 0


def test_an_expired_credential_gives_no_tier(run):
    run("create", "boss", "--name", "The Boss")
    run("create", "ann", "--name", "Ann")
    run("credential", "ann", *CREDENTIAL, "--expires", "2021-01-01")
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
