"""`flask --app wsgi security check`"""

import json
from dataclasses import replace

import pytest

from app.accounts.actor import ServerRole
from app.accounts.bootstrap import close_setting_up
from app.core.clock import now
from tests.conftest import OPERATOR
from tests.unit.accounts.people import give_credential

SAFE = {"https": "1", "hosts": "notes.example", "proxies": 1, "second_factor": "everybody"}


def keep_files_private(var):
    var.chmod(0o700)
    for path in var.rglob("*"):
        if path.is_file():
            path.chmod(0o600)


@pytest.fixture
def check(app):
    keep_files_private(app.extensions["settings"].var_dir)

    def check(*arguments, **settings):
        app.extensions["settings"] = replace(app.extensions["settings"], **(SAFE | settings))
        answer = app.test_cli_runner().invoke(args=["security", "check", *arguments])
        found = {line["check"]: line["level"] for line in map(json.loads, answer.stdout.splitlines())}
        assert answer.exit_code == ("wrong" in found.values())
        return found

    return check


@pytest.fixture
def admins(app, person):
    person("boss", ServerRole.ADMIN)
    person("vice", ServerRole.ADMIN)
    app.extensions["database"].writing(lambda session: close_setting_up(session, OPERATOR, at=now()))


def test_a_server_in_order_is_all_ok(check, admins):
    assert set(check().values()) == {"ok"}


@pytest.mark.parametrize(
    ("settings", "wrong"),
    [
        ({"https": ""}, "https"),
        ({"hosts": ""}, "hosts"),
        ({"proxies": 0}, "proxies"),
        ({"second_factor": "signers"}, "second-factor"),
        ({"idle_minutes": 0}, "idle-timeout"),
        ({"idle_minutes": 61}, "idle-timeout"),
        ({"session_hours": 25}, "session-length"),
        ({"database_url": "postgresql+psycopg://db.example/notes"}, "database-transport"),
        ({"database_url": "postgresql+psycopg://db.example/notes?sslmode=prefer"}, "database-transport"),
    ],
)
def test_each_unsafe_setting_is_named(check, admins, settings, wrong):
    assert [name for name, level in check(**settings).items() if level != "ok"] == [wrong]


def test_on_one_machine_https_is_not_asked_for(check, admins):
    assert "https" not in check("--local", https="", hosts="")


def test_files_others_may_read_are_named(app, check, admins):
    settings = app.extensions["settings"]
    settings.var_dir.chmod(0o755)
    settings.master_key_path.parent.mkdir(parents=True, exist_ok=True)
    settings.master_key_path.write_bytes(b"0" * 32)
    settings.master_key_path.chmod(0o640)
    found = check()
    assert [found[name] for name in ("var-private", "master-key-private", "files-private")] == ["wrong"] * 3


def test_a_master_key_beside_the_database_is_wrong(app, check, admins):
    database = app.extensions["settings"].database_url.removeprefix("sqlite:///")
    assert check(master_key_file=database.replace("test.db", "master.key"))["master-key-apart"] == "wrong"


def test_people_to_look_after_are_counted(app, check, person):
    assert (check()["admins"], check()["bootstrap-closed"]) == ("wrong", "advice")
    boss = person("boss", ServerRole.ADMIN)
    assert check()["admins"] == "advice"
    ann = person("ann")
    give_credential(app.extensions["database"], ann.id, boss.id, next_check_due_at=1_700_000_000_000)
    found = check()
    assert (found["identities"], found["credentials"]) == ("advice", "advice")


def test_debugging_is_wrong(check, admins, monkeypatch):
    monkeypatch.setenv("FLASK_DEBUG", "1")
    assert check()["debug-off"] == "wrong"


def test_a_monitor_reads_one_object(app, check, admins):
    check()
    answer = app.test_cli_runner().invoke(args=["security", "check", "--local", "--json"])
    told = json.loads(answer.stdout)
    assert (told["ok"], answer.exit_code) == (True, 0)
    assert {"debug-off", "log-key-private"} <= {line["check"] for line in told["checks"]}
