"""What writers of formats are told of the payloads: the only place where a release reads the shapes."""

from __future__ import annotations

from functools import cache

from app.annotation.payload import REFERENCES
from app.annotation.shapes import EVERY, NOTE_KINDS, Record, fields_of_kind
from app.annotation.vocabulary import AXES, SERIOUSNESS
from app.formats.vocabulary import PayloadVocabulary


@cache
def vocabulary() -> PayloadVocabulary:
    return PayloadVocabulary(
        fields={kind: _fields(kind) for kind in NOTE_KINDS},
        references=REFERENCES,
        every=tuple(EVERY),
        axes=AXES,
        seriousness=SERIOUSNESS,
    )


def _fields(kind: str) -> dict[str, tuple[str, ...]]:
    """Field → the fields of the record it is, in the order of the shapes."""
    tests = fields_of_kind(kind, NOTE_KINDS)
    return {name: tuple(test.fields) if isinstance(test, Record) else () for name, test in tests.items()}
