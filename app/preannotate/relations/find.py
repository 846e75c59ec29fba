"""All relations of a note; problems that a drug is said to cause become adverse events."""

from __future__ import annotations

from typing import Any

from app.preannotate.entities.mention import Mention
from app.preannotate.protocol import Entity, Relation
from app.preannotate.reading.note import Note
from app.preannotate.relations.adverse import adverse_cues, details
from app.preannotate.relations.attributes import find_links
from app.preannotate.relations.causal import Cause
from app.preannotate.relations.causes import find_causes
from app.preannotate.relations.cues import find_cues
from app.preannotate.relations.frame import Frame
from app.preannotate.relations.reasons import find_reasons
from app.preannotate.relations.temporal import find_order

_COMPLICATION = ("complicated", "complication")


def find_relations(note: Note, mentions: list[Mention], entities: list[Entity]) -> list[Relation]:
    """Relations over positions in `entities` (parallel to `mentions`), ordered by head and tail."""
    if not mentions:
        return []
    frame = Frame(note, mentions)
    causes = find_causes(frame, find_cues(note, "causal_cues"))
    found = [Relation(*link) for link in {*find_links(frame), *find_order(frame)}]
    caused = {(cause.drug, cause.event) for cause in causes if cause.certainty != "unlikely"}
    found += _reasons(frame, entities, {(cause.drug, cause.event) for cause in causes})
    found += [_relation(note, cause) for cause in causes]
    _mark_adverse(note, mentions, entities, {event for _, event in caused})
    return sorted(found, key=lambda r: (r.head, r.tail, r.type))


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


def _mark_adverse(note: Note, mentions: list[Mention], entities: list[Entity], caused: set[int]) -> None:
    """Relabel events with a causing drug, and complications, and say what is known of each."""
    marked = caused | {n for n, mention in enumerate(mentions) if _is_complication(note, mention)}
    cues = adverse_cues(note) if marked else []
    for place in sorted(marked):
        entities[place].label = "ADVERSE_EVENT"
        entities[place].adverse_event = details(note, cues, mentions[place].first, by_drug=place in caused)


def _is_complication(note: Note, mention: Mention) -> bool:
    if mention.label not in ("PROBLEM", "SYMPTOM"):
        return False
    before = note.tokens.words[max(note.starts[mention.first], mention.first - 3) : mention.first]
    return any(word in _COMPLICATION for word in before) or "adverse event" in mention.source
