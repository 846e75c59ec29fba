"""Signing in, sessions, links and changing passwords."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from app.accounts import password as passwords
from app.accounts.loading import load_signed_in
from app.accounts.password import Password, is_password
from app.accounts.person import get_person
from app.accounts.reset import PasswordLink, change_password, choose_password, issue_link
from app.accounts.session import Lifetime, SignInSession, close_session, touch
from app.accounts.sign_in import Attempt, sign_in
from app.audit.events import Tag
from app.audit.models import Event
from app.core.clock import HOUR, MINUTE
from app.core.digest import sha256
from app.core.errors import ChartmarkError, Forbidden, Invalid, NotFound, Unavailable
from tests.unit.accounts.people import OPERATOR, PASSWORD, T0, actor_of, make_person

LIFETIME = Lifetime.of(15, 12)
OTHER = "a kettle of unsung violets"


def enter(database, username="ann", password=PASSWORD, at=T0, address=""):
    return sign_in(database, Attempt(username, password, address), LIFETIME, at=at)


def lives(database, token, at):
    with database.reading() as session:
        return load_signed_in(session, token, LIFETIME, at=at, request_id="r") is not None


def tags(database):
    with database.reading() as session:
        return list(session.scalars(select(Event.tag).order_by(Event.id)))


@pytest.mark.usefixtures("real_hasher")
def test_only_digests_of_tokens_are_stored(database):
    make_person(database)
    token = enter(database).token
    assert len(token) >= 43  # 256 bits
    with database.reading() as session:
        assert session.scalars(select(SignInSession.token_sha256)).one() == sha256(token)
        assert session.scalars(select(Password.hash)).one().startswith("$argon2id$v=19$m=32768,t=2,p=1$")


def test_each_sign_in_gets_a_token_of_its_own(database):
    make_person(database)
    assert enter(database).token != enter(database).token


def test_a_session_ends_when_idle_and_in_any_case(database):
    make_person(database)
    opened = enter(database)
    assert lives(database, opened.token, T0 + 15 * MINUTE - 1)
    assert not lives(database, opened.token, T0 + 15 * MINUTE)
    with database.reading() as session:
        row, _ = load_signed_in(session, opened.token, LIFETIME, at=T0, request_id="r")
    for at in range(T0, T0 + 12 * HOUR, 10 * MINUTE):
        database.writing(lambda s, at=at: touch(s, row.id, at=at))
    assert lives(database, opened.token, T0 + 12 * HOUR - 1)
    assert not lives(database, opened.token, T0 + 12 * HOUR)


def test_a_session_that_was_signed_out_never_lives_again(database):
    ann = make_person(database)
    opened = enter(database)
    database.writing(lambda s: close_session(s, actor_of(database, ann), opened.token, at=T0))
    assert not lives(database, opened.token, T0)
    assert tags(database)[-1] == Tag.SIGNED_OUT


@pytest.mark.parametrize(("username", "password"), [("ann", OTHER), ("nobody", PASSWORD), ("", ""), ("ann", "")])
def test_a_refusal_is_the_same_whatever_was_wrong(database, username, password):
    make_person(database)
    with pytest.raises(Forbidden) as caught:
        enter(database, username, password)
    assert (caught.value.code, caught.value.message, caught.value.details) == (
        "sign-in-refused",
        "user name or password is wrong",
        {},
    )
    assert tags(database)[-1] == Tag.SIGN_IN_FAILED


@pytest.mark.usefixtures("real_hasher")
def test_an_unknown_user_costs_one_verification_like_a_known_one(database, monkeypatch):
    make_person(database)
    calls = []

    class Counting:
        def verify(self, stored, password):
            calls.append(stored[:30])
            return real.verify(stored, password)

        def hash(self, password):
            return real.hash(password)

    real = passwords._HASHER
    monkeypatch.setattr(passwords, "_HASHER", Counting())
    for username in ("ann", "nobody"):
        with pytest.raises(Forbidden):
            enter(database, username, OTHER)
    assert len(calls) == 2
    assert calls[0] == calls[1]  # the same parameters, so the same work


def test_a_person_without_a_password_cannot_sign_in_with_the_dummys(database):
    make_person(database, password=None)
    assert not is_password(None, "the password of nobody at all")
    with pytest.raises(Forbidden):
        enter(database, "ann", "the password of nobody at all")


def test_ten_failures_lock_even_the_right_password_out_and_say_so_in_the_log(database):
    make_person(database)
    at, refused = T0, 0
    while refused < 10:
        try:
            enter(database, "ann", OTHER, at=at)
        except Unavailable as error:
            at += error.details["retry_after"] * 1000
        except Forbidden:
            refused += 1
    with pytest.raises(Unavailable):
        enter(database, at=at)
    assert Tag.SIGN_IN_LOCKED in tags(database)
    assert enter(database, at=at + 15 * MINUTE).token


def test_many_guesses_at_once_do_not_slip_past_the_brake(database):
    make_person(database)
    outcomes = []

    def guess():
        try:
            enter(database, "ann", OTHER)
        except ChartmarkError as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=guess) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["sign-in-refused"] * 3 + ["too-many-attempts"] * 5


@pytest.mark.parametrize("people", [8, 50])
def test_everybody_with_the_right_password_is_let_in_at_once(database, people, monkeypatch):
    """A ward comes on duty: one address, one moment, clocks that do not agree on the order."""
    names = [f"nurse{number}" for number in range(people)]
    for name in names:
        make_person(database, name)
    # What one verification costs is not the matter here, and fifty would take a minute.
    monkeypatch.setattr("app.accounts.sign_in.is_password", lambda _stored, typed: typed == PASSWORD)
    with ThreadPoolExecutor(people) as ward:
        at = [T0 + (7 * number) % 40 for number in range(people)]
        opened = list(ward.map(lambda name, at: enter(database, name, at=at, address="192.0.2.1"), names, at))
    assert len({one.token for one in opened}) == people


def test_guesses_from_one_address_are_braked_while_a_ward_signs_in(database):
    make_person(database)
    refused = 0
    for number in range(20):
        try:
            enter(database, f"user{number}", OTHER, address="192.0.2.1")
        except Forbidden:
            refused += 1
        except Unavailable:
            continue
        if refused < 10:
            assert enter(database, address="192.0.2.1").token
    assert refused == 10


def test_one_address_is_braked_across_accounts(database):
    make_person(database)
    for number in range(10):
        with pytest.raises(Forbidden):
            enter(database, f"user{number}", OTHER, address="192.0.2.1")
    with pytest.raises(Unavailable):
        enter(database, address="192.0.2.1")
    assert enter(database, address="192.0.2.2").token


def test_a_link_works_once_and_ends_every_session(database):
    ann = make_person(database)
    opened = enter(database)
    token = database.writing(lambda s: issue_link(s, OPERATOR, get_person(s, ann), at=T0))
    assert not lives(database, opened.token, T0)
    with database.reading() as session:
        stored = session.scalars(select(PasswordLink.token_sha256)).all()
    assert sha256(token) in stored
    choose_password(database, token, OTHER, at=T0)
    with pytest.raises(NotFound):
        choose_password(database, token, PASSWORD, at=T0)
    with pytest.raises(Forbidden):
        enter(database)
    assert enter(database, "ann", OTHER, at=T0 + MINUTE).person_id == ann


def test_a_new_link_makes_the_older_one_worthless(database):
    ann = make_person(database)
    first, second = (database.writing(lambda s: issue_link(s, OPERATOR, get_person(s, ann), at=T0)) for _ in range(2))
    with pytest.raises(NotFound):
        choose_password(database, first, OTHER, at=T0)
    with pytest.raises(NotFound):
        choose_password(database, second, OTHER, at=T0 + 24 * HOUR)
    choose_password(database, second, OTHER, at=T0 + 24 * HOUR - 1)


def test_a_refused_password_does_not_spend_the_link(database):
    ann = make_person(database)
    token = database.writing(lambda s: issue_link(s, OPERATOR, get_person(s, ann), at=T0))
    with pytest.raises(Invalid) as caught:
        choose_password(database, token, "too short", at=T0)
    assert caught.value.code == "password-refused"
    choose_password(database, token, OTHER, at=T0)


def test_changing_the_password_keeps_this_session_and_ends_the_others(database):
    ann = make_person(database)
    here, there = enter(database).token, enter(database).token
    actor = actor_of(database, ann)
    with pytest.raises(Forbidden):
        change_password(database, actor, OTHER, OTHER, keep=here, at=T0)
    change_password(database, actor, PASSWORD, OTHER, keep=here, at=T0)
    assert lives(database, here, T0)
    assert not lives(database, there, T0)
