"""What keeps a note's payload from being submitted, and what only deserves a second look."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from app.annotation.actions import span_problems
from app.annotation.bodies import by_kind, fields_of, payload_problems
from app.annotation.check import WARNING
from app.annotation.folding import folded
from app.annotation.payload import Elements, PayloadContext, live, of_kind, references
from app.annotation.schema import assertion_axes, label_named, relation_named
from app.annotation.vocabulary import AXES, CAUSALITY, full_assertion
from app.core.errors import Problem
from app.modalities.notes.kinds import KINDS
from app.terminology.systems import system_key

# Combinations that are rarely meant: axis values, and why.
CONTRADICTIONS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"polarity": "negated", "certainty": "probable"}, "negated, yet probable"),
    ({"polarity": "negated", "certainty": "possible"}, "negated, yet possible"),
    ({"polarity": "negated", "course": "active"}, "negated, yet active"),
    ({"polarity": "negated", "course": "chronic"}, "negated, yet chronic"),
    ({"temporality": "future", "course": "resolved"}, "in the future, yet resolved"),
    ({"temporality": "future", "course": "active"}, "in the future, yet active"),
    ({"temporality": "past", "course": "active"}, "in the past, yet active"),
    ({"hypothetical": True, "course": "resolved"}, "hypothetical, yet resolved"),
)


def check_note(payload: dict[str, Any], frame: PayloadContext) -> list[Problem]:
    """Problems of a note's payload, in the order of its elements.

    Codes beginning with ``warn-`` do not block (see `app.annotation.check.blocking`). Rejected elements are checked for
    shape only, since they claim nothing. Offsets: 0 ≤ start < end ≤ length, fragments in order and
    apart (INV-10).
    """
    problems = payload_problems(payload, KINDS)
    if problems:
        return problems
    elements = live(folded(payload, KINDS))
    for key, body in elements.items():
        if body.get("status") == "suggested":
            problems.append(Problem("unreviewed", key, "a suggestion nobody has confirmed or rejected"))
        problems += _by_kind(key, body, elements, frame)
    return problems + list(_code_set_problems(elements)) + list(_duplicates(elements))


def _by_kind(key: str, body: dict[str, Any], elements: Elements, frame: PayloadContext) -> Iterator[Problem]:
    yield from _dangling(key, body, elements)
    if body["kind"] == "entity":
        yield from span_problems(body, KINDS, key, frame.text)
        yield from _entity_problems(key, body, frame)
    elif body["kind"] == "relation":
        yield from _relation_problems(key, body, elements, frame)
    elif body["kind"] == "assessment":
        yield from _assessment_problems(key, body)
    elif body["kind"] == "code_assignment":
        yield from _code_problems(key, body, frame, assigned=True)
        missing = [name for name in body.get("evidence", []) if not _is_entity(name, elements)]
        if missing:
            yield Problem("dangling", key, "evidence names an entity that is not there")


def _dangling(key: str, body: dict[str, Any], elements: Elements) -> Iterator[Problem]:
    shapes = fields_of(by_kind(KINDS)[body["kind"]])
    for name, target in references(body, KINDS):
        reference = shapes[name].reference
        if target not in elements:
            yield Problem("dangling", key, f"{name} names an element that is not there")
        elif reference and elements[target]["kind"] != reference.to:
            yield Problem("wrong-reference", key, f"{name} must name an element of kind {reference.to}")


def _entity_problems(key: str, body: dict[str, Any], frame: PayloadContext) -> Iterator[Problem]:
    if label_named(frame.schema, body["label"]) is None:
        yield Problem("unknown-label", key, "the schema has no such label")
    assertion, axes = full_assertion(body.get("assertion")), assertion_axes(frame.schema)
    for axis, value in assertion.items():
        if axis not in axes and value != AXES[axis][0]:
            yield Problem("unknown-attribute", key, f"the schema does not use the axis {axis}")
    for pattern, why in CONTRADICTIONS:
        if all(assertion[axis] == value for axis, value in pattern.items()):
            yield Problem(WARNING + "contradiction", key, why)
    codes = body.get("codes", [])
    if len({system_key(str(code["system"])) for code in codes}) < len(codes):
        yield Problem(WARNING + "several-codes", key, "more than one code of a system: candidates are not codes")
    for code in codes:
        yield from _code_problems(key, code, frame, assigned=False)


def _code_problems(key: str, code: dict[str, Any], frame: PayloadContext, *, assigned: bool) -> Iterator[Problem]:
    found = frame.codes(code["system"], code["release"], code["code"])
    if found is None:
        yield Problem("unknown-code", key, "the code is not in this release of its system")
        return
    if found.get("active") is False:
        yield Problem(WARNING + "inactive-code", key, "the code is inactive in this release")
    if found.get("billable") is False:
        which = "not-billable" if assigned else "incomplete-code"
        yield Problem(WARNING + which, key, "the code has subdivisions: it is incomplete, and not billable")


def _relation_problems(key: str, body: dict[str, Any], elements: Elements, frame: PayloadContext) -> Iterator[Problem]:
    relation = relation_named(frame.schema, body["type"])
    if relation is None:
        yield Problem("unknown-relation", key, "the schema has no such relation type")
        return
    if body["head"] == body["tail"] and not relation.get("reflexive", False):
        yield Problem("self-relation", key, "an entity cannot be related to itself")
    for end in ("head", "tail"):
        allowed = relation.get(end) or None
        target = elements.get(body[end], {})
        if allowed and target.get("kind") == "entity" and target["label"] not in allowed:
            yield Problem(f"relation-{end}", key, f"the {end} of this relation must be " + " or ".join(allowed))


def _assessment_problems(key: str, body: dict[str, Any]) -> Iterator[Problem]:
    method, result = body.get("method"), body.get("result")
    if result not in CAUSALITY[method] and result is not None:
        yield Problem("bad-result", key, "the result is none of the method's categories")
    if body.get("answers") is not None and method != "naranjo":
        yield Problem("bad-result", key, "answers belong to the method naranjo")


def _code_set_problems(elements: Elements) -> Iterator[Problem]:
    """One code list per system: exactly one principal code, sequences and codes unique."""
    systems: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for key, body in of_kind(elements, "code_assignment").items():
        systems.setdefault(body["system"], []).append((key, body))
    for members in systems.values():
        principal = [key for key, body in members if body["principal"]]
        if len(principal) != 1:
            where = principal[1] if principal else members[0][0]
            yield Problem("principal", where, f"{len(principal)} principal codes; a code list has exactly one")
        for field in ("sequence", "code"):
            ordered = sorted(members, key=lambda member: str(member[1][field]))
            for (_, one), (key, other) in pairwise(ordered):
                if one[field] == other[field]:
                    yield Problem(field, key, f"two codes of the list share a {field}")


def _duplicates(elements: Elements) -> Iterator[Problem]:
    seen: set[str] = set()
    for key, body in of_kind(elements, "entity").items():
        signature = f"{body['label']} {body['fragments']}"
        if signature in seen:
            yield Problem(WARNING + "duplicate", key, "another entity has the same place and label")
        seen.add(signature)


def _is_entity(key: str, elements: Elements) -> bool:
    return elements.get(key, {}).get("kind") == "entity"
