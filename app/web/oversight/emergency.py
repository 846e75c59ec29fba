"""Emergency access: asking for one text with a reason and the password, reading it, and its review afterwards."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.person import get_person
from app.accounts.policy import Action
from app.core.db import Session
from app.core.errors import ChartmarkError, Conflict, Forbidden, Invalid, NotFound
from app.corpus.document import find_by_label, get_document
from app.http import context
from app.http.access import access, acting
from app.http.errors import status_of
from app.http.factors import form_factors
from app.privacy.emergency import MOST_MINUTES, end_early, list_accesses, open_emergency, read_text, review
from app.web.acts import attempt, seal
from app.web.projects.door import enter

emergency_pages = Blueprint("emergency", __name__)


@emergency_pages.get("/projects/<key>/emergency")
@access(acting(Action.BREAK_GLASS))
def form(key: str) -> ResponseReturnValue:
    return _form(key)


@emergency_pages.post("/projects/<key>/emergency")
@access(acting(Action.BREAK_GLASS))
def begin(key: str) -> ResponseReturnValue:
    """Open one text; privacy officers are told in the same transaction, and the log is sealed before it is shown."""
    try:
        access_id = _open(key)
    except (Invalid, NotFound) as error:
        return _form(key, error), status_of(error)
    except Forbidden as error:
        if error.code != "reauthentication-refused":
            raise
        return _form(key, error), status_of(error)
    seal()
    return redirect(url_for("emergency.show", access_id=access_id), 303)


def _open(key: str) -> int:
    typed, actor, at = request.form, context.actor(), context.at()
    with context.database().reading() as session:
        project = enter(session, key, Action.BREAK_GLASS, Action.DECIDE_QUARANTINE)
        document_id = find_by_label(session, project.id, typed.get("label", "").strip()).id
    minutes = typed.get("minutes", "")
    spoken = int(minutes) if minutes.isascii() and minutes.isdigit() and len(minutes) < 5 else 0
    reason = typed.get("reason", "")
    return open_emergency(context.database(), actor, document_id, reason, spoken, form_factors(), at=at)


@emergency_pages.get("/emergency/<int:access_id>")
@access(acting(Action.BREAK_GLASS))
def show(access_id: int) -> ResponseReturnValue:
    """The text, to read: each showing is in the log before it leaves."""
    actor, at = context.actor(), context.at()
    row, document, text = context.database().writing(lambda session: read_text(session, actor, access_id, at=at))
    return render_template("oversight/emergency_text.html", row=row, document=document, text=text)


@emergency_pages.post("/emergency/<int:access_id>/ending")
@access(acting(Action.BREAK_GLASS))
def end(access_id: int) -> ResponseReturnValue:
    actor, at = context.actor(), context.at()
    context.database().writing(lambda session: end_early(session, actor, access_id, at=at))
    return redirect(url_for("home.start"), 303)


@emergency_pages.get("/privacy/projects/<key>/emergencies")
@access(acting(Action.DECIDE_QUARANTINE))
def index(key: str) -> ResponseReturnValue:
    """For privacy officers: every access, those that wait for a review first."""
    return _index(key)


@emergency_pages.post("/privacy/projects/<key>/emergencies/<int:access_id>/review")
@access(acting(Action.DECIDE_QUARANTINE))
def judge(key: str, access_id: int) -> ResponseReturnValue:
    actor, at, finding = context.actor(), context.at(), request.form.get("finding", "")

    def unit(session: Session) -> None:
        project = enter(session, key, Action.DECIDE_QUARANTINE)
        if access_id not in {row.id for row in list_accesses(session, [project.id])}:
            raise NotFound("emergency", "there is no such access")
        review(session, actor, access_id, finding, at=at)

    done = attempt(
        unit, lambda _: url_for("emergency.index", key=key, notice="emergency-reviewed"), lambda e: _index(key, e)
    )
    seal()
    return done


def _form(key: str, error: ChartmarkError | None = None) -> str:
    with context.database().reading() as session:
        project = enter(session, key, Action.BREAK_GLASS, Action.DECIDE_QUARANTINE)
    values = {"project": project, "most": MOST_MINUTES, "typed": request.form, "error": error}
    return render_template("oversight/emergency.html", **values)


def _index(key: str, error: Invalid | Conflict | NotFound | None = None) -> str:
    with context.database().reading() as session:
        project = enter(session, key, Action.DECIDE_QUARANTINE)
        rows = [_row(session, row) for row in list_accesses(session, [project.id])]
    return render_template("oversight/emergencies.html", project=project, rows=rows, me=context.actor().id, error=error)


def _row(session: Session, row: Any) -> dict[str, Any]:
    reviewer = get_person(session, row.reviewed_by).username if row.reviewed_by else ""
    who = get_person(session, row.person_id).username
    return {"row": row, "who": who, "label": get_document(session, row.document_id).label, "reviewer": reviewer}
