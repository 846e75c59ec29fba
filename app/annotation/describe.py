"""What an annotation action looks like in the record: labels, offsets, codes; never text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from app.annotation.check import span_problems
from app.annotation.payload import REFERENCES
from app.annotation.shapes import Kinds, body_problems, element_id
from app.annotation.vocabulary import REST, full_assertion
from app.core.errors import Problem, invalid


class Put(Protocol):
    """One action; the review core's `Action` is one."""

    @property
    def element_id(self) -> str: ...
    @property
    def body(self) -> dict[str, Any] | None: ...
    @property
    def before(self) -> dict[str, Any] | None: ...


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


# Kinds whose `value` is a word of a closed list; a field's correction may be anything.
_CLOSED_VALUE = ("observation", REST)


def action_facts(action: Put, kinds: Kinds, known: set[str], text: str) -> dict[str, Any]:
    """The event's data for a put (body) or remove (None); of a comment only its length.

    `known` are the schema's labels, relation types and fields. Raises Invalid for a body or an id of
    the wrong shape, for a span outside `text` or without anything to see, and for an unknown label: the
    record must not carry what a client made up.
    """
    key, body, before = action.element_id, action.body, action.before
    problems = [Problem("bad-id", "element", "is no element id")] if element_id(key) else []
    if body is not None:
        where = "element" if problems else key
        problems += body_problems(body, where, kinds) or [*_unknown(body, where, known), *_spans(body, where, text)]
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


def _spans(body: dict[str, Any], where: str, text: str) -> Iterator[Problem]:
    yield from span_problems(body, "fragments", where, text)
    if body["kind"] != "code_assignment":  # whose evidence are entities
        yield from span_problems(body, "evidence", where, text)


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
    if body["kind"] in _CLOSED_VALUE:
        said["value"] = body["value"]
    if "origin" in body:
        said["origin"] = {name: body["origin"][name] for name in _ORIGIN if name in body["origin"]}
        if suggested := body["origin"].get("suggested"):
            said["origin"]["suggested"] = facts(suggested)
    if isinstance(body.get("text"), str):
        said["length"] = len(body["text"])
    return said
