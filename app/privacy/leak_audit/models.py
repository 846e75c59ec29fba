"""Leak audits: the plan with its committed seed, the sample, blind checks, results per stratum."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from app.audit.events import Tag
from app.core.db import RECORD, Base, Session, get_locked
from app.core.errors import NotFound


class AuditState(StrEnum):
    """How far a leak audit has come."""

    PLANNED = "planned"
    DRAWN = "drawn"
    CLOSED = "closed"


class LeakAudit(Base):
    """One audit of a project's clean texts. Planning logs the seed's digest before anything is drawn."""

    __tablename__ = "leak_audit"
    __table_args__ = (
        CheckConstraint("state IN ('planned','drawn','closed')", name="state_known"),
        CheckConstraint("(state = 'planned') = (drawn_at IS NULL)", name="drawn_dated"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_dated"),
        CheckConstraint("(closed_at IS NULL) = (bound_ppm IS NULL)", name="closed_bounded"),
        CheckConstraint("checkers IN (1, 2)", name="checkers_range"),
        CheckConstraint("per_stratum >= 1 AND plants >= 0 AND plants <= per_stratum", name="sizes_range"),
        {"info": {"kind": RECORD, "tags": (Tag.LEAK_AUDIT_PLANNED, Tag.LEAK_AUDIT_DRAWN, Tag.LEAK_AUDIT_CLOSED)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    state: Mapped[str] = mapped_column(Text)
    #: documents drawn of each stratum
    per_stratum: Mapped[int]
    #: what makes strata: all, note_type, modality or batch
    stratify: Mapped[str] = mapped_column(Text)
    #: independent people who check each document
    checkers: Mapped[int]
    #: documents of each stratum into whose shown copy an invented identifier is planted
    plants: Mapped[int]
    #: hex; in the log as a digest when planned, in clear when closed, so that anybody can repeat the draw
    seed: Mapped[str] = mapped_column(Text)
    seed_sha256: Mapped[str] = mapped_column(Text)
    #: the newest document there was when the sample was drawn
    last_document_id: Mapped[int | None]
    #: canonical JSON: stratum → documents there were when the sample was drawn
    strata_json: Mapped[str] = mapped_column(Text)
    #: worst stratum's upper bound of the leak rate over the checkers' sensitivity, parts per million
    bound_ppm: Mapped[int | None]
    #: the same over the lower end of the sensitivity's interval: what a claim goes by
    careful_ppm: Mapped[int | None]
    #: share of planted or twice-found identifiers that were found; NULL: nothing to estimate it from
    sensitivity_ppm: Mapped[int | None]
    #: its exact 95 % interval
    sensitivity_low_ppm: Mapped[int | None]
    sensitivity_high_ppm: Mapped[int | None]
    planned_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    planned_at: Mapped[int]
    drawn_at: Mapped[int | None]
    closed_at: Mapped[int | None]


class LeakSample(Base):
    """One document of a sample. Plants live here and never in the document itself."""

    __tablename__ = "leak_sample"
    __table_args__ = (
        UniqueConstraint("audit_id", "document_id"),
        UniqueConstraint("audit_id", "ordinal"),
        {"info": {"kind": RECORD, "tags": (Tag.LEAK_AUDIT_DRAWN,), "append_only": True}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("leak_audit.id"))
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    stratum: Mapped[str] = mapped_column(Text)
    #: the order of checking, which mixes the strata
    ordinal: Mapped[int]
    #: canonical JSON list of invented passages: offset in the clean text, passage, identifier's start and end in it
    plants_json: Mapped[str] = mapped_column(Text)


class LeakCheck(Base):
    """One person's blind answer on one document."""

    __tablename__ = "leak_check"
    __table_args__ = (
        UniqueConstraint("sample_id", "person_id"),
        {"info": {"kind": RECORD, "tags": (Tag.LEAK_CHECKED,), "append_only": True}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("leak_sample.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    #: canonical JSON list of [start, end], code points of the text as shown; empty: no leak
    marks_json: Mapped[str] = mapped_column(Text)
    checked_at: Mapped[int]


class LeakResult(Base):
    """What a closed audit found in one stratum; rates in parts per million."""

    __tablename__ = "leak_result"
    __table_args__ = (
        UniqueConstraint("audit_id", "stratum"),
        {"info": {"kind": RECORD, "tags": (Tag.LEAK_AUDIT_CLOSED,), "append_only": True}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("leak_audit.id"))
    stratum: Mapped[str] = mapped_column(Text)
    #: documents of the stratum when the sample was drawn
    documents: Mapped[int]
    checked: Mapped[int]
    leaking: Mapped[int]
    #: of the process that made such texts (Clopper–Pearson) over the estimated sensitivity
    bound_ppm: Mapped[int]
    #: the same over the lower end of its interval
    careful_ppm: Mapped[int]
    #: of the very documents of this lot (hypergeometric) over the estimated sensitivity
    lot_bound_ppm: Mapped[int]


def get_audit(session: Session, audit_id: int, *, lock: bool = False) -> LeakAudit:
    """Raises NotFound."""
    audit = get_locked(session, LeakAudit, audit_id) if lock else session.get(LeakAudit, audit_id)
    if audit is None:
        raise NotFound("leak-audit", f"there is no leak audit {audit_id}")
    return audit


def get_sample(session: Session, sample_id: int) -> LeakSample:
    """Raises NotFound."""
    sample = session.get(LeakSample, sample_id)
    if sample is None:
        raise NotFound("leak-sample", f"there is no sample {sample_id}")
    return sample


def list_audits(session: Session, project_id: int) -> list[LeakAudit]:
    """Newest first."""
    return list(
        session.scalars(select(LeakAudit).where(LeakAudit.project_id == project_id).order_by(LeakAudit.id.desc()))
    )


def samples_of(session: Session, audit_id: int) -> list[LeakSample]:
    """In the order of checking."""
    return list(session.scalars(select(LeakSample).where(LeakSample.audit_id == audit_id).order_by(LeakSample.ordinal)))


def checks_of(session: Session, audit_id: int) -> dict[int, list[LeakCheck]]:
    """Sample id → answers, oldest first."""
    rows = session.scalars(
        select(LeakCheck)
        .join(LeakSample, LeakSample.id == LeakCheck.sample_id)
        .where(LeakSample.audit_id == audit_id)
        .order_by(LeakCheck.id)
    )
    found: dict[int, list[LeakCheck]] = {}
    for row in rows:
        found.setdefault(row.sample_id, []).append(row)
    return found


def results_of(session: Session, audit_id: int) -> list[LeakResult]:
    """By name of the stratum."""
    return list(session.scalars(select(LeakResult).where(LeakResult.audit_id == audit_id).order_by(LeakResult.stratum)))
