"""What became of reported identifiers, and what was learnt about a patient, sealed under the patient's key."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.audit.events import Tag
from app.core.db import RECORD, Base


class IncidentOutcome(StrEnum):
    """How a report or a flag ended."""

    REDACTED = "redacted"
    DISMISSED = "dismissed"


class Incident(Base):
    """A privacy officer's decision on one hold. Offsets count in the document that was reported."""

    __tablename__ = "phi_incident"
    __table_args__ = (
        CheckConstraint("outcome IN ('redacted','dismissed')", name="outcome_known"),
        CheckConstraint("(outcome = 'redacted') = (new_document_id IS NOT NULL)", name="redacted_anew"),
        {"info": {"kind": RECORD, "tags": (Tag.PHI_REDACTED, Tag.PHI_DISMISSED), "append_only": True}},
    )

    hold_id: Mapped[int] = mapped_column(ForeignKey("hold.id"), primary_key=True, autoincrement=False)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    new_document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"), index=True)
    outcome: Mapped[str] = mapped_column(Text)
    #: why it had got through; counted to find which rule is missing
    cause: Mapped[str] = mapped_column(Text)
    #: canonical JSON list of [start, end, type]
    spans_json: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    decided_at: Mapped[int]


class Learned(Base):
    """Identifiers of a patient learnt from one incident: later texts of the patient are searched for them."""

    __tablename__ = "learned_identifier"
    __table_args__ = (
        {
            "info": {
                "kind": RECORD,
                "uncommitted": "sealed under its subject's key",
                "tags": (Tag.PHI_REDACTED, Tag.SUBJECTS_DEIDENTIFIED, Tag.BATCH_WITHDRAWN, Tag.SUBJECT_ERASED),
                "erasable": True,
            }
        },
    )

    hold_id: Mapped[int] = mapped_column(ForeignKey("hold.id"), primary_key=True, autoincrement=False)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
