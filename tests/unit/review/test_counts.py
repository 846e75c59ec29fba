"""Counts by state follow from what is written: no writer waits for another, and made anew they are the same."""

import threading
from collections import Counter

import pytest
from sqlalchemy import delete, func, select

from app.accounts.actor import OperatorActor
from app.core.counts import StateCount, StateCountDelta, count_states, fold_counts, recount
from app.corpus.document import Document, Verdict, count_by_verdict
from app.corpus.source import Source, count_sources
from app.review import states
from app.review.item import Item, count_by_state
from tests.build import as_if
from tests.team import T0, Team

OPERATOR = OperatorActor("tests")
COUNTED = [(Item, Item.state), (Document, Document.verdict), (Source, Source.state)]


@pytest.fixture
def team(database):
    """A project in which items stand in several states."""
    team = Team(database)
    team.read_by_two("heads", "heads")
    team.read_by_two("heads", "tails")
    team.item("ann", "ben")
    item = team.ready_item()
    team.database.writing(lambda s: states.advance(s, OPERATOR, s.get(Item, item.id), "withdrawn", at=T0))
    return team


def fold_of_events(team):
    """State → items, from the log alone."""
    state = {body["subject"]["id"]: states.ITEM.start for body in team.events("review.item.created")}
    for body in team.events("review.item.advanced"):
        state[body["subject"]["id"]] = body["data"]["to"]
    return dict(Counter(state.values()))


def truth(team, model, column):
    query = select(column, func.count()).where(model.project_id == team.project_id).group_by(column)
    return team.read(lambda s: dict(s.execute(query).all()))


def counted(team):
    return team.read(lambda s: count_by_state(s, team.project_id))


def test_counts_of_items_are_the_fold_of_their_events_before_and_after_folding_and_made_anew(team):
    expected = fold_of_events(team)
    assert len(expected) > 3
    assert counted(team) == expected
    assert fold_counts(team.database, at_least=1) > 0
    assert team.count(StateCountDelta) == 0
    assert counted(team) == expected
    team.ready_item()  # a delta upon folded sums
    assert counted(team) == fold_of_events(team)
    assert team.database.writing(lambda s: recount(s, Item, team.project_id)) == fold_of_events(team)
    assert counted(team) == fold_of_events(team)


@pytest.mark.parametrize(("model", "column"), COUNTED)
def test_whatever_is_counted_equals_what_is_there(team, model, column):
    assert team.read(lambda s: count_states(s, model, team.project_id)) == truth(team, model, column)


def test_a_row_whose_old_state_was_not_loaded_is_counted_out_of_it(team):
    item = team.ready_item()

    def unit(session):
        as_if(session)
        document = session.get(Document, item.document_id)
        session.expire(document)
        document.verdict = Verdict.REFUSED
        states.advance(session, OPERATOR, session.get(Item, item.id), "withdrawn", at=T0)

    team.database.writing(unit)
    assert team.read(lambda s: count_by_verdict(s, team.project_id)) == truth(team, Document, Document.verdict)


def test_a_unit_that_fails_leaves_no_delta(team):
    before = counted(team)

    def unit(session):
        item = session.scalars(select(Item).where(Item.state == "in_annotation")).first()
        states.advance(session, OPERATOR, item, "withdrawn", at=T0)
        raise KeyError("later")

    with pytest.raises(KeyError):
        team.database.writing(unit)
    assert counted(team) == before


def test_making_anew_mends_sums_that_are_wrong(team):
    expected = counted(team)
    wrong = {"project_id": team.project_id, "table_name": "item", "state": "ready", "count": 3}
    team.database.writing(lambda s: s.add(StateCount(**wrong)))
    team.database.writing(lambda s: s.execute(delete(StateCountDelta)))
    assert counted(team) != expected
    team.database.writing(lambda s: recount(s, Item, team.project_id))
    assert counted(team) == expected


def test_few_deltas_are_left_to_gather(team):
    assert fold_counts(team.database) == 0
    assert team.count(StateCountDelta) > 0


def test_counts_of_another_project_stay_out(team):
    assert team.read(lambda s: count_by_state(s, team.project_id + 1)) == {}
    assert team.read(lambda s: count_sources(s, team.project_id + 1)) == {}


def test_a_writer_waits_neither_for_another_nor_for_who_folds(team):
    """On SQLite there is one writer at a time anyway."""
    if team.database.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    one, other = team.ready_item(), team.ready_item()
    folding = []

    def beside():
        team.database.writing(lambda s: states.advance(s, OPERATOR, s.get(Item, other.id), "withdrawn", at=T0))
        folding.append(fold_counts(team.database, at_least=1))

    def unit(session):
        states.advance(session, OPERATOR, session.get(Item, one.id), "withdrawn", at=T0)
        thread = threading.Thread(target=beside)
        thread.start()
        thread.join(20)
        assert not thread.is_alive()

    team.database.writing(unit)
    assert folding
    assert counted(team) == fold_of_events(team)


def test_counts_stay_the_fold_of_events_while_writing_folding_and_counting_anew_meet(team):
    items = [team.ready_item().id for _ in range(12)]
    done, faults = threading.Event(), []

    def withdraw(some):
        for item in some:
            team.database.writing(lambda s, n=item: states.advance(s, OPERATOR, s.get(Item, n), "withdrawn", at=T0))

    def until_done(act):
        while not done.is_set():
            act()

    def guarded(act, *arguments):
        try:
            act(*arguments)
        except Exception as fault:
            faults.append(fault)

    writers = [threading.Thread(target=guarded, args=(withdraw, items[n::3])) for n in range(3)]
    beside = [
        threading.Thread(target=guarded, args=(until_done, lambda: fold_counts(team.database, at_least=1))),
        threading.Thread(
            target=guarded,
            args=(until_done, lambda: team.database.writing(lambda s: recount(s, Item, team.project_id))),
        ),
    ]
    for thread in (*writers, *beside):
        thread.start()
    for thread in writers:
        thread.join(60)
    done.set()
    for thread in beside:
        thread.join(60)
    assert faults == []
    assert counted(team) == fold_of_events(team)
    assert counted(team)["withdrawn"] == len(items) + 1
    fold_counts(team.database, at_least=1)
    assert counted(team) == fold_of_events(team)
