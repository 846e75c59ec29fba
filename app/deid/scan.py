"""A fast scan by rules alone for comments, guideline examples, file names and other short texts."""

from __future__ import annotations

from app.deid.engine import RULES_ONLY
from app.deid.note import Note
from app.deid.span import Span


def scan_text(text: str) -> list[Span]:
    """Identifiers in a typed text or a file name (underscores separate); code points."""
    spaced = text.replace("_", " ") if " " not in text.strip() else text
    return RULES_ONLY.find([Note(spaced)])[0]
