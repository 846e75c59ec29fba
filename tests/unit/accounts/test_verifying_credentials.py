"""Who verifies credentials: a named clinician who confirms; before there is one, two people, and it stays marked."""

import pytest
from sqlalchemy import select

from app.accounts.actor import ServerRole
from app.accounts.approval import decide, do_or_ask
from app.accounts.credential import find_verifiers, get_credential, list_credentials, revoke_credential
from app.accounts.credential_check import BOOTSTRAP_TERM, CredentialCheck, list_checks
from app.accounts.signing import Factors
from app.accounts.verifier import Recheck, check_again, list_due
from app.core.clock import DAY
from app.core.errors import Conflict, Forbidden, Invalid
from tests.unit.accounts.people import OPERATOR, PASSWORD, T0, actor_of, make_person

EVIDENCE = "e" * 64


def asked(database, person, by, tier=3, number="R1", at=T0, actor=OPERATOR, **more):
    stated = {
        "tier": tier, "profession": "physician", "country": "DE", "issued_at": T0 - 1, "specialty": "",
        "issuing_body": "Medical Chamber", "register_number": number, "expires_at": None, "next_check_due_at": None,
        "evidence_sha256": EVIDENCE,
    } | more  # fmt: skip
    facts = {"person": person, "stated": stated, "by": by, "method": "register looked up"}
    return database.writing(lambda s: do_or_ask(s, actor, "credential", facts, at=at))


def confirm(database, number, person, username, at=T0, password=PASSWORD):
    return decide(database, actor_of(database, person, at), number, Factors(username, password), at=at)


@pytest.fixture
def boss(database):
    return make_person(database, "boss", ServerRole.ADMIN)


@pytest.fixture
def tess(database, boss):
    """The first verifier: her own credential is a bootstrap verification."""
    tess = make_person(database, "tess", ServerRole.CREDENTIALING)
    confirm(database, asked(database, tess, boss, tier=4, number="T").approval, boss, "boss")
    return tess


def held(database, person):
    with database.reading() as session:
        return list_credentials(session, person)


def kinds(database, person):
    with database.reading() as session:
        checks = list_checks(session, [one.id for one in list_credentials(session, person)])
        return [[check.kind for check in some] for some in checks.values()]


def test_a_trainee_who_was_never_asked_makes_nobody_a_clinician(database, boss):
    anna, eve = make_person(database, "anna"), make_person(database, "eve")
    with pytest.raises(Conflict) as refused:
        asked(database, eve, anna, tier=4)
    assert refused.value.code == "verifier-unfit"
    assert held(database, eve) == []


def test_the_first_credential_waits_even_while_the_server_is_set_up_and_is_marked_for_ever(database, boss):
    vera = make_person(database, "vera")
    waiting = asked(database, vera, boss)
    assert waiting.approval is not None
    assert held(database, vera) == []
    with pytest.raises(Forbidden):
        confirm(database, waiting.approval, boss, "boss", password="not the password at all")
    confirm(database, waiting.approval, boss, "boss")
    [credential] = held(database, vera)
    assert credential.verified_by == boss
    assert kinds(database, vera) == [["bootstrap"]]


def test_a_bootstrap_verification_needs_its_evidence(database, boss):
    vera = make_person(database, "vera")
    with pytest.raises(Invalid) as refused:
        asked(database, vera, boss, evidence_sha256=None)
    assert [problem.code for problem in refused.value.problems] == ["evidence-missing"]


def test_who_proposes_a_credential_does_not_confirm_it(database, boss):
    vera = make_person(database, "vera")
    with pytest.raises(Conflict) as refused:
        asked(database, vera, boss, actor=actor_of(database, boss))
    assert refused.value.code == "verifier-asks"


def test_once_a_clinician_verifies_nobody_else_is_named_and_nobody_else_confirms(database, boss, tess):
    max_, vera = make_person(database, "max", ServerRole.ADMIN), make_person(database, "vera")
    with pytest.raises(Conflict) as refused:
        asked(database, vera, max_)
    assert refused.value.code == "verifier-unfit"
    waiting = asked(database, vera, tess, number="V").approval
    with pytest.raises(Forbidden) as refused:
        confirm(database, waiting, max_, "max")
    assert refused.value.code == "verifier-named"
    confirm(database, waiting, tess, "tess")
    assert kinds(database, vera) == [["verified"]]


