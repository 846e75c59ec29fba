"""What becomes of elements that hang on something that is not there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.annotation.bodies import FieldShape, Kinds, by_kind, mentions_of, references_of
from app.annotation.payload import Elements

Body = dict[str, Any]


def loose_ends(
    put: Mapping[str, Body | None], kinds: Kinds, draft: Callable[[], Elements]
) -> dict[str, Body | None]:
    """Id → what must become of it (None: goes) after `put`, everywhere in the draft; empty: nothing.

    Links fall with an end that is gone or rejected, and what hangs on them falls too; lists of mentions and
    evidence lose a member. A suggestion whose ends are still on record is kept as rejected. `draft` is asked
    only when something of the kind was put.
    """
    if not any(map(references_of, kinds)) or not any(_may_loosen(body, kinds) for body in put.values()):
        return {}
    after, changed = dict(draft()), {}
    while step := {key: cut for key, body in after.items() if (cut := _cut(body, kinds, after)) is not body}:
        changed.update(step)
        after = {key: body for key, body in {**after, **step}.items() if body is not None}
    return changed


def _may_loosen(body: Body | None, kinds: Kinds) -> bool:
    return body is None or body.get("status") == "rejected" or bool(_names(body, kinds))


def _cut(body: Body, kinds: Kinds, elements: Elements) -> Body | None:
    """The body itself where nothing is loose."""
    kept = body
    for shape in references_of(by_kind(kinds)[body["kind"]]).values():
        cut = _cut_field(kept, shape, elements)
        if cut is None or cut.get("status") != body.get("status"):
            return cut
        kept = cut
    for shape in mentions_of(by_kind(kinds)[body["kind"]]).values():
        kept = _cut_mentions(kept, shape, elements)
    return kept


def _cut_field(body: Body, shape: FieldShape, elements: Elements) -> Body | None:
    targets = shape.values(body[shape.name])
    present = [key for key in targets if _is(elements.get(key), shape)]
    if body.get("status") == "rejected":
        holding = present
    else:
        holding = [key for key in present if elements[key].get("status") != "rejected"]
    if holding == targets:
        return body
    if shape.many and len(holding) >= max(1, shape.many.least):
        return {**body, shape.name: holding}
    suggested = (body.get("origin") or {}).get("by") == "model"
    return {**body, "status": "rejected"} if suggested and present == targets else None


def _cut_mentions(body: Body, shape: FieldShape, elements: Elements) -> Body:
    named = body.get(shape.name) or []
    good = [key for key in named if _is(elements.get(key), shape) and elements[key].get("status") != "rejected"]
    return body if good == named else {**body, shape.name: good}


def _is(body: Body | None, shape: FieldShape) -> bool:
    """Whether an element is there and of the kind a field refers to."""
    return body is not None and shape.reference is not None and body["kind"] == shape.reference.to


def _names(body: Body, kinds: Kinds) -> list[str]:
    model = by_kind(kinds)[body["kind"]]
    return [*references_of(model), *mentions_of(model)]
