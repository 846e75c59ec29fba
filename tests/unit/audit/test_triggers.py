"""Append-only tables refuse every way of changing a row; bodies go only with their erasure."""

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text, text
from sqlalchemy.exc import DBAPIError

from app.audit.events import Tag
from app.audit.log import new_event_id
from app.audit.models import Erasure, Event
from app.audit.triggers import all_triggers, append_only, erasable
from app.core.db import Base
from app.core.errors import Conflict
from tests.unit.audit.events import NOON, say, write

BODIES = MetaData()
NOTE_BODY = Table("note_body", BODIES, Column("id", Integer, primary_key=True), Column("body", Text))


def run(database, statement):
    with database.engine.begin() as connection:
        connection.execute(text(statement))


def rows(database, query="SELECT id, body FROM audit_event ORDER BY id"):
    with database.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET body = '{}'",
        "UPDATE audit_event SET project_id = NULL",
        "DELETE FROM audit_event",
        "DELETE FROM audit_event WHERE id = 1",
    ],
)
def test_an_event_is_neither_changed_nor_deleted(database, statement):
    write(database, 1, 2)
    before = rows(database)
    with pytest.raises(DBAPIError, match="append-only"):
        run(database, statement)
    assert rows(database) == before


def test_the_refusal_is_a_conflict_for_a_service(database):
    write(database, 1)
    with pytest.raises(Conflict):
        database.writing(lambda s: (say(s, 2), s.execute(text("DELETE FROM audit_event WHERE id = 1"))))


INSERT = """INSERT OR REPLACE INTO audit_event (id, event_id, stream, seq, tag, at, body, sha256)
            SELECT {id}, {event_id}, {stream}, seq, tag, at, '{{}}', '' FROM audit_event WHERE id = 1"""


@pytest.mark.parametrize(
    ("taken", "values"),
    [
        ("the id", {"id": "id", "event_id": "'x'", "stream": "'x'"}),
        ("the event id", {"id": "99", "event_id": "event_id", "stream": "'x'"}),
        ("the place in the stream", {"id": "99", "event_id": "'x'", "stream": "stream"}),
    ],
)
@pytest.mark.parametrize("recursive", [0, 1])
def test_sqlite_replace_does_not_slip_past_the_triggers(sqlite_database, taken, values, recursive):
    write(sqlite_database, 1)
    before = rows(sqlite_database)
    with sqlite_database.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")  # a pragma is void inside a transaction
        connection.exec_driver_sql(f"PRAGMA recursive_triggers={recursive}")
        with pytest.raises(DBAPIError, match="append-only"):
            connection.exec_driver_sql(INSERT.format(**values))
        connection.exec_driver_sql("PRAGMA recursive_triggers=1")
        connection.exec_driver_sql("BEGIN")
    assert rows(sqlite_database) == before, taken


@pytest.fixture
def postgresql(database_templates, tmp_path):
    with database_templates.fresh("postgresql", tmp_path) as database:
        yield database


@pytest.mark.postgres
def test_postgresql_refuses_truncate(postgresql):
    write(postgresql, 1)
    with pytest.raises(DBAPIError, match="append-only"):
        run(postgresql, "TRUNCATE audit_event CASCADE")
    assert len(rows(postgresql)) == 1


@pytest.mark.postgres
@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_event SET tag = 'x'", "DELETE FROM audit_event", "TRUNCATE audit_event CASCADE"],
)
def test_postgresql_refuses_even_a_superuser_in_replica_mode(postgresql, statement):
    write(postgresql, 1)
    before = rows(postgresql)
    with pytest.raises(DBAPIError, match="append-only"), postgresql.engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(statement))
    assert rows(postgresql) == before


@pytest.fixture
def bodies(database):
    BODIES.create_all(database.engine)
    with database.engine.begin() as connection:
        for statement in erasable(NOTE_BODY, database.engine.dialect.name):
            connection.exec_driver_sql(statement)
        connection.execute(text("INSERT INTO note_body VALUES (1, 'one'), (2, 'two')"))
    return database


def erase(session, row_id):
    session.add(Erasure(table_name="note_body", row_id=str(row_id), event_id=new_event_id(NOON), at=NOON))
    session.flush()
    say(session, 1, tag=Tag.BATCH_WITHDRAWN)
    session.execute(text("DELETE FROM note_body WHERE id = :id"), {"id": row_id})


def test_a_body_is_deleted_only_together_with_its_erasure(bodies):
    with pytest.raises(DBAPIError, match="only with an erasure"):
        run(bodies, "DELETE FROM note_body WHERE id = 1")
    bodies.writing(lambda session: erase(session, 1))
    assert rows(bodies, "SELECT id FROM note_body") == [(2,)]
    with pytest.raises(DBAPIError, match="only with an erasure"):
        run(bodies, "DELETE FROM note_body")


def test_a_body_is_never_changed(bodies):
    bodies.writing(lambda session: erase(session, 1))
    with pytest.raises(DBAPIError, match="append-only"):
        run(bodies, "UPDATE note_body SET body = 'other'")
    assert rows(bodies, "SELECT body FROM note_body") == [("two",)]


def test_an_erasure_itself_stays(bodies):
    bodies.writing(lambda session: erase(session, 1))
    with pytest.raises(DBAPIError, match="append-only"):
        run(bodies, "DELETE FROM audit_erasure")


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_tables_say_themselves_that_they_are_append_only(dialect):
    statements = all_triggers(Base.metadata, dialect)
    assert set(append_only("audit_event", dialect)) <= set(statements)
    assert set(append_only(Event.__table__, dialect)) <= set(statements)
    assert any("audit_erasure" in statement for statement in statements)
