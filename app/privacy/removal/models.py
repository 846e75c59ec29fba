"""Decisions on what was removed: who may see originals till when, what became of each place, which words are kept."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.audit.events import Tag
from app.core.db import OPERATIONAL, RECORD, Base


class Fate(StrEnum):
    """What a privacy officer said of one place of a clean text."""

    #: no identifier: the original stands there again, in a new version
    PUT_BACK = "put_back"
    #: rightly replaced, and looked at
    STAYS = "stays"
    #: stood there and was no identifier
    LEFT = "left"
    #: stood there and was one: replaced, in a new version
    REMOVED = "removed"


class KeptOutcome(StrEnum):
    """A second look at a word that was put back for one patient."""

    CONFIRMED = "confirmed"
    DECLINED = "declined"


class OriginalsOpening(Base):
    """A privacy officer showed again who they are, and sees the originals of a project until `expires_at`."""

    __tablename__ = "originals_opening"
    __table_args__ = (
        CheckConstraint("expires_at >= opened_at", name="expires_later"),
        Index("ix_originals_opening_person_id_project_id", "person_id", "project_id", "expires_at"),
        {"info": {"kind": OPERATIONAL}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    session_ref: Mapped[str | None] = mapped_column(Text)
    opened_at: Mapped[int]
    expires_at: Mapped[int]


class PlaceDecision(Base):
    """What was decided of a place [start, end) of one version of a text; the newest counts. Offsets only."""

    __tablename__ = "place_decision"
    __table_args__ = (
        CheckConstraint("fate IN ('put_back','stays','left','removed')", name="fate_known"),
        CheckConstraint("start_at >= 0 AND end_at >= start_at", name="place_in_order"),
        Index("ix_place_decision_project_id_fate", "project_id", "fate"),
        Index("ix_place_decision_document_id", "document_id", "id"),
        {
            "info": {
                "kind": RECORD,
                "tags": (Tag.REMOVAL_UNDONE, Tag.REMOVAL_UPHELD, Tag.PLACES_SETTLED, Tag.PHI_REDACTED),
                "append_only": True,
            }
        },
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    start_at: Mapped[int]
    end_at: Mapped[int]
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    fate: Mapped[str] = mapped_column(Text)
    #: the report that asked for it, if one did
    hold_id: Mapped[int | None] = mapped_column(ForeignKey("hold.id"), index=True)
    #: the version before, of which it was said first: such a row is counted there
    carried_from_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"), index=True)
    decided_by: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    decided_at: Mapped[int]


class KeptWord(Base):
    """A word that was put back in a text of one patient: for others it waits for a second look.

    The word is sealed under the patient's key and dies with it.
    """

    __tablename__ = "kept_word"
    __table_args__ = (
        Index("ix_kept_word_project_id_word_ref", "project_id", "word_ref"),
        {"info": {"kind": RECORD, "tags": (Tag.REMOVAL_UNDONE,), "append_only": True}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"), index=True)
    #: keyed reference of word and type, by which the same word is known again
    word_ref: Mapped[str] = mapped_column(Text)
    type: Mapped[str] = mapped_column(Text)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    proposed_by: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    proposed_at: Mapped[int]


class KeptWordRuling(Base):
    """The second look at a word, for the whole project; the newest counts.

    A confirmed word is nobody's: it is sealed under the server's own key.
    """

    __tablename__ = "kept_word_ruling"
    __table_args__ = (
        CheckConstraint("outcome IN ('confirmed','declined')", name="outcome_known"),
        CheckConstraint("(outcome = 'confirmed') = (sealed IS NOT NULL)", name="confirmed_is_kept"),
        Index("ix_kept_word_ruling_project_id_word_ref", "project_id", "word_ref", "id"),
        {"info": {"kind": RECORD, "tags": (Tag.KEPT_WORD_RULED,), "append_only": True}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    word_ref: Mapped[str] = mapped_column(Text)
    type: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    ruled_by: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    ruled_at: Mapped[int]
