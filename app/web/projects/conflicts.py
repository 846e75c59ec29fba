"""The conflicts of interest of a project: who is kept from the texts of which patient."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.person import get_by_username, get_person
from app.accounts.policy import Action
from app.core.db import Session
from app.http import context
from app.http.access import access, acting
from app.review.conflict import Relationship, declare_conflict, end_conflict, list_conflicts
from app.review.item import find_labelled
from app.web.acts import Refusal, attempt
from app.web.projects.door import enter, page

conflicts_pages = Blueprint("conflicts", __name__, url_prefix="/projects/<key>/conflicts")


@conflicts_pages.get("")
@access(acting(Action.KEEP_CONFLICTS))
def index(key: str) -> ResponseReturnValue:
    return _page(key)


@conflicts_pages.post("")
@access(acting(Action.KEEP_CONFLICTS))
def add(key: str) -> ResponseReturnValue:
    """Keep a person from all texts of the patient of an item."""
    actor, at, typed = context.actor(), context.at(), request.form

    def unit(session: Session) -> None:
        project = enter(session, key, Action.KEEP_CONFLICTS)
        item = find_labelled(session, project.id, typed.get("item", "").strip())
        person = get_by_username(session, typed.get("username", "").strip())
        declare_conflict(session, actor, item, person.id, typed.get("relationship", ""), at=at)

    then = url_for("conflicts.index", key=key, notice="conflict-declared")
    return attempt(unit, lambda _: then, lambda error: _page(key, error))


@conflicts_pages.post("/<int:conflict_id>/end")
@access(acting(Action.KEEP_CONFLICTS))
def end(key: str, conflict_id: int) -> ResponseReturnValue:
    actor, at, because = context.actor(), context.at(), request.form.get("because", "")

    def unit(session: Session) -> None:
        project = enter(session, key, Action.KEEP_CONFLICTS)
        end_conflict(session, actor, project.id, conflict_id, because, at=at)

    then = url_for("conflicts.index", key=key, notice="conflict-ended")
    return attempt(unit, lambda _: then, lambda error: _page(key, error))


def _page(key: str, error: Refusal | None = None) -> str:
    with context.database().reading() as session:
        project = enter(session, key, Action.KEEP_CONFLICTS)
        rows = [(row, get_person(session, row.person_id).username) for row in list_conflicts(session, project.id)]
        kinds = list(Relationship)
        return page("conflicts", "conflicts", project, rows=rows, kinds=kinds, typed=request.form, error=error)
