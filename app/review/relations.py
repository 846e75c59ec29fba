"""How a person stands to a task or an item: it is theirs, or they worked on it before (INV-2)."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from app.accounts import policy
from app.accounts.actor import Actor
from app.core.db import Session
from app.review.assignment import Assignment
from app.review.override import has_approved_override
from app.review.renewal import lineage
from app.review.states import AssignmentState
from app.review.workflows import Step


class OwnAssignment:
    """The task is the actor's own."""

    key = policy.OWN_ASSIGNMENT

    def holds(self, session: Session, actor: Actor, subject: policy.PolicySubject) -> bool:
        assignment = session.get(Assignment, subject.id) if subject.kind == "assignment" else None
        return assignment is not None and assignment.person_id == actor.id


class OwnAnswer(OwnAssignment):
    """The answer was given in the actor's own task."""

    key = policy.OWN_WORK


class EarlierActor:
    """The actor read the item before, in any round, or settled it (INV-2)."""

    key = policy.EARLIER_ACTOR

    def holds(self, session: Session, actor: Actor, subject: policy.PolicySubject) -> bool:
        item_id = int(subject.id or 0)
        worked = subject.kind == "item" and has_worked_on(session, actor.id, item_id)
        return worked or (subject.kind == "item" and has_approved_override(session, actor.id, item_id))


class HadItem:
    """The actor has or had the item: a task on it, in any version of its text, that they opened or may open."""

    key = policy.HELD_ITEM

    def holds(self, session: Session, actor: Actor, subject: policy.PolicySubject) -> bool:
        return subject.kind == "item" and actor.id in earlier_actors(session, int(subject.id or 0))


def has_worked_on(session: Session, person_id: int, item_id: int) -> bool:
    """On the item, or on the one whose place it took: a corrected text makes nobody a stranger to it."""
    own = (Assignment.item_id.in_(lineage(session, item_id)), Assignment.person_id == person_id, earlier_work())
    return session.scalar(select(Assignment.id).where(*own).limit(1)) is not None


def held() -> ColumnElement[bool]:
    """A task that somebody has or had: done, unfinished, given back, or taken back after opening."""
    return (Assignment.state != AssignmentState.REVOKED) | Assignment.opened_at.is_not(None)


def earlier_work() -> ColumnElement[bool]:
    """A task that keeps its person from ending a step (INV-2); unsubmitted, it is what they do now, or rejected."""
    return held() & ((Assignment.step == Step.ANNOTATE) | (Assignment.state == AssignmentState.SUBMITTED))


def earlier_actors(session: Session, item_id: int) -> set[int]:
    """Everybody who ever held a task on the item, in any version of its text."""
    items = lineage(session, item_id)
    return set(session.scalars(select(Assignment.person_id).where(Assignment.item_id.in_(items), held())))
