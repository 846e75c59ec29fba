"""Labels whose meaning a major version changes."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ForeignKey, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.audit.events import Tag
from app.core.db import RECORD, Base, Session


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


def affected_labels(session: Session, guideline_id: int) -> tuple[str, ...]:
    """The labels a version changed the meaning of, in order."""
    query = select(AffectedLabel.label).where(AffectedLabel.guideline_version_id == guideline_id)
    return tuple(session.scalars(query.order_by(AffectedLabel.label)))


def add_affected(session: Session, guideline_id: int, labels: Collection[str]) -> None:
    """Enter them with the version they come of, before its event."""
    session.add_all(AffectedLabel(guideline_version_id=guideline_id, label=label) for label in sorted(set(labels)))
    session.flush()
