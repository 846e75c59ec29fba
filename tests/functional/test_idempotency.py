"""One key, one body, one effect, one answer: also for two requests at once, on both databases."""

import threading
import time

import pytest
from flask import Blueprint, jsonify
from sqlalchemy import func, select

from app.accounts.session import SignInSession
from app.audit.models import Event
from app.core.errors import Conflict, Invalid
from app.http.access import JSON, SIGNED_IN, access
from app.http.idempotency import IdempotencyKey, answer_once, apply_once, sweep
from tests.unit.accounts.people import T0, make_person


def asked(person_id, digest="d" * 64, key="key-0001"):
    return IdempotencyKey(person_id=person_id, key=key, request_sha256=digest, at=T0)


@pytest.fixture
def ann(database):
    return make_person(database, password=None)


def test_the_same_request_is_applied_once_and_answered_alike(database, ann):
    calls = []

    def unit(session):
        calls.append(1)
        return {"n": len(calls)}

    answers = [apply_once(database, asked(ann), unit) for _ in range(3)]
    assert answers == [{"n": 1}] * 3
    assert apply_once(database, asked(ann, key="key-0002"), unit) == {"n": 2}


def test_keys_of_two_people_do_not_meet(database, ann):
    bob = make_person(database, "bob", password=None)
    assert apply_once(database, asked(ann), lambda s: {"who": "ann"}) == {"who": "ann"}
    assert apply_once(database, asked(bob), lambda s: {"who": "bob"}) == {"who": "bob"}


def test_a_key_for_another_request_is_a_conflict(database, ann):
    apply_once(database, asked(ann), lambda s: {})
    with pytest.raises(Conflict, match="idempotency-key-reused"):
        apply_once(database, asked(ann, "e" * 64), lambda s: {})


def test_a_refused_request_may_be_sent_again(database, ann):
    def refuse(session):
        raise Invalid("invalid", "no")

    with pytest.raises(Invalid):
        apply_once(database, asked(ann), refuse)
    assert apply_once(database, asked(ann), lambda s: {"ok": True}) == {"ok": True}


def test_a_conflict_inside_is_told_as_it_is(database, ann):
    def refuse(session):
        raise Conflict("already-submitted", "somebody was faster")

    with pytest.raises(Conflict, match="already-submitted"):
        apply_once(database, asked(ann), refuse)


def test_of_many_at_once_one_is_applied_and_all_get_its_answer(database, ann):
    applied, answers = [], []

    def unit(session):
        # Counts only what was committed, in the table of events.
        from app.audit import streams
        from app.audit.events import Tag
        from app.audit.log import Subject, SystemActor, record

        event = record(
            session,
            Tag.SIGNED_IN,
            stream=streams.account(ann),
            actor=SystemActor("test"),
            subject=Subject("toy", 1),
            at=T0,
        )
        applied.append(event.seq)
        time.sleep(0.01)
        return {"seq": event.seq}

    def ask():
        answers.append(apply_once(database, asked(ann), unit))

    with database.reading() as session:
        before = session.scalar(select(func.count()).select_from(Event))
    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Event)) == before + 1
    assert len(answers) == 6
    assert len({answer["seq"] for answer in answers}) == 1


def test_keys_are_forgotten_after_a_week(database, ann):
    apply_once(database, asked(ann), lambda s: {})
    database.writing(lambda s: sweep(s, ann, at=T0 + 8 * 24 * 3600 * 1000))
    with database.reading() as session:
        assert session.scalars(select(IdempotencyKey)).all() == []


@pytest.fixture
def counted(app, person, sign_in):
    """A route that counts how often it was applied."""
    pages, calls = Blueprint("counting", __name__), []

    def unit(session):
        calls.append(session.scalar(select(func.count()).select_from(SignInSession)))
        return {"n": len(calls)}

    @pages.post("/api/counting")
    @access(SIGNED_IN, accepts=JSON)
    def count():
        return answer_once(unit)

    @pages.get("/api/counting")
    @access(SIGNED_IN)
    def total():
        return jsonify(len(calls))

    app.register_blueprint(pages)
    person("ann")
    return sign_in("ann")


def post(browser, body, key=None):
    headers = {"X-CSRF-Token": browser.csrf()} | ({"Idempotency-Key": key} if key else {})
    return browser.post("/api/counting", json=body, headers=headers)


def test_through_http_the_key_covers_path_and_body(counted):
    assert [post(counted, {"a": 1}, "key-0001").get_json() for _ in range(2)] == [{"n": 1}] * 2
    assert post(counted, {"a": 2}, "key-0001").status_code == 409
    assert post(counted, {"a": 1}).get_json() == {"n": 2}
    assert counted.get("/api/counting").get_json() == 2


@pytest.mark.parametrize("key", ["short", "x" * 129, "sp\u00e4tzle-key"])
def test_an_unusable_key_is_refused(counted, key):
    assert post(counted, {}, key.encode().decode("latin-1")).status_code == 422
