"""What writers of formats are told of the payloads: the only place where a release reads the kinds."""

from __future__ import annotations

from functools import cache

from app.annotation.bodies import BOOKKEEPING, ElementBody, by_kind, fields_of, references_of
from app.annotation.vocabulary import AXES, SERIOUSNESS
from app.formats.vocabulary import PayloadVocabulary
from app.review.modality import MODALITIES

#: the modality whose kinds tables spread into columns: adverse events are found in notes
SPREAD = "notes"


@cache
def vocabulary() -> PayloadVocabulary:
    kinds = by_kind(MODALITIES.get(SPREAD).kinds)
    return PayloadVocabulary(
        fields={kind: _fields(model) for kind, model in kinds.items()},
        references={kind: tuple(references_of(model)) for kind, model in kinds.items() if references_of(model)},
        every=BOOKKEEPING,
        axes=AXES,
        seriousness=SERIOUSNESS,
    )


def _fields(model: type[ElementBody]) -> dict[str, tuple[str, ...]]:
    """Field → the fields of the record it is, in the order of their declaration."""
    return {
        name: tuple(fields_of(shape.part)) if shape.part and not shape.many else ()
        for name, shape in fields_of(model).items()
    }
