"""The extensions our resources carry, declared: where a statement stands in the text, and the annotation itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from app.core.digest import canonical_json
from app.formats.json_lines import object_of, objects_of
from app.formats.model import Body

BASE = "urn:chartmark:fhir:StructureDefinition:"
SPAN, ANNOTATION, DOCUMENT = f"{BASE}text-span", f"{BASE}annotation", f"{BASE}document"
UNIT = "code-point"

_ABOUT = {
    "text-span": (
        "Resource",
        "Where in the text of a DocumentReference this was read: offset, length, unit, document.",
    ),
    "annotation": (
        "Element",
        "The annotation this was made from: its id and, as JSON, everything that was said of it.",
    ),
    "document": ("DocumentReference", "What is known of the note and who answers for it, as JSON."),
}


def span_extensions(body: Body, document: str) -> list[dict[str, Any]]:
    """One extension each piece of a span."""
    return [
        {
            "url": SPAN,
            "extension": [
                {"url": "offset", "valueInteger": start},
                {"url": "length", "valueInteger": end - start},
                {"url": "unit", "valueCode": UNIT},
                {"url": "document", "valueReference": {"reference": document}},
            ],
        }
        for start, end in body["fragments"]
    ]


def annotation_extension(key: str, body: Body) -> dict[str, Any]:
    held = [{"url": "id", "valueString": key}, {"url": "body", "valueString": canonical_json(body)}]
    return {"url": ANNOTATION, "extension": held}


def definitions() -> Iterator[tuple[str, dict[str, Any]]]:
    """File name → the StructureDefinition of an extension."""
    for name, (where, what) in _ABOUT.items():
        yield (
            f"StructureDefinition-{name}.json",
            {
                "resourceType": "StructureDefinition",
                "id": name,
                "url": BASE + name,
                "name": name.title().replace("-", ""),
                "status": "active",
                "description": what,
                "fhirVersion": "4.0.1",
                "kind": "complex-type",
                "abstract": False,
                "context": [{"type": "element", "expression": where}],
                "type": "Extension",
                "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Extension",
                "derivation": "constraint",
                "differential": {"element": [{"id": "Extension", "path": "Extension", "definition": what}]},
            },
        )


def read_spans(resource: dict[str, Any]) -> list[tuple[str, int, int]]:
    """(document, offset, length) of each piece that a resource says, where it counts code points."""
    found = []
    for one in objects_of(resource.get("extension")):
        if one.get("url") != SPAN:
            continue
        said = {part.get("url"): part for part in objects_of(one.get("extension"))}
        start, length = (object_of(said.get(name)).get("valueInteger") for name in ("offset", "length"))
        document = object_of(object_of(said.get("document")).get("valueReference")).get("reference")
        unit = object_of(said.get("unit")).get("valueCode")
        if type(start) is int and type(length) is int and isinstance(document, str) and unit == UNIT:
            found.append((document, start, length))
    return found


def read_annotation(element: dict[str, Any]) -> tuple[str, Body] | None:
    """The annotation a resource, or a part of one, was made from."""
    for one in objects_of(element.get("extension")):
        if one.get("url") == ANNOTATION:
            said = {part.get("url"): part.get("valueString") for part in objects_of(one.get("extension"))}
            return _named(said.get("id"), said.get("body"))
    return None


def _named(key: Any, text: Any) -> tuple[str, Body] | None:
    try:
        body = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None
    return (key, body) if isinstance(key, str) and isinstance(body, dict) else None
