"""Leases of tasks that readers took themselves: a seat in which nothing was done in time is given back."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import OPERATIONAL, Base


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
