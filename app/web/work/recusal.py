"""Giving a task back: a conflict of interest, or that one is unable."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts import policy
from app.accounts.policy import Action
from app.core.db import Session
from app.http import context
from app.http.access import access, acting
from app.review.assignment import DECLINE_REASONS, get_assignment, subject_of
from app.review.conflict import Relationship
from app.review.item import get_item
from app.review.recusal import recuse
from app.web.acts import Refusal, attempt

recusal_pages = Blueprint("recusal", __name__, url_prefix="/work/<int:assignment_id>/recusal")
REASONS = {
    "conflict-of-interest": "I know the patient (a conflict of interest)",
    "unable": "I am not able to do it",
    "not-my-field": "It is not my field",
}


@recusal_pages.get("")
@access(acting(Action.ANNOTATE))
def form(assignment_id: int) -> ResponseReturnValue:
    return _page(assignment_id)


@recusal_pages.post("")
@access(acting(Action.ANNOTATE))
def give_back(assignment_id: int) -> ResponseReturnValue:
    """Somebody else does it; with a conflict of interest all other texts of the patient go too."""
    actor, at, typed = context.actor(), context.at(), request.form

    def unit(session: Session) -> None:
        task, relationship = get_assignment(session, assignment_id), typed.get("relationship", "")
        recuse(session, actor, task, typed.get("reason", ""), relationship=relationship, at=at)

    then = url_for("work.todo", notice="task-given-back")
    return attempt(unit, lambda _: then, lambda error: _page(assignment_id, error))


def _page(assignment_id: int, error: Refusal | None = None) -> str:
    with context.database().reading() as session:
        task = get_assignment(session, assignment_id)
        policy.require(session, context.actor(), Action.ANNOTATE, subject_of(task), at=context.at())
        return render_template(
            "work/recusal.html",
            task=task,
            label=get_item(session, task.item_id).label,
            reasons=[(reason, REASONS[reason]) for reason in DECLINE_REASONS],
            relationships=list(Relationship),
            typed=request.form,
            error=error,
        )
