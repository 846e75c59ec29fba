"""Lots: the committed seed, blind marks before the answer, a refused lot read again; critical findings first."""

from types import SimpleNamespace

import pytest
from sqlalchemy import select

from app.accounts.policy import ActForbidden
from app.cli.working import say_overdue
from app.core import clock
from app.core.digest import sha256
from app.core.errors import Conflict, Invalid
from app.quality.acceptance.checking import give_verdict, mark_blind, next_item, show
from app.quality.acceptance.gate import LotsGate
from app.quality.acceptance.lots import NewLot, decide_lot, draw_lot, in_order, open_lot
from app.quality.acceptance.models import Lot, items_of
from app.quality.agreement.cases import compare_item
from app.quality.agreement.read_round import fold_rounds
from app.review.critical import NotedFinding, list_critical, overdue_findings
from app.review.item import Item
from app.review.queries import queue
from app.review.submission import submit
from app.review.verification import verify
from app.review.workflows import Step
from tests.team import Team

SCHEMA = {
    "key": "notes", "version": "1", "modality": "notes", "title": "Notes",
    "labels": [{"key": "problem", "title": "Problem"}, {"key": "bleed", "title": "Bleed", "class": "critical"}],
}  # fmt: skip
TEXT = "Pneumonia. No bleeding was seen."


def mark(start, end, label="problem", **assertion):
    return {"kind": "entity", "status": "confirmed", "fragments": [[start, end]], "label": label,
            "assertion": assertion, "codes": []}  # fmt: skip


@pytest.fixture
def team(database):
    return Team(database, schema=SCHEMA)


def verified(team):
    elements = {"e1": mark(0, 9, polarity="negated")}
    item = team.read_as(TEXT, ann=elements, ben=elements)
    task = team.take("vera", item)
    team.act("vera", verify, task)
    return team.reload(item)


def opened(team, **asked):
    new = NewLot("notes", **({"label_class": "routine", "rate": 2000, "blind_share": 100} | asked))
    return team.do("lena", lambda s, lena: open_lot(s, lena, team.project(s), new, at=team.at))


def act(team, name, service, lot, *args):
    return team.do(name, lambda s, actor: service(s, actor, s.get_one(Lot, lot.id), *args, at=team.at))


def test_the_sample_follows_from_a_seed_that_was_in_the_log_before_the_lot_was_closed(team):
    items = [verified(team) for _ in range(6)]
    lot = opened(team)
    (said,) = team.events("quality.lot.opened")
    assert said["data"]["seed_sha256"] == lot.seed_sha256
    assert lot.seed not in str(team.events())
    plan = act(team, "lena", draw_lot, lot)
    rows = team.read(lambda s: items_of(s, lot.id))
    sample = [row.item_id for row in rows if row.ordinal is not None]
    assert sample == in_order(lot.seed, lot.number, [item.id for item in items])[: plan.size]
    assert sha256(bytes.fromhex(lot.seed)) == lot.seed_sha256
    with pytest.raises(Conflict, match="drawn already"):
        act(team, "lena", draw_lot, lot)


def test_a_checker_marks_blind_before_the_answer_is_shown_and_never_own_work(team):
    item = verified(team)
    lot = opened(team, checkers=2)
    act(team, "lena", draw_lot, lot)
    with pytest.raises(ActForbidden):
        act(team, "vera", show, lot, item.id)  # she verified it
    with pytest.raises(ActForbidden):
        act(team, "ann", show, lot, item.id)
    shown = act(team, "vito", show, lot, item.id)
    assert shown.blind
    assert shown.said == []
    with pytest.raises(Conflict, match="before its answer"):
        act(team, "vito", give_verdict, lot, item.id, {"major": 1})
    # nor does another page tell a checker meanwhile
    team.do("lena", lambda s, _: fold_rounds(s, team.project_id, 10, {}))
    with pytest.raises(Conflict, match="blind"):
        team.do("ada", lambda s, ada: compare_item(s, ada, team.project(s), item.id, at=team.at))
    act(team, "vito", mark_blind, lot, item.id, [("problem", 0, 9)])
    assert act(team, "vito", show, lot, item.id).said == [("problem negated", 0, 9)]
    act(team, "vito", give_verdict, lot, item.id, {"minor": 1})
    with pytest.raises(Conflict, match="you have given"):
        act(team, "vito", give_verdict, lot, item.id, {})
    assert team.read(lambda s: next_item(s, _actor(team, "vito"), s.get_one(Lot, lot.id), at=team.at)) is None


