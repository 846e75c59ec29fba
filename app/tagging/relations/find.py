"""All relations of a note; problems that a drug is said to cause become adverse events."""

from __future__ import annotations

from typing import Any

from app.tagging.entities.mention import Mention
from app.tagging.protocol import Entity, Relation
from app.tagging.reading.note import TokenisedNote
from app.tagging.relations.attributes import find_links
from app.tagging.relations.causes.find import find_causes
from app.tagging.relations.causes.on_drug import given_up, on_drug
from app.tagging.relations.causes.stated import Cause
from app.tagging.relations.cues import RANK
from app.tagging.relations.frame import Frame
from app.tagging.relations.knowledge import is_side_effect
from app.tagging.relations.marking import mark_adverse
from app.tagging.relations.reasons import StatedReason, find_reasons
from app.tagging.relations.tabular import in_tables
from app.tagging.relations.temporal import find_order


def find_relations(note: TokenisedNote, mentions: list[Mention], entities: list[Entity]) -> list[Relation]:
    """Relations over positions in `entities` (parallel to `mentions`), ordered by head and tail."""
    if not mentions:
        return []
    frame = Frame(note, mentions)
    judged = list(on_drug(frame))
    doubted = {one for one in judged if isinstance(one, tuple) and not isinstance(one, StatedReason)}
    given = [one for one in judged if isinstance(one, StatedReason)]
    told = {(one.drug, one.problem) for one in given}
    listed_causes, listed_reasons = in_tables(frame)
    causes = _strongest(
        [
            *(cause for cause in find_causes(frame) if not _merely_on(frame, cause, doubted | told)),
            *(one for one in judged if isinstance(one, Cause)),
            *given_up(frame),
            *listed_causes,
        ]
    )
    causes = [cause for cause in causes if _stands(note, cause, entities)]
    found = [Relation(*link) for link in {*find_links(frame), *find_order(frame)}]
    swapped = {cause.event for cause in causes if cause.rule == "stopped because of the event"}
    reasons = [
        one for one in find_reasons(frame) if (one.drug, one.problem) not in doubted and one.problem not in swapped
    ]
    caused = {(cause.drug, cause.event) for cause in causes}
    reasons = [one for one in reasons if not _is_listed_effect(frame, one)]
    found += _reasons(frame, entities, [*reasons, *given, *listed_reasons], caused)
    found += [_relation(note, cause) for cause in causes]
    mark_adverse(frame, entities, causes)
    return sorted(found, key=lambda r: (r.head, r.tail, r.type))


def _stands(note: TokenisedNote, cause: Cause, entities: list[Entity]) -> bool:
    """ "No fever since he is on X" praises X; "no rash after X" is a denied event, kept as such.

    What was kept away ("malaria prophylaxis with doxycycline") came from nothing.
    """
    said = [one["cue"].lower() for one in entities[cause.event].because if one["axis"] == "hypothetical"]
    if any(word in cue for cue in said for word in ("prophyla", "prevent", "ppx", "vaccin")):
        return False
    denied = entities[cause.event].assertion["polarity"] == "negated"
    return not (denied and note.tokens.words[cause.cue[0]] in ("since", "on"))


def _strongest(causes: list[Cause]) -> list[Cause]:
    """One cause per pair, the surest, in the order of drug and event."""
    best: dict[tuple[int, int], Cause] = {}
    for cause in causes:
        pair = cause.drug, cause.event
        if pair not in best or RANK[cause.certainty] < RANK[best[pair].certainty]:
            best[pair] = cause
    return [best[pair] for pair in sorted(best)]


def _merely_on(frame: Frame, cause: Cause, judged: set[tuple[int, int]]) -> bool:
    """Is the only ground a bare "on", where what is known of the drug says otherwise?"""
    words = frame.note.tokens.words[cause.cue[0] : cause.cue[1]]
    return words == ["on"] and (cause.drug, cause.event) in judged


def _is_listed_effect(frame: Frame, reason: StatedReason) -> bool:
    """ "Bone pain: pegfilgrastim": by layout alone, what is known of the drug decides."""
    cue = frame.note.text[frame.note.tokens.starts[reason.cue[0]] : frame.note.tokens.ends[reason.cue[1] - 1]]
    return not any(c.isalnum() for c in cue) and is_side_effect(frame, reason.drug, reason.problem)


def _reasons(
    frame: Frame, entities: list[Entity], reasons: list[StatedReason], caused: set[tuple[int, int]]
) -> list[Relation]:
    """One relation per pair; what the patient does not have, or has from the drug, is no reason for it."""
    found: dict[tuple[int, int], Relation] = {}
    for reason in reasons:
        pair = reason.drug, reason.problem
        if pair not in caused and entities[reason.problem].assertion["polarity"] == "affirmed":
            found.setdefault(pair, Relation("has_reason", *pair, cue=_shown(frame.note, reason.cue)))
    return list(found.values())


def _shown(note: TokenisedNote, cue: tuple[int, int]) -> dict[str, Any]:
    start, end = note.tokens.starts[cue[0]], note.tokens.ends[cue[1] - 1]
    return {"start": start, "end": end, "text": note.text[start:end]}


def _relation(note: TokenisedNote, cause: Cause) -> Relation:
    return Relation("causes", cause.drug, cause.event, cause.certainty, _shown(note, cause.cue))
