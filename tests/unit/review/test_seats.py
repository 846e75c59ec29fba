"""Who reads: readers chosen, seats left and filled again, tasks taken back."""

import pytest

from app.accounts.person import deactivate, get_person
from app.core import clock
from app.core.errors import Conflict, Forbidden, Invalid
from app.corpus.document import Document
from app.corpus.schema import current_schema
from app.review.admission import admit
from app.review.assignment import Assignment, claim, decline, find_own, next_task, offer, revoke_tasks
from app.review.distribution import find_readers
from app.review.item import create_item
from app.review.queries import queue
from app.review.relations import earlier_actors
from app.review.round import current_round
from app.review.workflows import Step
from tests.build import OPERATOR, make_document
from tests.team import T0, Team


def names(team, people):
    return {name for name, person in team.people.items() if person in people}


def test_readers_are_those_with_role_and_credential_now(team):
    for name in ("lena", "ann", "ben", "vera", "ada", "sly", "priv"):
        team.person(name)
    find = lambda at: names(team, team.read(lambda s: find_readers(s, team.project(s), at=at)))  # noqa: E731
    assert find(T0) == {"ann", "ben", "sly"}
    assert find(T0 + clock.DAY) == set()
    team.database.writing(lambda s: deactivate(s, OPERATOR, get_person(s, team.person("ben")), at=T0))
    assert find(T0) == {"ann", "sly"}


def test_a_project_may_ask_more_of_its_readers(sqlite_database):
    team = Team(sqlite_database, reader_tier=3)
    for name in ("ann", "sly"):
        team.person(name)
    assert names(team, team.read(lambda s: find_readers(s, team.project(s), at=T0))) == {"sly"}


def test_an_item_for_which_there_are_not_enough_readers_waits(team):
    item = team.ready_item()
    assert team.assign("ann") == 0
    assert team.state(item) == "ready"
    assert team.count(Assignment) == 0


def test_each_item_gets_exactly_two_different_readers_and_work_is_shared_evenly(team):
    for _ in range(6):
        team.ready_item()
    assert team.assign("ann", "ben", "cal") == 6
    tasks = team.read(lambda s: s.query(Assignment).all())
    assert all(len({t.person_id for t in tasks if t.item_id == i}) == 2 for i in {t.item_id for t in tasks})
    load = [sum(t.person_id == team.person(n) for t in tasks) for n in ("ann", "ben", "cal")]
    assert load == [4, 4, 4]


def test_the_database_refuses_a_second_task_of_one_person_in_a_round(team):
    item, _, _ = team.item("ann", "ben")

    def again(session):
        offer(
            session, OPERATOR, item, current_round(session, item.id),
            person_id=team.person("ann"), step=Step.ANNOTATE, at=T0,
        )  # fmt: skip

    with pytest.raises(Conflict):
        team.database.writing(again)


def test_no_text_is_assigned_without_evidence_of_its_deidentification(team):
    """INV-12."""

    def unread(session):
        document = make_document(session, team.project(session), "text", at=T0, modality="toy")
        session.get(Document, document.id).verdict = "machine_passed"
        create_item(session, OPERATOR, document, current_schema(session, team.project_id, "toy"), at=T0)
        return document, admit(session, OPERATOR, document, at=T0)

    _, admitted = team.database.writing(unread)
    assert not admitted
    assert team.assign("ann", "ben") == 0


def test_who_recuses_himself_is_replaced_and_never_asked_again(team):
    item, ann, ben = team.item("ann", "ben")
    team.open("ann", ann)
    team.act("ann", decline, ann, "conflict-of-interest")
    assert team.assign("ann", "ben") == 0
    assert team.assign("ann", "ben", "cal", "dee") == 1
    assert team.assign("ann", "ben", "cal", "dee") == 0
    tasks = {n: team.task(item, n).state for n in ("ann", "ben")}
    assert tasks == {"ann": "declined", "ben": "offered"}
    assert team.person("ann") in team.read(lambda s: earlier_actors(s, item.id))
    third = next(n for n in ("cal", "dee") if team.task(item, n))
    team.answer("ben", ben, c1="heads")
    assert team.state(item) == "in_annotation"
    team.answer(third, team.task(item, third), c1="heads")
    assert team.state(item) == "verification"


def test_a_recusal_has_a_reason_from_the_list(team):
    _, ann, _ = team.item("ann", "ben")
    with pytest.raises(Invalid):
        team.act("ann", decline, ann, "I know Mr Smith")
    with pytest.raises(Forbidden):
        team.act("ben", decline, ann, "unable")


def test_tasks_of_somebody_who_leaves_go_to_others_and_her_answers_stay(team):
    _done, ann_done, _ = team.item("ann", "ben")
    team.answer("ann", ann_done, c1="heads")
    item, ann, _ = team.item("ann", "ben")
    team.open("ann", ann)
    take_back = lambda s, who: revoke_tasks(s, who, team.project(s), team.person("ann"), at=T0)  # noqa: E731
    with pytest.raises(Forbidden):
        team.do("ben", take_back)
    assert team.do("lena", take_back) == 1
    assert team.reload(ann).state == "revoked"
    assert team.reload(ann_done).state == "submitted"
    with pytest.raises(Conflict):
        team.put("ann", ann, c1="heads")
    assert team.assign("cal") == 1
    assert team.task(item, "cal").state == "offered"


def test_giving_an_item_back_is_final_for_that_step(team):
    item = team.read_by_two("heads", "tails")
    task = team.act("ada", claim, item, Step.ADJUDICATE)
    team.act("ada", decline, task, "not-my-field")
    with pytest.raises(Conflict) as refused:
        team.act("ada", claim, item, Step.ADJUDICATE)
    assert refused.value.code == "declined"
    assert team.take("abe", item, Step.ADJUDICATE).state == "open"


def test_the_queue_shows_what_one_may_take_hardest_first(critical_team):
    team = critical_team
    item = team.read_by_two("heads", "tails")
    seen = lambda name, step: [  # noqa: E731
        i.id for i in team.do(name, lambda s, who: queue(s, who, team.project_id, step, at=T0))
    ]
    assert seen("ada", Step.ADJUDICATE) == []
    assert seen("tess", Step.ADJUDICATE) == [item.id]
    assert seen("vera", Step.VERIFY) == []


def test_what_is_open_is_done_before_what_is_offered(team):
    _, first, _ = team.item("ann", "ben")
    _, second, _ = team.item("ann", "ben")
    assert team.read(lambda s: next_task(s, team.person("ann"))).id == first.id
    team.open("ann", second)
    assert team.read(lambda s: next_task(s, team.person("ann"))).id == second.id


def test_own_tasks_are_found_by_their_owner(team):
    item, ann, _ = team.item("ann", "ben")
    assert team.act("ann", find_own, item, Step.ANNOTATE).id == ann.id
