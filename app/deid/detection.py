"""What is found in one text: rules, then the model, then known identifiers, as one merged list."""

from __future__ import annotations

from typing import Protocol

from app.deid.note import Note
from app.deid.recogniser import RECOGNISERS
from app.deid.span import Span, merge


class Detector(Protocol):
    """A learned second opinion."""

    def find(self, note: Note) -> list[Span]: ...


def find_by_rules(note: Note) -> list[Span]:
    """All that the registered recognisers find, unmerged."""
    found: list[Span] = []
    for recogniser in RECOGNISERS:
        if note.language in recogniser.languages:
            found.extend(recogniser.find(note))
    return found


def find_all(note: Note, model: Detector | None = None) -> list[Span]:
    """Merged spans of rules, known identifiers and, where given, the model; in order, without overlap."""
    found = find_by_rules(note)
    if model is not None:
        found.extend(model.find(note))
    return merge(span for span in found if span.start < span.end)
