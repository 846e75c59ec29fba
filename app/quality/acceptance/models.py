"""Lots: what is presented together, the plan with its committed seed, the sample, each check, the verdict."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from app.audit.events import Tag
from app.core.db import RECORD, Base, Session, get_locked
from app.core.errors import NotFound


class LotState(StrEnum):
    """How far a lot has come."""

    OPEN = "open"
    DRAWN = "drawn"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class Population(StrEnum):
    """Which documents of the lot are asked about: those in which a label of the class was marked, or the others."""

    MARKED = "marked"
    UNMARKED = "unmarked"


class Lot(Base):
    """Settled items presented together for one class of labels. Its seed is in the log, as a digest, from the start."""

    __tablename__ = "lot"
    __table_args__ = (
        UniqueConstraint("project_id", "number"),
        CheckConstraint("state IN ('open','drawn','accepted','refused')", name="state_known"),
        CheckConstraint("label_class IN ('routine','significant','critical')", name="class_known"),
        CheckConstraint("population IN ('marked','unmarked')", name="population_known"),
        CheckConstraint("(state = 'open') = (drawn_at IS NULL)", name="drawn_dated"),
        CheckConstraint("(state IN ('accepted','refused')) = (decided_at IS NOT NULL)", name="decided_dated"),
        {"info": {"kind": RECORD, "tags": (Tag.LOT_OPENED, Tag.LOT_DRAWN, Tag.LOT_DECIDED)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    number: Mapped[int]
    modality: Mapped[str] = mapped_column(Text)
    label_class: Mapped[str] = mapped_column(Text)
    population: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    #: zero, aql or limiting
    plan: Mapped[str] = mapped_column(Text)
    #: what the plan is for, in parts per 10,000: the share of wrong documents (zero, limiting) or the AQL
    rate: Mapped[int]
    #: of 100 sampled documents so many are checked blind first
    blind_share: Mapped[int]
    #: independent people who check each document
    checkers: Mapped[int]
    #: hex; in the log as a digest when opened, in clear when decided
    seed: Mapped[str] = mapped_column(Text)
    seed_sha256: Mapped[str] = mapped_column(Text)
    #: canonical JSON: the plan as it was made of the lot when drawn
    plan_json: Mapped[str] = mapped_column(Text)
    #: the refused lot whose items this one presents again
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("lot.id"), index=True)
    opened_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    opened_at: Mapped[int]
    drawn_at: Mapped[int | None]
    decided_at: Mapped[int | None]


class LotItem(Base):
    """One item of a lot with the answer presented; `ordinal` is its place in the sample, NULL outside it."""

    __tablename__ = "lot_item"
    __table_args__ = (
        UniqueConstraint("lot_id", "ordinal"),
        {"info": {"kind": RECORD, "tags": (Tag.LOT_DRAWN,), "append_only": True}},
    )

    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), primary_key=True, autoincrement=False)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True, autoincrement=False, index=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    ordinal: Mapped[int | None]
    #: checked blind first
    blind: Mapped[bool]


class LotCheck(Base):
    """One person's check of one sampled document: blind marks first where asked, then the verdict on the answer."""

    __tablename__ = "lot_check"
    __table_args__ = (
        UniqueConstraint("lot_id", "item_id", "person_id"),
        CheckConstraint("critical >= 0 AND major >= 0 AND minor >= 0", name="defects_positive"),
        {"info": {"kind": RECORD, "tags": (Tag.LOT_CHECKED_BLIND, Tag.LOT_CHECKED)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    #: canonical JSON, frozen before the answer is shown: [[label, start, end], …]; empty where checked sighted
    marks_json: Mapped[str] = mapped_column(Text)
    blind_at: Mapped[int | None]
    critical: Mapped[int]
    major: Mapped[int]
    minor: Mapped[int]
    #: NULL between the blind marks and the verdict
    checked_at: Mapped[int | None]


def get_lot(session: Session, project_id: int, number: int, *, lock: bool = False) -> Lot:
    """Raises NotFound."""
    lot = session.scalar(select(Lot).where(Lot.project_id == project_id, Lot.number == number))
    if lot is not None and lock:
        lot = get_locked(session, Lot, lot.id)
    if lot is None:
        raise NotFound("lot", f"there is no lot {number}")
    return lot


def list_lots(session: Session, project_id: int) -> list[Lot]:
    """Newest first."""
    return list(session.scalars(select(Lot).where(Lot.project_id == project_id).order_by(Lot.number.desc())))


def items_of(session: Session, lot_id: int) -> list[LotItem]:
    """The sample in the order of checking, then the rest."""
    rows = session.scalars(select(LotItem).where(LotItem.lot_id == lot_id).order_by(LotItem.item_id)).all()
    return sorted(rows, key=lambda row: (row.ordinal is None, row.ordinal or 0, row.item_id))


def checks_of(session: Session, lot_id: int) -> list[LotCheck]:
    """Oldest first."""
    return list(session.scalars(select(LotCheck).where(LotCheck.lot_id == lot_id).order_by(LotCheck.id)))
