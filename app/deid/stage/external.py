"""Texts in a language without recognisers: de-identified elsewhere, kept as they came, checked by a person."""

from __future__ import annotations

from app.deid.engine import Deidentified, SourceText
from app.deid.known import KnownIdentifiers
from app.deid.note import Note
from app.deid.scan import scan_text
from app.deid.span import merge
from app.deid.verdict import NEEDS_REVIEW

REASON = "language-not-covered"
# What has the same shape in every language.
_SHAPED = frozenset({"EMAIL", "URL", "PHONE", "FAX", "SSN", "IP"})


def as_received(source: SourceText) -> Deidentified:
    """The text unchanged; whatever is seen in it only adds reasons: nothing here says that it is clean."""
    known = merge(KnownIdentifiers().find(Note(source.text, source.language, known=source.known)))
    reasons = [REASON, *(["known-identifier-left"] if known else [])]
    reasons += sorted({f"suspected-{span.type.lower()}" for span in scan_text(source.text) if span.type in _SHAPED})
    return Deidentified(source.id, source.text, known, [], NEEDS_REVIEW, tuple(reasons))
