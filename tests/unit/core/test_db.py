"""The one place that commits."""

import threading
import time
from itertools import pairwise

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, SystemActor, record
from app.audit.models import Event, Outbox, StreamHead


def say(session, seq=1):
    return record(
        session,
        Tag.PROJECT_CREATED,
        stream=streams.project(1),
        actor=SystemActor("test"),
        subject=Subject("project", 1),
        data={"n": seq},
        at=1_700_000_000_000 + seq,
    )


def test_events_of_a_stream_are_chained_and_wait_in_the_outbox(database):
    database.writing(lambda s: [say(s, n) for n in (1, 2, 3)])
    with database.reading() as session:
        events = session.scalars(select(Event).order_by(Event.seq)).all()
        assert [e.seq for e in events] == [1, 2, 3]
        assert all(f'"prev":"{a.sha256}"' in b.body for a, b in pairwise(events))
        assert session.get(StreamHead, "project:1").head_sha256 == events[-1].sha256
        assert len(session.scalars(select(Outbox)).all()) == 3


def test_a_record_without_its_event_is_not_committed(database):
    def unit(session):
        session.add(
            Event(event_id="x", stream="s", seq=1, tag="t", at=1, body="{}", sha256="")
        )

    with pytest.raises(RuntimeError, match="audit_event"):
        database.writing(unit)
    with database.reading() as session:
        assert session.scalars(select(Event)).all() == []


def test_nothing_stays_when_the_unit_fails(database):
    def unit(session):
        say(session)
        raise KeyError("later")

    with pytest.raises(KeyError):
        database.writing(unit)
    with database.reading() as session:
        assert session.scalars(select(Event)).all() == []


def test_a_unit_that_was_retried_leaves_one_event(database):
    attempts = []

    def unit(session):
        say(session)
        attempts.append(1)
        if len(attempts) < 3:
            raise OperationalError("INSERT", {}, Exception("database is locked"))

    database.writing(unit)
    with database.reading() as session:
        assert len(session.scalars(select(Event)).all()) == 1
    assert len(attempts) == 3


def test_rows_stay_readable_after_reading(database):
    database.writing(say)
    with database.reading() as session:
        event = session.scalars(select(Event)).one()
        event.tag = "changed"
    assert event.stream == "project:1"
    with database.reading() as session:
        assert session.scalars(select(Event)).one().tag == Tag.PROJECT_CREATED


def test_an_error_of_the_database_quotes_no_value_of_its_statement(database):
    """What logs and consoles show of it must hold no note text."""
    with database.reading() as session, pytest.raises(DBAPIError) as caught:
        session.execute(text("SELECT no_such_column FROM audit_event WHERE body = :body"), {"body": "Mrs Quarrow"})
    assert "Quarrow" not in str(caught.value)


def test_writers_of_one_process_get_their_turn_in_the_order_they_asked(sqlite_database):
    """Each asks while the one before it is still at work: nobody who comes later goes first."""
    order, threads, asked = [], [], []

    def writer(number):
        def unit(session):
            if number < 5:
                start(number + 1)
                time.sleep(0.05)  # the next one waits by now
            order.append(number)
            session.execute(text("SELECT 1"))

        asked.append(number)
        sqlite_database.writing(unit)

    def start(number):
        thread = threading.Thread(target=writer, args=(number,))
        threads.append(thread)
        thread.start()

    start(0)
    while len(threads) < 6 or any(thread.is_alive() for thread in threads):
        time.sleep(0.01)
    assert order == asked == list(range(6))


def test_a_turn_is_passed_on_when_a_unit_fails(sqlite_database):
    with pytest.raises(ZeroDivisionError):
        sqlite_database.writing(lambda session: 1 / 0)
    assert sqlite_database.writing(lambda session: session.scalar(text("SELECT 7"))) == 7
