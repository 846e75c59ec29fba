"""What groups at the identity provider suggest, for those who give and take roles: accept or decline."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.core.errors import ChartmarkError, Conflict, Invalid, NotFound
from app.corpus import role_proposal
from app.http import context
from app.http.access import access, server_acting
from app.http.errors import status_of

role_proposal_pages = Blueprint("role_proposals", __name__, url_prefix="/people/role-proposals")
DECIDE = server_acting(Action.GRANT_ROLE)


@role_proposal_pages.get("")
@access(DECIDE)
def index() -> ResponseReturnValue:
    return _page()


@role_proposal_pages.post("/<int:proposal_id>/acceptance")
@access(DECIDE, fresh=True)
def accept(proposal_id: int) -> ResponseReturnValue:
    return _decide(proposal_id, accept=True)


@role_proposal_pages.post("/<int:proposal_id>/refusal")
@access(DECIDE, fresh=True)
def decline(proposal_id: int) -> ResponseReturnValue:
    return _decide(proposal_id, accept=False)


def _decide(proposal_id: int, *, accept: bool) -> ResponseReturnValue:
    actor, at = context.actor(), context.at()
    try:
        done = context.database().writing(lambda s: role_proposal.decide(s, actor, proposal_id, accept=accept, at=at))
    except (Invalid, Conflict, NotFound) as error:
        return _page(error), status_of(error)
    if done.approval is not None:
        return redirect(url_for("role_proposals.index", notice="approval-asked", count=done.approval), 303)
    notice = "proposal-accepted" if accept else "proposal-declined"
    return redirect(url_for("role_proposals.index", notice=notice), 303)


def _page(error: ChartmarkError | None = None) -> str:
    with context.database().reading() as session:
        waiting = role_proposal.list_waiting(session)
    return render_template("people/role_proposals.html", waiting=waiting, error=error, own=context.actor().username)
