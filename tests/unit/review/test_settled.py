"""Which answer is an item's: kept as it is settled, made anew from submissions, gone with its body."""

from sqlalchemy import select

from app.accounts.actor import OperatorActor
from app.audit.events import Tag
from app.corpus.batch import erase
from app.review import states
from app.review.item import Item
from app.review.settled import SettledAnswer, rebuild, settled_answers
from app.review.submission import SubmissionBody, SubmissionKind, freeze, settled_answer
from tests.build import as_if
from tests.team import T0, Team

OPERATOR = OperatorActor("tests")


def settle(team):
    """An item with a final answer, frozen twice: the second is the one."""
    item, ann, _ = team.item("ann", "ben")
    team.open("ann", ann)
    payload = {"elements": {}, "document": {}}
    for _ in range(2):
        team.act("ann", freeze, ann, payload, SubmissionKind.SETTLED)
    return item


def answers(team):
    return team.read(lambda s: settled_answers(s, team.project_id))


def test_the_newest_final_answer_of_each_item_is_kept_and_made_anew_the_same(database):
    team = Team(database)
    first, second = settle(team), settle(team)
    team.item("ann", "ben")  # not settled
    found = answers(team)
    assert [one.item_id for one in found] == [first.id, second.id]
    golds = team.read(lambda s: [settled_answer(s, item.id).id for item in (first, second)])
    assert [one.submission_id for one in found] == golds
    team.database.writing(lambda s: [s.delete(row) for row in s.scalars(select(SettledAnswer)).all()])
    assert answers(team) == []
    assert team.database.writing(lambda s: rebuild(s, team.project_id)) == 2
    assert answers(team) == found


def test_what_was_withdrawn_or_erased_has_no_final_answer(database):
    team = Team(database)
    withdrawn, erased = settle(team), settle(team)
    team.database.writing(lambda s: states.advance(s, OPERATOR, s.get(Item, withdrawn.id), "withdrawn", at=T0))
    assert [one.item_id for one in answers(team)] == [erased.id]

    def unit(session):
        body = session.get(SubmissionBody, settled_answer(session, erased.id).id)
        states.advance(session, OPERATOR, session.get(Item, erased.id), "withdrawn", at=T0)
        as_if(session, Tag.BATCH_WITHDRAWN)
        erase(session, body, event_id="e", at=T0)

    team.database.writing(unit)
    assert answers(team) == []
    assert team.count(SettledAnswer) == 1
