"""Opening the originals of a project: the password again, for a quarter of an hour; putting them away."""

from __future__ import annotations

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.core.db import Session
from app.core.errors import Forbidden
from app.http import context
from app.http.access import access, acting
from app.http.factors import form_factors
from app.privacy.removal.originals import close_originals, open_originals
from app.web.projects.door import enter
from app.web.targets import safe_target

originals_pages = Blueprint("originals", __name__, url_prefix="/privacy/projects/<key>/originals")


@originals_pages.post("")
@access(acting(Action.READ_SOURCE))
def show(key: str) -> ResponseReturnValue:
    """Both components typed again; then back to the page that asked for it."""
    actor, at = context.actor(), context.at()
    with context.database().reading() as session:
        project_id = enter(session, key, Action.READ_SOURCE).id
    try:
        open_originals(context.database(), actor, project_id, form_factors(), at=at)
    except Forbidden as error:
        if error.code != "reauthentication-refused":
            raise
        return redirect(_back("originals-refused"), 303)
    return redirect(_back("originals-open"), 303)


@originals_pages.post("/closing")
@access(acting(Action.READ_SOURCE))
def put_away(key: str) -> ResponseReturnValue:
    actor, at = context.actor(), context.at()

    def unit(session: Session) -> None:
        close_originals(session, actor, enter(session, key, Action.READ_SOURCE).id, at=at)

    context.database().writing(unit)
    return redirect(_back("originals-closed"), 303)


def _back(notice: str) -> str:
    """The page the form stood on, with what to say there."""
    target = safe_target(request.form.get("next", "")).partition("?")[0]
    asked = [part for part in request.form.get("query", "").split("&") if part and not part.startswith("notice=")]
    allowed = [part for part in asked if part.partition("=")[0] in ("scope", "after") and part.isascii()]
    return f"{target}?{'&'.join([*allowed, f'notice={notice}'])}"
