"""What an annotation action looks like in the record: labels, offsets, codes; never text."""

from __future__ import annotations

from typing import Any

from app.annotation.payload import REFERENCES
from app.annotation.shapes import Kinds, body_problems, element_id
from app.annotation.vocabulary import full_assertion
from app.core.errors import Problem, invalid

# Fields that only hold words of closed lists, ids, codes or offsets.
_SAFE = (
    "kind",
    "label",
    "keyword",
    "type",
    "fragments",
    "evidence",
    "certainty",
    "status",
    "subtype",
    "seriousness",
    "outcome",
    "severity",
    "role",
    "action_taken",
    "situation",
    "method",
    "result",
    "dechallenge",
    "rechallenge",
    "expectedness",
    "system",
    "release",
    "code",
    "codes",
    "sequence",
    "principal",
    "poa",
    "verdict",
    "category",
)
_ORIGIN = ("by", "pipeline", "version", "digest", "suggestion", "action")


def action_facts(
    key: str, body: dict[str, Any] | None, before: dict[str, Any] | None, kinds: Kinds, known: set[str]
) -> dict[str, Any]:
    """The event's data for a put (body) or remove (None); of a comment only its length.

    `known` are the schema's labels, relation types and fields. Raises Invalid for a body or an id of
    the wrong shape, and for an unknown label: the record must not carry what a client made up.
    """
    problems = [Problem("bad-id", "element", "is no element id")] if element_id(key) else []
    if body is not None:
        where = "element" if problems else key
        problems += body_problems(body, where, kinds) or _unknown(body, where, known)
    if problems:
        raise invalid(problems)
    said: dict[str, Any] = {"element": key}
    if body is not None:
        said.update(facts(body))
        if before is not None:
            said["changed"] = sorted(name for name in {*body, *before} if body.get(name) != before.get(name))
    elif before is not None:
        said.update(facts(before))
    return said


def _unknown(body: dict[str, Any], where: str, known: set[str]) -> list[Problem]:
    return [
        Problem("unknown-label", where, f"the schema does not know this {name}")
        for name in ("label", "type", "keyword")
        if name in body and body[name] not in known
    ]


def facts(body: dict[str, Any]) -> dict[str, Any]:
    """A body without anything that could carry words of the note."""
    said = {name: body[name] for name in _SAFE if name in body}
    for name in REFERENCES.get(body["kind"], ()):
        said[name] = body[name]
    if body["kind"] == "entity":
        said["assertion"] = full_assertion(body.get("assertion"))
    if "origin" in body:
        said["origin"] = {name: body["origin"][name] for name in _ORIGIN if name in body["origin"]}
    if isinstance(body.get("text"), str):
        said["length"] = len(body["text"])
    return said
