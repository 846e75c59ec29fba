"""JSON: named by the keys of its first object."""

from __future__ import annotations

import json
import re
from typing import Any

from app.intake.foreign.kind import ANNOTATIONS, CODES, OTHER, RECORDS, Foreign, Telltale, first_of

# Keys under which tools export what somebody marked: lists, where a record of a note has a word at most.
_MARKS = (
    *("entities", "spans", "relations", "annotations", "tokens", "cats", "events", "tags"),
    *("Comments", "mentions", "denotations", "evidences", "connections", "text_bound_annotations"),
)
_LABELS = {"label", "labels", "annotator"}
_KEY = re.compile(r'"((?:[^"\\]|\\.){1,60})"\s*:\s*([\[{"]?)')
_EMPTY: dict[str, Any] = {"[": [], "{": {}, '"': ""}


def _first_in(value: Any) -> dict[str, Any]:
    return value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else {}


def _is_annotation(one: dict[str, Any]) -> bool:
    context = str(one.get("@context", ""))
    return "anno.jsonld" in context or one.get("type") in ("Annotation", "AnnotationPage", "AnnotationCollection")


def _is_dicom(one: dict[str, Any]) -> bool:
    tags = sum(bool(re.fullmatch(r"[0-9A-Fa-f]{8}", key)) for key in one)
    return tags > 2 and tags * 2 > len(one)


def _is_mini(one: dict[str, Any]) -> bool:
    return "annotation_id" in one or "lead_time" in one or {"completed_by", "result"} <= set(one)


def _is_schema(one: dict[str, Any]) -> bool:
    return "$schema" in one or ("$id" in one and "properties" in one)


def _is_patterns(one: dict[str, Any]) -> bool:
    return ("pattern" in one and "label" in one) or {"context_rules", "section_rules"} & set(one) != set()


def _is_concepts(one: dict[str, Any]) -> bool:
    return "concept" in one and isinstance(one["concept"], list)


def _has_marks(one: dict[str, Any]) -> bool:
    """Labels, or a list under a name that tools give to marks, or a list of offsets under any name."""
    return (
        not _LABELS.isdisjoint(one)
        or any(isinstance(one.get(key), list) for key in _MARKS)
        or any(_is_offsets(value) or (isinstance(value, list) and key.endswith("_label")) for key, value in one.items())
    )


def _is_offsets(value: Any) -> bool:
    first = value[0] if isinstance(value, list) and value else None
    if isinstance(first, list):
        return len(first) >= 3 and all(type(number) is int for number in first[:2])
    return isinstance(first, dict) and not {"start", "start_offset", "begin", "offset"}.isdisjoint(first)


_RULES: tuple[Telltale, ...] = (
    (RECORDS, "FHIR JSON", lambda one: "resourceType" in one),
    (ANNOTATIONS, "UIMA CAS in JSON (INCEpTION)", lambda one: any(key.startswith("%") for key in one)),
    (ANNOTATIONS, "BioC JSON", lambda one: "passages" in one or "passages" in _first_in(one.get("documents"))),
    (ANNOTATIONS, "W3C Web Annotation", _is_annotation),
    (ANNOTATIONS, "a Prodigy export", lambda one: "_input_hash" in one or "_task_hash" in one),
    (ANNOTATIONS, "COCO annotations", lambda one: {"images", "categories"} <= set(one)),
    (
        ANNOTATIONS,
        "a Label Studio export",
        lambda one: "data" in one and {"annotations", "completions", "predictions"} & set(one),
    ),
    (ANNOTATIONS, "a Label Studio export", _is_mini),
    (OTHER, "rules of a pipeline (Prodigy, spaCy, medspaCy)", _is_patterns),
    (RECORDS, "DICOM JSON", _is_dicom),
    (OTHER, "a JSON schema", _is_schema),
    (ANNOTATIONS, "a Presidio data set", lambda one: "full_text" in one and "spans" in one),
    (ANNOTATIONS, "PubAnnotation", lambda one: "denotations" in one),
    (CODES, "a code system in JSON", _is_concepts),
    (
        ANNOTATIONS,
        "annotations in JSON (doccano, INCEpTION, spaCy …)",
        _has_marks,
    ),
)


def recognise_value(value: Any) -> Foreign | None:
    """The format of parsed JSON: of an object, or of the first object in a list."""
    if isinstance(value, list):
        value = next((one for one in value[:20] if isinstance(one, dict)), None)
    if not isinstance(value, dict):
        return None
    return first_of(_RULES, value)


def _blanks(text: str, start: int) -> int:
    return len(text[start:]) - len(text[start:].lstrip())


def recognise_objects(text: str) -> Foreign | None:
    """The format of JSON or JSON lines, from its beginning, which may be cut off anywhere."""
    text = text.lstrip()
    if not text.startswith(("{", "[")):
        return None
    for start in (0, 1) if text.startswith("[") else (0,):
        try:
            # The first value there is: of an array that is cut off, its first element.
            return recognise_value(json.JSONDecoder().raw_decode(text, start + _blanks(text, start))[0])
        except (ValueError, RecursionError):
            continue
    if not re.match(r'[\[\s{]*"', text):
        return None
    # Cut off within its first object: its keys, and whether a list follows them.
    return recognise_value({key: _EMPTY.get(mark, 0) for key, mark in _KEY.findall(text)})
