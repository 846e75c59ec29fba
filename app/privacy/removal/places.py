"""The places of a clean text a privacy officer decides on: what was replaced, what is doubted, most doubtful first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select

from app.core.db import Session
from app.corpus.document import Document, text_of
from app.corpus.source import open_source
from app.corpus.vault import Vault
from app.deidentify.engine import to_clean
from app.deidentify.note import Note
from app.deidentify.span import Span
from app.deidentify.verdict import suspect_places
from app.privacy.incident.learning import joined, learned_of
from app.privacy.removal.keeping import in_record
from app.privacy.removal.kept import folded, word_ref
from app.privacy.removal.models import PlaceDecision
from app.privacy.version.sealed import Range, SealedMap, Why, open_map

AROUND = 60
#: as a place that nothing replaced is filed
STANDING = Why("STANDING", "", certain=False)


@dataclass(frozen=True)
class TextPlace:
    """[start, end) of the clean text. `source` is its place in the source, None for what nothing replaced."""

    start: int
    end: int
    source: Range | None
    shown: str
    before: str
    after: str
    why: Why
    #: 1 is what the machine doubted most; 0: it did not
    doubt: int = 0
    fate: str | None = None
    #: what stood there; None while the originals are closed
    original: str | None = None
    #: by which the same word is known in other texts; "" while the originals are closed
    ref: str = ""
    #: the patient's record names it as an identifier
    in_record: bool = False

    @property
    def key(self) -> str:
        return f"{self.start}-{self.end}"

    @property
    def is_replaced(self) -> bool:
        return self.source is not None

    @property
    def waits(self) -> bool:
        """Doubted, and nobody has decided."""
        return self.doubt > 0 and self.fate is None


@dataclass(frozen=True)
class Inspected:
    """A text with its places in reading order."""

    document: Document
    text: str
    sealed: SealedMap
    places: list[TextPlace]

    @property
    def doubtful(self) -> list[TextPlace]:
        """Most doubtful first."""
        return sorted((p for p in self.places if p.doubt), key=lambda p: p.doubt)

    @property
    def waiting(self) -> list[TextPlace]:
        return [place for place in self.doubtful if place.waits]


def inspect_text(session: Session, vault: Vault, document: Document) -> Inspected:
    """Without originals. Raises NotFound after erasure."""
    text, sealed = text_of(session, document.id), open_map(session, vault, document)
    return Inspected(document, text, sealed, places_of(text, document.language, sealed, _fates(session, document.id)))


def places_of(text: str, language: str, sealed: SealedMap, fates: Mapping[Range, str]) -> list[TextPlace]:
    """Replaced and doubted places of a clean text, in reading order. Pure."""
    doubts = _doubts(text, language, sealed)
    places = [_place(text, (a, b), (start, end), sealed.reason([a, b, start, end])) for a, b, start, end in sealed.rows]
    replaced = {(place.start, place.end) for place in places}
    places += [_place(text, None, place, STANDING) for place in doubts if place not in replaced]
    ranks = {place: rank for rank, place in enumerate(doubts, start=1)}
    return [
        replace(p, doubt=ranks.get((p.start, p.end), 0), fate=fates.get((p.start, p.end)))
        for p in sorted(places, key=lambda p: (p.start, p.end))
    ]


def with_originals(session: Session, vault: Vault, seen: Inspected) -> Inspected:
    """The same with what stood there. The caller has asked `require_open` and says that it is shown.

    Raises NotFound where the source was withdrawn.
    """
    document = seen.document
    key = vault.key_of(session, document.subject_id)
    body = open_source(session, key, document.source_id)
    known = joined(learned_of(session, key, document.subject_id), body.get("known") or {})
    places = []
    for place in seen.places:
        original = body["text"][slice(*place.source)] if place.source else place.shown
        ref = word_ref(vault, document.project_id, original, place.why.type)
        places.append(replace(place, original=original, ref=ref, in_record=in_record(known, folded(original))))
    return replace(seen, places=places)


def _doubts(text: str, language: str, sealed: SealedMap) -> list[Range]:
    """In the order of the engine's doubt. What stands there comes before what was replaced: it could be a leak."""
    rows = [(start, end) for _, _, start, end in sealed.rows if end > start]
    restored = [(to_clean(start, sealed.rows), to_clean(end, sealed.rows)) for start, end in sealed.restored]
    told = [(start, end) for start, end in sealed.doubts if end > start]
    replaced = set(rows)
    if sealed.is_complete:
        return sorted(dict.fromkeys(told), key=lambda place: place in replaced)
    # A word that a person put back is doubted no more.
    covered = [Span(start, end, "UNIQUE", 1.0, "replaced") for start, end in sorted([*rows, *restored]) if end > start]
    told += suspect_places(Note(text, language), covered)
    return sorted(dict.fromkeys(told), key=lambda place: place in replaced)


def _fates(session: Session, document_id: int) -> dict[Range, str]:
    rows = session.scalars(
        select(PlaceDecision).where(PlaceDecision.document_id == document_id).order_by(PlaceDecision.id)
    )
    return {(row.start_at, row.end_at): row.fate for row in rows}


def _place(text: str, source: Range | None, place: Range, why: Why) -> TextPlace:
    start, end = place
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    return TextPlace(start, end, source, text[start:end], before, after, why)
