"""On PostgreSQL the application's role does its work, and can neither change what is only added nor take guards off."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError

from app.audit.models import Event
from app.core.db import Base, Database
from app.core.roles import grants, rights_of, too_much
from app.factory import create_app
from app.settings import Settings
from tests.databases import APP_ROLE, create_postgresql, drop_postgresql, owner_of, require_postgresql
from tests.unit.audit.events import write

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.postgres


@pytest.fixture
def split(database_templates, tmp_path):
    with database_templates.fresh("split", tmp_path) as database:
        yield database


REFUSED = [
    "UPDATE audit_event SET tag = 'x'",
    "DELETE FROM audit_event",
    "TRUNCATE audit_event",
    "TRUNCATE person CASCADE",
    "UPDATE audit_leaf SET leaf_sha256 = ''",
    "DELETE FROM audit_checkpoint",
    "UPDATE credential SET tier = 4",
    "DELETE FROM server_role",
    "UPDATE submission SET body_sha256 = ''",
    "DELETE FROM signature",
    "ALTER TABLE audit_event DISABLE TRIGGER USER",
    "ALTER TABLE person ADD COLUMN x int",
    "DROP TRIGGER audit_event_no_change ON audit_event",
    "DROP TABLE audit_outbox",
    "CREATE TABLE mine (x int)",
    "CREATE TEMPORARY TABLE mine (x int)",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE OR REPLACE FUNCTION chartmark_refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "CREATE TRIGGER t BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()",
    "SET session_replication_role = replica",
]


def test_what_the_role_may_not_do_is_refused_by_the_database(split):
    write(split, 1)
    for statement in REFUSED:
        with split.engine.connect() as connection, pytest.raises(ProgrammingError) as refusal:
            connection.exec_driver_sql(statement)
        assert refusal.value.orig.sqlstate == "42501", statement
    with split.engine.begin() as connection:  # without a grant option it is a warning, and gives nothing
        connection.exec_driver_sql("GRANT UPDATE ON audit_event TO PUBLIC")
        assert not connection.scalar(text("SELECT has_table_privilege('public', 'audit_event', 'UPDATE')"))


def test_the_role_has_no_right_too_much_and_the_owner_has(split):
    with split.engine.connect() as connection:
        assert too_much(connection, Base.metadata) == []
    owner = create_engine(owner_of(split.url))
    with owner.connect() as connection:
        said = too_much(connection, Base.metadata)
    owner.dispose()
    assert any("superuser" in one for one in said)
    assert any("owns" in one for one in said)


def test_a_right_given_by_hand_is_named(split):
    owner = create_engine(owner_of(split.url))
    with owner.begin() as connection:
        connection.exec_driver_sql(f'GRANT UPDATE ON audit_event TO "{APP_ROLE}"')
    owner.dispose()
    with split.engine.connect() as connection:
        assert too_much(connection, Base.metadata) == ["it has more rights than it needs on audit_event"]


@pytest.mark.parametrize("two", [True, False])
def test_security_check_says_how_the_roles_are(split, tmp_path, two):
    url = split.url if two else owner_of(split.url)
    migrate = owner_of(split.url) if two else ""
    app = create_app(Settings(var=str(tmp_path), database_url=url, migrate_url=migrate))
    answer = app.test_cli_runner().invoke(args=["security", "check", "--local", "--json"])
    (found,) = [one for one in json.loads(answer.stdout)["checks"] if one["check"] == "database-role"]
    assert (found["level"] == "ok") is two
    assert two or "CHARTMARK_MIGRATE_URL" in found["message"]
    app.extensions["database"].dispose()


def test_migrations_run_as_the_owner_and_give_the_application_its_rights(split, tmp_path):
    """`make migrate` with two addresses, and what the role may do afterwards."""
    require_postgresql()
    empty = create_postgresql()
    app_url = split.url.replace(split.url.rpartition("/")[2], empty.rpartition("/")[2])
    environment = {
        "CHARTMARK_VAR": str(tmp_path),
        "CHARTMARK_DATABASE_URL": app_url,
        "CHARTMARK_MIGRATE_URL": empty,
        "PATH": "/usr/bin:/bin",
    }
    try:
        command = [sys.executable, "-m", "alembic", "-c", "alembic.ini", "upgrade", "head"]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
        database = Database(app_url)
        with database.engine.connect() as connection:
            assert too_much(connection, Base.metadata) == []
            assert connection.scalar(text("SELECT count(*) FROM alembic_version")) == 1
        write(database, 1)
        database.dispose()
    finally:
        drop_postgresql(empty)


def test_grants_follow_what_a_table_says_of_itself():
    assert rights_of(Event.__table__) == {"SELECT": [], "INSERT": []}
    credential = rights_of(Base.metadata.tables["credential"])
    assert "DELETE" not in credential
    assert "revoked_at" in credential["UPDATE"]
    assert "tier" not in credential["UPDATE"]
    assert rights_of(Base.metadata.tables["job"]).keys() == {"SELECT", "INSERT", "UPDATE", "DELETE"}
    assert rights_of(Base.metadata.tables["submission_body"]).keys() == {"SELECT", "INSERT", "DELETE"}
    said = " ".join(grants(Base.metadata, 'a"b', "d"))
    assert '"a""b"' in said
    assert "GRANT ALL" not in said
