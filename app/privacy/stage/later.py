"""What a later text teaches about a patient: the earlier ones in which it stands are held, and none is rewritten."""

from __future__ import annotations

from sqlalchemy import select

from app.accounts.actor import AnyActor
from app.core.db import Session
from app.corpus.document import Document, DocumentBody, DocumentMap
from app.corpus.source import Source
from app.deidentify.engine import Deidentified, to_clean
from app.deidentify.span import Span
from app.privacy.incident.learning import FIELD, hold_places
from app.privacy.version.sealed import SealedMap, opened_map

Place = tuple[int, int]


def flag_earlier(session: Session, actor: AnyActor, source: Source, found: Deidentified, key: bytes, *, at: int) -> int:
    """Hold the items of a source's newest text where identifiers found now stand in it; returns how many.

    `found` is what the engine says of the source with all of the patient's texts before it.
    """
    document = session.scalar(
        select(Document)
        .join(DocumentBody, DocumentBody.document_id == Document.id)
        .where(Document.source_id == source.id)
        .order_by(Document.id.desc())
        .limit(1)
    )
    if document is None:
        return 0
    body = session.get(DocumentBody, document.id)
    if session.get(DocumentMap, document.id) is None or body is None:
        return 0
    sealed = opened_map(session, key, document.id)
    return hold_places(session, actor, document, _left(found.spans, sealed, document.characters), at=at)


def _left(spans: list[Span], sealed: SealedMap, length: int) -> list[Place]:
    """Where, in the clean text, spans of the source stand that nothing replaced and nobody put back.

    Dates and ages identify nobody.
    """
    rows = sealed.rows
    decided = [*((start, end) for start, end, _, _ in rows), *((start, end) for start, end in sealed.restored)]
    places = []
    for span in spans:
        replaced = any(start < span.end and span.start < end for start, end in decided)
        place = (to_clean(span.start, rows), to_clean(span.end, rows))
        if span.type in FIELD and not replaced and place[0] < place[1] <= length:
            places.append(place)
    return places
