"""Rounds: one independent reading of an item; rework is a new round that cites what it reconsiders."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Actor, Subject, record
from app.core.db import RECORD, Base, Session
from app.core.errors import NotFound
from app.review.item import Item


class Round(Base):
    """The n-th reading of an item by `readers` people who do not see each other."""

    __tablename__ = "round"
    __table_args__ = (
        UniqueConstraint("item_id", "number"),
        CheckConstraint("readers >= 1", name="readers_positive"),
        {"info": {"kind": RECORD, "append_only": True}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    number: Mapped[int]
    readers: Mapped[int]
    #: the submission this round reconsiders
    cites_submission_id: Mapped[int | None]
    opened_at: Mapped[int]


def open_round(session: Session, actor: Actor, item: Item, readers: int, *, cites: int | None = None, at: int) -> Round:
    """Begin the next round of an item."""
    last = session.scalar(select(func.max(Round.number)).where(Round.item_id == item.id)) or 0
    row = Round(item_id=item.id, number=last + 1, readers=readers, cites_submission_id=cites, opened_at=at)
    session.add(row)
    session.flush()
    record(
        session,
        Tag.ROUND_OPENED,
        stream=streams.item(item.id),
        actor=actor,
        subject=Subject("round", row.id),
        data={"item": item.id, "number": row.number, "readers": readers, "cites": cites},
        project_id=item.project_id,
        at=at,
    )
    return row


def current_round(session: Session, item_id: int) -> Round:
    """The newest round. Raises NotFound before the first."""
    row = session.scalar(select(Round).where(Round.item_id == item_id).order_by(Round.number.desc()).limit(1))
    if row is None:
        raise NotFound("round", f"item {item_id} has not been assigned yet")
    return row
