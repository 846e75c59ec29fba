"""Batches: one delivery of records, its counts, and its withdrawal."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.audit.models import Erasure
from app.core.db import RECORD, Base, Session
from app.core.errors import NotFound


class BatchState(StrEnum):
    """How far a delivery has come."""

    LOADING = "loading"
    LOADED = "loaded"
    WITHDRAWN = "withdrawn"


class Batch(Base):
    """One delivery. Names of files stay out: they can carry identifiers."""

    __tablename__ = "batch"
    __table_args__ = (
        CheckConstraint("state IN ('loading','loaded','withdrawn')", name="state_known"),
        CheckConstraint("(state = 'loading') = (finished_at IS NULL)", name="finished_dated"),
        {"info": {"kind": RECORD}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    reader: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    stored: Mapped[int]
    skipped: Mapped[int]
    refused: Mapped[int]
    #: files that are no notes (README, images, DICOM …): not refused, but listed
    passed: Mapped[int] = mapped_column(default=0)
    #: canonical JSON list of their places and reasons
    passed_json: Mapped[str] = mapped_column(Text, default="[]")
    #: canonical JSON: field name → how many values outside the allow-list were dropped
    dropped_json: Mapped[str] = mapped_column(Text)
    #: canonical JSON list of problems, code and place, no values
    problems_json: Mapped[str] = mapped_column(Text)
    started_at: Mapped[int]
    finished_at: Mapped[int | None]


def get_batch(session: Session, batch_id: int) -> Batch:
    """Raises NotFound."""
    batch = session.get(Batch, batch_id)
    if batch is None:
        raise NotFound("batch", f"there is no batch {batch_id}")
    return batch


def list_batches(session: Session, project_id: int) -> list[Batch]:
    """Newest first."""
    return list(session.scalars(select(Batch).where(Batch.project_id == project_id).order_by(Batch.id.desc())))


def erase(session: Session, body: Base, *, event_id: str, at: int) -> None:
    """Delete one row of a body table; a trigger there asks for the erasure row that names its event."""
    (row_id,) = body.__mapper__.primary_key_from_instance(body)
    session.add(Erasure(table_name=body.__tablename__, row_id=str(row_id), event_id=event_id, at=at))
    session.flush()
    session.delete(body)
    session.flush()
