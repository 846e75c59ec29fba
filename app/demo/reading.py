"""What a demo annotator answers, from quotes to a payload with offsets in the text at hand."""

from __future__ import annotations

from typing import Any

Payload = dict[str, Any]
ToldReading = dict[str, Any]


def find_quote(text: str, quote: str, occurrence: int) -> tuple[int, int] | None:
    """Code point offsets of the quote's nth appearance (from 1), half-open; None when it is not there."""
    start = -1
    for _ in range(occurrence):
        start = text.find(quote, start + 1)
        if start < 0:
            return None
    return start, start + len(quote)


def note_payload(text: str, reading: ToldReading, release: str) -> tuple[Payload, list[str]]:
    """The payload of a note's reading, and the keys whose quote the text lacks.

    De-identification may have replaced words of a quote; such an entity is left out, together with the
    relations it ends, and no longer counts as evidence. A code without evidence is left out too.
    """
    elements: dict[str, Any] = {}
    lost = []
    for entity in reading["entities"]:
        place = find_quote(text, entity["quote"], entity["occurrence"])
        if place is None:
            lost.append(entity["key"])
        else:
            elements[entity["key"]] = _entity(entity, place, release)
    for number, relation in enumerate(reading["relations"], 1):
        if relation["head"] in elements and relation["tail"] in elements:
            elements[f"r{number}"] = {"kind": "relation", "status": "confirmed", **relation}
    elements.update(_code_list(reading["code_assignments"], set(elements), release))
    if reading["comment"]:
        elements["comment"] = {"kind": "comment", "text": reading["comment"]}
    return {"elements": elements}, lost


def _entity(entity: dict[str, Any], place: tuple[int, int], release: str) -> dict[str, Any]:
    return {
        "kind": "entity",
        "status": "confirmed",
        "fragments": [list(place)],
        "label": entity["label"],
        "assertion": entity["assertion"],
        "codes": [{**code, "release": release} for code in entity["codes"]],
    }


def _code_list(assignments: list[dict[str, Any]], present: set[str], release: str) -> dict[str, Any]:
    """The encounter's codes that still have evidence, renumbered: the first one is the principal."""
    kept = []
    for assignment in assignments:
        evidence = [key for key in assignment["evidence"] if key in present]
        if evidence:
            kept.append({**assignment, "evidence": evidence})
    return {
        f"c{number}": {
            "kind": "code_assignment",
            "system": "icd10cm",
            "release": release,
            **assignment,
            "sequence": number,
            "principal": number == 1,
        }
        for number, assignment in enumerate(kept, 1)
    }


def report_payload(text: str, reading: ToldReading) -> Payload:
    """The payload of a report's reading; what is not mentioned is said once, for all the other labels."""
    elements: dict[str, Any] = {}
    for label, value in reading["observations"].items():
        if value != "not_mentioned":
            evidence = _places(text, reading["evidence"].get(label, []))
            elements[f"o{len(elements) + 1}"] = {
                "kind": "observation", "status": "confirmed", "label": label, "value": value,
                "evidence": evidence,
            }  # fmt: skip
    for critical in reading["critical"]:
        elements[f"k{len(elements) + 1}"] = {
            "kind": "critical", "status": "confirmed", "label": critical["label"],
            "category": critical["category"], "evidence": _places(text, critical["evidence"]),
        }  # fmt: skip
    elements["rest"] = {"kind": "rest", "status": "confirmed", "value": "not_mentioned"}
    return {"elements": elements}


def _places(text: str, quotes: list[dict[str, Any]]) -> list[list[int]]:
    found = (find_quote(text, quote["quote"], quote["occurrence"]) for quote in quotes)
    return sorted(list(place) for place in found if place)


def record_payload(reading: ToldReading) -> Payload:
    """The payload of a metadata record's reading: one element per answered field, and that no other is there."""
    answers = {
        keyword: {"kind": "field", "status": "confirmed", "keyword": keyword, **answer}
        for keyword, answer in reading["fields"].items()
    }
    return {"elements": answers | {"rest": {"kind": "rest", "status": "confirmed", "value": "not_present"}}}
