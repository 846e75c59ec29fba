"""Copies: items that show a text once more to one person, so that the person's reading can be held against an answer.

A copy is read by one person and by nobody else. It never leaves the state in which it is read: so it is in no release,
no figure of agreement, no lot and no count, by what each of these asks of an item anyway. To its reader it looks as the
item does that was given out beside it (`shown_state`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.audit.events import Tag
from app.core.db import RECORD, Base, Session
from app.core.registry import Registry


class CopyPurpose(StrEnum):
    """What a copy is read for. Only who reads for calibration, or to make gold, knows that it is a copy."""

    CALIBRATION = "calibration"
    GOLD_MAKING = "gold-making"
    SEEDED = "seeded"
    RETEST = "retest"


#: purposes of which the reader learns nothing
SILENT = (CopyPurpose.SEEDED, CopyPurpose.RETEST)


class ItemCopy(Base):
    """That an item is a copy, of which, for whom, and beside which item it was given out."""

    __tablename__ = "item_copy"
    __table_args__ = (
        CheckConstraint("purpose IN ('calibration','gold-making','seeded','retest')", name="purpose_known"),
        {"info": {"kind": RECORD, "tags": (Tag.ITEM_COPIED,), "append_only": True}},
    )

    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True, autoincrement=False)
    source_item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    purpose: Mapped[str] = mapped_column(Text)
    #: the item beside which it was given out, of a silent copy: it seems to go that item's way
    twin_item_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"), index=True)
    made_at: Mapped[int]

    @property
    def is_silent(self) -> bool:
        return self.purpose in SILENT


@dataclass(frozen=True)
class CopyOrder:
    """Which copy to make: of which item, for whom, why, and what its draft begins with in place of the suggestions."""

    source_item_id: int
    person_id: int
    purpose: CopyPurpose
    twin_item_id: int | None = None
    #: id of a suggestion → what stands there instead; others are copied as they are
    contents: dict[int, dict[str, Any]] | None = None


class CopyAnswers(Protocol):
    """Knows the answer against which a copy is held, to be shown when its twin is settled."""

    key: str

    def answer(self, session: Session, copy: ItemCopy) -> int | None:
        """Id of a frozen answer, where this one knows it."""
        ...


COPY_ANSWERS: Registry[CopyAnswers] = Registry("answer of copies", CopyAnswers)


def answer_of(session: Session, copy: ItemCopy) -> int | None:
    """The frozen answer that a copy is held against, where somebody knows it."""
    answers = (one.answer(session, copy) for one in COPY_ANSWERS)
    return next((answer for answer in answers if answer is not None), None)


def copy_of(session: Session, item_id: int) -> ItemCopy | None:
    """How an item is a copy; None of every real item."""
    return session.get(ItemCopy, item_id)


def copies_of(session: Session, item_id: int) -> list[ItemCopy]:
    """All copies of an item, oldest first."""
    rows = session.scalars(select(ItemCopy).where(ItemCopy.source_item_id == item_id).order_by(ItemCopy.item_id))
    return list(rows)


def copies_among(session: Session, item_ids: Sequence[int]) -> dict[int, ItemCopy]:
    """Item → how it is a copy, for those of these that are."""
    if not item_ids:
        return {}
    return {row.item_id: row for row in session.scalars(select(ItemCopy).where(ItemCopy.item_id.in_(item_ids)))}


def is_copy(item_id: Any) -> ColumnElement[bool]:
    """Whether an item is a copy: for queries that read the item itself."""
    return select(ItemCopy.item_id).where(ItemCopy.item_id == item_id).exists()


def copied_for(session: Session, person_id: int, purposes: Sequence[str]) -> set[int]:
    """Items of which a person has had a copy for such a purpose."""
    own = (ItemCopy.person_id == person_id, ItemCopy.purpose.in_(purposes))
    return set(session.scalars(select(ItemCopy.source_item_id).where(*own)))
