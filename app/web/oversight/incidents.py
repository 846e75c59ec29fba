"""Reported identifiers for privacy officers: the places in their text, redacting them, or letting the item go on."""

from __future__ import annotations

import re

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.core.db import Session
from app.core.errors import Invalid, NotFound
from app.corpus.project import Project
from app.http import context
from app.http.access import access, acting
from app.privacy.incident.decide import CAUSES, TYPES, IncidentDecision, dismiss, list_incidents, read_incident, redact
from app.privacy.removal.counts import count_mistakes
from app.privacy.removal.reports import list_reports
from app.review.hold import get_hold
from app.review.item import get_item
from app.web.acts import Refusal, attempt, seal
from app.web.projects.door import enter

incidents_pages = Blueprint("incidents", __name__, url_prefix="/privacy/projects/<key>/incidents")
DECIDES = acting(Action.DECIDE_QUARANTINE)
_PLACE = re.compile(r"(\d{1,9})-(\d{1,9})")


@incidents_pages.get("")
@access(DECIDES)
def index(key: str) -> ResponseReturnValue:
    """Reports and flags that wait, oldest first."""
    with context.database().reading() as session:
        project = _enter(session, key)
        actor, at = context.actor(), context.at()
        holds = list_incidents(session, actor, project.id, at=at) + list_reports(session, actor, project.id, at=at)
        holds.sort(key=lambda hold: hold.id)
        rows = [(hold, get_item(session, hold.item_id)) for hold in holds]
        return render_template(
            "oversight/incidents.html", project=project, rows=rows, mistakes=count_mistakes(session, project.id)
        )


@incidents_pages.get("/<int:hold_id>")
@access(DECIDES)
def show(key: str, hold_id: int) -> ResponseReturnValue:
    return _show(key, hold_id)


@incidents_pages.post("/<int:hold_id>/redaction")
@access(DECIDES)
def replace(key: str, hold_id: int) -> ResponseReturnValue:
    actor, vault, at = context.actor(), context.vault(), context.at()

    def unit(session: Session) -> None:
        _require_here(session, key, hold_id)
        redact(session, actor, vault, hold_id, _decision(), at=at)

    then = url_for("incidents.index", key=key, notice="identifiers-redacted")
    done = attempt(unit, lambda _: then, lambda error: _show(key, hold_id, error))
    seal()
    return done


@incidents_pages.post("/<int:hold_id>/dismissal")
@access(DECIDES)
def let_go(key: str, hold_id: int) -> ResponseReturnValue:
    actor, at = context.actor(), context.at()

    def unit(session: Session) -> None:
        _require_here(session, key, hold_id)
        dismiss(session, actor, hold_id, at=at)

    then = url_for("incidents.index", key=key, notice="report-dismissed")
    return attempt(unit, lambda _: then, lambda error: _show(key, hold_id, error))


def _enter(session: Session, key: str) -> Project:
    return enter(session, key, Action.DECIDE_QUARANTINE)


def _require_here(session: Session, key: str, hold_id: int) -> Project:
    """The project, when the hold is one of its own. Raises Forbidden or NotFound."""
    project = _enter(session, key)
    if get_hold(session, hold_id).project_id != project.id:
        raise NotFound("incident", "there is no such incident in this project")
    return project


def _decision() -> IncidentDecision:
    """The ticked places with their types, and further words; offsets are code points."""
    kinds = request.form.getlist("type")
    chosen = request.form.getlist("place")
    found = [_PLACE.fullmatch(place) for place in chosen]
    types = dict(entry.split(":", 1) for entry in kinds if ":" in entry)
    if not all(found):
        raise Invalid("places", "a place is written start-end")
    spans = tuple((int(m[1]), int(m[2]), types.get(m[0], "NAME")) for m in found if m)
    words = request.form.get("words", "").strip()
    more = ((words, request.form.get("words_type", "NAME")),) if words else ()
    return IncidentDecision(spans, request.form.get("cause", ""), more)


def _show(key: str, hold_id: int, error: Refusal | None = None) -> str:
    actor, at = context.actor(), context.at()

    def unit(session: Session) -> tuple[Project, tuple]:
        return _require_here(session, key, hold_id), read_incident(session, actor, hold_id, at=at)

    project, (hold, document, places) = context.database().writing(unit)
    return render_template(
        "oversight/incident.html",
        project=project,
        hold=hold,
        document=document,
        places=places,
        types=TYPES,
        causes=CAUSES,
        error=error,
    )