def test_a_trainees_credential_waits_for_the_clinician_too(database, boss, tess):
    anna = make_person(database, "anna")
    waiting = asked(database, anna, tess, tier=1, number="", issuing_body="", evidence_sha256=None)
    assert waiting.approval is not None
    confirm(database, waiting.approval, tess, "tess")
    assert [one.tier for one in held(database, anna)] == [1]


@pytest.mark.parametrize("spelling", ["R-1", "r1", " R 1 ", "R.1"])
def test_a_number_of_a_register_is_one_persons_however_it_is_written(database, boss, tess, spelling):
    vera, eve = make_person(database, "vera"), make_person(database, "eve")
    confirm(database, asked(database, vera, tess, number="R1").approval, tess, "tess")
    with pytest.raises(Conflict) as refused:
        asked(database, eve, tess, number=spelling, issuing_body="MEDICAL  chamber")
    assert refused.value.code == "register-number-taken"
    # The holder's own renewal has the same number; another country's body of that name is another body.
    assert asked(database, vera, tess, number=spelling, tier=4).approval
    assert asked(database, eve, tess, number=spelling, country="AT").approval


def test_of_two_requests_for_one_number_the_second_is_refused_when_it_is_confirmed(database, boss, tess):
    vera, eve = make_person(database, "vera"), make_person(database, "eve")
    first, second = asked(database, vera, tess).approval, asked(database, eve, tess).approval
    confirm(database, first, tess, "tess")
    with pytest.raises(Conflict) as refused:
        confirm(database, second, tess, "tess")
    assert refused.value.code == "register-number-taken"


def test_a_number_recorded_of_the_wrong_person_is_free_after_the_revocation(database, boss, tess):
    vera, eve = make_person(database, "vera"), make_person(database, "eve")
    confirm(database, asked(database, vera, tess).approval, tess, "tess")
    [wrong] = held(database, vera)
    database.writing(
        lambda s: revoke_credential(s, actor_of(database, boss), get_credential(s, wrong.id), "not hers", at=T0 + 1)
    )
    confirm(database, asked(database, eve, tess, at=T0 + 2).approval, tess, "tess", at=T0 + 2)
    assert [one.register_number for one in held(database, eve)] == ["R1"]


def test_a_bootstrap_credential_is_on_the_worklist_until_a_clinician_has_looked(database, boss, tess):
    vera = make_person(database, "vera", ServerRole.CREDENTIALING)
    confirm(database, asked(database, vera, tess).approval, tess, "tess")
    with database.reading() as session:
        [due] = list_due(session, at=T0)
    assert (due.person.id, due.why, due.due_at, due.is_bootstrap) == (tess, "bootstrap", T0 + BOOTSTRAP_TERM, True)
    found = Recheck("register looked up", EVIDENCE, T0 + 200 * DAY)
    check_again(database, actor_of(database, vera), due.credential.id, found, Factors("vera", PASSWORD), at=T0)
    with database.reading() as session:
        assert list_due(session, at=T0) == []
        [later] = list_due(session, at=T0 + 180 * DAY)
    assert (later.why, later.is_bootstrap) == ("check", True)
    assert kinds(database, tess) == [["bootstrap", "verified"]]


def test_nobody_looks_again_at_their_own(database, boss, tess):
    [own] = held(database, tess)
    with pytest.raises(Forbidden) as refused:
        check_again(database, actor_of(database, tess), own.id, Recheck("x"), Factors("tess", PASSWORD), at=T0)
    assert refused.value.code == "own-account"


def test_after_its_term_a_bootstrap_credential_is_no_ground_to_verify_others(database, boss, tess):
    late = T0 + BOOTSTRAP_TERM
    with database.reading() as session:
        assert find_verifiers(session, besides=boss, at=late - 1) == [tess]
        assert find_verifiers(session, besides=boss, at=late) == []


def test_a_check_is_not_changed_afterwards(database, boss, tess):
    def forge(session):
        session.scalars(select(CredentialCheck)).first().kind = "verified"

    with pytest.raises(Exception, match=r"append-only|event|constraint refused"):
        database.writing(forge)
