"""What is written on the disk is its user's alone from the first byte; what others reach starts only in order."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.settings import Settings

ROOT = Path(__file__).parents[2]
SAFE = {"CHARTMARK_HTTPS": "1", "CHARTMARK_HOSTS": "notes.example", "CHARTMARK_PROXIES": "1"}


def run(var, *arguments, umask=0o022, code=0, **settings):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CHARTMARK_")}
    answer = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=ROOT, env=kept | {"CHARTMARK_VAR": str(var)} | settings,
        umask=umask, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert answer.returncode == code, answer.stderr
    return answer.stdout + answer.stderr


def test_everything_a_new_installation_writes_is_its_users_alone(tmp_path):
    var = tmp_path / "var"
    run(var, "alembic", "-c", "alembic.ini", "upgrade", "head")
    run(var, "flask", "--app", "wsgi", "accounts", "create", "ann", "--name", "Ann Test")
    run(var, "flask", "--app", "wsgi", "audit", "seal")
    written = [var, *var.rglob("*")]
    assert {path.name for path in written} >= {"chartmark.db", "log.key", "master.key"}
    assert [path for path in written if path.stat().st_mode & 0o077] == []


def test_the_folder_of_an_earlier_installation_is_closed(tmp_path):
    tmp_path.chmod(0o755)
    run(tmp_path, "flask", "--app", "wsgi", "--help")
    assert tmp_path.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"CHARTMARK_HTTPS": ""}, ["https"]),
        ({"CHARTMARK_HOSTS": "", "CHARTMARK_SESSION_HOURS": "48"}, ["hosts", "session-length"]),
        ({"CHARTMARK_IDLE_MINUTES": "0", "FLASK_DEBUG": "1"}, ["idle-timeout", "debug-off"]),
        ({"CHARTMARK_DATABASE_URL": "postgresql+psycopg://db.example/notes"}, ["database-transport"]),
    ],
)
def test_a_server_that_others_reach_refuses_to_start_unsafely_and_says_why(tmp_path, settings, named):
    said = run(tmp_path, "gunicorn", "wsgi:app", "--bind", "127.0.0.1:0", code=3, **(SAFE | settings))
    lines = [line.strip().partition(":")[0] for line in said.splitlines() if line.startswith("  ")]
    assert lines == named


def test_keys_that_others_may_read_keep_it_from_starting(tmp_path, tmp_path_factory):
    key = tmp_path_factory.mktemp("elsewhere") / "elsewhere.key"
    key.write_bytes(b"k" * 32)
    key.chmod(0o644)
    settings = SAFE | {"CHARTMARK_MASTER_KEY_FILE": str(key)}
    assert "master-key-private" in run(tmp_path, "gunicorn", "wsgi:app", "--bind", "127.0.0.1:0", code=3, **settings)


def test_a_server_of_this_machine_alone_is_asked_for_nothing():
    from app.cli.setup.boot import unsafe

    assert unsafe(Settings(hosts="localhost,127.0.0.1")) == []
