"""Every guard of the models is in a migrated database, and one is mended that an earlier migration left out."""

import re

from alembic import command
from sqlalchemy import text

from app.audit.triggers import all_triggers
from app.core.db import Base, Database, load_tables
from tests.migrations.test_0001_initial import alembic, empty

__all__ = ["empty"]

THERE = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
}


def guards(url):
    """Those of the models, and those there are."""
    load_tables()
    database = Database(url)
    dialect = database.engine.dialect.name
    wanted = set(re.findall(r"CREATE TRIGGER (\w+)", "\n".join(all_triggers(Base.metadata, dialect))))
    with database.reading() as session:
        there = set(session.scalars(text(THERE[dialect])))
    database.dispose()
    return wanted, there


def test_a_migrated_database_has_every_guard_of_the_models(empty):
    command.upgrade(alembic(empty), "head")
    wanted, there = guards(empty)
    assert wanted
    assert wanted - there == set()


def test_the_way_back_is_open(empty):
    command.upgrade(alembic(empty), "0015")
    command.downgrade(alembic(empty), "0010")
    _, there = guards(empty)
    assert "signature_no_replace_1" not in there
    command.upgrade(alembic(empty), "head")
