"""What a pipeline found in a note as elements a person still has to judge."""

from __future__ import annotations

from typing import Any

from app.agreement.judgements import Payload
from app.annotation.payload import Elements
from app.annotation.schema import relation_named
from app.annotation.suggest import add_suggestion
from app.annotation.vocabulary import ACTIONS_TAKEN, AXES, EVENT_SUBTYPES, OUTCOMES, SERIOUSNESS, SITUATIONS
from app.core.errors import Invalid

# Keys under which a rule may carry words of the note: a payload holds offsets instead.
_QUOTES = frozenset({"text", "cue", "quote", "words", "phrase", "match", "literal", "sentence"})

# Shorter words of the pipelines → the payload's.
_SUBTYPES = {"complication": "procedure_complication", "other": "other_outcome"}
_RECHALLENGED = {"positive": "recurred", "negative": "not_recurred"}
_SERIOUS = {"medically_important": "other_medically_important"}


def suggested_note(suggestions: list[dict[str, Any]]) -> Payload:
    """Elements ``s1``, ``s2``, … with status "suggested", entities first, in the order given.

    Each suggestion is the answer of one pipeline: ``{"pipeline", "version", "digest", "entities",
    "relations"}`` with `head` and `tail` as positions in `entities`. The same input gives the same
    ids. Raises Invalid for a relation without its ends.
    """
    elements: Elements = {}
    for answer in suggestions:
        ids = [
            add_suggestion(elements, _entity(found), answer, proposed=found.get("proposed"))
            for found in answer.get("entities", [])
        ]
        for position, found in enumerate(answer.get("relations", [])):
            add_suggestion(elements, _relation(found, ids, position), answer)
        _add_safety(elements, answer, ids)
    return {"elements": elements}


