"""In a project that asks for it nobody overrides a critical label alone: request and approval are both in the log."""

import json

import pytest

from app.accounts.approval import Approval, decide, list_open, may_decide
from app.accounts.password import hash_password, store_hash
from app.accounts.person import get_person
from app.accounts.signing import Factors
from app.agreement.judgements import Choice, Ruling
from app.audit.checkpoint import Signer
from app.audit.events import Tag
from app.core import clock
from app.core.errors import ChartmarkError, Conflict, Forbidden
from app.review.adjudication import Decision, cases_of, close, rule
from app.review.assignment import claim
from app.review.item import get_item
from app.review.meaning import Act
from app.review.signing import Closing, Desk, close_signed
from app.review.submission import payload_of, settled_answer
from app.review.workflows import Step
from tests.conftest import PASSWORD
from tests.signing import seen_by
from tests.team import PEOPLE, Team
from tests.unit.modalities.notes.notes import SCHEMA, TEXT, entity

DRUG, WIDER, ADE = entity(11, 22, "DRUG"), entity(5, 22, "DRUG"), entity(11, 22, "ADE")


@pytest.fixture
def notes(database, tmp_path):
    team = Team(database, schema=SCHEMA, override_approval=True)
    team.desk = Desk(database, Signer(tmp_path / "log.key", "tests.example/override"))
    return team


def password_of(team, name):
    """They have one from now on."""
    team.person(name)

    def unit(session, actor):
        store_hash(session, actor, actor.id, hash_password(PASSWORD, get_person(session, actor.id)), at=team.at)

    team.do(name, unit)


def overridden(team, judge="tess"):
    """A routine edge in dispute, of which a senior reviewer makes a critical label that nobody read."""
    for name in (judge, "theo", "ada", "sly"):
        password_of(team, name)
    item = team.read_as(TEXT, ann={"d": DRUG}, ben={"d": WIDER})
    task = team.take(judge, item, Step.ADJUDICATE)
    case = team.read(lambda s: cases_of(s, get_item(s, task.item_id), task)).differences[0]
    made = Ruling(case.key, Choice.OWN, elements={"d": ADE}, reason="guideline", citation="1")
    team.act(judge, rule, task, Decision(made, confirmed=True))
    return item, task


def sign(team, name, item):
    actor = team.do(name, lambda session, actor: actor)
    seen = team.do(name, lambda session, actor: seen_by(session, actor, item, Act.SETTLE, at=team.at))
    closing = Closing(item.id, Act.SETTLE, "", seen)
    return close_signed(team.desk, actor, closing, Factors(name, PASSWORD), at=team.at)


def decide_as(team, name, number, *, password=PASSWORD, approves=True):
    actor = team.do(name, lambda session, actor: actor)
    return decide(team.database, actor, number, Factors(name, password), approves=approves, at=team.at)


def asked(team, name, item):
    """The number of the approval that a refused signature asked for."""
    with pytest.raises(Conflict) as refused:
        sign(team, name, item)
    assert refused.value.code == "approval-needed"
    return refused.value.details["approval"]


def test_an_override_waits_and_stands_once_another_senior_reviewer_approved_it(notes):
    item, _ = overridden(notes)
    number = asked(notes, "tess", item)
    assert notes.state(item) == "adjudication"
    assert not notes.events(Tag.SIGNATURE_MADE)
    decide_as(notes, "theo", number)
    sign(notes, "tess", item)
    assert notes.state(item) == "verification"
    gold = notes.read(lambda s: settled_answer(s, item.id))
    assert [b["label"] for b in notes.read(lambda s: payload_of(s, gold.id))["elements"].values()] == ["ADE"]
    # Request, approval and use, by whom, and the acts under it.
    [request], [given], [used] = (
        notes.events(tag) for tag in (Tag.APPROVAL_ASKED, Tag.APPROVAL_GIVEN, Tag.APPROVAL_USED)
    )
    people = notes.people
    assert (request["actor"]["id"], given["actor"]["id"]) == (people["tess"], people["theo"])
    assert used["actor"]["id"] == people["tess"]
    assert given["data"]["authentication"]["factors"] == ["username", "password"]
    assert request["data"]["facts"] == given["data"]["facts"] == used["data"]["facts"]
    [frozen] = notes.events(Tag.ANSWER_SETTLED)
    assert frozen["actor"]["approval"] == number


def test_the_same_request_is_made_once(notes):
    item, _ = overridden(notes)
    number = asked(notes, "tess", item)
    with pytest.raises(Conflict) as refused:
        sign(notes, "tess", item)
    assert refused.value.code == "approval-needed"
    assert str(number) in str(refused.value)
    assert notes.count(Approval) == 1


@pytest.mark.parametrize("name", ["tess", "ada", "sly", "vera"])
def test_neither_the_requester_nor_who_is_not_senior_nor_who_read_the_item_approves(notes, name):
    if name == "sly":  # a T4, and one of the readers
        for one in ("tess", "sly", "theo"):
            password_of(notes, one)
        item = notes.read_as(TEXT, ann={"d": DRUG}, sly={"d": WIDER})
        task = notes.take("tess", item, Step.ADJUDICATE)
        case = notes.read(lambda s: cases_of(s, get_item(s, item.id), task)).differences[0]
        made = Ruling(case.key, Choice.OWN, elements={"d": ADE}, reason="guideline", citation="1")
        notes.act("tess", rule, task, Decision(made, confirmed=True))
    else:
        item, _ = overridden(notes)
    password_of(notes, "vera")
    number = asked(notes, "tess", item)
    with pytest.raises(Forbidden):
        decide_as(notes, name, number)
    row = notes.read(lambda s: s.get(Approval, number))
    assert row.decided_at is None
    assert not notes.do(name, lambda s, actor: may_decide(s, actor, row, at=notes.at))
    with pytest.raises(Conflict):
        sign(notes, "tess", item)


