"""Erasure of one patient: what holds words of theirs, and the tombstone that stays."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import CheckConstraint, ForeignKey, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.actor import AnyActor
from app.audit.events import Tag
from app.audit.models import Erasure
from app.core.db import RECORD, Base, Session
from app.core.registry import Registry
from app.corpus.batch import erase
from app.corpus.document import Document, DocumentBody, DocumentMap
from app.corpus.source import Source, SourceBody, SourceState
from app.corpus.subject import Encounter, Patient
from app.corpus.suggestion import Suggestion
from app.corpus.vault import SubjectKey

#: why, as stored: never free text, which could name the patient
REASONS = {
    "request": "the patient asked for it",
    "consent-withdrawn": "consent was withdrawn",
    "retention-over": "the time to keep it is over",
    "unlawful": "it should not have come in",
    "ordered": "an authority or court ordered it",
}


class SubjectErasure(Base):
    """The tombstone of a patient: why and when everything that could be read was destroyed, and by which event."""

    __tablename__ = "subject_erasure"
    __table_args__ = (
        CheckConstraint("reason IN (" + ",".join(f"'{reason}'" for reason in REASONS) + ")", name="reason_known"),
        {"info": {"kind": RECORD, "tags": (Tag.SUBJECT_ERASED,), "append_only": True, "bundle": "whole"}},
    )

    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"), primary_key=True, autoincrement=False)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    reason: Mapped[str] = mapped_column(Text)
    #: the number of the request in the office's own files; letters, digits, `.`, `/`, `-`
    reference: Mapped[str] = mapped_column(Text)
    erased_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    erased_at: Mapped[int]
    event_id: Mapped[str] = mapped_column(Text)


@dataclass
class Erasing:
    """An erasure under way: of whom, by whom, under which event; what was destroyed so far, and what left before."""

    session: Session
    patient: Patient
    actor: AnyActor
    event_id: str
    at: int
    counts: Counter[str] = field(default_factory=Counter)
    #: releases that hold an item of theirs
    releases: set[int] = field(default_factory=set)

    def delete(self, body: Base, noun: str) -> None:
        """Destroy a row of a `*_body` table."""
        erase(self.session, body, event_id=self.event_id, at=self.at)
        self.counts[noun] += 1

    def empty(self, row: Base, noun: str, **empty: Any) -> None:
        """Empty the words of a row that stays; the event commits to what is left of it."""
        (row_id,) = row.__mapper__.primary_key_from_instance(row)
        key = (row.__tablename__, str(row_id))
        if self.session.get(Erasure, key) is None:
            self.session.add(Erasure(table_name=key[0], row_id=key[1], event_id=self.event_id, at=self.at))
            self.session.flush()
        for name, value in empty.items():
            setattr(row, name, value)
        self.session.flush()
        self.counts[noun] += 1


class HolderOfWords(Protocol):
    """Knows where words of a patient stand; each package that stores any registers itself."""

    key: str

    def erase(self, erasing: Erasing) -> None:
        """Destroy them, in the transaction of the erasure."""
        ...


HOLDERS: Registry[HolderOfWords] = Registry("holder of words", HolderOfWords)


class CorpusWords:
    """Texts, sources, maps of offsets, suggestions, what is known of stays; the patient's key last."""

    key = "corpus"

    def erase(self, erasing: Erasing) -> None:
        session, own = erasing.session, erasing.patient.id
        for source in session.scalars(select(Source).where(Source.subject_id == own)).all():
            if (body := session.get(SourceBody, source.id)) is not None:
                erasing.delete(body, "sources")
            source.state = SourceState.WITHDRAWN
        for document in session.scalars(select(Document).where(Document.subject_id == own)).all():
            for table, noun in ((DocumentBody, "texts"), (DocumentMap, "maps")):
                if (row := session.get(table, document.id)) is not None:
                    erasing.delete(row, noun)
            said = select(Suggestion).where(Suggestion.document_id == document.id)
            for suggestion in session.scalars(said).all():
                erasing.empty(suggestion, "suggestions", body="{}")
        for stay in session.scalars(select(Encounter).where(Encounter.subject_id == own)).all():
            erasing.empty(stay, "stays", setting="unknown", code_release="", sex="", age_band="")
        key = session.get(SubjectKey, own)
        if key is not None:
            erasing.delete(key, "keys")
        erasing.patient.erased_at = erasing.at


def is_erased(session: Session, patient_id: int) -> bool:
    """Whether a patient was erased, not only withdrawn with a delivery."""
    return session.get(SubjectErasure, patient_id) is not None


def list_erasures(session: Session, project_id: int, limit: int = 200) -> list[tuple[str, SubjectErasure]]:
    """Pseudonym and tombstone of each erased patient of a project, newest first."""
    query = select(Patient.pseudonym, SubjectErasure).join(Patient, Patient.id == SubjectErasure.subject_id)
    query = query.where(SubjectErasure.project_id == project_id).order_by(SubjectErasure.erased_at.desc())
    return [(name, row) for name, row in session.execute(query.limit(limit))]
