"""Control charts of every reader and label, from readings held against settled answers: one decision a document."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, SystemActor, record
from app.core import clock
from app.core.db import Session
from app.core.digest import canonical_json
from app.corpus.project import Project
from app.quality.agreement.entries import week_of
from app.quality.agreement.read_round import ScoredReading
from app.quality.drift.cusum import Design, Run, run, run_length
from app.quality.drift.ewma import ewma, standardised
from app.quality.drift.models import DriftAlarm
from app.quality.seeding.scoring import gold_decisions
from app.review.item import Item
from app.review.queries.rounds import FINISHED

#: fewer decisions are no judgement (domain D.5)
FEWEST = 20
#: the share to be found, as a multiple of the target
FACTOR = 3
WORKER = SystemActor("quality")
MONTH_DAYS = 30


@dataclass(frozen=True)
class ScoredDecision:
    """Whether one reading was right about one label."""

    submission: int
    at: int
    guideline: int
    wrong: int


def design_of(project: Project) -> Design:
    """The target is the project's; three times as much is to be found."""
    p0 = project.setting("target_error_per_mille") / 1000
    return Design(p0, min(0.95, FACTOR * p0))


def streams_of(session: Session, project_id: int) -> dict[tuple[int, str], list[ScoredDecision]]:
    """(reader, label) → decisions in the order in which they were given: readings of settled items, and of gold among
    them. Items that are read again do not count, nor does the second reading of a text by the same person."""
    query = (
        select(
            *(ScoredReading.person_id, ScoredReading.submission_id, ScoredReading.frozen_at),
            *(ScoredReading.guideline_version_id, ScoredReading.wrong_json),
        )
        .join(Item, Item.id == ScoredReading.item_id)
        .where(ScoredReading.project_id == project_id, Item.state.in_(FINISHED))
        .order_by(ScoredReading.frozen_at, ScoredReading.submission_id)
    )
    found: dict[tuple[int, str], list[ScoredDecision]] = {}
    for person, submission, at, guideline, wrong in session.execute(query):
        for label, is_wrong in json.loads(wrong).items():
            found.setdefault((person, label), []).append(ScoredDecision(submission, at, guideline, is_wrong))
    for row in gold_decisions(session, project_id):
        for label, is_wrong in json.loads(row.wrong_json).items():
            decision = ScoredDecision(row.submission_id, row.frozen_at, row.guideline_version_id, is_wrong)
            found.setdefault((row.person_id, label), []).append(decision)
    for decisions in found.values():
        decisions.sort(key=lambda decision: (decision.at, decision.submission))
    return found


def chart_all(session: Session, project: Project, *, at: int) -> dict[str, Any]:
    """The drift document of a project: every chart, and what the charts can see and how soon."""
    design = design_of(project)
    alarms = _alarms(session, project.id)
    charts = [
        _chart(person, label, decisions, design, alarms.get((person, label), []))
        for (person, label), decisions in sorted(streams_of(session, project.id).items())
    ]
    judged = [chart for chart in charts if chart["judged"]]
    a_month = sum(chart["a_day"] for chart in judged) * MONTH_DAYS
    return {
        "charts": charts,
        "p0": design.p0,
        "p1": design.p1,
        "threshold": design.threshold,
        "run_length_on_target": run_length(design, design.p0),
        "run_length_to_find": run_length(design, design.p1),
        "false_alarms_a_month": a_month / run_length(design, design.p0),
        "fewest": FEWEST,
    }


def _chart(
    person: int, label: str, decisions: list[ScoredDecision], design: Design, alarms: Sequence[DriftAlarm]
) -> dict[str, Any]:
    begin = _restart(decisions, alarms)
    own = decisions[begin:]
    found = run([decision.wrong for decision in own], design)
    days = max(1.0, (decisions[-1].at - decisions[0].at) / clock.DAY)
    is_judged = len(decisions) >= FEWEST
    has_alarm = is_judged and found.alarm is not None
    return {
        "person": person,
        "label": label,
        "judged": is_judged,
        "decisions": len(decisions),
        "wrong": sum(decision.wrong for decision in decisions),
        "points": _points(decisions, begin, found),
        "alarm": begin + found.alarm if has_alarm and found.alarm is not None else None,
        "change": begin + (found.change or 0) if has_alarm else None,
        "guidelines": _changes(decisions),
        "weeks": _weeks(decisions, design),
        "a_day": len(decisions) / days,
        "days_to_find": run_length(design, design.p1) / (len(decisions) / days),
        "submissions": _named(own, found) if has_alarm else None,
    }


