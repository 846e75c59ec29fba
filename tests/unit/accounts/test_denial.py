"""What an actor was refused: the first of a minute is an event, the rest is counted, and the number is an event."""

import json

import pytest
from sqlalchemy import select

from app.accounts import policy
from app.accounts.denial import DenialCount, close_minutes, has_minutes_to_close, record_denial
from app.accounts.limits import Meter, UseLimit, take_use
from app.accounts.policy import Action, PolicySubject
from app.audit.events import Tag
from app.audit.models import Event
from app.core.clock import MINUTE, SECOND
from app.core.errors import Forbidden, Unavailable
from tests.unit.accounts.people import T0, actor_of, make_person

START = T0 - T0 % MINUTE
SERVER = PolicySubject("server", None)


def refuse(database, actor, action, *, at):
    with database.reading() as session, pytest.raises(Forbidden) as refused:
        policy.require(session, actor, action, SERVER, at=at)
    record_denial(database, actor, refused.value, at=at)


def bodies(database, tag):
    with database.reading() as session:
        return [json.loads(body) for body in session.scalars(select(Event.body).where(Event.tag == str(tag)))]


def test_the_first_of_a_minute_is_an_event_and_the_others_are_one_when_it_is_over(database):
    ann, bob = (actor_of(database, make_person(database, name, password="")) for name in ("ann", "bob"))
    for second in range(40):
        refuse(database, ann, Action.VIEW_PEOPLE, at=START + second * SECOND)
    refuse(database, ann, Action.GRANT_ROLE, at=START + 41 * SECOND)
    refuse(database, bob, Action.VIEW_PEOPLE, at=START + 42 * SECOND)
    said = [(body["actor"]["id"], body["data"]["action"]) for body in bodies(database, Tag.ACT_DENIED)]
    assert sorted(said) == [(ann.id, "grant-role"), (ann.id, "view-people"), (bob.id, "view-people")]
    with database.reading() as session:
        assert not has_minutes_to_close(session, at=START + 59 * SECOND)
        assert has_minutes_to_close(session, at=START + MINUTE)
    database.writing(lambda session: close_minutes(session, at=START + MINUTE))
    [counted] = bodies(database, Tag.DENIALS_COUNTED)
    assert counted["stream"] == f"account:{ann.id}"
    assert counted["data"] == {"action": "view-people", "minute": START, "more": 39}
    with database.reading() as session:
        assert list(session.scalars(select(DenialCount))) == []
    refuse(database, ann, Action.VIEW_PEOPLE, at=START + MINUTE)
    assert len(bodies(database, Tag.ACT_DENIED)) == 4


def test_refused_signatures_and_approvals_are_never_folded(sqlite_database):
    ann = actor_of(sqlite_database, make_person(sqlite_database, "ann", password=""))
    for action in 2 * (Action.SIGN, Action.APPROVE, Action.SIGN_PIPELINE):
        refuse(sqlite_database, ann, action, at=START)
    assert len(bodies(sqlite_database, Tag.ACT_DENIED)) == 6


def test_a_limit_counts_in_its_window_and_starts_anew(database):
    ann, limit = make_person(database, "ann", password=""), UseLimit("exports", 2, MINUTE)
    meter = Meter()

    def use(at):
        meter.take(ann, limit, at=at)
        database.writing(lambda session: take_use(session, ann, limit, at=at))

    use(T0)
    use(T0 + 10 * SECOND)
    for take in (lambda at: meter.take(ann, limit, at=at), use):
        with pytest.raises(Unavailable) as refused:
            take(T0 + 20 * SECOND)
        assert refused.value.details == {"retry_after": 40, "use": "exports"}
    with pytest.raises(Unavailable):
        database.writing(lambda session: take_use(session, ann, limit, at=T0 + 20 * SECOND))
    use(T0 + MINUTE)
