"""Members of a project: who, as what, with which tier now."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.actor import ProjectRole
from app.accounts.approval import Done, do_or_ask
from app.accounts.loading import load_actor
from app.accounts.person import get_by_username, get_person
from app.accounts.policy import Action
from app.core.db import Session
from app.corpus.member import Member, get_member, list_members, remove_member
from app.http import context
from app.http.access import access, acting
from app.web.acts import Refusal, attempt
from app.web.projects.door import enter, page

members_pages = Blueprint("members", __name__, url_prefix="/projects/<key>/members")


@members_pages.get("")
@access(acting(Action.MANAGE_MEMBERS))
def index(key: str) -> ResponseReturnValue:
    return _page(key)


@members_pages.post("")
@access(acting(Action.MANAGE_MEMBERS))
def add(key: str) -> ResponseReturnValue:
    actor, at, typed = context.actor(), context.at(), request.form

    def unit(session: Session) -> Done:
        project = enter(session, key, Action.MANAGE_MEMBERS)
        person = get_by_username(session, typed.get("username", "").strip())
        facts = {"person": person.id, "project": project.id, "role": typed.get("role", "")}
        return do_or_ask(session, actor, "member", facts, at=at)

    return attempt(unit, lambda done: _then(key, done), lambda error: _page(key, error))


def _then(key: str, done: Done) -> str:
    told = {"notice": "member-added"} if done.approval is None else {"notice": "approval-asked", "count": done.approval}
    return url_for("members.index", key=key, **told)


@members_pages.post("/<int:member_id>/removal")
@access(acting(Action.MANAGE_MEMBERS))
def remove(key: str, member_id: int) -> ResponseReturnValue:
    """End a role; what the person did stays in the record."""
    actor, at = context.actor(), context.at()

    def unit(session: Session) -> None:
        project = enter(session, key, Action.MANAGE_MEMBERS)
        remove_member(session, actor, get_member(session, project.id, member_id), at=at)

    then = url_for("members.index", key=key, notice="member-removed")
    return attempt(unit, lambda _: then, lambda error: _page(key, error))


def _page(key: str, error: Refusal | None = None) -> str:
    with context.database().reading() as session:
        project = enter(session, key, Action.MANAGE_MEMBERS)
        rows = [(member, *_who(session, member)) for member in list_members(session, project.id)]
        return page("members", "members", project, rows=rows, roles=list(ProjectRole), typed=request.form, error=error)


def _who(session: Session, member: Member) -> tuple[object, int]:
    """The person and the tier they hold now; 0 without one, or where the account is closed."""
    person, at = get_person(session, member.person_id), context.at()
    return person, load_actor(session, person.id, at=at).tier(at) if person.is_active else 0