def test_a_wrong_password_approves_nothing_and_is_in_the_log(notes):
    item, _ = overridden(notes)
    number = asked(notes, "tess", item)
    with pytest.raises(Forbidden):
        decide_as(notes, "theo", number, password="not the password of theo")
    assert notes.read(lambda s: s.get(Approval, number)).decided_at is None
    assert not notes.events(Tag.APPROVAL_GIVEN)
    assert notes.events(Tag.REAUTH_FAILED)


def test_what_is_refused_or_too_old_or_of_yesterday_lets_nobody_override(notes):
    item, _ = overridden(notes)
    decide_as(notes, "theo", asked(notes, "tess", item), approves=False)
    second = asked(notes, "tess", item)
    notes.at += 8 * clock.DAY
    with pytest.raises(ChartmarkError):  # credentials of the story end after a day: either way it is too late
        decide_as(notes, "theo", second)
    assert notes.state(item) == "adjudication"


def test_an_approval_is_good_for_the_answer_that_was_approved_and_once(notes):
    item, task = overridden(notes)
    decide_as(notes, "theo", asked(notes, "tess", item))
    case = notes.read(lambda s: cases_of(s, get_item(s, item.id), task)).differences[0]
    other = Ruling(case.key, Choice.OWN, elements={"d": entity(5, 22, "ADE")}, reason="guideline", citation="1")
    notes.act("tess", rule, task, Decision(other, confirmed=True))
    assert asked(notes, "tess", item) == 2


def test_an_approval_that_only_the_table_knows_lets_nobody_override(notes):
    item, _ = overridden(notes)
    number, theo = asked(notes, "tess", item), notes.person("theo")

    def forge(session):
        from sqlalchemy import text

        values = {"id": number, "by": theo, "at": notes.at}
        statement = "update approval set decision = 'approved', decided_by = :by, decided_at = :at where id = :id"
        assert session.execute(text(statement), values).rowcount == 1

    notes.database.writing(forge)
    with pytest.raises(Conflict):
        sign(notes, "tess", item)
    assert notes.state(item) == "adjudication"


def test_who_approved_an_override_does_not_verify_the_item(notes):
    item, _ = overridden(notes)
    decide_as(notes, "theo", asked(notes, "tess", item))
    sign(notes, "tess", item)
    with pytest.raises(Forbidden) as refused:
        notes.act("theo", claim, item, Step.VERIFY)
    assert refused.value.code == "own-work"


def test_in_other_projects_and_for_a_version_that_somebody_read_one_is_enough(database, tmp_path):
    team = Team(database, schema=SCHEMA)
    team.desk = Desk(database, Signer(tmp_path / "log.key", "tests.example/override"))
    item, _ = overridden(team)
    sign(team, "tess", item)
    assert (team.state(item), team.count(Approval)) == ("verification", 0)


def test_taking_what_a_reader_had_is_no_override(notes):
    item = notes.read_as(TEXT, ann={"d": ADE}, ben={})
    assert notes.state(item) == "escalated"
    task = notes.take("tess", item, Step.ADJUDICATE)
    case = notes.read(lambda s: cases_of(s, get_item(s, item.id), task)).differences[0]
    theirs = next(place for place, version in enumerate(case.versions) if version)
    notes.act("tess", rule, task, Decision(Ruling(case.key, Choice.TAKE, theirs, reason="slip"), confirmed=True))
    notes.act("tess", close, task)
    assert (notes.state(item), notes.count(Approval)) == ("verification", 0)


def test_a_senior_verifier_who_changes_what_a_senior_reviewer_settled_needs_another(notes, monkeypatch):
    monkeypatch.setitem(PEOPLE, "vito", (PEOPLE["vito"][0], 4))
    item = notes.read_as(TEXT, ann={"d": ADE}, ben={})
    task = notes.take("tess", item, Step.ADJUDICATE)
    case = notes.read(lambda s: cases_of(s, get_item(s, item.id), task)).differences[0]
    theirs = next(place for place, version in enumerate(case.versions) if version)
    notes.act("tess", rule, task, Decision(Ruling(case.key, Choice.TAKE, theirs, reason="slip"), confirmed=True))
    notes.act("tess", close, task)
    for name in ("vito", "theo"):
        password_of(notes, name)
    task = notes.take("vito", item)
    notes.write("vito", task, dict.fromkeys(_elements(notes, item)))
    seen = notes.do("vito", lambda s, actor: seen_by(s, actor, item, Act.VERIFY, at=notes.at))
    closing = Closing(item.id, Act.VERIFY, "", seen, "slip", confirmed=True)
    vito = notes.do("vito", lambda s, actor: actor)
    with pytest.raises(Conflict) as refused:
        close_signed(notes.desk, vito, closing, Factors("vito", PASSWORD), at=notes.at)
    assert refused.value.code == "approval-needed"
    decide_as(notes, "theo", refused.value.details["approval"])
    close_signed(notes.desk, vito, closing, Factors("vito", PASSWORD), at=notes.at)
    assert _elements(notes, item) == {}


def _elements(team, item):
    gold = team.read(lambda s: settled_answer(s, item.id))
    return team.read(lambda s: payload_of(s, gold.id))["elements"]


def test_the_request_names_labels_and_holds_no_text(notes):
    item, _ = overridden(notes)
    number = asked(notes, "tess", item)
    row = notes.read(lambda s: s.get(Approval, number))
    assert json.loads(row.facts_json)["labels"] == ["ADE"]
    assert TEXT.split()[0] not in row.facts_json
    assert [one.id for one in notes.read(lambda s: list_open(s, at=notes.at))] == [number]
