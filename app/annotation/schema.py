"""Label schemas: reading one, and what is wrong with one when it is loaded."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.annotation.vocabulary import AXES, CLASSES
from app.core.errors import Invalid, Problem, invalid
from app.core.reading import decoded, parsed, read_text

OwnProblems = Callable[[Any, dict[str, Any]], list[tuple[str, str]]]

_KEY = re.compile(r"\S(.{0,78}\S)?")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}|[a-z][a-z0-9-]{0,30}|\d{1,2}")
_FIELDS = {
    "key",
    "title",
    "modality",
    "version",
    "language",
    "labels",
    "relations",
    "assertion",
    "reasons",
    "description",
    "source",
}


def read_schema(path: Path, own: OwnProblems) -> dict[str, Any]:
    """The checked schema of a file. Raises Invalid naming file and line, or the place within the schema."""
    try:
        return _checked(parsed(read_text(path), path.name), own)
    except Invalid as error:
        known = path.name in error.message
        raise Invalid("schema", error.message if known else f"{path.name}: {error.message}", error.problems) from None


def parse_schema(data: bytes, own: OwnProblems) -> dict[str, Any]:
    """The checked schema of what somebody sent. Raises Invalid as `read_schema`."""
    return _checked(parsed(decoded(data, "the file"), "the file"), own)


def _checked(content: Any, own: OwnProblems) -> dict[str, Any]:
    problems = schema_problems(content, own)
    if problems:
        raise invalid(problems, "schema")
    checked: dict[str, Any] = content
    return checked


def label_named(schema: dict[str, Any], key: str) -> dict[str, Any] | None:
    return next((label for label in schema.get("labels", ()) if label["key"] == key), None)


def relation_named(schema: dict[str, Any], key: str) -> dict[str, Any] | None:
    return next((relation for relation in schema.get("relations", ()) if relation["key"] == key), None)


def assertion_axes(schema: dict[str, Any]) -> set[str]:
    """The axes readers of this schema set; a schema that is silent uses all."""
    if "assertion" not in schema:
        return set(AXES)
    return {axis["key"] if isinstance(axis, dict) else axis for axis in schema["assertion"]}


def schema_problems(body: Any, own: OwnProblems) -> list[Problem]:
    """What keeps a schema from being loaded; empty: nothing. Places are JSON paths.

    `own` answers, of a modality's key and a label, what the modality has against it.
    """
    if not isinstance(body, dict):
        return [Problem("bad-schema", "schema", "a schema is a JSON object")]
    problems = [
        Problem("missing-field", name, "is missing or empty")
        for name in ("key", "title", "modality", "version")
        if not isinstance(body.get(name), (str, int)) or body.get(name) == ""
    ]
    problems += [Problem("unknown-field", name, "is not known here") for name in body if name not in _FIELDS]
    labels, wrong = _keyed_list(body, "labels")
    problems += wrong
    if not labels and not wrong:
        problems.append(Problem("no-labels", "labels", "a schema needs at least one label"))
    for where, label in labels:
        problems += _label_problems(label, where)
        problems += [Problem(code, where, why) for code, why in own(body.get("modality"), label)]
    return problems + _relation_problems(body, labels) + _axis_problems(body) + _reason_problems(body)


def _keyed_list(body: dict[str, Any], name: str) -> tuple[list[tuple[str, dict[str, Any]]], list[Problem]]:
    """The records of a list with their places, and what is wrong with their keys."""
    value = body.get(name, [])
    if not isinstance(value, list):
        return [], [Problem("bad-field", name, "must be a list")]
    good, problems, seen = [], [], set()
    for position, item in enumerate(value):
        where = f"{name}[{position}]"
        key = item.get("key") if isinstance(item, dict) else None
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            problems.append(Problem("bad-key", where, "key must be 1 to 80 characters without outer spaces"))
        elif key in seen:
            problems.append(Problem("duplicate-key", where, "its key was used before"))
        else:
            seen.add(key)
            good.append((where, item))
    return good, problems


def _label_problems(label: dict[str, Any], where: str) -> list[Problem]:
    problems = []
    if not isinstance(label.get("title", label["key"]), str):
        problems.append(Problem("bad-field", where, "title must be a string"))
    if label.get("class", "routine") not in CLASSES:
        problems.append(Problem("bad-class", where, "class must be one of " + ", ".join(CLASSES)))
    colour = label.get("color")
    if colour is not None and not _COLOUR.fullmatch(str(colour)):
        problems.append(Problem("bad-colour", where, "color must be #rrggbb or the name of a palette colour"))
    if label.get("category") not in (None, 1, 2, 3):
        problems.append(Problem("bad-category", where, "category must be 1, 2 or 3"))
    return problems


def _relation_problems(body: dict[str, Any], labels: list[tuple[str, dict[str, Any]]]) -> list[Problem]:
    relations, problems = _keyed_list(body, "relations")
    known = {label["key"] for _, label in labels}
    for where, relation in relations:
        for end in ("head", "tail"):
            allowed = relation.get(end, [])
            if not isinstance(allowed, list):
                problems.append(Problem("bad-field", f"{where}.{end}", "must be a list of label keys"))
            elif not all(isinstance(key, str) and key in known for key in allowed):
                problems.append(Problem("unknown-label", f"{where}.{end}", "names a label the schema lacks"))
        if relation.get("class", "routine") not in CLASSES:
            problems.append(Problem("bad-class", where, "class must be one of " + ", ".join(CLASSES)))
    return problems


def _axis_problems(body: dict[str, Any]) -> list[Problem]:
    axes = body.get("assertion", [])
    if not isinstance(axes, list):
        return [Problem("bad-field", "assertion", "must be a list of axes")]
    names = [axis.get("key") if isinstance(axis, dict) else axis for axis in axes]
    return [
        Problem("unknown-axis", f"assertion[{position}]", "must be one of " + ", ".join(AXES))
        for position, name in enumerate(names)
        if not isinstance(name, str) or name not in AXES
    ]


def _reason_problems(body: dict[str, Any]) -> list[Problem]:
    reasons = body.get("reasons", [])
    good = isinstance(reasons, list) and all(isinstance(reason, (str, dict)) for reason in reasons)
    return [] if good else [Problem("bad-field", "reasons", "must be a list")]
