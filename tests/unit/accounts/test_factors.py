"""Second factors: what is accepted, once, of whom; what is stored of them."""

import json
from dataclasses import replace

import pyotp
import pytest
from sqlalchemy import select

from app.accounts.actor import ProjectRole, ServerRole
from app.accounts.approval import do_or_ask
from app.accounts.factors import enrolment, passkey, totp
from app.accounts.factors.checking import scope_of, use_second
from app.accounts.factors.desk import Typed
from app.accounts.factors.factor import SecondFactor, list_factors
from app.accounts.person import get_person
from app.accounts.policy import ActForbidden
from app.accounts.second_person import ApprovalNeeded
from app.audit.events import Tag
from app.audit.models import Event
from app.core.clock import MINUTE, SECOND
from app.core.errors import Conflict, Invalid, NotFound
from tests.authenticator import HOST, PRESENT, Device
from tests.build import make_project
from tests.unit.accounts.people import T0, actor_of, make_person
from tests.unit.accounts.second import DESK, add_codes, add_passkey, add_totp

RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890"
SCOPE = scope_of("s1", "sign")


@pytest.fixture
def ann(sqlite_database):
    return actor_of(sqlite_database, make_person(sqlite_database), session_ref="s1")


@pytest.fixture
def bob(sqlite_database):
    return actor_of(sqlite_database, make_person(sqlite_database, "bob"), session_ref="s2")


def use(database, actor, typed, *, scope=SCOPE, desk=DESK, at=T0 + MINUTE):
    return database.writing(lambda s: use_second(s, desk, actor, actor.id, typed, scope, at=at))


def tags(database):
    with database.reading() as session:
        return list(session.scalars(select(Event.tag).order_by(Event.id)))


@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")]
)
def test_codes_are_those_of_rfc_6238(seconds, code):
    assert totp.matching_step(RFC_SECRET, code, at=seconds * SECOND) == seconds // 30


def test_a_code_is_accepted_one_step_early_or_late_and_no_more():
    code = pyotp.TOTP(RFC_SECRET).at(3000)
    assert [bool(totp.matching_step(RFC_SECRET, code, at=s * SECOND)) for s in (2969, 2970, 3059, 3060)] == [
        False, True, True, False,
    ]  # fmt: skip


def test_a_code_is_good_once_and_so_is_each_before_it(sqlite_database, ann):
    codes = add_totp(sqlite_database, ann)
    now = T0 // 1000 + 60
    assert use(sqlite_database, ann, Typed(f" {codes.at(now)[:3]} {codes.at(now)[3:]} ")) == "totp"
    assert use(sqlite_database, ann, Typed(codes.at(now))) is None
    assert use(sqlite_database, ann, Typed(codes.at(now - 30))) is None
    assert use(sqlite_database, ann, Typed(codes.at(now + 30))) == "totp"


