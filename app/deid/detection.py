"""What is found in one text: rules, then the model, then known identifiers, as one merged list."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from app.deid.lexicon.medicines import is_medicine
from app.deid.misread import repair_scan
from app.deid.note import Note
from app.deid.recogniser import RECOGNISERS
from app.deid.span import Span, merge

# What finds names by their looks alone; a title, a signature or the patient's record outweighs the table of drugs.
_BY_LOOKS = frozenset({"model", "names-listed", "unknown-capitalised"})


class Detector(Protocol):
    """A learned second opinion."""

    def find(self, note: Note) -> list[Span]: ...


def find_by_rules(note: Note) -> list[Span]:
    """All that the registered recognisers find, unmerged; numbers that a scanner misread count as what they were."""
    found = _by_rules(note)
    repaired = repair_scan(note.text)
    if repaired != note.text:
        copy = replace(note, text=repaired)
        found += [s for s in _by_rules(copy) if any(repaired[i] != note.text[i] for i in range(s.start, s.end))]
    return found


def _by_rules(note: Note) -> list[Span]:
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
    return merge(span for span in without_medicines(note, found) if span.start < span.end)


def without_medicines(note: Note, spans: list[Span]) -> list[Span]:
    """The spans but those that only look like names and are names of medicines; people's names win over drugs'."""
    return [
        span for span in spans if span.recogniser not in _BY_LOOKS or not is_medicine(note.text[span.start : span.end])
    ]
