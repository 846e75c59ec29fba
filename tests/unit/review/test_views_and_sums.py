"""Views in the log once in fifteen minutes; states as the fold of events; sums that add up."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.audit.events import Tag
from app.core import clock
from app.core.errors import ChartmarkError
from app.review.assignment import Assignment, decline
from app.review.item import Item, count_by_state
from app.review.queries import VIEW_WINDOW, note_view, own_work
from app.review.states import MACHINES
from app.review.submission import Submission, recall, submit
from tests.team import T0, Team


def views(team):
    return team.events(Tag.DOCUMENT_VIEWED)


def test_a_look_is_noted_once_in_fifteen_minutes(team):
    _, ann, ben = team.item("ann", "ben")
    for minutes, noted in ((0, 1), (1, 1), (14, 1), (15, 2), (29, 2), (30, 3)):
        team.at = T0 + minutes * clock.MINUTE
        team.act("ann", note_view, ann)
        assert len(views(team)) == noted, minutes
    team.act("ben", note_view, ben)
    assert len(views(team)) == 4


def test_a_look_at_another_document_does_not_hide_one_at_ones_own(team):
    item, ann, _ = team.item("ann", "ben")
    team.act("ann", note_view, ann)
    team.at = T0 + VIEW_WINDOW - 1
    team.act("ann", note_view, ann, document_id=item.document_id)
    team.at = T0 + VIEW_WINDOW
    team.act("ann", note_view, ann)
    assert [e["data"]["document"] for e in views(team)] == [None, item.document_id, None]


def fold(team, kind):
    """Row id → state, replayed from the log alone."""
    found = {}
    for event in team.events():
        data = event["data"]
        if data.get("machine") == kind:
            row = event["subject"]["id"]
            before = found.get(row, MACHINES[kind].start)
            assert data["from"] == before
            assert MACHINES[kind].transitions[before, data["event"]] == data["to"]
            found[row] = data["to"]
    return found


def stored(team, model):
    started = model.machine.start
    rows = team.read(lambda s: s.execute(select(model.id, model.state)).all())
    return {row: state for row, state in rows if state != started}


ACTS = st.tuples(
    st.sampled_from(["open", "heads", "tails", "submit", "recall", "decline", "reassign"]),
    st.sampled_from(["ann", "ben", "cal"]),
)


@pytest.mark.usefixtures("toy_modality")
@given(acts=st.lists(ACTS, max_size=14))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_readers_do_the_states_are_the_fold_of_the_log(database_templates, tmp_path_factory, acts):
    """INV-6, INV-7, INV-13, INV-16: after any acts, allowed or refused."""
    with database_templates.fresh("sqlite", tmp_path_factory.mktemp("fold")) as database:
        team = Team(database)
        item, *_ = team.item("ann", "ben")
        for act, name in acts:
            before = team.count()
            try:
                perform(team, act, name, item)
            except ChartmarkError:
                assert team.count() == before
        assert fold(team, "item") == stored(team, Item)
        assert fold(team, "assignment") == stored(team, Assignment)
        check_sums(team, item)


def perform(team, act, name, item):
    if act == "reassign":
        team.assign("ann", "ben", "cal")
        return
    task = team.task(item, name)
    if task is None:
        return
    if act in ("heads", "tails"):
        team.put(name, task, version=task.draft_version, c1=act)
    else:
        services = {"submit": submit, "recall": recall}
        if act == "open":
            team.open(name, task)
        elif act == "decline":
            team.act(name, decline, task, "unable")
        else:
            team.act(name, services[act], task)


def check_sums(team, item):
    counts = team.read(lambda s: count_by_state(s, team.project_id))
    assert sum(counts.values()) == team.count(Item)
    active = ("offered", "open", "submitted")
    taken = team.read(lambda s: s.scalar(select(func.count()).where(Assignment.state.in_(active))))
    assert taken <= 2
    standing = Counter(
        team.read(lambda s: list(s.scalars(select(Submission.assignment_id).where(Submission.item_id == item.id))))
    )
    submitted = len(team.events(Tag.SUBMISSION_FROZEN))
    assert sum(standing.values()) == submitted


def test_a_reader_may_recall_only_while_nobody_else_has_answered(team):
    _, ann, ben = team.item("ann", "ben")
    team.answer("ann", ann, c1="heads")
    work = team.act("ann", own_work, ann)
    assert (work.editable, work.may_recall) == (False, True)
    team.answer("ben", ben, c1="heads")
    assert team.act("ann", own_work, ann).may_recall is False
