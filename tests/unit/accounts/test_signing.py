"""Showing again who one is: for one act on one digest, once, within two minutes."""

import pytest
from sqlalchemy import select

from app.accounts.denial import record_denial
from app.accounts.policy import ActForbidden, Action, PolicySubject, require
from app.accounts.signing import Factors, Intent, reauthenticate, spend_proof
from app.audit.events import Tag
from app.audit.models import Event
from app.core.clock import MINUTE
from app.core.errors import Forbidden, Unavailable
from tests.unit.accounts.people import PASSWORD, T0, actor_of, make_person

INTENT = Intent(Action.SIGN, "a" * 64)


@pytest.fixture
def ann(database):
    return actor_of(database, make_person(database), session_ref="s1")


def prove(database, actor, intent=INTENT, at=T0):
    return reauthenticate(database, actor, Factors("ann", PASSWORD), intent, at=at)


def spend(database, actor, token, intent=INTENT, at=T0):
    return database.writing(lambda s: _spend(s, actor, token, intent, at))


def _spend(session, actor, token, intent, at):
    return spend_proof(session, actor, token, intent, at=at)


def test_a_proof_says_with_what_and_when(database, ann):
    proof = spend(database, ann, prove(database, ann), at=T0 + 5)
    assert proof.to_dict() == {
        "factors": ["username", "password"],
        "reauth_at": T0,
        "session_id_hash": "s1",
    }


def test_a_proof_is_good_once(database, ann):
    token = prove(database, ann)
    spend(database, ann, token)
    with pytest.raises(Forbidden, match="proof-refused"):
        spend(database, ann, token)


def test_a_proof_spent_in_a_transaction_that_fails_is_not_spent(database, ann):
    token = prove(database, ann)

    def unit(session):
        spend_proof(session, ann, token, INTENT, at=T0)
        raise KeyError

    with pytest.raises(KeyError):
        database.writing(unit)
    assert spend(database, ann, token)


@pytest.mark.parametrize("late", [2 * MINUTE, 3 * MINUTE])
def test_a_proof_lives_two_minutes(database, ann, late):
    token = prove(database, ann)
    with pytest.raises(Forbidden, match="proof-refused"):
        spend(database, ann, token, at=T0 + late)
    assert spend(database, ann, token, at=T0 + 2 * MINUTE - 1)


@pytest.mark.parametrize("intent", [Intent(Action.SIGN, "b" * 64), Intent(Action.VERIFY, "a" * 64)])
def test_a_proof_is_for_one_act_on_one_digest(database, ann, intent):
    with pytest.raises(Forbidden, match="proof-refused"):
        spend(database, ann, prove(database, ann), intent)


def test_a_proof_is_for_one_person_and_session(database, ann):
    bob = actor_of(database, make_person(database, "bob"), session_ref="s1")
    elsewhere = actor_of(database, ann.id, session_ref="s2")
    token = prove(database, ann)
    for other in (bob, elsewhere):
        with pytest.raises(Forbidden, match="proof-refused"):
            spend(database, other, token)
    with pytest.raises(Forbidden, match="proof-refused"):
        spend(database, ann, "made up")


@pytest.mark.parametrize(
    "factors", [Factors("ann", "wrong"), Factors("bob", PASSWORD), Factors("", ""), Factors("bob", "wrong")]
)
def test_a_refusal_never_says_which_factor_failed_and_is_in_the_log(database, ann, factors):
    with pytest.raises(Forbidden) as caught:
        reauthenticate(database, ann, factors, INTENT, at=T0)
    assert caught.value.code == "reauthentication-refused"
    assert caught.value.message == "user name or password is wrong; nothing was signed"
    with database.reading() as session:
        event = session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert event.tag == Tag.REAUTH_FAILED
    assert '"action":"sign"' in event.body
    assert PASSWORD not in event.body


def test_guessing_at_signatures_is_braked(database, ann):
    for _ in range(3):
        with pytest.raises(Forbidden):
            reauthenticate(database, ann, Factors("ann", "wrong"), INTENT, at=T0)
    with pytest.raises(Unavailable):
        prove(database, ann)


def test_a_denied_act_is_recorded_after_its_transaction_was_rolled_back(database, ann):
    subject = PolicySubject("project", 9)
    with pytest.raises(ActForbidden) as caught:
        database.writing(lambda s: require(s, ann, Action.CHANGE_PROJECT, subject, at=T0))
    record_denial(database, ann, caught.value, at=T0)
    with database.reading() as session:
        event = session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert event.tag == Tag.ACT_DENIED
    assert '"data":{"action":"change-project","reason":"role-missing"}' in event.body
    assert '"subject":{"id":9,"type":"project"}' in event.body
