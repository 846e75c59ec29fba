"""Sources: what came in, quarantined and sealed under the subject's key until it is withdrawn."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship, selectinload
from sqlalchemy.sql import ColumnElement

from app.audit.events import Tag
from app.core.counts import count_states
from app.core.db import RECORD, Base, Session
from app.core.errors import NotFound
from app.corpus.vault import open_json, seal_json


class SourceState(StrEnum):
    """What became of a record that came in."""

    QUARANTINED = "quarantined"
    DEIDENTIFIED = "deidentified"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Source(Base):
    """One record as received. Everything identifying is in `source_body`, sealed."""

    __tablename__ = "source"
    __table_args__ = (
        UniqueConstraint("project_id", "reference"),
        Index("ix_source_state", "project_id", "state", "subject_id"),
        CheckConstraint("state IN ('quarantined','deidentified','refused','withdrawn')", name="state_known"),
        {
            "info": {
                "kind": RECORD,
                "uncommitted": "names of a delivery that stays sealed",
                "tags": (Tag.BATCH_LOADED, Tag.SUBJECTS_DEIDENTIFIED, Tag.BATCH_WITHDRAWN, Tag.SUBJECT_ERASED),
                "counted": "state",
            }
        },
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"), index=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"), index=True)
    encounter_id: Mapped[int] = mapped_column(ForeignKey("encounter.id"), index=True)
    #: keyed reference of the outside id, by which a duplicate is known
    reference: Mapped[str] = mapped_column(Text)
    modality: Mapped[str] = mapped_column(Text)
    note_type: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    #: SHA-256 of salt ‖ text; the salt is inside the sealed body
    text_sha256: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, active_history=True)
    _reasons: Mapped[list[SourceReason]] = relationship(order_by="SourceReason.position", cascade="all, delete-orphan")

    @property
    def reasons(self) -> tuple[str, ...]:
        """Codes of why it was refused, or why it is still in quarantine."""
        return tuple(row.code for row in self._reasons)

    @reasons.setter
    def reasons(self, codes: tuple[str, ...]) -> None:
        self._reasons = [SourceReason(position=n, code=code) for n, code in enumerate(codes)]


class SourceReason(Base):
    """Why a record was refused, or is still in quarantine: one code of several, in their order."""

    __tablename__ = "source_reason"
    __table_args__ = (
        {
            "info": {
                "kind": RECORD,
                "uncommitted": "says again what a detector said of a sealed text",
                "tags": (Tag.SUBJECTS_DEIDENTIFIED,),
            }
        },
    )

    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Text)


class SourceBody(Base):
    """Text, known identifiers and true dates, sealed; deleted by withdrawal and erasure only."""

    __tablename__ = "source_body"
    __table_args__ = (
        {
            "info": {
                "kind": RECORD,
                "uncommitted": "sealed under its subject's key",
                "tags": (Tag.BATCH_LOADED, Tag.BATCH_WITHDRAWN, Tag.SUBJECT_ERASED, Tag.SOURCES_EXPIRED),
                "erasable": True,
            }
        },
    )

    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), primary_key=True, autoincrement=False)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


def seal_source(key: bytes, source_id: int, body: dict[str, Any]) -> SourceBody:
    """The sealed body of a source: `text`, `known`, `salt` (hex), and what else identifies."""
    return SourceBody(source_id=source_id, sealed=seal_json(key, body, f"source:{source_id}"))


def open_source(session: Session, key: bytes, source_id: int) -> dict[str, Any]:
    """What `seal_source` sealed. Raises NotFound when it was withdrawn."""
    body = session.get(SourceBody, source_id)
    if body is None:
        raise NotFound("source-withdrawn", f"the text of source {source_id} was destroyed")
    opened: dict[str, Any] = open_json(key, body.sealed, f"source:{source_id}")
    return opened


def next_subjects(
    session: Session, project_id: int, modalities: list[str], *share: ColumnElement[bool], after: int, limit: int
) -> list[int]:
    """Subjects with quarantined sources, in order of id: whole subjects, never half of one.

    `modalities` are those that can be worked on; a subject with a source of another one is left out. `share`: which
    of the subjects, where several workers share them.
    """
    stuck = select(Source.subject_id).where(*_waiting(project_id), Source.modality.not_in(modalities))
    return list(
        session.scalars(
            select(Source.subject_id)
            .where(*_waiting(project_id), *share, Source.subject_id > after, Source.subject_id.not_in(stuck))
            .group_by(Source.subject_id)
            .order_by(Source.subject_id)
            .limit(limit)
        )
    )


def waiting_modalities(session: Session, project_id: int) -> list[str]:
    """Modalities of the sources that are still in quarantine, in order of their keys."""
    query = select(Source.modality).where(*_waiting(project_id)).distinct()
    return sorted(session.scalars(query))


def count_waiting(session: Session, project_id: int, *share: ColumnElement[bool], after: int) -> int:
    """How many quarantined sources there are of subjects behind `after`, within a share of them."""
    query = select(func.count()).select_from(Source).where(*_waiting(project_id), *share, Source.subject_id > after)
    return session.scalar(query) or 0


def _waiting(project_id: int) -> tuple[ColumnElement[bool], ...]:
    return Source.project_id == project_id, Source.state == SourceState.QUARANTINED


def sources_of(session: Session, subject_id: int) -> list[Source]:
    """All sources of a subject whose texts still exist, in order of arrival."""
    there = select(SourceBody.source_id).where(SourceBody.source_id == Source.id)
    return list(
        session.scalars(
            select(Source)
            .where(Source.subject_id == subject_id, Source.state != SourceState.WITHDRAWN, there.exists())
            .order_by(Source.id)
        )
    )


def count_sources(session: Session, project_id: int) -> dict[str, int]:
    """State → number of records a project received."""
    return count_states(session, Source, project_id)


def refused_sources(session: Session, project_id: int, *, after: int = 0, limit: int = 50) -> list[Source]:
    """Records that stopped at the gate, refused or set aside there, in order of arrival."""
    # A value and not EXISTS: beside an OR, PostgreSQL would read the reasons of every record there is.
    first = select(SourceReason.code).where(SourceReason.source_id == Source.id, SourceReason.position == 0)
    aside = (Source.state == SourceState.QUARANTINED) & first.scalar_subquery().is_not(None)
    return list(
        session.scalars(
            select(Source)
            .where(Source.project_id == project_id, (Source.state == SourceState.REFUSED) | aside, Source.id > after)
            .options(selectinload(Source._reasons))
            .order_by(Source.id)
            .limit(limit)
        )
    )
