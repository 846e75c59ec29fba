"""What an annotation action looks like in the record: what is closed, counted, dated, coded or placed; never text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from pydantic import BaseModel

from app.annotation.bodies import FieldShape, Kinds, body_problems, by_kind, fields_of, unmarked
from app.annotation.fields import AnotherBody, FieldRole, Free, SchemaKey, is_element_id
from app.annotation.spans import span_problems
from app.core.errors import Problem, invalid


class Put(Protocol):
    """One action; the review core's `Action` is one."""

    @property
    def element_id(self) -> str: ...
    @property
    def body(self) -> dict[str, Any] | None: ...
    @property
    def before(self) -> dict[str, Any] | None: ...


def action_facts(action: Put, kinds: Kinds, known: set[str], text: str) -> dict[str, Any]:
    """The event's data for a put (body) or remove (None); of a comment only its length.

    `known` are the schema's labels, relation types and fields. Raises Invalid for a body or an id of
    the wrong shape, for a span outside `text` or without anything to see, and for an unknown label: the
    record must not carry what a client made up.
    """
    key, body, before = action.element_id, action.body, action.before
    problems = [] if is_element_id(key) else [Problem("bad-id", "element", "is no element id")]
    if body is not None:
        where = "element" if problems else key
        problems += body_problems(body, where, kinds) or list(_misfits(body, kinds, where, known, text))
    if problems:
        raise invalid(problems)
    said: dict[str, Any] = {"element": key}
    if body is not None:
        said.update(facts(body, kinds))
        if before is not None:
            said["changed"] = sorted(name for name in {*body, *before} if body.get(name) != before.get(name))
    elif before is not None:
        said.update(facts(before, kinds))
    return said


def _misfits(body: dict[str, Any], kinds: Kinds, where: str, known: set[str], text: str) -> Iterator[Problem]:
    """What the schema has no word for, and spans that show nothing of the text."""
    for name, shape in fields_of(by_kind(kinds)[body["kind"]]).items():
        if isinstance(shape.mark, SchemaKey) and name in body and body[name] not in known:
            yield Problem("unknown-label", where, f"the schema does not know this {name}")
    yield from span_problems(body, kinds, where, text)


def facts(body: dict[str, Any], kinds: Kinds) -> dict[str, Any]:
    """A body without anything that could carry words of the note."""
    return {"kind": body["kind"]} | _told(body, by_kind(kinds)[body["kind"]], kinds)


def _told(held: dict[str, Any], model: type[BaseModel], kinds: Kinds) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for name, shape in fields_of(model).items():
        if shape.part is not None and shape.part.whole:
            said[name] = {**unmarked(shape.part), **_told(held.get(name) or {}, shape.part, kinds)}
        elif name in held:
            said |= _of_field(name, shape, held[name], kinds)
    return said


def _of_field(name: str, shape: FieldShape, value: Any, kinds: Kinds) -> dict[str, Any]:
    if shape.part is not None:
        records = [_told(record, shape.part, kinds) for record in shape.values(value)]
        return {name: records if shape.many else records[0]}
    if isinstance(shape.mark, AnotherBody):
        return {name: facts(value, kinds)} if value else {}
    if isinstance(shape.mark, Free) and shape.mark.counted:
        return {"length": len(value)}
    return {} if shape.mark is None or shape.mark.role is FieldRole.FREE else {name: value}
