"""Gold answers: of which text, by whom, where they came from."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.audit.events import Tag
from app.core.db import RECORD, Base, Session
from app.core.errors import NotFound


class GoldOrigin(StrEnum):
    """Where a gold answer comes from."""

    SETTLED = "settled"
    SENIOR = "senior"
    IMPORTED = "imported"


class GoldAnswer(Base):
    """One gold answer: always a frozen answer of a named person, never a body of its own.

    So it has a digest, a qualification and a guideline version, and goes when the text goes.
    """

    __tablename__ = "gold_answer"
    __table_args__ = (
        CheckConstraint("origin IN ('settled','senior','imported')", name="origin_known"),
        CheckConstraint("submission_id IS NOT NULL OR making_item_id IS NOT NULL", name="made_or_being_made"),
        {
            "info": {
                "kind": RECORD,
                "tags": (Tag.GOLD_ADDED, Tag.GOLD_MADE),
                "guard": {
                    "fixed": ("id", "project_id", "set_id", "source_item_id", "origin", "author_id", "making_item_id",
                              "added_by", "added_at"),
                    "once": ("submission_id",),
                },
            }
        },
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    #: the calibration set it belongs to; NULL: it is seeded among ordinary work
    set_id: Mapped[int | None] = mapped_column(ForeignKey("calibration_set.id"), index=True)
    source_item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    origin: Mapped[str] = mapped_column(Text)
    #: who answers for it: who settled it, made it, or brought it in
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"), index=True)
    #: the copy that its author reads to make it
    making_item_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"), index=True)
    added_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    added_at: Mapped[int]


def get_gold(session: Session, gold_id: int) -> GoldAnswer:
    """Raises NotFound."""
    row = session.get(GoldAnswer, gold_id)
    if row is None:
        raise NotFound("gold", f"there is no gold answer {gold_id}")
    return row


def list_gold(session: Session, project_id: int, set_id: int | None) -> list[GoldAnswer]:
    """The gold of a calibration set, or (None) what is seeded among ordinary work; oldest first."""
    own = (GoldAnswer.project_id == project_id, GoldAnswer.set_id == set_id if set_id else GoldAnswer.set_id.is_(None))
    return list(session.scalars(select(GoldAnswer).where(*own).order_by(GoldAnswer.id)))
