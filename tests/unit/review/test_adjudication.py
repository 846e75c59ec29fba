"""Cases, rulings that are only ever appended, and the answer an adjudicator settles."""

import pytest
from sqlalchemy import select

from app.agreement.judgements import Choice, Ruling
from app.audit.events import Tag
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.review.adjudication import Decision, RulingRow, cases_of, close, rule, rulings_of, withdraw_ruling
from app.review.assignment import claim
from app.review.item import get_item
from app.review.submission import payload_of, settled_answer
from app.review.workflows import Step
from tests.team import Team


def disputed(team, judge="ada"):
    """An item in dispute over one coin, taken by an adjudicator: the task and the case's key."""
    item = team.read_by_two("heads", "tails")
    task = team.take(judge, item, Step.ADJUDICATE)
    cases = team.read(lambda s: cases_of(s, get_item(s, item.id), task))
    return task, cases.differences[0].key


def take(key, version=0, **more):
    return Decision(Ruling(key, Choice.TAKE, version, reason="guideline", citation="1"), **more)


def rulings(team):
    return team.read(lambda s: [(r.choice, r.version) for r in s.scalars(select(RulingRow).order_by(RulingRow.id))])


def test_the_taken_version_becomes_the_items_answer(team):
    task, key = disputed(team)
    (case,) = team.read(lambda s: cases_of(s, get_item(s, task.item_id), task)).differences
    team.act("ada", rule, task, take(key, case.versions.index({"c1": {"face": "tails"}})))
    gold = team.act("ada", close, task)
    assert team.read(lambda s: payload_of(s, gold.id)) == {"elements": {"c1": {"face": "tails"}}}
    assert (gold.kind, gold.person_id) == ("gold", team.person("ada"))
    assert team.read(lambda s: settled_answer(s, task.item_id)).id == gold.id
    assert team.reload(task).state == "submitted"
    assert team.state(get(team, task)) == "verification"


def get(team, task):
    return team.read(lambda s: get_item(s, task.item_id))


@pytest.mark.parametrize(
    ("ruling", "left"),
    [
        ({"choice": Choice.NONE}, {}),
        ({"choice": Choice.OWN, "elements": {"c9": {"face": "heads"}}}, {"c9": {"face": "heads"}}),
    ],
    ids=["nobody is right", "own version"],
)
def test_the_adjudicator_may_follow_nobody(team, ruling, left):
    task, key = disputed(team)
    team.act("ada", rule, task, Decision(Ruling(key, reason="slip", **ruling)))
    gold = team.act("ada", close, task)
    assert team.read(lambda s: payload_of(s, gold.id)) == {"elements": left}


def test_nothing_is_closed_while_a_case_is_open(team):
    task, key = disputed(team)
    with pytest.raises(Invalid) as refused:
        team.act("ada", close, task)
    assert refused.value.code == "cases-open"
    assert refused.value.details == {"cases": [key]}
    assert team.read(lambda s: settled_answer(s, task.item_id)) is None


def test_a_later_ruling_counts_and_the_earlier_stays_in_the_record(team):
    task, key = disputed(team)
    team.act("ada", rule, task, take(key, 0))
    team.act("ada", rule, task, take(key, 1))
    team.act("ada", withdraw_ruling, task, key)
    assert team.read(lambda s: rulings_of(s, task.id)) == {}
    with pytest.raises(Invalid):
        team.act("ada", close, task)
    with pytest.raises(NotFound):
        team.act("ada", withdraw_ruling, task, key)
    team.act("ada", rule, task, take(key, 0))
    assert rulings(team) == [("take", 0), ("take", 1), ("withdrawn", None), ("take", 0)]
    assert len(team.events(Tag.CASE_RULED)) == 3
    assert len(team.events(Tag.RULING_WITHDRAWN)) == 1


