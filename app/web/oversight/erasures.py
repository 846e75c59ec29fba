"""Erasing one patient: for privacy officers and leads; what is due by the project's schedule, and what left before."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.approval import Done, do_or_ask
from app.accounts.policy import Action
from app.core.db import Session
from app.corpus.erasure import REASONS, list_erasures
from app.corpus.project import Project
from app.http import context
from app.http.access import access, acting
from app.privacy.erasure.approval import due_facts
from app.privacy.erasure.erasing import count_texts, find_patient
from app.privacy.erasure.retention import AT_ONCE, KEPT, end_of, list_due
from app.release.copies import list_copies
from app.web.acts import Refusal, attempt
from app.web.projects.door import enter

erasures_pages = Blueprint("erasures", __name__, url_prefix="/privacy/projects/<key>/erasures")
ERASES = acting(Action.ERASE_SUBJECT)


@erasures_pages.get("")
@access(ERASES)
def index(key: str) -> ResponseReturnValue:
    return _page(key)


@erasures_pages.post("")
@access(ERASES)
def ask(key: str) -> ResponseReturnValue:
    """Ask for the erasure of a patient: a second person approves."""
    actor, at, typed = context.actor(), context.at(), request.form

    def unit(session: Session) -> Done:
        project = enter(session, key, Action.ERASE_SUBJECT)
        patient = find_patient(session, project, typed.get("pseudonym", ""))
        why = {"reason": typed.get("reason", ""), "reference": typed.get("reference", "").strip()}
        return do_or_ask(session, actor, "erasure", {"subject": patient.id, "project": project.id} | why, at=at)

    return attempt(unit, lambda done: _asked(key, done), lambda error: _page(key, error))


@erasures_pages.post("/due/<what>")
@access(ERASES)
def expire(key: str, what: str) -> ResponseReturnValue:
    """Ask for the destruction of what is due by the schedule."""
    actor, at = context.actor(), context.at()

    def unit(session: Session) -> Done:
        project = enter(session, key, Action.ERASE_SUBJECT)
        return do_or_ask(session, actor, "retention", due_facts(session, project.id, what, at=at), at=at)

    return attempt(unit, lambda done: _asked(key, done), lambda error: _page(key, error))


@erasures_pages.get("/<pseudonym>")
@access(ERASES)
def show(key: str, pseudonym: str) -> ResponseReturnValue:
    """What there is of a patient, in numbers, and which copies left."""
    with context.database().reading() as session:
        project = enter(session, key, Action.ERASE_SUBJECT)
        patient = find_patient(session, project, pseudonym)
        values = {"texts": count_texts(session, patient.id), "copies": list_copies(session, patient.id)}
    return render_template("oversight/erasure.html", project=project, patient=patient, **values)


def _asked(key: str, done: Done) -> str:
    return url_for("erasures.index", key=key, notice="approval-asked", count=done.approval or 0)


def _page(key: str, error: Refusal | None = None) -> str:
    with context.database().reading() as session:
        project = enter(session, key, Action.ERASE_SUBJECT)
        values: dict[str, Any] = {"due": _due(session, project), "erased": list_erasures(session, project.id)}
    more = {"reasons": REASONS, "typed": request.form, "at_once": AT_ONCE, "error": error}
    return render_template("oversight/erasures.html", project=project, **values, **more)


def _due(session: Session, project: Project) -> list[tuple[str, int | None, int]]:
    """What, when its time is over (None: no end is stated), of how many patients it is due."""
    at = context.at()
    return [(what, end_of(project, what), len(list_due(session, project, what, at=at))) for what in KEPT]
