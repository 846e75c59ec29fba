"""Nothing waits that nobody can do: what stands still is counted with what is lacking, and nobody is offered it."""

from dataclasses import replace

import pytest
from sqlalchemy import event, update

from app.accounts.actor import ProjectRole
from app.accounts.person import deactivate, get_person
from app.core.errors import ChartmarkError
from app.corpus.member import list_members, remove_member
from app.corpus.project import change_settings
from app.review import distribution
from app.review.adjudication import close, rule
from app.review.assignment import claim, decline, revoke_tasks
from app.review.distribution import assign_in_chunks, assign_ready
from app.review.hold import HoldKind, open_hold
from app.review.item import Item, count_by_state, get_item
from app.review.queries import queue
from app.review.verification import reject
from app.review.waiting import ahead, load_team, stopped_items
from app.review.workflows import Step
from tests.build import OPERATOR, without_guards
from tests.team import T0, Team
from tests.unit.review.test_guideline import decision


def stopped(team):
    def look(session):
        project = team.project(session)
        return stopped_items(session, load_team(session, project, at=T0), count_by_state(session, project.id))

    return [one.words for one in team.read(look)]


def later(team):
    return team.read(lambda s: ahead(load_team(s, team.project(s), at=T0)))


def offered(team, name, step):
    rows = team.do(name, lambda s, who: queue(s, who, team.project_id, step, at=T0))
    return [item.id for item in rows]


def settings(team, **changed):
    team.database.writing(lambda s: change_settings(s, OPERATOR, team.project(s), changed, at=T0))


def settle(team, name, item):
    task = team.take(name, item, Step.ADJUDICATE)
    team.act(name, rule, task, replace(decision(team, task), confirmed=True))
    team.act(name, close, task)


def leave(team, name, role):
    def unit(session):
        for member in list_members(session, team.project_id):
            if (member.person_id, member.role) == (team.person(name), role):
                remove_member(session, OPERATOR, member, at=T0)

    team.database.writing(unit)


def test_the_adjudicator_who_settled_is_no_verifier_and_a_second_one_lets_the_item_go_on(team):
    item = team.read_by_two("heads", "tails")
    team.person("ada")
    assert stopped(team) == []
    settle(team, "ada", item)
    assert stopped(team) == ["1 item cannot go on here (verify): no second verifier"]
    assert offered(team, "ada", Step.VERIFY) == []
    team.person("vera")
    assert stopped(team) == []
    assert offered(team, "vera", Step.VERIFY) == [item.id]


def test_what_is_escalated_waits_for_a_t4_and_says_so(critical_team):
    team = critical_team
    for _ in range(2):
        team.read_by_two("heads", "tails")
    assert stopped(team) == ["2 items cannot go on here (adjudicate): no T4"]
    team.person("ada")
    assert stopped(team) == ["2 items cannot go on here (adjudicate): no T4"]
    team.person("tess")
    assert stopped(team) == []


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"specialties": ["cardiology"]}, "nobody with specialty cardiology"),
        ({"required_countries": ["FR"]}, "nobody with country FR"),
        (
            {"specialties": ["cardiology"], "required_countries": ["FR"]},
            "nobody with specialty cardiology and country FR",
        ),
    ],
)
def test_a_specialty_or_country_that_nobody_here_has_is_named(team, asked, words):
    team.read_by_two("heads", "tails")
    team.ready_item()
    team.person("ada")
    settings(team, **asked)
    assert stopped(team) == [
        f"1 item cannot go on here (adjudicate): {words}",
        f"1 item cannot go on here (annotate): {words}",
    ]
    assert offered(team, "ada", Step.ADJUDICATE) == []


def test_too_few_readers_none_and_none_besides_those_who_read_before_are_told_apart(team):
    team.ready_item()
    assert stopped(team) == ["1 item cannot go on here (annotate): no reader"]
    team.person("ann")
    assert stopped(team) == ["1 item cannot go on here (annotate): 1 of the 2 readers needed"]
    team.assign("ann", "ben")
    assert stopped(team) == []
    (item, *_), task = team.item("ann", "ben"), None
    for name in ("ann", "ben"):
        team.answer(name, team.task(item, name), c1="heads")
    task = team.take("vera", item)
    team.act("vera", reject, task, "slip")
    assert stopped(team) == ["1 item cannot go on here (annotate): no other reader"]
    team.person("cal"), team.person("dee")
    assert stopped(team) == []


def test_a_task_whose_reader_left_or_lost_the_credential_is_counted_until_it_is_taken_back(team):
    _, ann, _ = team.item("ann", "ben")
    leave(team, "ann", ProjectRole.ANNOTATOR)
    (words,) = stopped(team)
    assert "their reader may not read any more; take the tasks back" in words
    team.do("lena", lambda s, lena: revoke_tasks(s, lena, team.project(s), team.person("ann"), at=T0))
    assert team.reload(ann).state == "revoked"
    assert stopped(team) == ["1 item cannot go on here (annotate): no other reader"]
    team.person("cal")
    assert stopped(team) == []


def test_a_case_in_the_hands_of_somebody_who_may_not_go_on_is_counted(team):
    item = team.read_by_two("heads", "tails")
    team.take("ada", item, Step.ADJUDICATE)
    team.person("abe")
    assert stopped(team) == []
    assert offered(team, "abe", Step.ADJUDICATE) == []
    assert offered(team, "ada", Step.ADJUDICATE) == [item.id]
    team.database.writing(lambda s: deactivate(s, OPERATOR, get_person(s, team.person("ada")), at=T0))
    (words,) = stopped(team)
    assert "their adjudicator may not go on; take the task back" in words


