"""Alarms of control charts, and what was answered to them."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from app.audit.events import Tag
from app.core.db import RECORD, Base, Session
from app.core.errors import NotFound


class Rung(StrEnum):
    """The ladder of answers, each more than the one before (domain D.5)."""

    NOTIFY = "notify"
    COACH = "coach"
    PAUSE = "pause"
    REREVIEW = "rereview"
    #: looked at, and nothing to do
    DISMISS = "dismiss"


class DriftAlarm(Base):
    """A chart of one reader and label passed its threshold; one alarm until it is answered."""

    __tablename__ = "drift_alarm"
    __table_args__ = (
        UniqueConstraint("project_id", "person_id", "label", "submission_id"),
        CheckConstraint("(answered_at IS NULL) = (rung IS NULL)", name="answered_with_a_rung"),
        CheckConstraint("rung IN ('notify','coach','pause','rereview','dismiss')", name="rung_known"),
        {"info": {"kind": RECORD, "tags": (Tag.DRIFT_ALARMED, Tag.DRIFT_ANSWERED)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    label: Mapped[str] = mapped_column(Text)
    #: the reading whose decision passed the threshold, and the first after the estimated change
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    change_submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    #: canonical JSON: shares and threshold in parts per million
    design_json: Mapped[str] = mapped_column(Text)
    alarmed_at: Mapped[int]
    rung: Mapped[str | None] = mapped_column(Text)
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    answered_at: Mapped[int | None]
    #: a pause of new tasks ended then
    resumed_at: Mapped[int | None]


def get_alarm(session: Session, project_id: int, alarm_id: int) -> DriftAlarm:
    """Raises NotFound."""
    alarm = session.get(DriftAlarm, alarm_id)
    if alarm is None or alarm.project_id != project_id:
        raise NotFound("alarm", f"there is no alarm {alarm_id}")
    return alarm


def list_alarms(session: Session, project_id: int) -> list[DriftAlarm]:
    """Open ones first, then the newest."""
    query = select(DriftAlarm).where(DriftAlarm.project_id == project_id)
    return list(session.scalars(query.order_by(DriftAlarm.answered_at.is_not(None), DriftAlarm.id.desc()).limit(200)))