def _actor(team, name):
    return team.do(name, lambda _session, actor: actor)


def test_a_refused_lot_is_read_again_and_the_next_one_draws_anew(team):
    items = [verified(team) for _ in range(4)]
    lot = opened(team, blind_share=0)
    act(team, "lena", draw_lot, lot)
    gate = LotsGate()
    with pytest.raises(Conflict, match="wait for their verdict"):
        team.read(lambda s: gate.figures(s, team.project(s), [s.get_one(Item, item.id) for item in items]))
    with pytest.raises(Conflict, match="not checked yet"):
        act(team, "lena", decide_lot, lot)
    row = team.read(lambda s: items_of(s, lot.id))[0]
    act(team, "vito", give_verdict, lot, row.item_id, {"critical": 1})
    verdict = act(team, "lena", decide_lot, lot)
    assert not verdict.is_accepted
    assert {team.state(item) for item in items} == {"ready"}
    said = team.events("quality.lot.decided")[0]["data"]
    assert said["seed"] == lot.seed
    assert said["read_again"] == [item.id for item in items]
    assert team.assign("cal", "dee") == 4  # those who read before are not asked again
    again = opened(team)
    assert again.follows_id == lot.id
    assert again.seed != lot.seed


def test_no_quality_limit_for_critical_labels(team):
    with pytest.raises(Invalid, match="critical"):
        opened(team, label_class="critical", plan="aql", rate=100)
    with pytest.raises(ActForbidden):
        team.do("vito", lambda s, vito: open_lot(s, vito, team.project(s), NewLot("notes"), at=team.at))


def test_a_critical_finding_is_first_in_the_senior_queue_and_unseen_by_the_other_reader(team):
    team.read_as(TEXT, ann={"e1": mark(0, 9)}, ben={"e1": mark(0, 8)})
    item, ann, ben = team.item("ann", "ben", text=TEXT)
    bleed = mark(14, 22, "bleed")
    team.open("ann", ann)
    team.write("ann", ann, {"e1": bleed})
    team.act("ann", submit, ann)
    seen = team.do("tess", lambda s, tess: list_critical(s, tess, team.project_id))
    assert [one.item.id for one in seen] == [item.id]
    assert team.do("ben", lambda s, actor: list_critical(s, actor, team.project_id)) == []
    team.open("ben", ben)
    team.write("ben", ben, {"e1": mark(0, 9)})
    team.act("ben", submit, ben)
    first = team.do("tess", lambda s, tess: queue(s, tess, team.project_id, Step.ADJUDICATE, at=team.at))
    assert first[0].id == item.id


def test_what_is_denied_or_somebody_elses_is_no_critical_finding(team):
    for assertion in ({"polarity": "negated"}, {"experiencer": "family"}, {"hypothetical": True}):
        said = {"e1": mark(14, 22, "bleed", **assertion)}
        team.read_as(TEXT, ann=said, ben=said)
    assert team.do("tess", lambda s, tess: list_critical(s, tess, team.project_id)) == []


def test_a_finding_that_is_late_raises_one_alarm_until_another_is_late(team, caplog):
    item, ann, _ = team.item("ann", "ben", text=TEXT)
    team.open("ann", ann)
    team.write("ann", ann, {"e1": mark(14, 22, "bleed")})
    team.act("ann", submit, ann)
    noted = team.read(lambda s: s.scalars(select(NotedFinding)).one()).noted_at
    minutes = team.read(team.project).setting("critical_minutes")
    at = noted + minutes * clock.MINUTE
    assert team.read(lambda s: overdue_findings(s, at=at - 1)) == []
    (late,) = team.read(lambda s: overdue_findings(s, at=at))
    assert (late.project, late.items, late.oldest_at) == ("toys", (item.id,), noted)
    services = SimpleNamespace(database=team.database)
    told = say_overdue(services, set())  # the real clock is years past the team's
    assert told == {item.id}
    assert say_overdue(services, told) == told
    alarms = [record.message for record in caplog.records if record.levelname == "CRITICAL"]
    assert len(alarms) == 1
    assert "critical findings are overdue in project toys: 1 more, 1 in all" in alarms[0]
