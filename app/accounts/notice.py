"""Notices: which events a person is told of: of their own account, and of what is theirs to look into."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, Text, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.audit.events import Tag
from app.audit.models import Event
from app.core.db import OPERATIONAL, Base, Session

#: what is shown at the next sign-in, before anything else
URGENT = frozenset({Tag.PASSWORD_RESET_ISSUED, Tag.IDENTITY_SUSPENDED, Tag.EMERGENCY_OPENED})


class Notice(Base):
    """One event a person is told of. The event itself says what happened; this says who should know, and does."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_person_id_id", "person_id", "id"),
        {"info": {"kind": OPERATIONAL}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    event_id: Mapped[str] = mapped_column(Text)
    tag: Mapped[str] = mapped_column(Text)
    at: Mapped[int]
    seen_at: Mapped[int | None]


def tell(session: Session, person_id: int, event: Event) -> None:
    """Let a person know of an event; in the transaction in which it happens."""
    session.add(Notice(person_id=person_id, event_id=event.event_id, tag=event.tag, at=event.at))


def tell_unless_own(session: Session, person_id: int, event: Event) -> None:
    """The same, of what somebody else did."""
    if event.actor_id != person_id:
        tell(session, person_id, event)


def has_urgent(session: Session, person_id: int) -> bool:
    """Whether something must be read before work goes on."""
    unseen = select(Notice.id).where(Notice.person_id == person_id, Notice.seen_at.is_(None))
    return session.scalar(unseen.where(Notice.tag.in_([str(tag) for tag in URGENT])).limit(1)) is not None


def mark_seen(session: Session, person_id: int, *, at: int) -> None:
    """The person has been shown all there is."""
    unseen = update(Notice).where(Notice.person_id == person_id, Notice.seen_at.is_(None))
    session.execute(unseen.values(seen_at=at))
