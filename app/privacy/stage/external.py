"""Texts in a language without recognisers: de-identified elsewhere, kept as they came, checked by a person."""

from __future__ import annotations

from app.deidentify.engine import Deidentified, SourceText
from app.deidentify.known import KnownIdentifiers
from app.deidentify.note import Note
from app.deidentify.span import merge
from app.deidentify.verdict import NEEDS_REVIEW
from app.privacy.scan import scan_text

REASON = "language-not-covered"
# What has the same shape in every language.
_SHAPED = frozenset({"EMAIL", "URL", "PHONE", "FAX", "SSN", "IP"})


def as_received(source: SourceText) -> Deidentified:
    """The text unchanged; whatever is seen in it only adds reasons: nothing here says that it is clean."""
    known = merge(KnownIdentifiers().find(Note(source.text, source.language, known=source.known)))
    reasons = [REASON, *(["known-identifier-left"] if known else [])]
    reasons += sorted({f"suspected-{span.type.lower()}" for span in scan_text(source.text) if span.type in _SHAPED})
    return Deidentified(source.id, source.text, known, [], NEEDS_REVIEW, tuple(reasons))
