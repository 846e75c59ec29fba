"""The engine as a project has taught it: words that people put back stay where nothing strong calls them a name."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.deidentify.engine import Engine
from app.deidentify.note import Note
from app.deidentify.span import Span
from app.privacy.removal.kept import KeptFor, folded

# What finds a name by its looks; a title, a label, a signature or the patient's record outweighs the project's list.
_BY_LOOKS = frozenset({"model", "names-listed", "unknown-capitalised"})


@dataclass(frozen=True)
class KeepingEngine(Engine):
    """Finds what the engine finds, but for kept words: of other patients only on weak evidence, and never a word of
    the patient's own record."""

    kept: KeptFor = field(default_factory=KeptFor)

    def find(self, notes: list[Note]) -> list[list[Span]]:
        found = super().find(notes)
        return [[s for s in spans if not self._is_kept(n, s)] for n, spans in zip(notes, found, strict=True)]

    def _is_kept(self, note: Note, span: Span) -> bool:
        word = (folded(note.text[span.start : span.end]), span.type)
        if in_record(note.known, word[0]):
            return False
        return word in self.kept.patient or (word in self.kept.project and _is_weak(span))


def in_record(known: dict[str, list[str]], words: str) -> bool:
    """Whether a patient's record names one of these (folded) words as an identifier."""
    named = {part for values in known.values() for value in values for part in folded(value).split()}
    return not named.isdisjoint(words.split())


def _is_weak(span: Span) -> bool:
    return span.recogniser in _BY_LOOKS or not getattr(span, "certain", True)
