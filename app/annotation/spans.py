"""Offsets of a body against the text they were marked in."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from app.annotation.bodies import Kinds, by_kind, fields_of
from app.annotation.fields import FieldRole
from app.core.errors import Problem
from app.core.text import fragments_problem, shows_nothing


@cache
def span_fields(kind: str, kinds: Kinds) -> tuple[str, ...]:
    """The fields of a kind that hold offsets; of an unknown kind none."""
    model = by_kind(kinds).get(kind)
    shapes = fields_of(model).items() if model else ()
    return tuple(name for name, shape in shapes if shape.mark and shape.mark.role is FieldRole.SPAN)


def span_problems(body: dict[str, Any], kinds: Kinds, where: str, text: str) -> Iterator[Problem]:
    """Whether the fragments lie within the text and show something; an absent or empty list is fine."""
    for name in span_fields(body["kind"], kinds):
        if not body.get(name):
            continue
        if wrong := fragments_problem(body[name], len(text)):
            yield Problem("offsets", where, wrong)
        elif any(shows_nothing(text[start:end]) for start, end in body[name]):
            yield Problem("blank-span", where, "a fragment holds nothing but white space")
