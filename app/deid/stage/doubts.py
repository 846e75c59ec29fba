"""The clean text as a privacy officer sees it: what the machine replaced, and what it may have missed."""

from __future__ import annotations

from app.core.db import Session
from app.corpus.document import Document
from app.corpus.vault import Vault
from app.deid.audit.shown import replaced_ranges
from app.deid.note import Note
from app.deid.span import Span
from app.deid.verdict import suspect_places


def doubtful_pieces(session: Session, vault: Vault, document: Document, text: str) -> list[tuple[str, str]]:
    """("replaced", "suspect" or "", piece of the clean text) in order. Raises NotFound after erasure."""
    replaced = sorted(replaced_ranges(session, vault, document))
    covered = [Span(start, end, "UNIQUE", 1.0, "replaced") for start, end in replaced]
    suspects = suspect_places(Note(text, document.language), covered)
    places = sorted([(*place, "replaced") for place in replaced] + [(*place, "suspect") for place in suspects])
    pieces, done = [], 0
    for start, end, kind in places:
        if start < done:
            continue
        pieces += [("", text[done:start]), (kind, text[start:end])]
        done = end
    return [piece for piece in [*pieces, ("", text[done:])] if piece[1]]
