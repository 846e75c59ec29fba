"""The second factor at sign-in, at confirmation and at a signature; locks that strangers cannot hold closed."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.accounts.browser import name_of
from app.accounts.factors import passkey
from app.accounts.factors.checking import scope_of
from app.accounts.factors.desk import Demand, Typed
from app.accounts.policy import Action
from app.accounts.session import Lifetime, SignInSession
from app.accounts.sign_in import Attempt, Halfway, Opened, Where, confirm, finish_sign_in, halfway_scope, sign_in
from app.accounts.signing import Factors, Intent, reauthenticate, spend_proof
from app.accounts.throttle import network_of
from app.audit.events import Tag
from app.audit.models import Event
from app.core.clock import DAY, MINUTE
from app.core.errors import Forbidden, Unavailable
from tests.unit.accounts.people import PASSWORD, T0, actor_of, make_person
from tests.unit.accounts.second import DESK, add_codes, add_passkey, add_totp

LIFETIME = Lifetime.of(15, 12)
WRONG = "no such password as this"
INTENT = Intent(Action.SIGN, "a" * 64)


@pytest.fixture
def ann(database):
    return actor_of(database, make_person(database), session_ref="s1")


def door(database, password=PASSWORD, at=T0, **rest):
    return sign_in(database, Attempt("ann", password, **rest), LIFETIME, at=at)


def finish(database, halfway, typed, at=T0, where=None):
    return finish_sign_in(database, DESK, halfway.token, typed, where or Where(), LIFETIME, at=at)


def tags(database):
    with database.reading() as session:
        return list(session.scalars(select(Event.tag).order_by(Event.id)))


def code_at(codes, at):
    return Typed(codes.at(at // 1000))


def test_a_password_alone_takes_whoever_has_a_second_factor_halfway_and_nowhere(database, ann):
    codes, at = add_totp(database, ann), T0 + MINUTE
    halfway = door(database, at=at)
    assert isinstance(halfway, Halfway)
    with database.reading() as session:
        assert session.scalars(select(SignInSession)).all() == []
    with pytest.raises(Forbidden, match="factor-refused"):
        finish(database, halfway, Typed("123"), at=at)
    assert tags(database)[-1] == Tag.FACTOR_REFUSED
    opened = finish(database, halfway, code_at(codes, at), at=at)
    with database.reading() as session:
        row = session.scalars(select(SignInSession)).one()
        assert (row.factors, row.has_two_factors) == ("password totp", True)
    assert opened.person_id == ann.id
    with pytest.raises(Forbidden, match="sign-in-over"):
        finish(database, halfway, code_at(codes, at + 30_000), at=at + 30_000)


def test_half_a_sign_in_is_over_after_five_minutes(database, ann):
    codes = add_totp(database, ann)
    halfway = door(database)
    late = T0 + 5 * MINUTE
    with pytest.raises(Forbidden, match="sign-in-over"):
        finish(database, halfway, code_at(codes, late), at=late)
    with pytest.raises(Forbidden, match="sign-in-over"):
        finish(database, Halfway(ann.id, ""), code_at(codes, late), at=late)


def test_a_passkey_opens_the_door_it_was_asked_for_at(database, ann):
    device = add_passkey(database, ann)
    first, second = door(database), door(database)

    def options(halfway):
        return database.writing(lambda s: passkey.start_use(s, DESK, ann.id, halfway_scope(halfway.token), at=T0))

    answer = Typed(passkey=device.use(options(first)))
    with pytest.raises(Forbidden):
        finish(database, second, answer)
    assert finish(database, first, answer).person_id == ann.id


def test_guesses_at_the_second_factor_lock_it_and_not_the_password(database, ann):
    codes, at, refused = add_totp(database, ann), T0 + MINUTE, 0
    halfway = door(database, at=at)
    while refused < 10:
        try:
            finish(database, halfway, Typed("abcdef"), at=at)
        except Unavailable as error:
            at += error.details["retry_after"] * 1000
            halfway = door(database, at=at)
        except Forbidden:
            refused += 1
    assert tags(database)[-1] == Tag.SIGN_IN_LOCKED
    with pytest.raises(Unavailable):
        finish(database, halfway, code_at(codes, at), at=at)


def test_strangers_cannot_hold_the_lock_of_a_known_browser_closed(database, ann):
    opened = door(database, address="192.0.2.1")
    at = T0
    for _ in range(40):
        try:
            door(database, WRONG, at=at, address="192.0.2.1")
        except Unavailable as error:
            at += error.details["retry_after"] * 1000
        except Forbidden:
            continue
    with pytest.raises((Unavailable, Forbidden)):
        door(database, WRONG, at=at, address="192.0.2.1")
    with pytest.raises(Unavailable):
        door(database, at=at, address="192.0.2.1")
    # The same person, the same address, at the same moment, in a browser she has signed in with.
    again = door(database, at=at, address="192.0.2.1", known=opened.known)
    assert isinstance(again, Opened)
    assert again.known == opened.known
    # A browser of half a year ago, or of somebody else, is a stranger's.
    with pytest.raises(Unavailable):
        door(database, at=at, address="192.0.2.1", known="x" * 43)


def test_a_known_browser_that_guesses_is_braked_by_itself_and_locks_nobody_else_out(database, ann):
    opened, at, refused = door(database), T0, 0
    while refused < 10:
        try:
            door(database, WRONG, at=at, known=opened.known)
        except Unavailable as error:
            at += error.details["retry_after"] * 1000
        except Forbidden:
            refused += 1
    with pytest.raises(Unavailable):
        door(database, at=at, known=opened.known)
    assert isinstance(door(database, at=at), Opened)


def test_a_browser_is_known_for_half_a_year_and_for_its_people_only(database, ann):
    make_person(database, "bob")
    known = door(database).known
    both = sign_in(database, Attempt("bob", PASSWORD, known=known), LIFETIME, at=T0).known
    assert both == known
    later = T0 + 181 * DAY
    assert door(database, at=later, known=known).known != known


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("fe80::1%eth0", "fe80::2", True),
        ("unix:", "unix:", True),
    ],
)
def test_an_address_is_braked_with_the_network_its_subscriber_holds(one, other, same):
    assert (network_of(one) == network_of(other)) is same


def test_guesses_from_all_over_a_64_are_one_guesser(sqlite_database):
    for number in range(10):
        with pytest.raises(Forbidden):
            attempt = Attempt(f"user{number}", WRONG, f"2001:db8::{number:x}")
            sign_in(sqlite_database, attempt, LIFETIME, at=T0)
    with pytest.raises(Unavailable):
        sign_in(sqlite_database, Attempt("user", WRONG, "2001:db8::ffff"), LIFETIME, at=T0)
    with pytest.raises(Forbidden):
        sign_in(sqlite_database, Attempt("user", WRONG, "2001:db8:0:1::1"), LIFETIME, at=T0)


def test_a_browser_is_called_what_its_owner_calls_it():
    chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36"
    assert name_of(chrome) == "Chrome on Linux"
    assert name_of("Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0") == "Firefox on Windows"
    assert name_of("<script>") == ""


def test_showing_again_who_one_is_takes_both_factors(database, ann):
    codes, at = add_totp(database, ann), T0 + MINUTE
    opened = finish(database, door(database, at=at), code_at(codes, at), at=at)
    later = at + 30_000
    actor = actor_of(database, ann.id, at=later, session_ref="s1")

    def again(typed):
        attempt = Attempt("ann", PASSWORD)
        return confirm(database, DESK, actor, attempt, typed, opened.token, LIFETIME, at=later)

    with pytest.raises(Forbidden):
        again(Typed())
    with pytest.raises(Forbidden):
        again(code_at(codes, at))
    assert again(code_at(codes, later)).token != opened.token


# signatures


def prove(database, actor, second=None, *, desk=DESK, password=PASSWORD, intent=INTENT, at=T0 + MINUTE):
    factors = Factors(actor.username, password, second, desk=desk)
    return reauthenticate(database, actor, factors, intent, at=at)


def shown(database, actor, token, at=T0 + MINUTE):
    return database.writing(lambda s: spend_proof(s, actor, token, INTENT, at=at)).factors


def test_a_signature_takes_the_second_factor_of_whoever_has_one(database, ann):
    codes, paper = add_totp(database, ann), add_codes(database, ann)
    at = T0 + MINUTE
    for second, desk in ((None, DESK), (Typed("000"), DESK), (code_at(codes, at), None)):
        with pytest.raises(Forbidden, match="reauthentication-refused"):
            prove(database, ann, second, desk=desk)
    assert tags(database)[-1] == Tag.REAUTH_FAILED
    with pytest.raises(Forbidden):
        prove(database, ann, Typed(paper[0]), password=WRONG, at=at + 2 * MINUTE)
    later = at + 10 * MINUTE
    token = prove(database, ann, code_at(codes, later), at=later)
    assert shown(database, ann, token, at=later) == ("username", "password", "totp")
    # What was typed beside a wrong password was not spent.
    token = prove(database, ann, Typed(paper[0]), at=later)
    assert shown(database, ann, token, at=later) == ("username", "password", "recovery-code")


def test_a_code_signs_once(database, ann):
    codes, at = add_totp(database, ann), T0 + MINUTE
    prove(database, ann, code_at(codes, at))
    with pytest.raises(Forbidden):
        prove(database, ann, code_at(codes, at))


def test_a_passkey_signs_the_kind_of_act_it_was_asked_for(database, ann):
    device = add_passkey(database, ann)

    def answer(act):
        scope = scope_of("s1", act)
        return Typed(passkey=device.use(database.writing(lambda s: passkey.start_use(s, DESK, ann.id, scope, at=T0))))

    with pytest.raises(Forbidden):
        prove(database, ann, answer("read-source"))
    assert shown(database, ann, prove(database, ann, answer("sign")))[-1] == "passkey"


@pytest.mark.parametrize(
    ("demand", "action", "needed"),
    [
        (Demand.NOBODY, Action.SIGN, False),
        (Demand.SIGNERS, Action.SIGN, True),
        (Demand.SIGNERS, Action.SIGN_PIPELINE, True),
        (Demand.SIGNERS, Action.READ_SOURCE, False),
        (Demand.EVERYBODY, Action.READ_SOURCE, True),
    ],
)
def test_the_setting_says_who_cannot_do_without(sqlite_database, demand, action, needed):
    ann = actor_of(sqlite_database, make_person(sqlite_database), session_ref="s1")
    intent, desk = Intent(action, "a" * 64), replace(DESK, demand=demand)
    if not needed:
        assert prove(sqlite_database, ann, desk=desk, intent=intent)
        return
    with pytest.raises(Forbidden, match="second-factor-missing"):
        prove(sqlite_database, ann, desk=desk, intent=intent)
    codes = add_totp(sqlite_database, ann)
    assert prove(sqlite_database, ann, code_at(codes, T0 + MINUTE), desk=desk, intent=intent)