def _restart(decisions: list[ScoredDecision], alarms: Sequence[DriftAlarm]) -> int:
    """Where the chart begins anew: after the last answered alarm (domain D.5)."""
    answered = max((alarm.answered_at for alarm in alarms if alarm.answered_at), default=None)
    if answered is None:
        return 0
    return next((n for n, decision in enumerate(decisions) if decision.at > answered), len(decisions))


def _points(decisions: list[ScoredDecision], begin: int, found: Run) -> list[list[Any]]:
    """[place, week, statistic, wrong]; before a restart there is no statistic."""
    levels = [None] * begin + [round(value, 4) for value in found.values]
    return [[n, week_of(d.at), level, d.wrong] for n, (d, level) in enumerate(zip(decisions, levels, strict=True))]


def _changes(decisions: list[ScoredDecision]) -> list[int]:
    """Places at which another guideline version begins."""
    return [n for n in range(1, len(decisions)) if decisions[n].guideline != decisions[n - 1].guideline]


def _weeks(decisions: list[ScoredDecision], design: Design) -> list[list[Any]]:
    """[week, wrong, of, EWMA, its upper limit]."""
    counts: dict[str, list[int]] = {}
    for decision in decisions:
        row = counts.setdefault(week_of(decision.at), [0, 0])
        row[0], row[1] = row[0] + decision.wrong, row[1] + 1
    levels = ewma([standardised(wrong, of, design.p0) for wrong, of in counts.values()])
    return [[week, *row, round(z, 3), round(limit, 3)] for (week, row), (z, limit) in zip(counts.items(), levels,
                                                                                         strict=True)]  # fmt: skip


def _named(decisions: list[ScoredDecision], found: Run) -> list[int]:
    """The reading that alarmed, and the first one after the estimated change."""
    assert found.alarm is not None and found.change is not None  # noqa: S101  (asked for alarms only)
    return [decisions[found.alarm].submission, decisions[min(found.change, found.alarm)].submission]


def _alarms(session: Session, project_id: int) -> dict[tuple[int, str], list[DriftAlarm]]:
    found: dict[tuple[int, str], list[DriftAlarm]] = {}
    for alarm in session.scalars(select(DriftAlarm).where(DriftAlarm.project_id == project_id)):
        found.setdefault((alarm.person_id, alarm.label), []).append(alarm)
    return found


def raise_alarms(session: Session, project_id: int, drift: dict[str, Any], *, at: int) -> int:
    """Record alarms that stand in the charts and were not recorded; says how many. One stands until it is answered."""
    known, raised = _alarms(session, project_id), 0
    design = {name: round(1e6 * drift[name]) for name in ("p0", "p1", "threshold")}
    for chart in drift["charts"]:
        if chart["submissions"] is None or any(
            alarm.answered_at is None for alarm in known.get((chart["person"], chart["label"]), [])
        ):
            continue
        submission, change = chart["submissions"]
        alarm = DriftAlarm(
            project_id=project_id, person_id=chart["person"], label=chart["label"], submission_id=submission,
            change_submission_id=change, design_json=canonical_json(design), alarmed_at=at, rung=None,
            answered_by=None, answered_at=None, resumed_at=None,
        )  # fmt: skip
        session.add(alarm)
        session.flush()
        data = {"person": alarm.person_id, "label": alarm.label, "submission": submission, "since": change}
        record(
            session, Tag.DRIFT_ALARMED, stream=streams.project(project_id), actor=WORKER,
            subject=Subject("drift_alarm", alarm.id), data=data | {"design": design}, project_id=project_id, at=at,
        )  # fmt: skip
        raised += 1
    return raised
