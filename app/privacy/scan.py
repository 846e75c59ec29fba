"""A fast scan by rules alone for comments, guideline examples, file names and other short texts."""

from __future__ import annotations

from app.deidentify.note import Note
from app.deidentify.span import Span
from app.privacy.engines import rules_engine


def scan_text(text: str) -> list[Span]:
    """Identifiers in a typed text or a file name (underscores separate); code points."""
    spaced = text.replace("_", " ") if " " not in text.strip() else text
    return rules_engine().find([Note(spaced)])[0]
