"""A database made by another version is refused at every door, with one sentence, and stays as it is."""

import hashlib
import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from sqlalchemy import create_engine, text

from app.core.revision import HEAD, OLD, problem_of, stamp_of
from tests.databases import create_postgresql, drop_postgresql, require_postgresql

DOORS = {
    "web": ["-m", "gunicorn", "wsgi:app", "--bind", "127.0.0.1:0"],
    "worker": ["-m", "flask", "--app", "wsgi", "jobs", "work", "--until-empty"],
    "command": ["-m", "flask", "--app", "wsgi", "project", "list"],
    "migrate": ["-m", "alembic", "upgrade", "head"],
}


def stamped(path, revision):
    """A database file of some version: its mark, and a row that must survive."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "PRAGMA journal_mode=WAL; CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL);"
            f"INSERT INTO alembic_version VALUES ('{revision}');"
            "CREATE TABLE project (id INTEGER PRIMARY KEY, key TEXT); INSERT INTO project VALUES (1, 'kept');"
        )
    return path


def fingerprint(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("revision", ["0001", "0999_of_a_later_version"])
def test_a_database_of_another_version_is_refused_and_left_untouched(tmp_path, door, revision):
    path = stamped(tmp_path / "chartmark.db", revision)
    before = fingerprint(tmp_path)
    environment = os.environ | {"CHARTMARK_VAR": str(tmp_path), "CHARTMARK_DATABASE_URL": f"sqlite:///{path}"}
    done = subprocess.run(
        [sys.executable, *DOORS[door]], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode != 0
    if door != "migrate" or revision == "0001":
        assert problem_of(f"sqlite:///{path}") in done.stderr
    assert "Traceback" not in done.stderr
    assert fingerprint(tmp_path) == before


def test_the_sentence_about_a_database_from_before_names_a_way_out():
    assert "before 0.2.0" in OLD
    assert "CHARTMARK_DATABASE_URL" in OLD


def test_a_database_that_is_not_there_or_has_no_stamp_is_not_refused(tmp_path):
    assert problem_of(f"sqlite:///{tmp_path / 'none.db'}") == ""
    assert not (tmp_path / "none.db").exists()
    (tmp_path / "empty.db").touch()
    assert problem_of(f"sqlite:///{tmp_path / 'empty.db'}") == ""
    assert problem_of(f"sqlite:///{stamped(tmp_path / 'head.db', HEAD)}") == ""
    assert problem_of("postgresql+psycopg://nobody@127.0.0.1:1/none") == ""


def test_a_stamp_that_is_still_in_the_write_ahead_log_is_seen(tmp_path):
    path = tmp_path / "open.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; CREATE TABLE alembic_version (version_num TEXT);"
            "INSERT INTO alembic_version VALUES ('0001');"
        )
        assert problem_of(f"sqlite:///{path}") == OLD


@pytest.mark.postgres
def test_a_postgresql_database_from_before_is_recognised():
    require_postgresql()
    url = create_postgresql()
    try:
        assert stamp_of(url) is None
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
            connection.execute(text("INSERT INTO alembic_version VALUES ('0001')"))
        engine.dispose()
        assert problem_of(url) == OLD
    finally:
        drop_postgresql(url)
