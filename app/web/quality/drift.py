"""Drift and conduct: control charts with what they can see, alarms with the ladder, signals of how people work."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.core.db import Session
from app.http import context
from app.http.access import access, acting
from app.quality.drift.ladder import answer_alarm, resume
from app.quality.drift.models import DriftAlarm, Rung, get_alarm, list_alarms
from app.quality.measuring import CONDUCT, DRIFT
from app.quality.plots.stored import pictures_of
from app.quality.results.stored import find_result
from app.web.acts import Refusal, attempt
from app.web.projects.door import enter
from app.web.quality.frame import Readers, as_csv, at_of, enter_quality, quality_page

drift_pages = Blueprint("drift", __name__, url_prefix="/projects/<key>/quality/drift")
_COLUMNS = ("person", "label", "judged", "decisions", "wrong", "alarm", "change", "days_to_find")


@drift_pages.get("")
@access(acting(Action.VIEW_QUALITY))
def index(key: str) -> ResponseReturnValue:
    return _page(key)


@drift_pages.get("/charts")
@access(acting(Action.VIEW_QUALITY))
def charts_file(key: str) -> ResponseReturnValue:
    """Every chart with its points, as a table."""
    with context.database().reading() as session:
        charts = find_result(session, enter_quality(session, key).id, DRIFT).body.get("charts", [])
    rows = [[*(chart[name] for name in _COLUMNS), *point] for chart in charts for point in chart["points"]]
    return as_csv(f"{key}-drift", (*_COLUMNS, "place", "week", "statistic", "wrong_here"), rows)


@drift_pages.post("/alarms/<int:alarm_id>/answer")
@access(acting(Action.ANSWER_DRIFT))
def answer(key: str, alarm_id: int) -> ResponseReturnValue:
    actor, at = context.actor(), context.at()
    return attempt(
        lambda session: answer_alarm(
            session, actor, _alarm(session, key, alarm_id), request.form.get("rung", ""), at=at
        ),
        lambda _: url_for("drift.index", key=key, notice="alarm-answered"),
        lambda error: _page(key, error),
    )


@drift_pages.post("/alarms/<int:alarm_id>/resumption")
@access(acting(Action.ANSWER_DRIFT))
def end_pause(key: str, alarm_id: int) -> ResponseReturnValue:
    actor, at = context.actor(), context.at()
    return attempt(
        lambda session: resume(session, actor, _alarm(session, key, alarm_id), at=at),
        lambda _: url_for("drift.index", key=key, notice="alarm-answered"),
        lambda error: _page(key, error),
    )


def _alarm(session: Session, key: str, alarm_id: int) -> DriftAlarm:
    return get_alarm(session, enter(session, key, Action.ANSWER_DRIFT).id, alarm_id)


def _page(key: str, error: Refusal | None = None) -> str:
    with context.database().reading() as session:
        project = enter_quality(session, key)
        drift, conduct = (find_result(session, project.id, key) for key in (DRIFT, CONDUCT))
        readers = Readers(session, project)
        charts = drift.body.get("charts", [])
        people = [one["person"] for one in conduct.body.get("people", [])]
        return quality_page(
            "drift", "drift", project, drift=drift.body, conduct=conduct.body.get("people", []), readers=readers,
            waiting=[chart for chart in charts if not chart["judged"]], alarms=list_alarms(session, project.id),
            rungs=list(Rung), pictures=pictures_of(session, project.id, "drift", "conduct"),
            legend=readers.legend(people), age=at_of(drift.computed_at), error=error,
        )  # fmt: skip
