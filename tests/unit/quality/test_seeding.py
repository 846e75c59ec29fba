"""Gold, decoys and texts read again, given out silently: no channel tells their reader, no figure holds them."""

import json

import pytest
from sqlalchemy import event, select

from app.core import clock
from app.corpus.project import change_settings
from app.corpus.suggestion import Suggestion, add_suggestion
from app.modalities.notes.decoys import NotesDecoys
from app.quality.drift.charts import streams_of
from app.quality.drift.conduct import conduct_of
from app.quality.gold.making import add_settled
from app.quality.seeding import sowing
from app.quality.seeding.models import SeededCopy
from app.quality.seeding.scoring import copies_told, decoy_signals, fold_copies
from app.review.copies import ItemCopy
from app.review.hold import open_holds
from app.review.queries import FINISHED, feedback, own_tasks, own_work
from app.review.reporting import report_phi
from app.review.states import ItemState
from app.review.submission import recall, submit
from app.review.verification import verify
from tests.build import OPERATOR
from tests.team import T0, Team
from tests.unit.quality.test_calibration import RIGHT, SCHEMA, mark

TEXT = "Pneumonia. No bleeding was seen. Walking without assistance."

FOUND = {"entities": [{"start": 0, "end": 9, "label": "problem", "assertion": {}}], "relations": []}


@pytest.fixture
def team(sqlite_database):
    return Team(sqlite_database, schema=SCHEMA)


def settings(team, **changes):
    team.database.writing(lambda s: change_settings(s, OPERATOR, team.project(s), changes, at=T0))


def tag(team, item, content=FOUND):
    names = {"pipeline": "chartmark_rules", "version": "1", "digest": "d"}
    team.database.writing(lambda s: as_tagged(s, item, names, content))


def as_tagged(session, item, names, content):
    from tests.build import as_if

    as_if(session)
    add_suggestion(session, item.document_id, names, content, at=T0)


def gold(team):
    item = team.read_as(TEXT, ann=RIGHT, ben=RIGHT)
    task = team.take("vera", item)
    team.act("vera", verify, task)
    tag(team, item)
    return team.do("lena", lambda s, lena: add_settled(s, lena, team.project(s), team.reload(item), None, at=team.at))


def given(team, *, decoys=0):
    """An item read by cal and dee, and beside it a copy for each of them: `(item, {name: copy})`."""
    for name in ("ann", "ben", "cal", "dee"):
        team.person(name)
    gold(team)
    settings(team, gold_per_mille=200, decoy_percent=decoys)
    item = team.ready_item(TEXT)
    tag(team, item)
    real, sowing.drawn = sowing.drawn, lambda below: 0
    try:
        assert team.assign("cal", "dee") == 1
    finally:
        sowing.drawn = real
    rows = team.read(lambda s: s.scalars(select(ItemCopy).where(ItemCopy.purpose == "seeded")).all())
    names = {person: name for name, person in team.people.items()}
    return team.reload(item), {names[row.person_id]: row for row in rows}


def answer(team, name, item_id, elements=RIGHT):
    from app.review.item import Item

    task = team.task(team.read(lambda s: s.get_one(Item, item_id)), name)
    team.open(name, task)
    begun = dict.fromkeys(team.do(name, lambda s, me: own_work(s, me, task, at=team.at)).payload["elements"])
    team.write(name, task, begun | elements)
    team.act(name, submit, task)
    return team.reload(task)


def fold(team):
    team.database.writing(lambda s: fold_copies(s, team.project_id, 100, {}))


def test_a_copy_is_given_beside_an_item_never_to_its_makers_and_is_read_by_one(team):
    item, copies = given(team)
    assert set(copies) == {"cal", "dee"}
    assert all(copy.twin_item_id == item.id for copy in copies.values())
    settings(team, gold_per_mille=200)
    team.ready_item(TEXT)
    real, sowing.drawn = sowing.drawn, lambda below: 0
    try:
        team.assign("ann", "ben")
    finally:
        sowing.drawn = real
    assert team.count(ItemCopy) == 2  # ann and ben read the text when it was settled
    # declined: nobody else is given the seat
    from app.review.assignment import decline

    task = team.task(team.reload(copies_item(team, copies["cal"])), "cal")
    team.act("cal", decline, task, "unable")
    assert team.assign("ann", "ben", "dee") == 0


def copies_item(team, copy):
    from app.review.item import Item

    return team.read(lambda s: s.get_one(Item, copy.item_id))


