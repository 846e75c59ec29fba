"""FHIR R4, read: the texts of a Bundle's DocumentReferences, and the statements that say where they stand in them."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from typing import Any

from app.core.errors import Invalid, Problem
from app.core.reading import decoded, parsed, whole_text
from app.core.text import is_encodable
from app.formats.elements import elements_problem
from app.formats.fhir.extensions import DOCUMENT, read_annotation, read_spans
from app.formats.files import InputFiles, beginning
from app.formats.json_lines import object_of, objects_of
from app.formats.model import Elements, ExchangeDocument

_KIND = '"resourceType"'


class FhirReader:
    """A document each DocumentReference with a text of its own; one whose text lies elsewhere is a problem."""

    title = "FHIR R4 Bundle"

    def knows(self, files: InputFiles) -> bool:
        if files.is_folder:
            return any(name.startswith("bundles/") and name.endswith(".json") for name in files.names())
        return _KIND in beginning(files)

    def read(self, files: InputFiles) -> Iterator[ExchangeDocument]:
        """Raises Invalid for a file that is no resource, or has no text."""
        names = [name for name in files.names() if name.endswith(".json")] if files.is_folder else [files.name]
        bundles = [name for name in names if not name.rpartition("/")[2].startswith("StructureDefinition-")]
        for name in bundles:
            with files.open(name) as raw:
                resource = parsed(whole_text(raw, name), name)
            yield from _documents(resource, name)


def _documents(resource: Any, name: str) -> Iterator[ExchangeDocument]:
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        raise Invalid("bad-fhir", f"{name}: is no resource")
    entries = objects_of(resource.get("entry")) if resource["resourceType"] == "Bundle" else [{"resource": resource}]
    held = [(str(one.get("fullUrl") or ""), object_of(one.get("resource"))) for one in entries]
    notes = [one for one in held if one[1].get("resourceType") == "DocumentReference"]
    texts = [(url, note, *_text_of(note)) for url, note in notes]
    if not any(text is not None for _, _, text, _ in texts):
        raise Invalid("no-text", f"{name}: no DocumentReference with a text of its own")
    for number, (url, note, text, why) in enumerate(texts, start=1):
        where = f"DocumentReference {number}"
        base = _facts(note, text, name, f"{name.rpartition('/')[2].removesuffix('.json')}-{number}")
        if text is None:
            base.problems.append(Problem("no-text", where, why))
        else:
            own = {url, f"DocumentReference/{note.get('id')}"}
            base.elements.update(_elements(held, own, text, base.problems))
        yield base


def _text_of(note: dict[str, Any]) -> tuple[str | None, str]:
    """The text of the first attachment that holds one, and why there is none."""
    why = "it has no attachment with data"
    for content in objects_of(note.get("content")):
        attachment = object_of(content.get("attachment"))
        data, kind = attachment.get("data"), str(attachment.get("contentType") or "text/plain")
        if not isinstance(data, str):
            continue
        if not kind.startswith("text/plain"):
            why = "its attachment is not plain text"
            continue
        try:
            # A byte order mark is a character of the text, and offsets count it.
            return _plain(base64.b64decode(data, validate=True)), ""
        except (binascii.Error, ValueError, Invalid):
            why = "its attachment is not UTF-8 in base64"
    return None, why


def _plain(data: bytes) -> str:
    mark = "\ufeff" if data.startswith(b"\xef\xbb\xbf") else ""
    return mark + decoded(data, "attachment")


def _facts(note: dict[str, Any], text: str | None, file: str, own: str) -> ExchangeDocument:
    said = next((one.get("valueString") for one in objects_of(note.get("extension")) if one.get("url") == DOCUMENT), "")
    try:
        facts = json.loads(said) if isinstance(said, str) and said else {}
    except (ValueError, RecursionError):
        facts = {}
    facts = object_of(facts)
    meta, provenance = object_of(facts.get("meta")), object_of(facts.get("provenance"))
    names = {part: facts[part] for part in ("id", "modality") if isinstance(facts.get(part), str)}
    return ExchangeDocument(names.get("id", own), text, {}, names.get("modality", "notes"), meta, provenance, file=file)


def _elements(held: list[tuple[str, dict[str, Any]]], own: set[str], text: str, problems: list[Problem]) -> Elements:
    """Statements about this text as they were annotated, or by their codes where only the place is said."""
    elements: Elements = {}
    for number, (_, resource) in enumerate(held, start=1):
        spans = sorted((start, start + length) for document, start, length in read_spans(resource) if document in own)
        if not spans:
            continue
        key, body = read_annotation(resource) or (f"F{number}", {})
        kind = str(resource.get("resourceType"))
        made = {"kind": "entity", "label": kind} | body | {"fragments": [list(span) for span in spans]}
        if elements_problem({key: made}, len(text)) or not is_encodable(json.dumps(made, ensure_ascii=False)):
            problems.append(Problem("bad_offsets", f"entry {number}", "its place lies outside the text"))
            continue
        elements[key] = made
        for suspect in objects_of(resource.get("suspectEntity")):
            relation = read_annotation(suspect)
            if relation and not elements_problem({relation[0]: relation[1]}, len(text)):
                elements[relation[0]] = relation[1]
    return elements
