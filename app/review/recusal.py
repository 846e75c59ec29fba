"""Recusal: giving a task back, and with a conflict of interest every other text of the same patient."""

from __future__ import annotations

from app.accounts.actor import Actor
from app.core.db import Session
from app.review.assignment import Assignment, decline, get_assignment
from app.review.conflict import Relationship, declare_conflict
from app.review.item import get_item
from app.review.states import AssignmentState


def recuse(
    session: Session, actor: Actor, assignment: Assignment, reason: str, *, relationship: str = "", at: int
) -> None:
    """Give a task back. For a conflict of interest the pair goes on the list, and all tasks on the patient's texts go.

    Raises Forbidden, Invalid (a reason or relationship that is none), Conflict (it is finished or was taken back).
    """
    if reason != "conflict-of-interest":
        decline(session, actor, get_assignment(session, assignment.id, lock=True), reason, at=at)
        return
    item = get_item(session, assignment.item_id)
    declare_conflict(session, actor, item, actor.id, relationship or Relationship.OTHER, at=at)
    task = get_assignment(session, assignment.id, lock=True)
    # The list gave it back with the others, unless the pair was on it already.
    if task.state != AssignmentState.DECLINED:
        decline(session, actor, task, reason, at=at)
