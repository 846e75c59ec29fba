"""Accounts of individuals: unique for ever, identified by others, closed but never deleted."""

import pytest
from sqlalchemy import select, text

from app.accounts.actor import ServerRole
from app.accounts.person import (
    NewPerson,
    create_person,
    deactivate,
    find_by_username,
    get_person,
    list_people,
    reactivate,
    verify_identity,
)
from app.accounts.policy import ActForbidden
from app.accounts.role import grant_role, list_roles, revoke_role
from app.accounts.session import Lifetime, count_open
from app.accounts.sign_in import Attempt, sign_in
from app.audit.models import Event
from app.core.errors import Conflict, Forbidden, Invalid
from tests.unit.accounts.people import OPERATOR, PASSWORD, T0, actor_of, give_credential, make_person

LIFETIME = Lifetime.of(15, 12)


@pytest.mark.parametrize("taken", ["ann", "ANN", "ａｎｎ", " ann "])
def test_a_username_is_taken_in_every_spelling_and_for_ever(database, taken):
    ann = make_person(database, "ann")
    database.writing(lambda s: deactivate(s, OPERATOR, get_person(s, ann), at=T0))
    with pytest.raises(Conflict) as caught:
        database.writing(lambda s: create_person(s, OPERATOR, NewPerson(taken, "Another"), at=T0))
    assert caught.value.code == "username-taken"


@pytest.mark.parametrize("username", ["", "ab", "-ann", "ann-", "an n", "a\nb", "ann<b>", "x" * 65, "ann\u2028x"])
def test_a_malformed_username_is_refused(database, username):
    with pytest.raises(Invalid) as caught:
        database.writing(lambda s: create_person(s, OPERATOR, NewPerson(username, "Ann"), at=T0))
    assert [p.where for p in caught.value.problems] == ["username"]


def test_signatures_need_a_printed_name(database):
    with pytest.raises(Invalid) as caught:
        database.writing(lambda s: create_person(s, OPERATOR, NewPerson("ann", "  "), at=T0))
    assert caught.value.problems[0].code == "name-missing"


def test_only_an_admin_opens_accounts(database):
    boss, ann = make_person(database, "boss", ServerRole.ADMIN), make_person(database, "ann")
    database.writing(lambda s: create_person(s, actor_of(database, boss), NewPerson("carl", "Carl"), at=T0))
    with pytest.raises(ActForbidden):
        database.writing(lambda s: create_person(s, actor_of(database, ann), NewPerson("dora", "D"), at=T0))


def test_closing_an_account_ends_its_sessions_at_once_and_it_cannot_act(database):
    ann = make_person(database)
    sign_in(database, Attempt("ann", PASSWORD), LIFETIME, at=T0)
    database.writing(lambda s: deactivate(s, OPERATOR, get_person(s, ann), at=T0))
    with database.reading() as session:
        assert count_open(session, ann, at=T0) == 0
    with pytest.raises(Forbidden):
        actor_of(database, ann)
    with pytest.raises(Forbidden) as caught:
        sign_in(database, Attempt("ann", PASSWORD), LIFETIME, at=T0)
    assert caught.value.code == "sign-in-refused"
    database.writing(lambda s: reactivate(s, OPERATOR, get_person(s, ann), at=T0))
    assert sign_in(database, Attempt("ann", PASSWORD), LIFETIME, at=T0).person_id == ann


def test_an_admin_does_not_close_the_own_account_or_raise_the_own_roles(database):
    boss = make_person(database, "boss", ServerRole.ADMIN)
    actor = actor_of(database, boss)
    with pytest.raises(ActForbidden, match="own-account"):
        database.writing(lambda s: deactivate(s, actor, get_person(s, boss), at=T0))
    with pytest.raises(ActForbidden, match="own-account"):
        database.writing(lambda s: grant_role(s, actor, get_person(s, boss), ServerRole.AUDITOR, at=T0))


def test_somebody_else_verifies_an_identity(database):
    ann, boss = make_person(database), make_person(database, "boss")
    with pytest.raises(Conflict, match="own-identity"):
        database.writing(lambda s: verify_identity(s, OPERATOR, get_person(s, ann), ann, "passport", at=T0))
    assert not actor_of(database, ann).identity_verified
    database.writing(lambda s: verify_identity(s, OPERATOR, get_person(s, ann), boss, "passport", at=T0))
    assert actor_of(database, ann).identity_verified


def test_a_role_counts_from_the_next_request_and_may_come_back(database):
    ann = make_person(database)
    for expected in (True, False, True):
        act = grant_role if expected else revoke_role
        database.writing(lambda s, act=act: act(s, OPERATOR, get_person(s, ann), ServerRole.AUDITOR, at=T0))
        assert (ServerRole.AUDITOR in actor_of(database, ann).server_roles) is expected
    with pytest.raises(Conflict, match="role-held"):
        database.writing(lambda s: grant_role(s, OPERATOR, get_person(s, ann), ServerRole.AUDITOR, at=T0))
    with database.reading() as session:
        assert list_roles(session, ann) == {ServerRole.AUDITOR}


def test_a_credential_counts_while_it_is_valid_and_not_a_moment_longer(database):
    ann, boss = make_person(database), make_person(database, "boss")
    give_credential(database, ann, boss, 3, expires_at=T0 + 100)
    give_credential(database, ann, boss, 4, issued_at=T0 + 50, expires_at=T0 + 60)
    actor = actor_of(database, ann)
    assert [actor.tier(T0 + t) for t in (-2, 0, 50, 59, 60, 99, 100)] == [0, 3, 4, 4, 3, 3, 0]


def test_nobody_verifies_the_own_credential(database):
    ann = make_person(database)
    with pytest.raises(Conflict, match="own-credential"):
        give_credential(database, ann, ann)


def test_the_database_itself_refuses_a_self_verified_credential(database):
    ann, boss = make_person(database), make_person(database, "boss")
    give_credential(database, ann, boss)
    with pytest.raises(Conflict):
        database.writing(lambda s: s.execute(text("update credential set verified_by = person_id")))


def test_a_licence_to_verify_names_its_register(database):
    from app.accounts.credential import Qualification

    stated = Qualification(3, "physician", "de", T0, expires_at=T0)
    assert {p.code for p in stated.problems()} == {"register-missing", "country-malformed", "expiry-early"}


def test_people_are_listed_a_page_at_a_time(database):
    for name in ("carl", "ann", "bob"):
        make_person(database, name, password=None)
    with database.reading() as session:
        assert [p.username for p in list_people(session, limit=2)] == ["ann", "bob"]
        assert [p.username for p in list_people(session, after="bob", limit=2)] == ["carl"]
        assert find_by_username(session, " CARL").username == "carl"


def test_no_event_of_an_account_carries_a_name_or_a_password(database):
    ann, boss = make_person(database), make_person(database, "boss")
    give_credential(database, ann, boss)
    with pytest.raises(Forbidden):
        sign_in(database, Attempt("ann", "not the password at all"), LIFETIME, at=T0)
    with pytest.raises(Forbidden):
        sign_in(database, Attempt("typed-in-the-wrong-box", "x"), LIFETIME, at=T0)
    with database.reading() as session:
        bodies = " ".join(session.scalars(select(Event.body)))
    for secret in ("Dr Ann", '"ann"', PASSWORD, "not the password", "wrong-box", "argon2"):
        assert secret not in bodies
