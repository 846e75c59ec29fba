"""Items that are held back, and letting them go on."""

from __future__ import annotations

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.core.db import Session
from app.core.errors import NotFound
from app.http import context
from app.http.access import access, acting
from app.review.hold import get_hold, lift_hold
from app.review.item import get_item
from app.review.queries import visible_holds
from app.web.acts import Refusal, attempt
from app.web.projects.door import enter, page

holds_pages = Blueprint("holds", __name__, url_prefix="/projects/<key>/holds")
WHY = {
    "question": "a reader's question waits for an answer",
    "phi": "a reader saw an identifier in the text",
    "removal": "a reader says that words were wrongly removed",
    "quarantine": "the text went back into quarantine",
}


@holds_pages.get("")
@access(acting(Action.CLOSE_HOLD))
def index(key: str) -> ResponseReturnValue:
    return _page(key)


@holds_pages.post("/<int:hold_id>/closing")
@access(acting(Action.CLOSE_HOLD))
def close(key: str, hold_id: int) -> ResponseReturnValue:
    actor, at = context.actor(), context.at()

    def unit(session: Session) -> None:
        project = enter(session, key, Action.CLOSE_HOLD)
        hold = get_hold(session, hold_id)
        if hold.project_id != project.id:
            raise NotFound("hold", "there is no such hold in this project")
        lift_hold(session, actor, hold, at=at)

    then = url_for("holds.index", key=key, notice="hold-closed")
    return attempt(unit, lambda _: then, lambda error: _page(key, error))


def _page(key: str, error: Refusal | None = None) -> str:
    with context.database().reading() as session:
        project = enter(session, key, Action.CLOSE_HOLD)
        rows = [(hold, get_item(session, hold.item_id)) for hold in visible_holds(session, context.actor(), project.id)]
        return page("holds", "holds", project, rows=rows, why=WHY, error=error)
