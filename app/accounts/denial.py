"""Denied acts: recorded in a transaction of their own, since the refused one was rolled back.

The first refusal per person, act and minute is an event; later ones only count, and their number is an event once the
minute is over (design 5). Refused signatures and approvals are never folded: each is an event.
"""

from __future__ import annotations

from sqlalchemy import Text, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.actor import AnyActor
from app.accounts.policy import ActForbidden, ActHidden, Action, Denial
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, SystemActor, record
from app.core.clock import MINUTE
from app.core.db import OPERATIONAL, Base, Database, Session, insert_if_missing

NEVER_FOLDED = frozenset({Action.SIGN, Action.SIGN_PIPELINE, Action.APPROVE})
_COUNTER = SystemActor("denial counter")


class DenialCount(Base):
    """Refusals of one act to one actor in one minute after the first, until their number is in the log."""

    __tablename__ = "denial_count"
    __table_args__ = ({"info": {"kind": OPERATIONAL}},)

    stream: Mapped[str] = mapped_column(Text, primary_key=True)
    action: Mapped[str] = mapped_column(Text, primary_key=True)
    minute: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # since the epoch
    more: Mapped[int]


def record_denial(database: Database, actor: AnyActor, error: ActForbidden | ActHidden, *, at: int) -> None:
    """Write `accounts.act.denied` (who was refused which act on what, and why), or count it."""
    denial = error.denial
    stream = streams.account(actor.id) if actor.id is not None else streams.SERVER

    def unit(session: Session) -> None:
        # What a machine was refused is a mistake to look into, each time.
        always = actor.id is None or denial.action in NEVER_FOLDED
        if always or _is_first(session, stream, denial.action.value, at=at):
            _say(session, stream, actor, denial, at=at)

    database.writing(unit)


def record_limited(database: Database, actor: AnyActor, use: str, *, at: int) -> None:
    """Write `accounts.use.limited`: whose use of what reached its limit; or count it."""
    stream = streams.account(actor.id) if actor.id is not None else streams.SERVER
    subject = Subject("person", actor.id or "none")

    def unit(session: Session) -> None:
        if _is_first(session, stream, f"use-{use}", at=at):
            record(session, Tag.USE_LIMITED, stream=stream, actor=actor, subject=subject, data={"use": use}, at=at)

    database.writing(unit)


def close_minutes(session: Session, *, at: int) -> int:
    """Say in the log how many refusals were counted in minutes that are over; how many events that took."""
    over = list(session.scalars(select(DenialCount).where(DenialCount.minute < at // MINUTE).limit(1000)))
    for row in over:
        if row.more:
            data = {"action": row.action, "minute": row.minute * MINUTE, "more": row.more}
            subject = Subject("stream", row.stream)
            record(session, Tag.DENIALS_COUNTED, stream=row.stream, actor=_COUNTER, subject=subject, data=data, at=at)
        session.delete(row)
    return len(over)


def has_minutes_to_close(session: Session, *, at: int) -> bool:
    """Whether `close_minutes` has anything to do: asked each second, without the write lock."""
    return session.scalar(select(DenialCount.minute).where(DenialCount.minute < at // MINUTE).limit(1)) is not None


def _is_first(session: Session, stream: str, action: str, *, at: int) -> bool:
    key = {"stream": stream, "action": action, "minute": at // MINUTE}
    if insert_if_missing(session, DenialCount, key | {"more": 0}) is not None:
        return True
    counted = update(DenialCount).where(*(getattr(DenialCount, name) == value for name, value in key.items()))
    session.execute(counted.values(more=DenialCount.more + 1))
    return False


def _say(session: Session, stream: str, actor: AnyActor, denial: Denial, *, at: int) -> None:
    subject = Subject(denial.subject.kind, denial.subject.id if denial.subject.id is not None else "new")
    record(
        session,
        Tag.ACT_DENIED,
        stream=stream,
        actor=actor,
        subject=subject,
        data={"action": denial.action.value, "reason": denial.reason},
        project_id=denial.subject.project_id,
        at=at,
    )
