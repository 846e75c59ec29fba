"""Relations between the mentions of a note, each kind by its own rule."""

from __future__ import annotations

from app.preannotate.entities.mention import Mention
from app.preannotate.protocol import Entity, Relation
from app.preannotate.reading.note import Note


def find_relations(note: Note, mentions: list[Mention], entities: list[Entity]) -> list[Relation]:
    """All relations, in the order of their heads."""
    return []
