"""What is found in one text: rules, then the model, then known identifiers, as one merged list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from app.deidentify.evidence import weighed
from app.deidentify.misread import repair_scan
from app.deidentify.note import Note
from app.deidentify.recogniser import Recogniser
from app.deidentify.span import Span, merge

_KNOWN = "known"
_NUMBERS = frozenset(("ID", "MRN", "ACCOUNT", "HEALTH_PLAN", "LICENSE", "DEVICE", "VEHICLE", "SSN", "BIOMETRIC"))
# Pieces with a figure, or of a few capitals, each behind a single mark.
_PIECE = r"(?:(?=[A-Za-z]*\d)[A-Za-z0-9]+|[A-Z]{1,4}(?![A-Za-z]))"
_RIGHT = re.compile(rf"(?:[-/_]{_PIECE}|[.:](?=[A-Za-z]*\d)[A-Za-z0-9]{{3,}})+(?![\w])")
_LEFT = re.compile(r"(?<![\w/-])(?:(?:[A-Z]{1,8}|[A-Za-z]{0,4}\d+[A-Za-z]{0,4})[-/_])+$")


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
    return merge(whole_run(note.text, span) for span in weighed(note, found) if span.start < span.end)


def whole_run(text: str, span: Span) -> Span:
    """A number with all that is joined to it by single marks: of "2026-CF-00812" no part may stay."""
    if span.type not in _NUMBERS or span.recogniser == _KNOWN:
        return span
    right = _RIGHT.match(text, span.end)
    left = _LEFT.search(text, max(0, span.start - 40), span.start) if span.start else None
    start, end = left.start() if left else span.start, right.end() if right else span.end
    if (start, end) == (span.start, span.end):
        return span
    return replace(span, start=start, end=end)
