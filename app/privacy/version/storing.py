"""The next version of a clean text as a document: kept beside the one before, mapped to the same source."""

from __future__ import annotations

from sqlalchemy import select

from app.core.db import Session
from app.core.places import TextChange
from app.corpus.document import Document, Verdict, add_document
from app.corpus.subject import random_label
from app.privacy.removal.models import PlaceDecision
from app.privacy.version.rewriting import Rewritten
from app.privacy.version.sealed import SealedMap, seal_map

_COPIED = (
    "project_id", "subject_id", "encounter_id", "source_id", "modality", "note_type", "language", "verdict",
    "deid_json", "doubt_ppm",
)  # fmt: skip


def add_version(
    session: Session, old: Document, made: Rewritten, found: SealedMap, key: bytes, *, reason: str, at: int
) -> Document:
    """Store it with its sealed map. It is as much decided on as the one before; the caller says so in an event.

    `found` is the sealed map of the text before, moved along.
    """
    kept = {name: getattr(old, name) for name in _COPIED}
    reasons = [*old.reasons, reason] if old.verdict == Verdict.NEEDS_REVIEW else [reason]
    new = Document(**kept, label=random_label(6).lower(), created_at=at)
    add_document(session, new, made.text, list(dict.fromkeys(reasons)))
    seal_map(session, key, new.id, found)
    _carry_decisions(session, old, new, made.change)
    return new


def _carry_decisions(session: Session, old: Document, new: Document, change: TextChange) -> None:
    """What was decided of a place that stands there as before need not be asked again."""
    rows = select(PlaceDecision).where(PlaceDecision.document_id == old.id).order_by(PlaceDecision.id)
    for row in list(session.scalars(rows)):
        place = change.moved(row.start_at, row.end_at)
        if place is not None:
            names = ("project_id", "fate", "hold_id", "decided_by", "decided_at")
            same = {name: getattr(row, name) for name in names}
            moved = {"document_id": new.id, "start_at": place[0], "end_at": place[1], "carried_from_id": old.id}
            session.add(PlaceDecision(**same, **moved))
