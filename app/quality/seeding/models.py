"""What a silent copy is held against, and how its reading did."""

from __future__ import annotations

import json
from typing import Any, Protocol

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.agreement.judgements import Payload
from app.audit.events import Tag
from app.core.db import PROJECTION, RECORD, Base
from app.core.registry import Registry


class SeededCopy(Base):
    """A silent copy: held against gold, or (the same text again) against its reader's own first reading."""

    __tablename__ = "seeded_copy"
    __table_args__ = (
        CheckConstraint("(gold_id IS NULL) <> (first_submission_id IS NULL)", name="held_against_one"),
        CheckConstraint("decoy_json IS NULL OR gold_id IS NOT NULL", name="decoy_beside_gold"),
        {"info": {"kind": RECORD, "tags": (Tag.ITEM_SEEDED,), "append_only": True}},
    )

    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True, autoincrement=False)
    gold_id: Mapped[int | None] = mapped_column(ForeignKey("gold_answer.id"), index=True)
    first_submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"), index=True)
    #: the false suggestion in the copy, as its maker knows it again: offsets and a label
    decoy_json: Mapped[str | None] = mapped_column(Text)

    @property
    def decoy(self) -> dict[str, Any] | None:
        return json.loads(self.decoy_json) if self.decoy_json else None


class CopyScore(Base):
    """The reading of a silent copy held against its answer. The row goes with either body."""

    __tablename__ = "copy_score"
    __table_args__ = ({"info": {"kind": PROJECTION}},)

    submission_id: Mapped[int] = mapped_column(
        ForeignKey("submission_body.submission_id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    against_id: Mapped[int] = mapped_column(ForeignKey("submission_body.submission_id", ondelete="CASCADE"), index=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    guideline_version_id: Mapped[int] = mapped_column(ForeignKey("guideline_version.id"), index=True)
    #: against the reader's own first reading: says how far they agree with themselves, and is no decision of a chart
    is_retest: Mapped[bool]
    #: canonical JSON: label → 1 where the reading was wrong about it
    wrong_json: Mapped[str] = mapped_column(Text)
    decoys: Mapped[int]
    decoys_missed: Mapped[int]
    frozen_at: Mapped[int]


class DecoyMaker(Protocol):
    """Makes a false suggestion of true ones, in one modality."""

    key: str

    def place(
        self, text: str, content: dict[str, Any], gold: Payload, chance: int
    ) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """A pipeline's answer with one suggestion that is false, and the mark by which it is known again.

        It stands where neither gold nor a suggestion does. None where nothing can be made. `chance` decides where.
        """
        ...

    def is_kept(self, answer: Payload, mark: dict[str, Any]) -> bool:
        """Whether a reader's answer holds the false suggestion."""
        ...


DECOYS: Registry[DecoyMaker] = Registry("decoy", DecoyMaker)
