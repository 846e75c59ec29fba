"""A payload's elements: which count, what refers to what, and how references are rewritten.

What a body's fields are is read from the models of its modality's kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from app.agreement.judgements import Payload
from app.annotation.bodies import (
    BOOKKEEPING,
    FieldShape,
    Kinds,
    by_kind,
    fields_of,
    mentions_of,
    references_of,
    unmarked,
)
from app.annotation.fields import SchemaKey
from app.core.digest import canonical_json

Elements = dict[str, dict[str, Any]]
Rename = Callable[[str], str]


class PayloadContext(Protocol):
    """What a payload is about; the review core's `Context` is one."""

    @property
    def text(self) -> str: ...
    @property
    def schema(self) -> dict[str, Any]: ...
    @property
    def known_keys(self) -> set[str]: ...
    @property
    def codes(self) -> Callable[[str, str, str], dict[str, Any] | None]: ...


def live(payload: Payload) -> Elements:
    """The elements that say something: a rejected one counts as absent."""
    return {key: body for key, body in payload["elements"].items() if body.get("status") != "rejected"}


def of_kind(elements: Elements, *kinds: str) -> Elements:
    return {key: body for key, body in elements.items() if body["kind"] in kinds}


def schema_key(body: dict[str, Any], kinds: Kinds) -> str | None:
    """What the element answers in the words of the schema: its label, relation type or field."""
    shapes = fields_of(by_kind(kinds)[body["kind"]])
    return next((body[name] for name, shape in shapes.items() if isinstance(shape.mark, SchemaKey)), None)


def references(body: dict[str, Any], kinds: Kinds) -> Iterator[tuple[str, str]]:
    """``(field, id)`` for every element this one hangs on."""
    for name, shape in references_of(by_kind(kinds)[body["kind"]]).items():
        for key in shape.values(body[name]):
            yield name, key


def rewritten(body: dict[str, Any], kinds: Kinds, rename: Callable[[str], str | None]) -> dict[str, Any] | None:
    """The body with its references renamed; None when something it hangs on is gone.

    A list of references lives on while it is long enough. What was suggested keeps the id of what is gone.
    """
    result = dict(body)
    named = references_of(by_kind(kinds)[body["kind"]])
    for name, shape in named.items():
        kept = list(dict.fromkeys(new for key in shape.values(body[name]) if (new := rename(key)) is not None))
        if len(kept) < (max(1, shape.many.least) if shape.many else 1):
            return None
        result[name] = kept if shape.many else kept[0]
    if _ends(result, named) < _ends(body, named):
        return None  # both ends became one element
    if suggested := result.get("origin", {}).get("suggested"):
        result["origin"] = {**result["origin"], "suggested": _followed(suggested, kinds, rename)}
    return result


def _ends(body: dict[str, Any], named: dict[str, FieldShape] | Any) -> int:
    return len({body[name] for name, shape in named.items() if not shape.many})


def _followed(body: dict[str, Any], kinds: Kinds, rename: Callable[[str], str | None]) -> dict[str, Any]:
    followed = dict(body)
    for name, shape in references_of(by_kind(kinds)[body["kind"]]).items():
        keys = [rename(key) or key for key in shape.values(body[name])]
        followed[name] = keys if shape.many else keys[0]
    return followed


def meaning(body: dict[str, Any], kinds: Kinds, rename: Rename = lambda key: key) -> str:
    """What the element says, as canonical JSON: without bookkeeping, without what it only mentions, unmarked
    values written out, lists without order sorted; references through `rename`."""
    said: dict[str, Any] = {"kind": body["kind"]}
    model = by_kind(kinds)[body["kind"]]
    for name, shape in fields_of(model).items():
        if name in BOOKKEEPING or name in mentions_of(model):
            continue
        value = _meant(shape, body.get(name), rename)
        if value is not None and value != []:
            said[name] = value
    unknown = body.keys() - fields_of(model).keys() - {"kind"}
    return canonical_json(said | {name: body[name] for name in unknown})


def _meant(shape: FieldShape, value: Any, rename: Rename) -> Any:
    if shape.part is not None and shape.part.whole:
        return {**unmarked(shape.part), **(value or {})}
    if value is None:
        return None
    if shape.reference is not None:
        value = [rename(key) for key in value] if shape.many else rename(value)
    if shape.many is not None and shape.many.distinct:
        return sorted(value, key=canonical_json)
    return value


def fresh_id(wanted: str, taken: Elements) -> str:
    """`wanted`, or with the first number that makes it free."""
    if wanted not in taken:
        return wanted
    number = 2
    while f"{wanted}-{number}" in taken:
        number += 1
    return f"{wanted}-{number}"
