"""How bodies of a modality's kinds are built, as JSON for pages that know no kind by name: derived, never listed."""

from __future__ import annotations

from functools import cache
from typing import Any

from app.annotation.actions import place_field
from app.annotation.bodies import BOOKKEEPING, ElementBody, FieldShape, Kinds, by_kind, fields_of, unmarked
from app.annotation.fields import FieldRole, SchemaKey


@cache
def forms_of(kinds: Kinds) -> dict[str, dict[str, Any]]:
    """kind → its form, in the order in which a case is read.

    `place`: the field that says where it stands, where it must stand somewhere. `key`: the field that names a label
    of the schema. `asked`: it answers a question, so that readers meet by the key. `order`: the field that counts
    elements of the kind. `fields`: what readers are compared on, by the names a person reads.
    """
    return {kind: _form(kind, model, kinds) for kind, model in by_kind(kinds).items()}


def _form(kind: str, model: type[ElementBody], kinds: Kinds) -> dict[str, Any]:
    own = {name: shape for name, shape in fields_of(model).items() if name not in BOOKKEEPING}
    place = place_field(kind, kinds)
    key = next((name for name, shape in own.items() if isinstance(shape.mark, SchemaKey)), None)
    hangs = any(shape.reference and shape.reference.holds for shape in own.values())
    numbers = (name for name, shape in own.items() if shape.mark and shape.mark.role is FieldRole.NUMBER)
    asked = key is not None and place is None and not hangs
    fields = [_field(shape, kind) for shape in own.values()]
    return {
        "place": place,
        "key": key,
        "asked": asked,
        "order": None if asked else next(numbers, None),
        "fields": [field for field in fields if field is not None],
    }


def _field(shape: FieldShape, kind: str) -> dict[str, Any] | None:
    """None for what is not put beside another reader's: what is said so, and what an element only mentions."""
    if not shape.shown:
        return None
    role = shape.mark.role.value if shape.mark else "part"
    is_key = isinstance(shape.mark, SchemaKey)
    described: dict[str, Any] = {
        "name": shape.name,
        "title": shape.title or (kind if is_key or shape.reference else shape.name).replace("_", " "),
        "role": "key" if is_key else role,
        "many": shape.many is not None,
        "required": shape.required,
    }
    if shape.reference is not None:
        described |= {"holds": shape.reference.holds, "least": max(1, shape.many.least) if shape.many else 1}
    if shape.part is not None:
        described["parts"] = [name for name, inner in fields_of(shape.part).items() if inner.shown]
        described["plain"] = dict(unmarked(shape.part)) if shape.part.whole else {}
    if shape.unsaid is not None:
        described["unsaid"] = shape.unsaid
    return described
