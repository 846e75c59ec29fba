"""Documents: the clean text readers see, versioned, with its salted digest, and what may be said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from app.audit.content import require_content
from app.audit.events import Tag
from app.core.counts import count_states
from app.core.db import RECORD, Base, Session
from app.core.digest import new_salt, salted_sha256
from app.core.errors import NotFound, Unavailable
from app.core.registry import Registry
from app.corpus.project import Project
from app.corpus.vault import SEAL_ALL, open_json, seal_json, vault_of


class Verdict(StrEnum):
    """What is known about a text's de-identification. None of them says "de-identified":
    that needs a leak audit (domain B.7)."""

    MACHINE_PASSED = "machine_passed"
    NEEDS_REVIEW = "needs_review"
    ACCEPTED = "accepted"
    REFUSED = "refused"


_FIXED = (
    *("id", "project_id", "subject_id", "encounter_id", "source_id", "version", "label"),
    *("text_sha256", "characters", "deid_json", "created_at"),
)


class Document(Base):
    """One version of a clean text (for imaging: canonical JSON of the metadata)."""

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("source_id", "version"),
        Index("ix_document_project_id_id", "project_id", "id"),
        CheckConstraint("verdict IN ('machine_passed','needs_review','accepted','refused')", name="verdict_known"),
        CheckConstraint("characters >= 0", name="characters_positive"),
        {
            "info": {
                "kind": RECORD,
                "guard": {"fixed": _FIXED},
                "tags": (
                    Tag.SUBJECTS_DEIDENTIFIED,
                    Tag.DOCUMENT_RELEASED_FROM_QUARANTINE,
                    Tag.DOCUMENT_REFUSED,
                    Tag.PHI_REDACTED,
                    Tag.REMOVAL_UNDONE,
                    Tag.ITEM_COPIED,
                ),
                "counted": "verdict",
            }
        },
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"), index=True)
    encounter_id: Mapped[int] = mapped_column(ForeignKey("encounter.id"), index=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    version: Mapped[int]
    #: a random name, for lists and conversations
    label: Mapped[str] = mapped_column(Text, unique=True)
    modality: Mapped[str] = mapped_column(Text)
    note_type: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    text_sha256: Mapped[str] = mapped_column(Text)
    characters: Mapped[int]
    verdict: Mapped[str] = mapped_column(Text, active_history=True)
    #: how likely a leak is, in the engine's reckoning, in parts per million: what waits is looked at in this order
    doubt_ppm: Mapped[int] = mapped_column(default=0, server_default="0")
    #: canonical JSON: engine, version, digest, mode, dates, claim
    deid_json: Mapped[str] = mapped_column(Text)
    created_at: Mapped[int]
    _reasons: Mapped[list[DocumentReason]] = relationship(order_by="DocumentReason.position", viewonly=True)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Codes of what the machine doubted, as given to `add_document`."""
        return tuple(row.code for row in self._reasons)


class DocumentReason(Base):
    """Why a text has the verdict that the machine gave it: one code of several, in their order."""

    __tablename__ = "document_reason"
    __table_args__ = (
        {
            "info": {
                "kind": RECORD,
                "tags": (Tag.SUBJECTS_DEIDENTIFIED, Tag.PHI_REDACTED, Tag.REMOVAL_UNDONE),
                "append_only": True,
            }
        },
    )

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Text)


class DocumentBody(Base):
    """The clean text and its salt: erased together, after which the digest says nothing."""

    __tablename__ = "document_body"
    __table_args__ = (
        {
            "info": {
                "kind": RECORD,
                "content": ("document", "text", "text_sha256"),
                "tags": (
                    *(Tag.SUBJECTS_DEIDENTIFIED, Tag.PHI_REDACTED, Tag.REMOVAL_UNDONE),
                    *(Tag.BATCH_WITHDRAWN, Tag.SUBJECT_ERASED),
                ),
                "erasable": True,
                "opened": lambda session, row: opened_text(session, row["document_id"], row["text"], row["sealed"]),
            }
        },
    )

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True, autoincrement=False)
    #: empty where it is sealed
    text: Mapped[str] = mapped_column(Text)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    #: the text under the subject's key
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class DocumentMap(Base):
    """How offsets of the clean text map to the source's, sealed under the subject's key."""

    __tablename__ = "document_map"
    __table_args__ = (
        {
            "info": {
                "kind": RECORD,
                "uncommitted": "sealed under its subject's key",
                "tags": (
                    *(Tag.SUBJECTS_DEIDENTIFIED, Tag.PHI_REDACTED, Tag.REMOVAL_UNDONE),
                    *(Tag.BATCH_WITHDRAWN, Tag.SUBJECT_ERASED),
                ),
                "erasable": True,
            }
        },
    )

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True, autoincrement=False)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class DocumentCopy(Base):
    """That a document is another name for the text of one that is there: the text itself is stored, and erased, once.

    Its version is below zero, so that it is never the newest of its source.
    """

    __tablename__ = "document_copy"
    __table_args__ = ({"info": {"kind": RECORD, "tags": (Tag.ITEM_COPIED,), "append_only": True}},)

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True, autoincrement=False)
    of_document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)


def add_document(session: Session, document: Document, text: str, reasons: Sequence[str] = ()) -> Document:
    """Store a document with its body and the reasons for its verdict; sets digest, length and version."""
    salt = new_salt()
    document.text_sha256 = salted_sha256(salt, text)
    document.characters = len(text)
    last = session.scalar(select(func.max(Document.version)).where(Document.source_id == document.source_id))
    document.version = (last or 0) + 1
    session.add(document)
    session.flush()
    session.add(_body(session, document, text, salt))
    session.add_all(DocumentReason(document_id=document.id, position=n, code=code) for n, code in enumerate(reasons))
    return document


