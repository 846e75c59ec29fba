"""A name learnt late: the patient's other texts are flagged and held, and none is rewritten."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from sqlalchemy import func, select

from app.accounts.actor import AnyActor
from app.core.db import Session
from app.core.errors import code_of
from app.corpus.document import Document, DocumentBody, is_own_text, text_of
from app.corpus.vault import open_json, seal_json
from app.deidentify.known import KnownIdentifiers
from app.deidentify.note import Note
from app.deidentify.span import merge
from app.privacy.incident.models import Learned
from app.privacy.version.held_places import say_places
from app.review.hold import Hold, HoldKind, open_hold, places_held_before
from app.review.item import Item
from app.review.states import ItemState

log = logging.getLogger(__name__)

KnownFields = dict[str, list[str]]
# Which field of a patient's record an identifier type belongs to; dates and ages identify nobody elsewhere.
FIELD = {
    "NAME": "names",
    "LOCATION": "addresses",
    **dict.fromkeys(("PHONE", "FAX", "EMAIL", "URL"), "contacts"),
    **dict.fromkeys(("SSN", "MRN", "HEALTH_PLAN", "ACCOUNT", "LICENSE", "VEHICLE", "DEVICE", "ID"), "ids"),
}


def as_known(found: Iterable[tuple[str, str]]) -> KnownFields:
    """(type, value) as fields of a patient's record."""
    known: KnownFields = {}
    for kind, value in sorted(set(found)):
        if kind in FIELD:
            known.setdefault(FIELD[kind], []).append(value)
    return known


def keep(session: Session, key: bytes, subject_id: int, hold: Hold, known: KnownFields) -> None:
    """Seal what was learnt, so that texts that come later are searched for it."""
    if known:
        session.add(Learned(hold_id=hold.id, subject_id=subject_id, sealed=seal_json(key, known, _label(hold.id))))


def learned_of(session: Session, key: bytes, subject_id: int) -> KnownFields:
    """All that was learnt about a patient."""
    merged: KnownFields = {}
    for row in session.scalars(select(Learned).where(Learned.subject_id == subject_id).order_by(Learned.hold_id)):
        for name, values in open_json(key, row.sealed, _label(row.hold_id)).items():
            merged.setdefault(name, []).extend(values)
    return merged


def joined(*parts: KnownFields) -> KnownFields:
    """All identifiers of some records and incidents of one patient, each once."""
    fields = dict.fromkeys(name for part in parts for name in part)
    return {name: list(dict.fromkeys(v for part in parts for v in part.get(name, []))) for name in fields}


def flag_others(session: Session, actor: AnyActor, document: Document, known: KnownFields, *, at: int) -> int:
    """Hold the patient's other texts in which an identifier stands; returns how many."""
    flagged = 0
    for other in _others(session, document) if known else []:
        places = _where(other, text_of(session, other.id), known)
        flagged += hold_places(session, actor, other, places, at=at)
    return flagged


def _where(document: Document, text: str, known: KnownFields) -> list[tuple[int, int]]:
    """Where the identifiers stand; the whole of a text that could not be searched: somebody has to look."""
    try:
        found = KnownIdentifiers().find(Note(text, document.language, known=known))
        return [(span.start, span.end) for span in merge(found)]
    except Exception as error:  # noqa: BLE001  (any fault of a rule; its message could carry the text)
        log.warning("document not searched", extra={"document": document.id, "code": code_of(error)})
        return [(0, len(text))]


def hold_places(
    session: Session, actor: AnyActor, document: Document, places: list[tuple[int, int]], *, at: int
) -> int:
    """Hold a text's items for places that were not flagged in it before; returns how many.

    What an officer was asked about once is not asked again.
    """
    flagged = 0
    items = session.scalars(select(Item).where(Item.document_id == document.id, Item.state != ItemState.WITHDRAWN))
    for item in list(items):
        known = places_held_before(session, item.id, HoldKind.QUARANTINE)
        new = [list(place) for place in places if place not in known]
        if new:
            hold = open_hold(session, actor, item.id, item.project_id, HoldKind.QUARANTINE, at=at)
            say_places(session, actor, hold, new, at=at)
            flagged += 1
    return flagged


def _others(session: Session, document: Document) -> list[Document]:
    """The newest version of each other text of the patient that still exists."""
    newest = select(func.max(Document.id)).where(Document.subject_id == document.subject_id, is_own_text())
    there = select(DocumentBody.document_id).where(DocumentBody.document_id == Document.id)
    return list(
        session.scalars(
            select(Document)
            .where(
                Document.id.in_(newest.group_by(Document.source_id)),
                Document.source_id != document.source_id,
                there.exists(),
            )
            .order_by(Document.id)
        )
    )


def _label(hold_id: int) -> str:
    return f"learned:{hold_id}"
