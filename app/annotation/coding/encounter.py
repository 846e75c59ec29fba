"""The code list of an encounter as coding rules read it: codes in order, with what the evidence says."""

from __future__ import annotations

from collections.abc import Mapping
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


def encounter_codes(payload: Payload, text: str) -> EncounterCodes:
    """The standing code list of a payload over its note's text."""
    found = EncounterCodes()
    for body in _in_sequence(payload):
        code = str(body["code"])
        if system_key(str(body["system"])) != RULED:
            found.others.append(code)
            continue
        found.codes.append(code)
        evidence = [payload["elements"].get(key, {}) for key in body.get("evidence") or ()]
        entities = [entity for entity in evidence if entity.get("kind") == "entity"]
        if entities:
            found.assertions[code] = shared_flags([entity.get("assertion") or {} for entity in entities])
            found.texts[code] = " … ".join(covered(text, entity["fragments"]) for entity in entities)
    return found


def _in_sequence(payload: Payload) -> list[dict[str, Any]]:
    """The principal code first, the others by their number; what was rejected does not stand."""
    listed = [
        body
        for body in payload["elements"].values()
        if body.get("kind") == "code_assignment" and body.get("status") != "rejected"
    ]
    return sorted(listed, key=lambda body: (not body.get("principal"), body.get("sequence", 0)))


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
