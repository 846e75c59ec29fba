"""The first migration: up, down and up again, and exactly what the models say."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from app.core.db import Base, Database
from app.core.revision import HEAD
from app.factory import create_app
from tests.databases import create_postgresql, drop_postgresql, require_postgresql


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty(request, tmp_path):
    """The address of a database without any table."""
    create_app()
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    require_postgresql()
    url = create_postgresql()
    yield url
    drop_postgresql(url)


def alembic(url):
    config = Config("alembic.ini")
    config.set_main_option("sqlalchemy.url", url)
    return config


def test_migrations_are_numbered_and_the_head_is_written_down():
    script = ScriptDirectory.from_config(Config("alembic.ini"))
    numbers = sorted(revision.revision[:4] for revision in script.walk_revisions())
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
    assert Path("migrations/HEAD").read_text().strip() == script.get_current_head() == HEAD


def test_the_migrated_schema_equals_the_models(empty):
    command.upgrade(alembic(empty), "head")
    database = Database(empty)
    with database.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    database.dispose()
    assert differences == []


def test_down_leaves_nothing_and_up_again_works(empty):
    command.upgrade(alembic(empty), "head")
    command.downgrade(alembic(empty), "base")
    database = Database(empty)
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    database.dispose()
    command.upgrade(alembic(empty), "head")


def test_migrated_records_cannot_be_changed(empty):
    command.upgrade(alembic(empty), "head")
    database = Database(empty)
    with database.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO audit_event (event_id, stream, seq, tag, at, body, sha256) "
                "VALUES ('e', 's', 1, 't', 1, '{}', 'x')"
            )
        )
    for change in ("UPDATE audit_event SET tag = 'u'", "DELETE FROM audit_event"):
        with pytest.raises(DBAPIError, match="append-only"), database.engine.begin() as connection:
            connection.execute(text(change))
    database.dispose()
