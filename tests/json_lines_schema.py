"""`python -m tests.json_lines_schema`: the JSON Schema of our JSON lines anew, from the models of the kinds."""

import json
from pathlib import Path

from app.annotation.bodies import payload_schema
from app.factory import compose
from app.review.modality import MODALITIES

PATH = Path(__file__).parents[1] / "app" / "formats" / "jsonl" / "schema.json"
SHIPPED = ("notes", "reports", "imaging")


def made():
    """Of one line: a modality that is not among the shipped ones may hold any elements that have a kind."""
    compose()
    kinds, cases = {}, []
    for key in SHIPPED:
        whole = payload_schema(MODALITIES.get(key).kinds, f"#/$defs/{key}.{{model}}")
        kinds |= {f"{key}.{name}": one for name, one in whole.pop("$defs", {}).items()}
        elements = whole["properties"]["elements"]
        cases.append({"if": _is(key), "then": {"properties": {"elements": elements}}})
    any_element = {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}}
    properties = {
        "id": {"type": "string"},
        "modality": {"type": "string"},
        "text": {"type": ["string", "null"]},
        "offset_unit": {"const": "code point"},
        "meta": {"type": "object"},
        "provenance": {"type": "object"},
        "elements": {"type": "object", "additionalProperties": any_element},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A released item: one line of items.jsonl",
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
        "allOf": cases,
        "$defs": kinds,
    }


def _is(modality):
    return {"properties": {"modality": {"const": modality}}}


def text():
    return json.dumps(made(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
