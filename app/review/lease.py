"""Leases of tasks that readers took themselves: a seat in which nothing was done in time goes to another."""

from __future__ import annotations

from collections.abc import Iterator

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


def idle_seats(session: Session, project_id: int, *, at: int) -> Iterator[Assignment]:
    """Tasks whose lease is over and in which nothing was done, longest over first, each locked.

    They are still their readers' until `give_back`: where nobody else can take such a seat, nobody waits for it.
    """
    over = (ClaimLease.project_id == project_id, ClaimLease.is_open, ClaimLease.expires_at <= at)
    query = select(ClaimLease).where(*over).order_by(ClaimLease.expires_at).limit(_AT_ONCE)
    for row in session.scalars(query).all():
        task = get_assignment(session, row.assignment_id, lock=True)
        if task.state in (AssignmentState.OFFERED, AssignmentState.OPEN) and task.draft_version == 0:
            yield task
        else:
            row.is_open = False  # a begun answer is never taken away, and what is done needs no lease


def give_back(session: Session, task: Assignment, *, at: int) -> None:
    """Take an idle seat from its reader, for another who takes it now."""
    session.get_one(ClaimLease, task.id).is_open = False
    states.advance(session, ServiceActor("claim-leases"), task, "lapsed", at=at)


def lease(session: Session, task: Assignment, until: int) -> None:
    """The task is its reader's until then, whatever is done in it; a lease that there is begins anew."""
    row = session.get(ClaimLease, task.id)
    if row is None:
        row = ClaimLease(assignment_id=task.id, project_id=task.project_id)
        session.add(row)
    row.expires_at, row.is_open = until, True
    session.flush()
