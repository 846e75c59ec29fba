"""Readers take items themselves: one at a time, never more than there are seats; idle seats come back."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from app.accounts.actor import ProjectRole
from app.accounts.loading import load_actor
from app.core import clock
from app.core.errors import Conflict, Forbidden, NotFound
from app.corpus.project import change_settings, get_project
from app.review.assignment import Assignment, decline
from app.review.distribution import lock_seats
from app.review.lease import ClaimLease
from app.review.round import current_round
from app.review.submission import submit
from app.review.taking import take_next, takeable
from app.review.waiting import load_team, stopped_items
from app.review.workflows.composed import put_in_force, read_workflow
from tests import team as cast
from tests.team import T0, Team
from tests.unit.review.test_composed_workflows import own

LEASE = 30 * clock.MINUTE


@pytest.fixture
def team(database):
    team = Team(database, claim_minutes=30)
    for name in ("lena", "ann", "ben", "cal"):
        team.person(name)
    return team


def take(team, name):
    return team.do(name, lambda s, who: take_next(s, who, team.project(s), at=team.at))


def answer(team, name, task, face="heads"):
    team.answer(name, task, c1=face)


def test_seats_under_way_are_filled_before_a_new_round_begins(team):
    first, second = team.ready_item(), team.ready_item()
    ann, ben, cal = (take(team, name) for name in ("ann", "ben", "cal"))
    assert [task.item_id for task in (ann, ben, cal)] == [first.id, first.id, second.id]
    assert team.state(first) == team.state(second) == "in_annotation"
    assert [ann.state, ann.step] == ["offered", "annotate"]


def test_one_at_a_time_and_never_the_same_item_twice(team):
    first, second = team.ready_item(), team.ready_item()
    task = take(team, "ann")
    assert take(team, "ann").id == task.id
    answer(team, "ann", task)
    assert take(team, "ann").item_id == second.id
    answer(team, "ann", take(team, "ann"))
    assert take(team, "ann") is None
    assert {task.item_id, second.id} == {first.id, second.id}


def test_what_is_taken_goes_its_way_as_what_is_given(team):
    item = team.ready_item()
    for name in ("ann", "ben"):
        answer(team, name, take(team, name))
    assert team.state(item) == "verification"
    assert take(team, "cal") is None


def test_only_readers_take_and_only_where_the_project_says_so(database, team):
    team.ready_item()
    for name in ("vera", "ada", "lena"):
        with pytest.raises(Forbidden):
            take(team, name)
    with pytest.raises(NotFound):
        take(team, "sam")
    assert team.do("ann", takeable)[0].id == team.project_id
    assert team.do("vera", takeable) == []
    team.do("lena", lambda s, who: change_settings(s, who, team.project(s), {"claim_minutes": 0}, at=T0))
    assert team.do("ann", takeable) == []
    with pytest.raises(Conflict, match="given their items"):
        take(team, "ann")
    assert team.count(Assignment) == 0


def test_a_tier_the_workflow_asks_keeps_a_reader_out(team):
    steps = own()["steps"]
    document = own(steps=[steps[0] | {"tier": 2}, *steps[1:]])
    team.do("lena", lambda s, who: put_in_force(s, who, team.project(s), read_workflow(document), at=T0))
    team.ready_item()
    with pytest.raises(Forbidden):
        take(team, "ann")
    assert take(team, "sly").state == "offered"


def test_what_is_complex_is_passed_over_by_who_may_not_read_it(team):
    document = own(complexity=[{"characters": 100, "read_tier": 4}])
    team.do("lena", lambda s, who: put_in_force(s, who, team.project(s), read_workflow(document), at=T0))
    hard, easy = team.ready_item("heads or tails, " * 9), team.ready_item()
    assert take(team, "ann").item_id == easy.id
    assert take(team, "sly").item_id == easy.id
    answer(team, "sly", take(team, "sly"))
    assert take(team, "sly").item_id == hard.id
    answer(team, "ann", take(team, "ann"))
    assert take(team, "ann") is None


def test_a_seat_in_which_nothing_was_done_goes_to_whoever_takes_it_next(team):
    item = team.ready_item()
    ann, ben = take(team, "ann"), take(team, "ben")
    team.open("ben", ben)
    team.at = T0 + LEASE - 1
    assert take(team, "cal") is None
    team.at = T0 + LEASE
    cal = take(team, "cal")
    assert cal.item_id == item.id
    assert [team.reload(task).state for task in (ann, ben)] == ["revoked", "open"]
    (lapsed,) = [event for event in team.events() if event["data"].get("event") == "lapsed"]
    assert lapsed["actor"]["kind"] == "service"
    with pytest.raises(Conflict):
        team.open("ann", team.reload(ann))
        team.put("ann", ann, c1="heads")


@pytest.mark.parametrize("opened", [False, True])
def test_an_idle_seat_nobody_else_takes_stays_its_readers_and_is_leased_anew(team, opened):
    """A team of two readers would never finish the item otherwise."""
    team.ready_item()
    ann = take(team, "ann")
    if opened:
        team.open("ann", ann)
    team.at = T0 + LEASE
    assert take(team, "ann").id == ann.id
    assert team.read(lambda s: s.get(ClaimLease, ann.id)).expires_at == T0 + 2 * LEASE
    if not opened:
        team.open("ann", ann)
    team.put("ann", ann, c1="heads")
    team.act("ann", submit, ann)
    assert team.reload(ann).state == "submitted"


def test_a_begun_answer_is_never_taken_away(team):
    team.ready_item()
    ann = take(team, "ann")
    team.open("ann", ann)
    team.put("ann", ann, c1="heads")
    team.at = T0 + 10 * LEASE
    assert take(team, "ben").id != ann.id
    assert team.reload(ann).state == "open"
    team.act("ann", submit, ann)


def test_what_somebody_gave_back_is_not_taken_again(team):
    team.ready_item()
    ann = take(team, "ann")
    team.act("ann", decline, ann, "unable")
    assert take(team, "ann") is None
    assert take(team, "ben") is not None


def test_the_lead_gives_out_what_is_left_and_is_told_of_what_nobody_can_take(team):
    item = team.ready_item()
    answer(team, "ann", take(team, "ann"))
    assert team.assign("ann", "ben") == 1
    answer(team, "ben", team.task(item, "ben"))
    alone = team.ready_item()
    answer(team, "ann", take(team, "ann"))
    assert stopped(team, alone) == []
    for name in ("ben", "cal"):
        team.act(name, decline, take(team, name), "unable")
    assert stopped(team, alone) == [("annotate", "no other reader", 1)]


def stopped(team, item):
    assert team.state(item) == "in_annotation"
    said = team.read(lambda s: stopped_items(s, load_team(s, team.project(s), at=T0), {"in_annotation": 1}))
    return [(one.step, one.lack, one.items) for one in said if one.step == "annotate"]


SEATS, CLAIMERS = 10, 50


@pytest.mark.rare
def test_ten_seats_under_fifty_takers_are_taken_by_ten(team, monkeypatch):
    """INV-6, on both databases: as many tasks as seats, nobody two, nobody away empty while one is free."""
    names = [f"reader-{n}" for n in range(CLAIMERS)]
    monkeypatch.setattr(cast, "PEOPLE", cast.PEOPLE | dict.fromkeys(names, ([ProjectRole.ANNOTATOR], 1)))
    people = [team.person(name) for name in names]
    items = [team.ready_item() for _ in range(SEATS // 2)]

    def reach(person):
        def unit(session):
            task = take_next(session, load_actor(session, person, at=T0), get_project(session, team.project_id), at=T0)
            return task and task.id

        return team.database.writing(unit)

    with ThreadPoolExecutor(CLAIMERS) as pool:
        got = [one for one in pool.map(reach, people) if one is not None]
    tasks = team.read(lambda s: s.query(Assignment).all())
    assert len(got) == len(set(got)) == len(tasks) == SEATS
    assert len({task.person_id for task in tasks}) == SEATS
    seats = [team.read(lambda s, item=item: current_round(s, item.id).readers) for item in items]
    taken = [sum(task.item_id == item.id for task in tasks) for item in items]
    assert taken == seats == [2] * len(items)


def test_giving_out_and_taking_wait_for_each_other(database, team):
    """Both lock the project's seats first; on SQLite there is one writer anyway."""
    asked = []
    with database.reading() as session:
        session.execute = lambda query, *_: asked.append(str(query.compile(dialect=session.get_bind().dialect)))
        lock_seats(session, team.project_id)
    assert len(asked) == (0 if database.is_sqlite else 1)
    assert all("FOR NO KEY UPDATE" in one for one in asked)
