"""What a pipeline said about a document: offsets, labels, codes and cues; never covered text."""

from __future__ import annotations

import json
from typing import Any, Protocol

from sqlalchemy import ForeignKey, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from app.audit.events import Tag
from app.core.db import RECORD, Base, Session
from app.core.digest import canonical_json
from app.core.registry import Registry


class Suggestion(Base):
    """The frozen output of one pipeline, in one version, on one document."""

    __tablename__ = "suggestion"
    __table_args__ = (
        UniqueConstraint("document_id", "pipeline", "version", "digest"),
        {
            "info": {
                "kind": RECORD,
                "uncommitted": "a digest without a salt would outlive the text it comes from",
                "tags": (Tag.DOCUMENTS_PREANNOTATED, Tag.ITEM_COPIED, Tag.SUBJECT_ERASED),
                "append_only": True,
                "words": ("body",),
            }
        },
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    pipeline: Mapped[str] = mapped_column(Text)
    version: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[int]

    @property
    def content(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.body)
        return content


class Clearance(Protocol):
    """Knows why suggestions may not be shown any more; pre-annotation registers its register of pipelines."""

    key: str

    def problem(self, session: Session, suggestion: Suggestion, *, at: int) -> str | None:
        """A stable code, or None where there is nothing against it."""
        ...


CLEARANCES: Registry[Clearance] = Registry("clearance", Clearance)


def withheld_because(session: Session, suggestion: Suggestion, *, at: int) -> str | None:
    """The first reason why these suggestions may not be shown now; None where they may."""
    problems = (clearance.problem(session, suggestion, at=at) for clearance in CLEARANCES)
    return next((problem for problem in problems if problem), None)


def add_suggestion(
    session: Session, document_id: int, provenance: dict[str, str], content: dict[str, Any], *, at: int
) -> Suggestion:
    """Freeze a pipeline's output. `provenance`: pipeline, version, digest."""
    suggestion = Suggestion(document_id=document_id, body=canonical_json(content), created_at=at, **provenance)
    session.add(suggestion)
    return suggestion


def latest_suggestion(session: Session, document_id: int, pipeline: str) -> Suggestion | None:
    """What a pipeline said last about a document."""
    return session.scalar(
        select(Suggestion)
        .where(Suggestion.document_id == document_id, Suggestion.pipeline == pipeline)
        .order_by(Suggestion.id.desc())
    )
