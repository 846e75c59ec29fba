"""The code list of an encounter as coding rules read it: codes in order, with what the evidence says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.agreement.judgements import Payload
from app.core.text import covered
from app.terminology.coding_rules.against_text import read_assertion
from app.terminology.systems import system_key

# Coding rules are written for this system.
RULED = "icd10cm"


@dataclass(frozen=True)
class EncounterCodes:
    """`codes` of ICD-10-CM in sequence, `others` of systems without rules; texts and flags by code."""

    codes: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    assertions: dict[str, dict[str, bool]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


def encounter_codes(*notes: tuple[Payload, str]) -> EncounterCodes:
    """The standing code list of an encounter, from the payloads and texts of its notes.

    A code that several notes give counts once, with the evidence of all of them.
    """
    found = EncounterCodes()
    evidence: dict[str, list[tuple[dict[str, Any], str]]] = defaultdict(list)
    given: set[tuple[int, bool, str]] = set()
    for nth, body in _in_sequence([payload for payload, _ in notes]):
        code, (payload, text) = str(body["code"]), notes[nth]
        ruled = system_key(str(body["system"])) == RULED
        # Twice in one note is a mistake that is left to be seen.
        if not any((other, ruled, code) in given for other in range(len(notes)) if other != nth):
            (found.codes if ruled else found.others).append(code)
        given.add((nth, ruled, code))
        cited = [payload["elements"].get(key, {}) for key in body.get("evidence") or ()] if ruled else []
        evidence[code] += [(entity, text) for entity in cited if entity.get("kind") == "entity"]
    for code, entities in evidence.items():
        if entities:
            found.assertions[code] = shared_flags([entity.get("assertion") or {} for entity, _ in entities])
            found.texts[code] = " … ".join(covered(text, entity["fragments"]) for entity, text in entities)
    return found


def _in_sequence(payloads: Sequence[Payload]) -> list[tuple[int, dict[str, Any]]]:
    """(note, code) with the principal ones first, then note by note; what was rejected does not stand."""
    listed = [
        (nth, body)
        for nth, payload in enumerate(payloads)
        for body in payload["elements"].values()
        if body.get("kind") == "code_assignment" and body.get("status") != "rejected"
    ]
    return sorted(listed, key=lambda one: (not one[1].get("principal"), one[0], one[1].get("sequence", 0)))


def listed_codes(payload: Payload) -> list[str]:
    """The codes of the encounter's list in one payload, of whatever system."""
    return [str(body["code"]) for _, body in _in_sequence([payload])]


def shared_flags(assertions: list[Mapping[str, Any]]) -> dict[str, bool]:
    """Flags every mention carries: one plain mention is enough for a finding to be present."""
    return dict.fromkeys(sorted(set.intersection(*(read_assertion(said) for said in assertions))), True)


def codes_in(payload: Payload) -> set[tuple[str, str]]:
    """(system, code) of everything coded in a payload: entities and the encounter's list."""
    found = set()
    for body in payload["elements"].values():
        if body.get("status") == "rejected":
            continue
        coded = [body] if body.get("kind") == "code_assignment" else body.get("codes") or []
        found |= {(system_key(str(one["system"])), str(one["code"])) for one in coded if one.get("code")}
    return found
