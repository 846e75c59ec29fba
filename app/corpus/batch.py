"""Batches: one delivery of records, its counts, and its withdrawal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import CheckConstraint, ForeignKey, Text, func, select
from sqlalchemy.orm import Mapped, mapped_column

from app.audit.events import Tag
from app.audit.models import Erasure
from app.core.db import RECORD, Base, Session
from app.core.errors import NotFound, Problem

T = TypeVar("T")


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
        {
            "info": {
                "kind": RECORD,
                "tags": (Tag.BATCH_STARTED, Tag.BATCH_LOADED, Tag.BATCH_FINISHED, Tag.BATCH_WITHDRAWN),
            }
        },
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
    #: canonical JSON: field name → how many values outside the allow-list were dropped
    dropped_json: Mapped[str] = mapped_column(Text)
    started_at: Mapped[int]
    finished_at: Mapped[int | None]


class BatchProblem(Base):
    """One thing wrong with a record of a delivery: code, place and what to mend, no values."""

    __tablename__ = "batch_problem"
    __table_args__ = (
        {
            "info": {
                "kind": RECORD,
                "uncommitted": "a list of lines that were not taken",
                "tags": (Tag.BATCH_LOADED,),
                "append_only": True,
            }
        },
    )

    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"), primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text)
    message: Mapped[str] = mapped_column(Text)


class BatchPassed(Base):
    """One file of a delivery that is no note: its place and why it was passed over."""

    __tablename__ = "batch_passed"
    __table_args__ = (
        {
            "info": {
                "kind": RECORD,
                "uncommitted": "a list of files that were not taken",
                "tags": (Tag.BATCH_LOADED,),
                "append_only": True,
            }
        },
    )

    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"), primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    place: Mapped[str] = mapped_column(Text)
    message: Mapped[str] = mapped_column(Text)


#: how many rows of each a batch keeps; all are counted
MAX_LISTED = 1000


def get_batch(session: Session, batch_id: int) -> Batch:
    """Raises NotFound."""
    batch = session.get(Batch, batch_id)
    if batch is None:
        raise NotFound("batch", f"there is no batch {batch_id}")
    return batch


def list_batches(session: Session, project_id: int) -> list[Batch]:
    """Newest first."""
    return list(session.scalars(select(Batch).where(Batch.project_id == project_id).order_by(Batch.id.desc())))


def list_problems(session: Session, batch_id: int) -> list[Problem]:
    """What was wrong with a delivery, in the order of its records: the first of it, where there is much."""
    query = select(BatchProblem).where(BatchProblem.batch_id == batch_id).order_by(BatchProblem.position)
    return [Problem(row.code, row.place, row.message) for row in session.scalars(query)]


def list_passed(session: Session, batch_id: int) -> list[tuple[str, str]]:
    """(place, why) of files passed over, in their order: the first of them, where there are many."""
    query = select(BatchPassed).where(BatchPassed.batch_id == batch_id).order_by(BatchPassed.position)
    return [(row.place, row.message) for row in session.scalars(query)]


def add_problems(session: Session, batch_id: int, problems: Sequence[Problem]) -> None:
    """List problems behind those a batch has, as far as there is room."""
    for position, one in _fitting(session, BatchProblem, batch_id, problems):
        row = {"code": one.code, "place": one.where, "message": one.message}
        session.add(BatchProblem(batch_id=batch_id, position=position, **row))


def add_passed(session: Session, batch_id: int, passed: Sequence[tuple[str, str]]) -> None:
    """List (place, why) of files passed over behind those a batch has, as far as there is room."""
    for position, (place, why) in _fitting(session, BatchPassed, batch_id, passed):
        session.add(BatchPassed(batch_id=batch_id, position=position, place=place, message=why))


def _fitting(
    session: Session, model: type[BatchProblem | BatchPassed], batch_id: int, more: Sequence[T]
) -> Iterator[tuple[int, T]]:
    """What still has room in a batch's list, with its position; most chunks have nothing to list and ask nothing."""
    if not more:
        return
    listed = session.scalar(select(func.count()).select_from(model).where(model.batch_id == batch_id)) or 0
    yield from enumerate(more[: max(MAX_LISTED - listed, 0)], listed)


def erase(session: Session, body: Base, *, event_id: str, at: int) -> None:
    """Delete one row of a body table; a trigger there asks for the erasure row that names its event."""
    (row_id,) = body.__mapper__.primary_key_from_instance(body)
    session.add(Erasure(table_name=body.__tablename__, row_id=str(row_id), event_id=event_id, at=at))
    session.flush()
    session.delete(body)
    session.flush()
