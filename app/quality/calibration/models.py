"""Calibration sets, who was given one to read, in which copies, and how they did."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from app.audit.events import Tag
from app.core.db import RECORD, Base, Session
from app.core.errors import NotFound


class PassMark(BaseModel):
    """What a reading must reach, per mille (defaults: domain D.6); what a set has nothing of is not asked."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)

    f1_relaxed: int = Field(default=850, ge=0, le=1000)
    f1_strict: int = Field(default=750, ge=0, le=1000)
    assertion_kappa: int = Field(default=800, ge=0, le=1000)
    questions: int = Field(default=850, ge=0, le=1000)
    critical_recall: int = Field(default=950, ge=0, le=1000)
    #: lower end of the 95 % interval of relaxed F1
    floor: int = Field(default=700, ge=0, le=1000)
    polarity_errors: int = Field(default=0, ge=0, le=100)


class CalibrationSet(Base):
    """Texts with gold, apart from production."""

    __tablename__ = "calibration_set"
    __table_args__ = (
        UniqueConstraint("project_id", "number"),
        {
            "info": {
                "kind": RECORD,
                "tags": (Tag.CALIBRATION_SET_MADE, Tag.CALIBRATION_SET_CLOSED),
                "guard": {
                    "fixed": ("id", "project_id", "number", "modality", "title", "pass_json", "made_by", "made_at"),
                    "once": ("closed_at",),
                },
            }
        },
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    number: Mapped[int]
    modality: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    #: canonical JSON of `PassMark`
    pass_json: Mapped[str] = mapped_column(Text)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    made_at: Mapped[int]
    closed_at: Mapped[int | None]

    @property
    def pass_mark(self) -> PassMark:
        return PassMark.model_validate_json(self.pass_json)


class CalibrationAttempt(Base):
    """One person's blind reading of a set, in one round of it."""

    __tablename__ = "calibration_attempt"
    __table_args__ = (
        UniqueConstraint("set_id", "round", "person_id"),
        CheckConstraint("(scored_at IS NULL) = (passed IS NULL)", name="scored_with_result"),
        {
            "info": {
                "kind": RECORD,
                "tags": (Tag.CALIBRATION_BEGUN, Tag.CALIBRATION_SCORED),
                "guard": {
                    "fixed": ("id", "project_id", "set_id", "round", "person_id", "trained", "begun_by", "begun_at"),
                    "once": ("passed", "score_json", "scored_at"),
                },
            }
        },
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    set_id: Mapped[int] = mapped_column(ForeignKey("calibration_set.id"))
    #: rounds of a set count from 1
    round: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    #: the lead says that the person was trained since they failed
    trained: Mapped[bool]
    begun_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    begun_at: Mapped[int]
    passed: Mapped[bool | None]
    #: figures with their intervals, as `scoring.score_of` makes them
    score_json: Mapped[str | None] = mapped_column(Text)
    scored_at: Mapped[int | None]

    @property
    def score(self) -> dict[str, Any] | None:
        return json.loads(self.score_json) if self.score_json else None


class CalibrationReading(Base):
    """The copy in which one text of a set is read in one attempt, and the gold it is held against."""

    __tablename__ = "calibration_reading"
    __table_args__ = ({"info": {"kind": RECORD, "tags": (Tag.CALIBRATION_BEGUN,), "append_only": True}},)

    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True, autoincrement=False)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("calibration_attempt.id"), index=True)
    gold_id: Mapped[int] = mapped_column(ForeignKey("gold_answer.id"), index=True)


def get_set(session: Session, project_id: int, number: int) -> CalibrationSet:
    """Raises NotFound."""
    row = session.scalar(
        select(CalibrationSet).where(CalibrationSet.project_id == project_id, CalibrationSet.number == number)
    )
    if row is None:
        raise NotFound("calibration-set", f"there is no calibration set {number}")
    return row


def list_sets(session: Session, project_id: int) -> list[CalibrationSet]:
    """Newest first."""
    query = select(CalibrationSet).where(CalibrationSet.project_id == project_id)
    return list(session.scalars(query.order_by(CalibrationSet.number.desc())))


def attempts_of(session: Session, set_id: int) -> list[CalibrationAttempt]:
    """Newest first."""
    query = select(CalibrationAttempt).where(CalibrationAttempt.set_id == set_id)
    return list(session.scalars(query.order_by(CalibrationAttempt.id.desc())))


def readings_of(session: Session, attempt_id: int) -> list[CalibrationReading]:
    """In the order in which they were given out."""
    query = select(CalibrationReading).where(CalibrationReading.attempt_id == attempt_id)
    return list(session.scalars(query.order_by(CalibrationReading.item_id)))
