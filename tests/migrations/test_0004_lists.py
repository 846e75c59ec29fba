"""Lists in strings become rows: a database of 0003 with data goes up, down and up again, and nothing is lost."""

import json

import pytest
from alembic import command
from sqlalchemy import MetaData, Table, inspect, select, text
from sqlalchemy.exc import DBAPIError

from app.core.db import Database
from app.core.errors import Problem
from app.corpus.batch import list_passed, list_problems
from app.corpus.document import Document
from app.corpus.source import Source
from app.jobs.job import get_job
from tests.migrations.test_0001_initial import alembic, empty  # noqa: F401  (a fixture)

pytestmark = pytest.mark.rare

PROBLEMS = [
    {"code": "bad-json", "message": "no JSON: „é“, quoted \"so\"", "where": "line 2"},
    {"code": "empty-text", "message": "the text is empty", "where": "line 9"},
]
PASSED = [{"message": "README is no note", "where": "entry 2"}]
ASIDE = [[3, "IndexError"], [11, "too-long"]]
# Table → column → what row 1, row 2 … held.
OLD = {
    "batch": {
        "problems_json": [json.dumps(PROBLEMS, ensure_ascii=False, separators=(",", ":")), "[]"],
        "passed_json": [json.dumps(PASSED, separators=(",", ":")), "[]"],
    },
    "source": {"reason": ["", "engine-failed", "private-element,burned-in-annotation"]},
    "document": {"reasons": ["", "language-not-covered,known-identifier-left,suspected-email", "residual-risk"]},
    "job": {"set_aside_json": [json.dumps(ASIDE, separators=(",", ":")), "[]"]},
}
# What the checks of a table ask for.
STATES = {
    "batch": {"state": "loaded", "finished_at": 9},
    "source": {"state": "refused"},
    "document": {"verdict": "needs_review"},
    "job": {"state": "done", "finished_at": 9, "waits_for": ""},
    "subject": {},
    "encounter": {"setting": "unknown", "sex": ""},
    "project": {"status": "active"},
}


def put(connection, name, number, **values):
    """A row of a table as the database has it, with something in each column that may not be empty."""
    table = Table(name, MetaData(), autoload_with=connection)
    row = {}
    for column in table.columns:
        if column.nullable or column.server_default is not None:
            continue
        if column.foreign_keys:
            row[column.name] = 1
        else:
            row[column.name] = number if column.type.python_type is int else f"{column.name}-{number}"
    connection.execute(table.insert(), row | STATES[name] | {"id": number} | values)


def fill(database):
    with database.engine.begin() as connection:
        for name in ("project", "subject", "encounter"):
            put(connection, name, 1)
        for name, columns in OLD.items():
            for number, values in enumerate(zip(*columns.values(), strict=True), 1):
                put(connection, name, number, **dict(zip(columns, values, strict=True)))


def strings(database):
    with database.engine.connect() as connection:
        return {
            name: {
                column: list(connection.scalars(text(f"SELECT {column} FROM {name} ORDER BY id"))) for column in columns
            }
            for name, columns in OLD.items()
        }


def lists(database):
    with database.reading() as session:
        return {
            "problems": [list_problems(session, number) for number in (1, 2)],
            "passed": [list_passed(session, number) for number in (1, 2)],
            "sources": [row.reasons for row in session.scalars(select(Source).order_by(Source.id))],
            "documents": [row.reasons for row in session.scalars(select(Document).order_by(Document.id))],
            "jobs": [get_job(session, number).named_aside for number in (1, 2)],
        }


@pytest.fixture
def before(empty):  # noqa: F811  (the fixture)
    """A database as 0003 left it, with data."""
    command.upgrade(alembic(empty), "0003")
    database = Database(empty)
    fill(database)
    assert strings(database) == OLD
    database.dispose()
    yield database
    database.dispose()


EXPECTED = {
    "problems": [[Problem(one["code"], one["where"], one["message"]) for one in PROBLEMS], []],
    "passed": [[("entry 2", "README is no note")], []],
    "sources": [(), ("engine-failed",), ("private-element", "burned-in-annotation")],
    "documents": [(), ("language-not-covered", "known-identifier-left", "suspected-email"), ("residual-risk",)],
    "jobs": [[(3, "IndexError"), (11, "too-long")], []],
}


def test_lists_are_brought_over_and_back(before):
    command.upgrade(alembic(before.url), "head")
    assert lists(before) == EXPECTED
    columns = {name: {column["name"] for column in inspect(before.engine).get_columns(name)} for name in OLD}
    assert all(columns[name].isdisjoint(OLD[name]) for name in OLD)
    before.dispose()
    command.downgrade(alembic(before.url), "0003")
    assert strings(before) == OLD
    before.dispose()
    command.upgrade(alembic(before.url), "head")
    assert lists(before) == EXPECTED


@pytest.mark.parametrize("table", ["document_reason", "batch_problem", "batch_passed"])
def test_what_was_brought_over_cannot_be_changed(before, table):
    command.upgrade(alembic(before.url), "head")
    for change in (f"UPDATE {table} SET position = 7", f"DELETE FROM {table}"):
        with pytest.raises(DBAPIError, match="append-only"), before.engine.begin() as connection:
            connection.execute(text(change))