def test_the_code_by_which_an_app_was_set_up_is_used(sqlite_database, ann):
    codes = add_totp(sqlite_database, ann)
    assert use(sqlite_database, ann, Typed(codes.at(T0 // 1000)), at=T0) is None


def test_an_app_is_set_up_only_by_a_right_code_of_ones_own_session_in_time(sqlite_database, ann):
    token, address = sqlite_database.writing(lambda s: totp.start_enrolment(s, DESK, ann, at=T0))
    right = pyotp.TOTP(totp.secret_of(address)).at(T0 // 1000)

    def finish(actor, code, at=T0):
        sqlite_database.writing(lambda s: totp.finish_enrolment(s, DESK, actor, token, code, "", at=at))

    with pytest.raises(Invalid, match="code-wrong"):
        finish(ann, "000000" if right != "000000" else "111111")
    with pytest.raises(Conflict):
        finish(replace(ann, session_ref="another"), right)
    with pytest.raises(Conflict):
        finish(ann, right, at=T0 + 15 * MINUTE)
    finish(ann, right)
    with pytest.raises(Conflict):
        finish(ann, right)
    with pytest.raises(Conflict, match="totp-there"):
        sqlite_database.writing(lambda s: totp.start_enrolment(s, DESK, ann, at=T0))


def test_secrets_are_sealed_and_stand_in_no_event(sqlite_database, ann):
    codes, paper = add_totp(sqlite_database, ann), add_codes(sqlite_database, ann)
    add_passkey(sqlite_database, ann)
    with sqlite_database.reading() as session:
        bodies = " ".join(session.scalars(select(Event.body)))
        dump = "\n".join(session.connection().connection.driver_connection.iterdump())
    for secret in (codes.secret, *paper, *(code.replace("-", "") for code in paper)):
        assert secret not in bodies
        assert secret not in dump
    assert "my telephone" not in bodies
    assert "key ring" not in bodies


def test_a_passkey_is_used_for_the_session_and_act_it_was_asked_for_and_once(sqlite_database, ann):
    device = add_passkey(sqlite_database, ann)

    def options(scope=SCOPE, at=T0):
        return sqlite_database.writing(lambda s: passkey.start_use(s, DESK, ann.id, scope, at=at))

    answer = device.use(options())
    assert use(sqlite_database, ann, Typed(passkey=answer), scope=scope_of("s1", "confirm")) is None
    assert use(sqlite_database, ann, Typed(passkey=answer)) == "passkey"
    assert use(sqlite_database, ann, Typed(passkey=answer)) is None
    late = device.use(options())
    assert use(sqlite_database, ann, Typed(passkey=late), at=T0 + 2 * MINUTE) is None


BENT = {
    "another origin": {"origin": "https://notes.example.evil"},
    "http": {"origin": "http://notes.example"},
    "another host": {"host": "evil.example"},
    "another challenge": {"challenge": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
    "nobody verified": {"flags": PRESENT},
    "nobody there": {"flags": 0},
    "a counter that stands still": {"count": 0},
    "another account's handle": {"handle": "Y2hhcnRtYXJrOjk5"},
    "no signature": {"signature": b""},
    "another signature": {"signature": b"0" * 70},
}


@pytest.mark.parametrize("bent", BENT.values(), ids=BENT)
def test_a_bent_answer_is_refused(sqlite_database, ann, bent):
    device = add_passkey(sqlite_database, ann)
    options = sqlite_database.writing(lambda s: passkey.start_use(s, DESK, ann.id, SCOPE, at=T0))
    device.count = 5
    first = device.use(options)
    assert use(sqlite_database, ann, Typed(passkey=first)) == "passkey"
    options = sqlite_database.writing(lambda s: passkey.start_use(s, DESK, ann.id, SCOPE, at=T0))
    assert use(sqlite_database, ann, Typed(passkey=device.use(options, **bent))) is None


def test_a_passkey_of_somebody_else_an_unknown_and_a_removed_one_are_refused(sqlite_database, ann, bob):
    own, others = add_passkey(sqlite_database, ann), add_passkey(sqlite_database, bob)

    def options():
        return sqlite_database.writing(lambda s: passkey.start_use(s, DESK, ann.id, SCOPE, at=T0))

    assert use(sqlite_database, ann, Typed(passkey=others.use(options()))) is None
    assert use(sqlite_database, ann, Typed(passkey=Device().use(options()))) is None
    # Bob's own answer to a challenge made for Ann.
    assert use(sqlite_database, bob, Typed(passkey=others.use(options()))) is None
    asked = options()
    with sqlite_database.reading() as session:
        (row,) = list_factors(session, ann.id)
    sqlite_database.writing(lambda s: enrolment.remove(s, DESK, ann, row.id, "", at=T0))
    assert use(sqlite_database, ann, Typed(passkey=own.use(asked))) is None


@pytest.mark.parametrize("bent", [{"origin": "https://evil.example"}, {"host": "evil.example"}, {"flags": PRESENT}])
def test_a_bent_enrolment_is_refused_and_nothing_is_stored(sqlite_database, ann, bent):
    options = sqlite_database.writing(lambda s: passkey.start_enrolment(s, DESK, ann, at=T0))
    answer = Device().register(options, **bent)
    with pytest.raises(Invalid, match="passkey"):
        sqlite_database.writing(lambda s: passkey.finish_enrolment(s, DESK, ann, answer, "", at=T0))
    with sqlite_database.reading() as session:
        assert list_factors(session, ann.id) == []


def bent_parts(answer):
    """The answer with one part of its response after the other replaced by what it is not."""
    for name, part in answer["response"].items():
        for value in ("", "AAAA", 1, None, "é", [], part[:-8]):
            yield json.dumps(answer | {"response": answer["response"] | {name: value}})


def test_answers_that_are_none_are_refused_and_never_an_error(sqlite_database, ann):
    device = add_passkey(sqlite_database, ann)
    options = sqlite_database.writing(lambda s: passkey.start_use(s, DESK, ann.id, SCOPE, at=T0))
    good = json.loads(device.use(options))
    cases = ["", "null", "[]", "{}", "[" * 5000, "x" * 70_000]
    cases += [json.dumps({"response": 1}), json.dumps(good | {"id": 1}), *bent_parts(good)]
    for case in cases:
        assert use(sqlite_database, ann, Typed(passkey=case)) is None, case[:200]
    made = sqlite_database.writing(lambda s: passkey.start_enrolment(s, DESK, ann, at=T0))
    for case in bent_parts(json.loads(Device().register(made))):
        with pytest.raises((Invalid, Conflict)):
            sqlite_database.writing(lambda s, c=case: passkey.finish_enrolment(s, DESK, ann, c, "", at=T0))


def test_passkeys_need_a_host_name(sqlite_database, ann):
    for origin in ("http://127.0.0.1:8000", "http://[::1]:8000", "http://[", ""):
        with pytest.raises(Conflict, match="no-host-name"):
            sqlite_database.writing(
                lambda s, o=origin: passkey.start_enrolment(s, replace(DESK, origin=o), ann, at=T0)
            )
    assert replace(DESK, origin="http://localhost:8000").host == "localhost"


def test_a_passkey_of_one_host_opens_nothing_at_another(sqlite_database, ann):
    device = add_passkey(sqlite_database, ann)
    elsewhere = replace(DESK, origin="https://other.example")
    with pytest.raises(Conflict, match="no-passkey"):
        sqlite_database.writing(lambda s: passkey.start_use(s, elsewhere, ann.id, SCOPE, at=T0))
    options = sqlite_database.writing(lambda s: passkey.start_use(s, DESK, ann.id, SCOPE, at=T0))
    answer = device.use(options, origin="https://other.example", host="other.example")
    assert use(sqlite_database, ann, Typed(passkey=answer), desk=elsewhere) is None
    assert device.host == HOST


def test_recovery_codes_are_good_once_however_they_are_typed_and_new_ones_end_the_old(sqlite_database, ann, bob):
    codes = add_codes(sqlite_database, ann)
    assert len(set(codes)) == 10
    assert all(len(code.replace("-", "")) * 5 >= 112 for code in codes)  # bits: ASVS 5.0 6.5.2
    assert use(sqlite_database, bob, Typed(codes[0])) is None
    assert use(sqlite_database, ann, Typed(codes[0].upper().replace("-", " "))) == "recovery-code"
    assert use(sqlite_database, ann, Typed(codes[0])) is None
    assert tags(sqlite_database)[-1] == Tag.RECOVERY_CODE_USED
    add_codes(sqlite_database, ann)
    assert use(sqlite_database, ann, Typed(codes[1])) is None


def test_whoever_removes_the_last_factor_has_no_recovery_codes_either(sqlite_database, ann):
    codes = add_totp(sqlite_database, ann)
    paper = add_codes(sqlite_database, ann)
    with sqlite_database.reading() as session:
        (row,) = list_factors(session, ann.id)
    sqlite_database.writing(lambda s: enrolment.remove(s, DESK, ann, row.id, "", at=T0))
    assert use(sqlite_database, ann, Typed(codes.at(T0 // 1000 + 60))) is None
    assert use(sqlite_database, ann, Typed(paper[0])) is None
    with sqlite_database.reading() as session:
        assert session.scalar(select(SecondFactor.secret_sealed)) == b""


def test_a_factor_of_somebody_else_cannot_be_removed(sqlite_database, ann, bob):
    add_totp(sqlite_database, ann)
    with sqlite_database.reading() as session:
        (row,) = list_factors(session, ann.id)
    with pytest.raises(NotFound):
        sqlite_database.writing(lambda s: enrolment.remove(s, DESK, bob, row.id, "", at=T0))


def test_the_factors_of_whoever_has_power_over_texts_are_reset_by_two(sqlite_database, ann):
    boss = actor_of(sqlite_database, make_person(sqlite_database, "boss", ServerRole.ADMIN), session_ref="s3")
    add_totp(sqlite_database, ann)
    roles = {ann.id: [ProjectRole.MANAGER, ProjectRole.ADJUDICATOR]}
    sqlite_database.writing(lambda s: make_project(s, "first", roles, at=T0))
    with pytest.raises(ApprovalNeeded):
        sqlite_database.writing(lambda s: enrolment.reset_factors(s, boss, get_person(s, ann.id), at=T0))
    done = sqlite_database.writing(lambda s: do_or_ask(s, boss, "factors-reset", {"person": ann.id}, at=T0))
    assert done.approval is not None
    with sqlite_database.reading() as session:
        assert len(list_factors(session, ann.id)) == 1


def test_an_administrator_resets_the_factors_of_others_only(sqlite_database, ann):
    boss = actor_of(sqlite_database, make_person(sqlite_database, "boss", ServerRole.ADMIN), session_ref="s3")
    for actor in (ann, boss):
        add_totp(sqlite_database, actor)
        add_passkey(sqlite_database, actor)

    def reset(by, whom):
        return sqlite_database.writing(
            lambda s: enrolment.reset_factors(s, by, get_person(s, whom.id), at=T0)
        )

    with pytest.raises(ActForbidden):
        reset(boss, boss)
    with pytest.raises(ActForbidden):
        reset(ann, boss)
    assert reset(boss, ann) == 2
    with pytest.raises(Conflict, match="no-factor"):
        reset(boss, ann)