def within_schema(answer: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The part of a pipeline's answer the schema has words for: its labels with the systems they are coded in, and
    relations it allows."""
    labels = {label["key"]: label.get("codes") for label in schema.get("labels", ())}
    entities = answer.get("entities", [])
    places = [n for n, found in enumerate(entities) if found["label"] in labels]
    renumbered = {old: new for new, old in enumerate(places)}
    relations = [
        {**found, "head": renumbered[found["head"]], "tail": renumbered[found["tail"]]}
        for found in answer.get("relations", [])
        if found["head"] in renumbered
        and found["tail"] in renumbered
        and _allowed(schema, found["type"], entities[found["head"]], entities[found["tail"]])
    ]
    kept = [_coded_as(entities[n], labels[entities[n]["label"]]) for n in places]
    return {**answer, "entities": kept, "relations": relations}


def _coded_as(found: dict[str, Any], systems: list[str] | None) -> dict[str, Any]:
    """Without the proposed code where the schema does not code this label in its system; silent schemas code in any."""
    proposed = found.get("proposed")
    if proposed is None or systems is None or proposed["system"] in systems:
        return found
    return {name: part for name, part in found.items() if name != "proposed"}


def _allowed(schema: dict[str, Any], kind: str, head: dict[str, Any], tail: dict[str, Any]) -> bool:
    relation = relation_named(schema, kind)
    return relation is not None and all(
        not relation.get(end) or entity["label"] in relation[end] for end, entity in (("head", head), ("tail", tail))
    )


def _entity(found: dict[str, Any]) -> dict[str, Any]:
    """An entity without codes: what its words may mean (`candidates`) is not what the note says of the patient."""
    fragments = found.get("fragments") or [[found["start"], found["end"]]]
    body: dict[str, Any] = {
        "kind": "entity",
        "fragments": [[start, end] for start, end in fragments],
        "label": found["label"],
        "assertion": {axis: value for axis, value in (found.get("assertion") or {}).items() if axis in AXES},
        "codes": [],
    }
    reasons = [_reason(reason) for reason in found.get("because") or []]
    return {**body, "because": reasons} if reasons else body


def _reason(reason: Any) -> Any:
    if not isinstance(reason, dict):
        return str(reason)
    return {name: _flat(value) for name, value in reason.items() if not (name in _QUOTES and isinstance(value, str))}


def _flat(value: Any) -> Any:
    """A float has no canonical form, and nested records no place here."""
    if isinstance(value, (list, tuple)) and all(type(number) is int for number in value):
        return list(value)
    return value if isinstance(value, (str, int, bool, type(None))) else str(value)


def _relation(found: dict[str, Any], ids: list[str], position: int) -> dict[str, Any]:
    head, tail = found["head"], found["tail"]
    if not all(type(end) is int and 0 <= end < len(ids) for end in (head, tail)):
        raise Invalid("bad-suggestion", f"relations[{position}] names an entity that is not there")
    body = {"kind": "relation", "type": found["type"], "head": ids[head], "tail": ids[tail]}
    if found.get("certainty") in AXES["certainty"]:
        body["certainty"] = found["certainty"]
    cue = found.get("cue")
    if isinstance(cue, dict) and all(type(cue.get(end)) is int for end in ("start", "end")):
        body["because"] = [{"axis": "relation", "value": found["type"], "start": cue["start"], "end": cue["end"]}]
    return body


def _add_safety(elements: Elements, answer: dict[str, Any], ids: list[str]) -> None:
    """Events, the exposures blamed for them, and the pairs, so that a reader starts with candidates.

    A pair carries what the note says of it: how sure it is, and what stopping and giving again did. Method and
    result stay empty: causality is a clinician's judgement.
    """
    entities = answer.get("entities", [])
    events, exposures = {}, {}
    for place, (found, key) in enumerate(zip(entities, ids, strict=True)):
        if event := _event(found, key):
            events[place] = add_suggestion(elements, event, answer)
    for found in answer.get("relations", []):
        drug, event = found["head"], found["tail"]
        if found["type"] != "causes" or event not in events:
            continue
        cues = entities[event]["adverse_event"]
        if drug not in exposures:
            exposures[drug] = add_suggestion(elements, _exposure(cues, ids[drug]), answer)
        add_suggestion(elements, _pair(found, cues, events[event], exposures[drug]), answer)


def _exposure(cues: dict[str, Any], key: str) -> dict[str, Any]:
    body: dict[str, Any] = {"kind": "exposure", "mentions": [key], "role": "suspect"}
    if cues.get("action_taken") in ACTIONS_TAKEN and cues.get("action_taken") not in (None, "unknown"):
        body["action_taken"] = cues["action_taken"]
    if cues.get("situation") in SITUATIONS and cues.get("situation"):
        body["situation"] = cues["situation"]
    return body


def _pair(found: dict[str, Any], cues: dict[str, Any], event: str, exposure: str) -> dict[str, Any]:
    body: dict[str, Any] = {"kind": "assessment", "event": event, "exposure": exposure}
    if found.get("certainty") in AXES["certainty"]:
        body["certainty"] = found["certainty"]
    for name, words in (("dechallenge", {}), ("rechallenge", _RECHALLENGED)):
        answer = (cues.get(name) or {}).get("answer")
        if answer in ("positive", "negative"):
            body[name] = words.get(answer, answer)
    return body


def _event(found: dict[str, Any], key: str) -> dict[str, Any] | None:
    """The event an adverse-event mention suggests, with what the note says became of it."""
    cues = found.get("adverse_event")
    if not isinstance(cues, dict):
        return None
    subtype = _SUBTYPES.get(str(cues.get("subtype")), cues.get("subtype"))
    body: dict[str, Any] = {
        "kind": "event",
        "mentions": [key],
        "subtype": subtype if subtype in EVENT_SUBTYPES else "other_outcome",
    }
    said = {cue.get("value") if isinstance(cue, dict) else cue for cue in cues.get("seriousness") or []}
    said |= {_SERIOUS[value] for value in said if value in _SERIOUS}
    if cues.get("outcome") in OUTCOMES and cues.get("outcome") not in (None, "unknown"):
        body["outcome"] = cues["outcome"]
    serious = [name for name in SERIOUSNESS if name in said]
    return {**body, "seriousness": serious} if serious else body