def test_lists_times_and_states_say_the_same_of_a_copy_as_of_an_item(team):
    """Order, count, time, state, recall: task by task what the reader's own list holds."""
    item, copies = given(team)
    tasks = team.do("cal", lambda s, cal: own_tasks(s, cal, ("offered", "open")))
    assert {task.assignment.offered_at for task in tasks} == {team.at}
    assert {(t.note_type, t.project, t.is_renewed, len(t.item.label)) for t in tasks} == {
        (tasks[0].note_type, tasks[0].project, False, len(tasks[0].item.label))
    }
    for number in (copies["cal"].item_id, item.id):
        answer(team, "cal", number)
    done = team.do("cal", lambda s, cal: own_tasks(s, cal, FINISHED))
    assert [(t.shown, t.may_recall) for t in done] == [(ItemState.IN_ANNOTATION, True)] * 2
    answer(team, "dee", item.id)
    done = team.do("cal", lambda s, cal: own_tasks(s, cal, FINISHED))
    assert {(t.shown, t.may_recall) for t in done} == {(ItemState.VERIFICATION, False)}
    copied = next(t.assignment for t in done if t.item.id == copies["cal"].item_id)
    with pytest.raises(Exception, match="another reader has submitted"):
        team.act("cal", recall, copied)
    # settled together, and both with the settled answer to learn from
    task = team.take("vera", team.reload(item))
    team.act("vera", verify, task)
    settled = team.do("cal", lambda s, cal: own_tasks(s, cal, FINISHED, settled=True))
    assert {t.item.id for t in settled} == {item.id, copies["cal"].item_id}
    from app.review.item import no_codes

    found = team.do("cal", lambda s, cal: feedback(s, cal, copied, no_codes, at=team.at))
    assert found.differences == []


def test_saving_and_submitting_a_copy_asks_the_database_as_much_as_an_item(team):
    """Timing: the same statements, but for the two that look whether an answer completes a round."""
    item, copies = given(team)
    counts = []

    def count(*_args):
        counts[-1] += 1

    event.listen(team.database.engine, "before_cursor_execute", count)
    if team.database.writer is not team.database.engine:
        event.listen(team.database.writer, "before_cursor_execute", count)
    for number in (item.id, copies["cal"].item_id):
        counts.append(0)
        answer(team, "cal", number)
    # Projections of real answers are told of one more; nothing else differs by more than a handful of keyed reads.
    assert abs(counts[0] - counts[1]) <= 12


def test_nothing_of_a_copy_is_in_figures_queues_or_projections(team):
    from app.projection.code_use import CodeUse
    from app.projection.suggestion_use import SuggestionUse
    from app.quality.agreement.read_round import fold_rounds
    from app.review.critical import NotedFinding
    from app.review.item import count_by_state

    _item, copies = given(team)
    assert sum(team.read(lambda s: count_by_state(s, team.project_id)).values()) == 2
    affirmed = {"e2": mark(14, 22, "bleed")}
    before = [team.count(table) for table in (CodeUse, SuggestionUse, NotedFinding)]
    answer(team, "cal", copies["cal"].item_id, affirmed)
    assert [team.count(table) for table in (CodeUse, SuggestionUse, NotedFinding)] == before
    assert team.database.writing(lambda s: fold_rounds(s, team.project_id, 100, {})) == 1  # that of the gold's text
    assert team.reload(copies_item(team, copies["cal"])).state == ItemState.IN_ANNOTATION


def test_gold_feeds_one_decision_a_label_into_the_chart(team):
    _, copies = given(team)
    answer(team, "cal", copies["cal"].item_id, {"e1": RIGHT["e1"]})  # the bleeding is missed
    fold(team)
    streams = team.read(lambda s: streams_of(s, team.project_id))
    assert [d.wrong for d in streams[team.person("cal"), "bleed"]] == [1]
    assert [d.wrong for d in streams[team.person("cal"), "problem"]] == [0]
    fold(team)
    assert len(team.read(lambda s: streams_of(s, team.project_id))[team.person("cal"), "bleed"]) == 1


def test_a_decoy_is_in_the_copy_alone_and_whoever_accepts_it_is_counted(team):
    item, copies = given(team, decoys=100)
    seeded = team.read(lambda s: s.get_one(SeededCopy, copies["cal"].item_id))
    place = seeded.decoy
    assert TEXT[place["start"] : place["end"]].isalpha()
    task = team.task(copies_item(team, copies["cal"]), "cal")
    team.open("cal", task)
    shown = team.do("cal", lambda s, cal: own_work(s, cal, task, at=team.at)).payload["elements"]
    assert len(shown) == 2
    false = next(key for key, body in shown.items() if body["fragments"] == [[place["start"], place["end"]]])
    assert shown[false].keys() == shown[({*shown} - {false}).pop()].keys()  # nothing about it is odd
    kept = {key: {**body, "status": "confirmed"} for key, body in shown.items()}
    team.write("cal", task, kept)
    team.act("cal", submit, task)
    fold(team)
    told = team.read(lambda s: copies_told(s, team.project_id))[team.person("cal")]
    assert (told["decoys"], told["decoys_missed"]) == (1, 1)
    (row,) = [one for one in team.read(lambda s: conduct_of(s, team.project_id)) if one["person"] == team.person("cal")]
    assert row["copies"] == told
    real = team.read(lambda s: s.scalars(select(Suggestion).where(Suggestion.document_id == item.document_id)).all())
    assert all(len(one.content["entities"]) == 1 for one in real)
    assert decoy_signals({"decoys": 5, "decoys_missed": 4}) == ["4 of 5 false suggestions accepted"]
    assert decoy_signals({"decoys": 40, "decoys_missed": 2}) == []
    assert decoy_signals(told) == []  # one says nothing


