"""Tables of the register: entries, their signatures and withdrawals, and the documents a pipeline was refused."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.audit.events import Tag
from app.core.db import RECORD, Base
from app.pipelines.register.rules import RegisterEntry


class PipelineEntry(Base):
    """One statement about one pipeline in one version. A changed or renewed statement is another row."""

    __tablename__ = "pipeline_entry"
    __table_args__ = (
        CheckConstraint("length(digest) = 64", name="digest"),
        CheckConstraint("length(statement_sha256) = 64", name="statement_sha256"),
        CheckConstraint("review_by > registered_at", name="review_later"),
        Index("ix_pipeline_entry_pipeline", "pipeline", "id"),
        {"info": {"kind": RECORD, "tags": (Tag.PIPELINE_REGISTERED,), "append_only": True, "locked": True}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    pipeline: Mapped[str] = mapped_column(Text)
    version: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(Text)
    #: canonical JSON, verbatim: what the owner signs; the other columns are copies of it
    statement: Mapped[str] = mapped_column(Text)
    statement_sha256: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    review_by: Mapped[int]
    registered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    registered_at: Mapped[int]

    def stated(self, *, signed_at: int | None = None, withdrawn_at: int | None = None) -> RegisterEntry:
        """The entry as its owner stated it, with what became of it."""
        body: dict[str, Any] = json.loads(self.statement)
        known = {field.name for field in fields(RegisterEntry)}
        kept = {name: value for name, value in body.items() if name in known}
        named: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in kept.items()}
        return RegisterEntry(**named, signed_at=signed_at, withdrawn_at=withdrawn_at)


class EntrySignature(Base):
    """The owner's signature over one entry; an entry is signed once."""

    __tablename__ = "pipeline_entry_signature"
    __table_args__ = ({"info": {"kind": RECORD, "tags": (Tag.PIPELINE_SIGNED,), "append_only": True}},)

    entry_id: Mapped[int] = mapped_column(ForeignKey("pipeline_entry.id"), primary_key=True, autoincrement=False)
    signer_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    signer_name: Mapped[str] = mapped_column(Text)
    signed_at: Mapped[int]
    #: canonical JSON, verbatim: what the signature value covers
    manifest: Mapped[str] = mapped_column(Text)
    manifest_sha256: Mapped[str] = mapped_column(Text)
    #: the server key's signature line over `app.review.signature.signed_text(manifest)`
    value: Mapped[str] = mapped_column(Text)


class EntryWithdrawal(Base):
    """An entry was taken out of force; what it allowed before stays as it was."""

    __tablename__ = "pipeline_entry_withdrawal"
    __table_args__ = ({"info": {"kind": RECORD, "tags": (Tag.PIPELINE_WITHDRAWN,), "append_only": True}},)

    entry_id: Mapped[int] = mapped_column(ForeignKey("pipeline_entry.id"), primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(Text)
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[int]


class PipelineRefusal(Base):
    """A document a pipeline was not let near, by the first rule that failed.

    `basis` names the entry, the installed digest and the standing it was decided on: with any of them
    changed the document is tried again, otherwise it is left alone.
    """

    __tablename__ = "pipeline_refusal"
    __table_args__ = (
        UniqueConstraint("document_id", "pipeline", "basis"),
        Index("ix_pipeline_refusal_project_pipeline", "project_id", "pipeline", "basis", "rule"),
        {"info": {"kind": RECORD, "tags": (Tag.DOCUMENTS_PREANNOTATED,), "append_only": True}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    pipeline: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)
    rule: Mapped[str] = mapped_column(Text)
    at: Mapped[int]
