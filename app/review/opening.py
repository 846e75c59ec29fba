"""How a task begins, and how an item ends whose text is destroyed: the first and the last of a review."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import select

from app.accounts.actor import Actor, AnyActor
from app.agreement.judgements import Payload
from app.core.db import AnyRow, Session
from app.core.registry import Registry
from app.review import states
from app.review.adjudication import open_adjudication
from app.review.assignment import Assignment
from app.review.carrying import start_reading
from app.review.copies import copies_of
from app.review.item import Item
from app.review.states import AssignmentState, ItemState
from app.review.verification import open_verification
from app.review.workflows import Step

_WAITING = (AssignmentState.OFFERED, AssignmentState.OPEN)


def open_task(
    session: Session, actor: Actor, assignment: Assignment, *, row: AnyRow | None = None, at: int
) -> Payload | None:
    """Open an offered task; opening an open one changes nothing. `row`: the task as `whole_task` read and locked it.

    Returns what a reader's draft begins with. Raises Forbidden or Conflict.
    """
    if assignment.state != AssignmentState.OFFERED:
        return None
    if assignment.step == Step.ANNOTATE:
        return start_reading(session, actor, assignment, row=row, at=at)
    begin = {Step.ADJUDICATE: open_adjudication, Step.VERIFY: open_verification}[Step(assignment.step)]
    begin(session, actor, assignment, at=at)
    return None


class ReleasedCopies(Protocol):
    """Knows what left with a release; the stage of releases registers itself."""

    key: str

    def recall(self, session: Session, actor: AnyActor, item: Item, reason: str, *, at: int) -> list[int]:
        """Flag every release that holds the item; returns their ids."""
        ...


RELEASED_COPIES: Registry[ReleasedCopies] = Registry("released copies", ReleasedCopies)


def take_out(session: Session, actor: AnyActor, item: Item, reason: str, *, at: int) -> list[int]:
    """End an item and its waiting tasks, or recall the releases that hold it; returns the releases' ids.

    A released item keeps its state and its labels: what left cannot be unsaid, but no copy is made of it again.
    """
    for copy in copies_of(session, item.id):
        take_out(session, actor, session.get_one(Item, copy.item_id), reason, at=at)
    if item.state == ItemState.RELEASED:
        return [one for copies in RELEASED_COPIES for one in copies.recall(session, actor, item, reason, at=at)]
    if item.state != ItemState.WITHDRAWN:
        states.advance(session, actor, item, "withdrawn", data={"reason": reason}, at=at)
        tasks = select(Assignment).where(Assignment.item_id == item.id, Assignment.state.in_(_WAITING))
        for task in list(session.scalars(tasks)):
            states.advance(session, actor, task, "revoked", at=at)
    return []
