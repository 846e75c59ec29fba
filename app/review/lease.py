"""Leases of tasks that readers took themselves: a seat in which nothing was done in time is given back."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.actor import ServiceActor
from app.core.db import OPERATIONAL, Base, Session
from app.review import states
from app.review.assignment import Assignment, get_assignment
from app.review.states import AssignmentState

#: so many are looked at in one transaction; the others in the next
_AT_ONCE = 200


class ClaimLease(Base):
    """Until when a taken task is its reader's though nothing was done. What came of it the task's events say."""

    __tablename__ = "claim_lease"
    __table_args__ = (
        Index("ix_claim_lease_project_open", "project_id", "is_open", "expires_at"),
        {"info": {"kind": OPERATIONAL}},
    )

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), primary_key=True, autoincrement=False)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    expires_at: Mapped[int]
    #: whether somebody still has to look what came of it
    is_open: Mapped[bool]
    #: the seat was given back; its reader may take it again while nobody else did
    lapsed: Mapped[bool]


def give_back_lapsed(session: Session, project_id: int, *, at: int) -> int:
    """Give back seats whose lease is over and in which nothing was done; returns how many. A begun draft stays."""
    over = select(ClaimLease).where(
        ClaimLease.project_id == project_id, ClaimLease.is_open, ClaimLease.expires_at <= at
    )
    lapsed = 0
    for lease in session.scalars(over.order_by(ClaimLease.expires_at).limit(_AT_ONCE)).all():
        task = get_assignment(session, lease.assignment_id, lock=True)
        lease.is_open, lease.lapsed = False, _untouched(task)
        if lease.lapsed:
            states.advance(session, ServiceActor("claim-leases"), task, "lapsed", at=at)
            lapsed += 1
    return lapsed


def _untouched(task: Assignment) -> bool:
    return task.state in (AssignmentState.OFFERED, AssignmentState.OPEN) and task.draft_version == 0


def lapsed_of(session: Session, person_id: int, round_id: int) -> Assignment | None:
    """A person's own task in a round that lapsed, and may be taken again."""
    mine = (Assignment.person_id == person_id, Assignment.round_id == round_id)
    query = select(Assignment).join(ClaimLease, ClaimLease.assignment_id == Assignment.id)
    return session.scalar(query.where(*mine, ClaimLease.lapsed, Assignment.state == AssignmentState.REVOKED))
