"""What is found in one text: rules, then the model, then known identifiers, as one merged list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from app.deidentify.lexicon.medicines import is_medicine
from app.deidentify.misread import repair_scan
from app.deidentify.note import Note
from app.deidentify.recogniser import Recogniser
from app.deidentify.span import Span, merge

# What finds names by their looks alone; a title, a signature or the patient's record outweighs the table of drugs.
_BY_LOOKS = frozenset({"model", "names-listed", "unknown-capitalised"})


class Detector(Protocol):
    """A learned second opinion."""

    def find(self, note: Note) -> list[Span]: ...


def find_by_rules(note: Note, recognisers: Sequence[Recogniser]) -> list[Span]:
    """All that the recognisers find, unmerged; numbers that a scanner misread count as what they were."""
    found = _by_rules(note, recognisers)
    repaired = repair_scan(note.text)
    if repaired != note.text:
        again = _by_rules(replace(note, text=repaired), recognisers)
        found += [s for s in again if repaired[s.start : s.end] != note.text[s.start : s.end]]
    return found


def _by_rules(note: Note, recognisers: Sequence[Recogniser]) -> list[Span]:
    found: list[Span] = []
    for recogniser in recognisers:
        if note.language in recogniser.languages:
            found.extend(recogniser.find(note))
    return found


def find_all(note: Note, recognisers: Sequence[Recogniser], model: Detector | None = None) -> list[Span]:
    """Merged spans of rules, known identifiers and, where given, the model; in order, without overlap."""
    found = find_by_rules(note, recognisers)
    if model is not None:
        found.extend(model.find(note))
    return merge(span for span in without_medicines(note, found) if span.start < span.end)


def without_medicines(note: Note, spans: list[Span]) -> list[Span]:
    """The spans but those that only look like names and are names of medicines; people's names win over drugs'."""
    return [
        span for span in spans if span.recogniser not in _BY_LOOKS or not is_medicine(note.text[span.start : span.end])
    ]
