"""The clean text as a privacy officer sees it: what the machine replaced, and what made it doubt."""

from __future__ import annotations

from app.core.db import Session
from app.corpus.document import Document
from app.corpus.vault import Vault
from app.deidentify.engine import Deidentified, to_clean
from app.deidentify.note import Note
from app.deidentify.span import Span
from app.deidentify.verdict import suspect_places
from app.privacy.leak_audit.shown import ranges_in, sealed_map


def places_of_doubt(result: Deidentified) -> list[list[int]]:
    """The suspect places of a verdict as [start, end] in the clean text; a replaced one is its replacement."""
    rows = result.offset_map
    return [[to_clean(start, rows), to_clean(end, rows)] for start, end in result.suspects]


def doubtful_pieces(session: Session, vault: Vault, document: Document, text: str) -> list[tuple[str, str]]:
    """(kind, piece of the clean text) in order. Raises NotFound after erasure.

    Kinds: "replaced"; "doubted", replaced on the model's word alone or a date that can be read in two
    ways; "suspect", left standing; "" for the rest.
    """
    sealed = sealed_map(session, vault, document)
    replaced = ranges_in(sealed)
    doubts = {(start, end) for start, end in sealed.get("doubts", ()) if end > start}
    covered = [Span(start, end, "UNIQUE", 1.0, "replaced") for start, end in replaced]
    doubts.update(suspect_places(Note(text, document.language), covered))
    kinds = dict.fromkeys(doubts, "suspect") | {
        place: "doubted" if place in doubts else "replaced" for place in replaced
    }
    pieces, done = [], 0
    for (start, end), kind in sorted(kinds.items()):
        if start < done:
            continue
        pieces += [("", text[done:start]), (kind, text[start:end])]
        done = end
    return [piece for piece in [*pieces, ("", text[done:])] if piece[1]]
