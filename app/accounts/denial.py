"""Denied acts: recorded in a transaction of their own, since the refused one was rolled back."""

from __future__ import annotations

from app.accounts.actor import AnyActor
from app.accounts.policy import ActForbidden, ActHidden
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import Database, Session


def record_denial(database: Database, actor: AnyActor, error: ActForbidden | ActHidden, *, at: int) -> None:
    """Write `accounts.act.denied`: who was refused which act on what, and why."""
    denial = error.denial
    subject = Subject(denial.subject.kind, denial.subject.id if denial.subject.id is not None else "new")

    def unit(session: Session) -> None:
        record(
            session,
            Tag.ACT_DENIED,
            stream=streams.account(actor.id) if actor.id is not None else streams.SERVER,
            actor=actor,
            subject=subject,
            data={"action": denial.action.value, "reason": denial.reason},
            project_id=denial.subject.project_id,
            at=at,
        )

    database.writing(unit)