def test_what_was_given_back_is_offered_to_others_only(team):
    item = team.read_by_two("heads", "tails")
    task = team.act("ada", claim, item, Step.ADJUDICATE)
    team.act("ada", decline, task, "not-my-field")
    assert offered(team, "ada", Step.ADJUDICATE) == []
    assert stopped(team) == ["1 item cannot go on here (adjudicate): no second adjudicator"]
    assert offered(team, "abe", Step.ADJUDICATE) == [item.id]


def test_what_is_held_is_neither_offered_nor_counted(team):
    item = team.read_by_two("heads", "tails")
    team.database.writing(
        lambda s: open_hold(s, OPERATOR, item.id, team.project_id, HoldKind.QUARANTINE, at=T0)
    )
    assert offered(team, "ada", Step.ADJUDICATE) == []
    assert stopped(team) == []


@pytest.mark.parametrize("weight", ["routine", "critical"])
def test_whatever_the_queue_offers_can_be_taken_and_nothing_else_can(database, weight):
    team = Team(database, weight)
    read_by_sly = team.item("ann", "sly")
    team.answer("ann", read_by_sly[1], c1="heads")
    team.answer("sly", read_by_sly[2], c1="tails")
    settled = team.read_by_two("heads", "tails")
    settle(team, "tess", settled)
    items = [read_by_sly[0], settled, team.read_by_two("heads", "heads"), team.read_by_two("heads", "tails")]
    for name in ("ann", "low", "vera", "ada", "abe", "tess", "theo", "sly"):
        for step in (Step.ADJUDICATE, Step.VERIFY):
            shown = offered(team, name, step)
            assert shown == [*filter(lambda i: i in {x.id for x in items if _may_take(team, name, x, step)}, shown)]
            assert set(shown) == {x.id for x in items if _may_take(team, name, x, step)}, (name, step)


def _may_take(team, name, item, step):
    """Whether claiming would succeed; it is not done."""

    class Undo(Exception):
        pass

    def unit(session, actor):
        claim(session, actor, get_item(session, item.id), step, at=T0)
        raise Undo

    try:
        team.do(name, unit)
    except Undo:
        return True
    except ChartmarkError:
        return False
    raise AssertionError


@pytest.mark.parametrize("step", [Step.ADJUDICATE, Step.VERIFY])
def test_the_queue_asks_the_database_as_often_for_fifty_rows_as_for_five(sqlite_database, step):
    team = Team(sqlite_database)
    name = "ada" if step == Step.ADJUDICATE else "vera"
    team.person(name)
    counts = {}
    for rows in (5, 50):
        while len(offered(team, name, step)) < rows:
            team.read_by_two("heads", "tails" if step == Step.ADJUDICATE else "heads")
        counts[rows] = _statements(team.database.engine, lambda: offered(team, name, step))
    assert counts[5] == counts[50]


def _statements(engine, act):
    said = []
    note = lambda *args: said.append(args[2])  # noqa: E731
    event.listen(engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(said)


def test_what_would_stop_later_is_said_before_anybody_reads(team):
    assert later(team) == [
        "What readers see differently could not go on here: no adjudicator",
        "What is escalated could not go on here: no T4",
        "What is settled could not go on here: no verifier",
    ]
    team.person("tess")
    assert later(team) == ["What is settled could not go on here: no second verifier"]
    team.person("vera")
    assert later(team) == []


@pytest.mark.parametrize("workflow", ["team_of_three", "trainee_verifier"])
def test_only_steps_of_the_projects_workflow_are_missed(database, workflow):
    team = Team(database, workflow=workflow)
    team.person("ada")
    assert later(team) == ["What is escalated could not go on here: no T4"]


def test_an_item_without_a_guideline_is_given_to_nobody_and_the_overview_says_what_it_waits_for(team):
    """The modality of one item has no guideline: it waits, and is not counted as lacking a reader too."""
    team.person("ada")
    team.person("vera")
    item = team.ready_item()
    other = team.ready_item()
    for name in ("ann", "ben"):
        team.person(name)
    team.database.writing(lambda s: without_guards(s, "item"))
    team.database.writing(lambda s: s.execute(update(Item).where(Item.id == other.id).values(modality="reports")))
    assert [words for words in stopped(team) if "guideline" in words] == [
        "1 item cannot go on here (annotate): no guideline for reports is published"
    ]
    readers = [team.person("ann"), team.person("ben")]
    given = team.do("lena", lambda s, lena: assign_ready(s, lena, team.project(s), readers, at=T0))
    assert (given.items, team.state(item), team.state(other)) == (1, "in_annotation", "ready")


def test_work_is_given_out_chunk_by_chunk_and_past_items_nobody_can_take(team, monkeypatch):
    """Two items at the head of the queue were read by ann before; those behind them are reached all the same."""
    monkeypatch.setattr(distribution, "CHUNK", 2)
    for name in ("ann", "ben"):
        team.person(name)
    items = [team.ready_item() for _ in range(5)]
    read = {items[0].id: {team.person("ann")}, items[1].id: {team.person("ann")}}
    monkeypatch.setattr(distribution, "earlier_actors", lambda _session, item: read.get(item, set()))
    lena = team.do("lena", lambda _, actor: actor)
    assert assign_in_chunks(team.database, lena, team.project_id, limit=10, at=T0) == 3
    assert [team.state(item) for item in items] == ["ready"] * 2 + ["in_annotation"] * 3
    assert assign_in_chunks(team.database, lena, team.project_id, limit=10, at=T0) == 0
