"""All relations of a note; problems that a drug is said to cause become adverse events."""

from __future__ import annotations

from typing import Any

from app.tagging.entities.mention import Mention
from app.tagging.protocol import Entity, Relation
from app.tagging.reading.note import Note
from app.tagging.relations.attributes import find_links
from app.tagging.relations.causes.find import find_causes
from app.tagging.relations.causes.stated import Cause
from app.tagging.relations.frame import Frame
from app.tagging.relations.marking import mark_adverse
from app.tagging.relations.reasons import find_reasons
from app.tagging.relations.temporal import find_order


def find_relations(note: Note, mentions: list[Mention], entities: list[Entity]) -> list[Relation]:
    """Relations over positions in `entities` (parallel to `mentions`), ordered by head and tail."""
    if not mentions:
        return []
    frame = Frame(note, mentions)
    causes = [cause for cause in find_causes(frame) if _stands(note, cause, entities)]
    found = [Relation(*link) for link in {*find_links(frame), *find_order(frame)}]
    found += _reasons(frame, entities, {(cause.drug, cause.event) for cause in causes})
    found += [_relation(note, cause) for cause in causes]
    mark_adverse(frame, entities, causes)
    return sorted(found, key=lambda r: (r.head, r.tail, r.type))


def _stands(note: Note, cause: Cause, entities: list[Entity]) -> bool:
    """ "No fever since he is on X" praises X; "no rash after X" is a denied event, kept as such."""
    denied = entities[cause.event].assertion["polarity"] == "negated"
    return not (denied and note.tokens.words[cause.cue[0]] in ("since", "on"))


def _reasons(frame: Frame, entities: list[Entity], caused: set[tuple[int, int]]) -> list[Relation]:
    """One relation per pair; what the patient does not have, or has from the drug, is no reason for it."""
    found = {}
    for reason in find_reasons(frame):
        pair = reason.drug, reason.problem
        if pair not in caused and entities[reason.problem].assertion["polarity"] == "affirmed":
            found.setdefault(pair, Relation("has_reason", *pair, cue=_shown(frame.note, reason.cue)))
    return list(found.values())


def _shown(note: Note, cue: tuple[int, int]) -> dict[str, Any]:
    start, end = note.tokens.starts[cue[0]], note.tokens.ends[cue[1] - 1]
    return {"start": start, "end": end, "text": note.text[start:end]}


def _relation(note: Note, cause: Cause) -> Relation:
    return Relation("causes", cause.drug, cause.event, cause.certainty, _shown(note, cause.cue))