def _body(session: Session, document: Document, text: str, salt: bytes) -> DocumentBody:
    """Sealed under the patient's key, as sources are: what waits in quarantine always, all texts where it is set so."""
    vault = vault_of(session)
    if vault is None or not (document.verdict == Verdict.NEEDS_REVIEW or session.info.get(SEAL_ALL)):
        return DocumentBody(document_id=document.id, text=text, salt=salt)
    key = vault.key_of(session, document.subject_id)
    sealed = seal_json(key, text, _label(document.id))
    return DocumentBody(document_id=document.id, text="", salt=salt, sealed=sealed)


def opened_text(session: Session, document_id: int, text: str, sealed: bytes | None) -> str:
    """The text of a row of `document_body`, in clear or sealed; a sealed one stays so when it leaves quarantine.

    Raises Unavailable without the key, or with another.
    """
    if sealed is None:
        return text
    vault = vault_of(session)
    if vault is None:
        raise Unavailable("vault", "this text is sealed, and there is no key here")
    opened: str = open_json(vault.key_of(session, get_document(session, document_id).subject_id), sealed,
                            _label(document_id))  # fmt: skip
    return opened


def _label(document_id: int) -> str:
    return f"text:{document_id}"


_COPIED = (
    "project_id", "subject_id", "encounter_id", "source_id", "modality", "note_type", "language", "verdict",
    "doubt_ppm", "deid_json", "text_sha256", "characters",
)  # fmt: skip


def copy_document(session: Session, document: Document, label: str, *, at: int) -> Document:
    """Give a text another name, under which its suggestions and its readings are kept apart. The caller says so."""
    first = session.scalar(select(func.min(Document.version)).where(Document.source_id == document.source_id)) or 0
    kept = {name: getattr(document, name) for name in _COPIED}
    row = Document(**kept, version=min(first, 0) - 1, label=label, created_at=at)
    session.add(row)
    session.flush()
    session.add(DocumentCopy(document_id=row.id, of_document_id=document.id))
    return row


def is_own_text() -> ColumnElement[bool]:
    """The document is no copy: for queries that ask for the newest version of each text."""
    return Document.version > 0


def with_reasons() -> ORMOption:
    """For a query of many documents: reads the reasons of all in one go."""
    return selectinload(Document._reasons)


def get_document(session: Session, document_id: int) -> Document:
    """Raises NotFound."""
    document = session.get(Document, document_id)
    if document is None:
        raise NotFound("document", f"there is no document {document_id}")
    return document


def find_by_label(session: Session, project_id: int, label: str) -> Document:
    """The newest version of a text by the label that stands over it. Raises NotFound."""
    found = session.scalar(select(Document).where(Document.project_id == project_id, Document.label == label))
    if found is None:
        raise NotFound("unknown-text", "no text in this project has this label")
    return found


def text_of(session: Session, document_id: int) -> str:
    """The clean text. Raises NotFound when it was erased, Conflict when it is not the one in the record."""
    copy = session.get(DocumentCopy, document_id)
    body = session.get(DocumentBody, copy.of_document_id if copy else document_id)
    if body is None:
        raise NotFound("document-erased", f"the text of document {document_id} was destroyed")
    stated = get_document(session, document_id).text_sha256
    text = opened_text(session, body.document_id, body.text, body.sealed)
    require_content(f"the text of document {document_id}", body.salt, text, stated)
    return text


def documents_of_encounter(session: Session, encounter_id: int) -> list[Document]:
    """The newest version of each document of an encounter."""
    own = (Document.encounter_id == encounter_id, is_own_text())
    rows = session.scalars(select(Document).where(*own).order_by(Document.id))
    return list({row.source_id: row for row in rows}.values())


def count_by_verdict(session: Session, project_id: int) -> dict[str, int]:
    """Verdict → number of documents of a project; copies left out."""
    copies = select(Document.verdict, func.count()).join(DocumentCopy, DocumentCopy.document_id == Document.id)
    copied = dict(session.execute(copies.where(Document.project_id == project_id).group_by(Document.verdict)).all())
    left = {verdict: n - copied.get(verdict, 0) for verdict, n in count_states(session, Document, project_id).items()}
    return {verdict: count for verdict, count in left.items() if count}


NOT_CHECKED = "machine passed, not checked"


@dataclass(frozen=True)
class Claim:
    """`words` is all that pages and exports may say; `reasons` are codes of what is missing for more."""

    checked: bool
    words: str
    reasons: tuple[str, ...] = ()
    audit: int | None = None
    #: upper bound of the share of documents with a leak, in parts per million
    bound_ppm: int | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "checked": self.checked,
            "words": self.words,
            "reasons": list(self.reasons),
            "leak_audit": self.audit,
            "bound_ppm": self.bound_ppm,
        }


class ClaimSource(Protocol):
    """Knows of checks; de-identification registers its leak audit."""

    key: str

    def claim(self, session: Session, project: Project) -> Claim: ...


CLAIMS: Registry[ClaimSource] = Registry("claim source", ClaimSource)


def claim_of(session: Session, project: Project) -> Claim:
    """The first claim that people have checked; otherwise what is missing (domain B.7)."""
    claims = [source.claim(session, project) for source in CLAIMS]
    missing = tuple(dict.fromkeys(reason for claim in claims for reason in claim.reasons))
    return next((claim for claim in claims if claim.checked), Claim(False, NOT_CHECKED, missing))
