"""What waits for a second person: read, approve with user name and password, refuse, take back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.accounts import policy
from app.accounts.actor import Actor, ProjectRole, ServerRole
from app.accounts.approval import (
    GUARDED,
    Approval,
    decide,
    get_approval,
    list_decided,
    list_open,
    may_decide,
    take_back,
    words_of,
)
from app.accounts.person import get_person
from app.accounts.policy import Action
from app.core.db import Session
from app.core.errors import ChartmarkError, Conflict, Forbidden, Unavailable
from app.corpus.project import SERVER, project_subject
from app.http import context
from app.http.access import access, acting
from app.http.errors import status_of
from app.http.factors import form_factors
from app.release.waiting import sweep
from app.review.workflows import ESCALATION_TIER
from app.web.acts import seal
from app.web.menu import MenuEntry

approvals_pages = Blueprint("approvals", __name__, url_prefix="/approvals")
DECIDED = 50


def _approves(actor: Actor) -> bool:
    deciding = {ProjectRole.MANAGER, ProjectRole.PRIVACY_OFFICER}
    if actor.tier(context.at()) >= ESCALATION_TIER:  # overrides of critical labels
        deciding |= {ProjectRole.VERIFIER, ProjectRole.ADJUDICATOR}
    in_projects: frozenset[ProjectRole] = frozenset().union(*actor.project_roles.values())
    on_server = frozenset(ServerRole) - {ServerRole.AUDITOR}
    return bool(actor.server_roles & on_server or in_projects & deciding)


MENU_ENTRY = MenuEntry("Approvals", "approvals.index", _approves)


@approvals_pages.get("")
@access(acting(Action.APPROVE))
def index() -> ResponseReturnValue:
    _enter()
    return _page()


def _enter() -> None:
    """Raises Forbidden for whoever approves nothing anywhere."""
    actor, at = context.actor(), context.at()
    if not any(policy.may(actor, Action.APPROVE, project_subject(one), at=at) for one in actor.project_roles):
        with context.database().reading() as session:
            policy.require(session, actor, Action.APPROVE, SERVER, at=at)


@approvals_pages.post("/<int:approval_id>/approval")
@access(acting(Action.APPROVE))
def approve(approval_id: int) -> ResponseReturnValue:
    """Carry out what was asked for; a link that comes of it is shown once."""
    _enter()
    try:
        result = decide(context.database(), context.actor(), approval_id, form_factors(), at=context.at())
    except (Conflict, Forbidden, Unavailable) as error:
        return _refused(error)
    seal()
    sweep(context.database(), context.settings().exports_dir, at=context.at())  # what was destroyed goes from these too
    with context.database().reading() as session:
        row = get_approval(session, approval_id)
        if row.act == "reset":
            person = get_person(session, row.person_id or 0)
            return render_template("people/link.html", person=person, token=result, is_new=False, coded=True)
    return redirect(url_for("approvals.index", notice="approved"), 303)


@approvals_pages.post("/<int:approval_id>/refusal")
@access(acting(Action.APPROVE))
def refuse(approval_id: int) -> ResponseReturnValue:
    _enter()
    try:
        decide(context.database(), context.actor(), approval_id, form_factors(), approves=False, at=context.at())
    except (Conflict, Forbidden, Unavailable) as error:
        return _refused(error)
    return redirect(url_for("approvals.index", notice="approval-refused"), 303)


@approvals_pages.post("/<int:approval_id>/withdrawal")
@access(acting(Action.APPROVE))
def withdraw(approval_id: int) -> ResponseReturnValue:
    _enter()
    actor, at = context.actor(), context.at()
    context.database().writing(lambda session: take_back(session, actor, approval_id, at=at))
    return redirect(url_for("approvals.index", notice="approval-taken-back"), 303)




def _refused(error: ChartmarkError) -> ResponseReturnValue:
    """The page again; what the policy itself refused is answered, and logged, by the edge."""
    if hasattr(error, "denial"):
        raise error
    return _page(error), status_of(error)


def _page(error: ChartmarkError | None = None) -> str:
    actor, at = context.actor(), context.at()
    with context.database().reading() as session:
        open_rows = list_open(session, at=at)
        mine = [_row(session, row) for row in open_rows if row.requested_by == actor.id]
        theirs = [_row(session, row) for row in open_rows if may_decide(session, actor, row, at=at)]
        decided = [_row(session, row) for row in list_decided(session, limit=DECIDED) if _knows(actor, row)]
    return render_template("approvals/index.html", mine=mine, theirs=theirs, decided=decided, error=error)


def _knows(actor: Actor, row: Approval) -> bool:
    """Those who administer see what was decided; others what they asked for or decided themselves."""
    return ServerRole.ADMIN in actor.server_roles or actor.id in (row.requested_by, row.decided_by)


def _row(session: Session, row: Approval) -> dict[str, Any]:
    names = {number: get_person(session, number).username for number in (row.requested_by, row.decided_by) if number}
    by = f"the shell ({row.operator})" if row.operator is not None else names[row.requested_by or 0]
    return {
        "row": row,
        "title": GUARDED.get(row.act).title,
        "words": words_of(session, row),
        "by": by,
        "decided_by": names.get(row.decided_by or 0, "nobody"),
    }
