"""What is sealed beside a clean text: where everything came from, why it was replaced, and what made it doubtful."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from app.core.db import Session
from app.core.places import TextChange
from app.corpus.document import Document, DocumentMap
from app.corpus.vault import Vault, open_json, seal_json
from app.deidentify.engine import Deidentified, to_clean
from app.deidentify.span import Span

Rows = list[list[int]]
Range = tuple[int, int]


@dataclass(frozen=True)
class Why:
    """Why a place was replaced: an identifier type, who found it, and whether that is beyond doubt."""

    type: str
    recogniser: str
    certain: bool


UNKNOWN = Why("UNIQUE", "", True)


@dataclass
class SealedMap:
    """`rows` are [source_start, source_end, start, end]; `doubts` are places of the clean text, most doubtful first.

    `why` and `restored` (put back by a person) name places of the source, which no version changes.
    """

    rows: Rows = field(default_factory=list)
    doubts: list[list[int]] = field(default_factory=list)
    why: dict[Range, Why] = field(default_factory=dict)
    restored: list[list[int]] = field(default_factory=list)
    #: the engine named every place it doubted; False for maps from before it did
    is_complete: bool = True

    def reason(self, row: list[int]) -> Why:
        """Of a replacement; those from before reasons were kept have none."""
        return self.why.get((row[0], row[1]), UNKNOWN)

    def to_json(self) -> dict[str, Any]:
        why = [[*place, one.type, one.recogniser, one.certain] for place, one in sorted(self.why.items())]
        body = {"map": self.rows, "spans": len(self.rows), "doubts": self.doubts}
        return body | {"why": why, "restored": self.restored, "complete": self.is_complete}

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> SealedMap:
        why = {(a, b): Why(kind, by, certain) for a, b, kind, by, certain in body.get("why", ())}
        return cls(
            body["map"], list(body.get("doubts", ())), why, list(body.get("restored", ())), body.get("complete", False)
        )

    def later(self, rows: Rows, change: TextChange, *, restored: Rows | None = None) -> SealedMap:
        """The map of the next version: doubts move along, but for those about words that changed."""
        doubts = [list(place) for start, end in self.doubts if (place := change.moved(start, end))]
        return replace(self, rows=rows, doubts=doubts, restored=self.restored + (restored or []))


def map_of_result(result: Deidentified) -> SealedMap:
    """What the engine says of a text; its suspects are in the order of its doubt."""
    why = {(span.start, span.end): _why(span) for span in result.spans}
    return SealedMap(result.offset_map, places_of_doubt(result), why)


def places_of_doubt(result: Deidentified) -> list[list[int]]:
    """The suspect places of a verdict as [start, end] in the clean text; a replaced one is its replacement."""
    rows = result.offset_map
    return [[to_clean(start, rows), to_clean(end, rows)] for start, end in result.suspects]


def _why(span: Span) -> Why:
    return Why(span.type, span.recogniser, bool(getattr(span, "certain", True)))


def open_map(session: Session, vault: Vault, document: Document) -> SealedMap:
    """Empty for a text nothing was replaced in. Raises NotFound after erasure."""
    row = session.get(DocumentMap, document.id)
    if row is None:
        return SealedMap(is_complete=False)
    return SealedMap.from_json(open_json(vault.key_of(session, document.subject_id), row.sealed, _label(document.id)))


def opened_map(session: Session, key: bytes, document_id: int) -> SealedMap:
    """As `open_map`, with the subject's key in hand."""
    row = session.get(DocumentMap, document_id)
    return (
        SealedMap(is_complete=False)
        if row is None
        else SealedMap.from_json(open_json(key, row.sealed, _label(document_id)))
    )


def seal_map(session: Session, key: bytes, document_id: int, found: SealedMap) -> None:
    session.add(DocumentMap(document_id=document_id, sealed=seal_json(key, found.to_json(), _label(document_id))))


def _label(document_id: int) -> str:
    return f"map:{document_id}"
