"""Labels whose meaning a major version changes, and what must be calibrated anew because of it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from sqlalchemy import ForeignKey, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.actor import AnyActor
from app.audit.events import Tag
from app.core.db import RECORD, Base, Session
from app.core.registry import Registry


class AffectedLabel(Base):
    """A label whose meaning a major version changed."""

    __tablename__ = "guideline_label"
    __table_args__ = (
        {"info": {"kind": RECORD, "bundle": "whole", "tags": (Tag.GUIDELINE_PUBLISHED,), "append_only": True}},
    )

    guideline_version_id: Mapped[int] = mapped_column(
        ForeignKey("guideline_version.id"), primary_key=True, autoincrement=False
    )
    label: Mapped[str] = mapped_column(Text, primary_key=True)


class Recalibration(Protocol):
    """Learns of a major version, in the transaction that publishes it: whoever reads under it is measured anew."""

    key: str

    def meaning_changed(
        self, session: Session, actor: AnyActor, guideline_id: int, labels: Collection[str], *, at: int
    ) -> None: ...


RECALIBRATIONS: Registry[Recalibration] = Registry("recalibration", Recalibration)


def affected_labels(session: Session, guideline_id: int) -> tuple[str, ...]:
    """The labels a version changed the meaning of, in order."""
    query = select(AffectedLabel.label).where(AffectedLabel.guideline_version_id == guideline_id)
    return tuple(session.scalars(query.order_by(AffectedLabel.label)))


def add_affected(session: Session, actor: AnyActor, guideline_id: int, labels: Collection[str], *, at: int) -> None:
    """Enter them with the version they come of, before its event; who calibrates learns of it."""
    if not labels:
        return
    session.add_all(AffectedLabel(guideline_version_id=guideline_id, label=label) for label in sorted(set(labels)))
    session.flush()
    for part in RECALIBRATIONS:
        part.meaning_changed(session, actor, guideline_id, sorted(set(labels)), at=at)