def test_a_false_suggestion_stands_where_nobody_marked_and_relations_still_meet_their_ends():
    text = "Fever after amoxicillin, unrelated walking distance improved."
    content = {
        "entities": [
            {"start": 0, "end": 5, "label": "event", "proposed": {"code": "R50.9"}},
            {"start": 12, "end": 23, "label": "drug"},
        ],
        "relations": [{"type": "caused", "head": 1, "tail": 0}],
    }
    gold_answer = {"elements": {"g": {"fragments": [[25, 34]]}}}
    for chance in range(20):
        made, place = NotesDecoys().place(text, content, gold_answer, chance)
        words = text[place["start"] : place["end"]]
        assert words in ("walking", "distance", "improved")
        (relation,) = made["relations"]
        assert [made["entities"][relation[end]]["label"] for end in ("head", "tail")] == ["drug", "event"]
        assert [one["start"] for one in made["entities"]] == sorted(one["start"] for one in made["entities"])
    assert NotesDecoys().place(text, {"entities": []}, gold_answer, 1) is None


def test_the_same_text_again_counts_for_the_reader_with_themselves_and_in_no_chart(team):
    for name in ("ann", "ben", "cal"):
        team.person(name)
    item = team.read_as(TEXT, ann=RIGHT, ben=RIGHT)
    settings(team, retest_per_mille=100)
    team.at = T0 + 12 * clock.HOUR
    sown = lambda: list(team.read(lambda s: s.scalars(select(ItemCopy)).all()))  # noqa: E731
    real, sowing.drawn = sowing.drawn, lambda below: 0
    try:
        team.ready_item(TEXT)
        team.assign("ann", "ben")
        assert sown() == []  # too soon
        team.database.writing(lambda s: change_settings(s, OPERATOR, team.project(s), {"retest_days": 1}, at=T0))
        team.ready_item(TEXT)
        team.at = T0 + 23 * clock.HOUR
        # a day is over for what was opened before it
        from app.review.assignment import Assignment

        team.database.writing(lambda s: back_date(s, Assignment))
        team.assign("ann", "ben")
    finally:
        sowing.drawn = real
    copies = sown()
    assert {copy.source_item_id for copy in copies} == {item.id}
    mine = next(copy for copy in copies if copy.person_id == team.person("ann"))
    assert copies_item(team, mine).label != item.label
    answer(team, "ann", mine.item_id, {"e1": RIGHT["e1"]})
    fold(team)
    told = team.read(lambda s: copies_told(s, team.project_id))[team.person("ann")]
    assert (told["retest"], told["retest_wrong"]) == (2, 1)
    assert team.read(lambda s: streams_of(s, team.project_id)) == {}


def back_date(session, table):
    """As if these readings had been a week ago."""
    from tests.build import as_if, without_guards

    as_if(session)
    from app.review.submission import Submission

    for name in ("assignment", "submission"):
        without_guards(session, name)
    session.query(table).filter(table.opened_at.is_not(None)).update({"opened_at": T0 - 7 * clock.DAY})
    session.query(Submission).update({"frozen_at": T0 - 7 * clock.DAY})


def test_an_identifier_reported_in_a_copy_is_held_where_the_text_belongs(team):
    _, copies = given(team)
    copy = copies["cal"]
    task = team.task(copies_item(team, copy), "cal")
    team.open("cal", task)
    hold = team.act("cal", report_phi, copies_item(team, copy), [[0, 4]])
    assert hold.item_id == copy.source_item_id
    for one in copies.values():
        assert [h.kind for h in team.read(lambda s, one=one: open_holds(s, one.item_id))] == ["phi"]
    from app.review.hold import Hold, close_hold

    team.do("priv", lambda s, priv: close_hold(s, priv, s.get_one(Hold, hold.id), at=team.at))
    assert all(team.read(lambda s, one=one: open_holds(s, one.item_id)) == [] for one in copies.values())


def test_who_may_see_figures_of_quality_is_given_no_copy(team):
    for name in ("ann", "ben", "cal", "sly"):
        team.person(name)
    gold(team)
    settings(team, gold_per_mille=200)
    team.ready_item(TEXT)
    real, sowing.drawn = sowing.drawn, lambda below: 0
    try:
        team.assign("sly", "cal")
    finally:
        sowing.drawn = real
    copies = team.read(lambda s: s.scalars(select(ItemCopy)).all())
    assert {copy.person_id for copy in copies} == {team.person("cal")}


def test_events_of_a_readers_task_say_nothing_that_those_of_an_item_do_not(team):
    """The streams that somebody reads of their own work: the same tags with the same fields."""
    item, copies = given(team)
    said = {}
    for number in (item.id, copies["cal"].item_id):
        task = answer(team, "cal", number)
        rows = [body for body in team.events() if body["stream"] == f"assignment:{task.id}"]
        said[number] = [(body["tag"], sorted(body["data"])) for body in rows]
    assert said[item.id] == said[copies["cal"].item_id]
    assert json.dumps(said).find("gold") == -1