def test_the_database_refuses_to_change_or_delete_a_ruling(team):
    task, key = disputed(team)
    team.act("ada", rule, task, take(key, 0))
    for statement in ("UPDATE ruling SET reason = 'slip'", "DELETE FROM ruling"):
        with pytest.raises(Exception, match=r"append|refused"):
            team.database.writing(lambda s, sql=statement: s.connection().exec_driver_sql(sql))
    assert rulings(team) == [("take", 0)]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"reason": "because"}, "reason"),
        ({"reason": ""}, "reason"),
        ({"citation": "see Dr Smith"}, "citation"),
        ({"citation": "1.3"}, "citation"),
        ({"citation": "1.2.1"}, "citation"),
        ({"version": 2}, "version"),
        ({"version": -1}, "version"),
        ({"version": None}, "version"),
    ],
)
def test_a_ruling_needs_a_reason_a_section_and_a_version_that_exist(team, changed, code):
    task, key = disputed(team)
    whole = {"difference": key, "choice": Choice.TAKE, "version": 0, "reason": "guideline", "citation": "1.2"} | changed
    with pytest.raises(Invalid) as refused:
        team.act("ada", rule, task, Decision(Ruling(**whole)))
    assert refused.value.code == code
    assert rulings(team) == []


def test_a_case_that_is_not_there_cannot_be_ruled(team):
    task, _ = disputed(team)
    with pytest.raises(NotFound):
        team.act("ada", rule, task, take("0" * 64))


def test_a_critical_case_needs_a_second_key(critical_team):
    team = critical_team
    task, key = disputed(team, "tess")
    with pytest.raises(Invalid) as refused:
        team.act("tess", rule, task, take(key))
    assert refused.value.code == "second-key"
    team.act("tess", rule, task, take(key, confirmed=True))
    team.act("tess", close, task)
    assert team.state(get(team, task)) == "verification"


def test_only_t4_takes_what_was_escalated(critical_team):
    item = critical_team.read_by_two("heads", "tails")
    refusals = {"ada": "tier-too-low", "low": "tier-too-low", "vera": "role-missing", "lena": "role-missing"}
    for name, code in refusals.items():
        with pytest.raises(Forbidden) as refused:
            critical_team.act(name, claim, item, Step.ADJUDICATE)
        assert refused.value.code == code
    with pytest.raises(NotFound):
        critical_team.act("sam", claim, item, Step.ADJUDICATE)
    assert critical_team.take("tess", item, Step.ADJUDICATE).state == "open"


def test_one_person_at_a_time_settles_an_item(team):
    task, key = disputed(team)
    with pytest.raises(Conflict) as refused:
        team.act("abe", claim, get(team, task), Step.ADJUDICATE)
    assert refused.value.code == "taken"
    with pytest.raises(Forbidden):
        team.act("abe", rule, task, take(key))
    assert team.act("ada", claim, get(team, task), Step.ADJUDICATE).id == task.id


def test_two_who_took_it_at_once_cannot_both_open_it(team):
    item = team.read_by_two("heads", "tails")
    first, second = (team.act(name, claim, item, Step.ADJUDICATE) for name in ("ada", "abe"))
    team.open("abe", second)
    with pytest.raises(Conflict):
        team.open("ada", first)


def test_in_a_team_of_three_the_adjudicator_also_verifies(database):
    team = Team(database, workflow="team_of_three")
    task, key = disputed(team)
    team.act("ada", rule, task, take(key))
    team.act("ada", close, task)
    assert team.state(get(team, task)) == "verified"


def test_nothing_is_ruled_after_closing(team):
    task, key = disputed(team)
    team.act("ada", rule, task, take(key))
    team.act("ada", close, task)
    for act in (lambda: team.act("ada", rule, task, take(key, 1)), lambda: team.act("ada", close, task)):
        with pytest.raises((Conflict, Forbidden)):
            act()
    assert len(rulings(team)) == 1


def test_nobody_settles_what_he_read(critical_team):
    team = critical_team
    item, sly, ben = team.item("sly", "ben")
    team.answer("sly", sly, c1="heads")
    team.answer("ben", ben, c1="tails")
    with pytest.raises(Forbidden) as refused:
        team.act("sly", claim, item, Step.ADJUDICATE)
    assert refused.value.code == "own-work"
