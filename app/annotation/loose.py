"""What becomes of elements that hang on something that is not there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.annotation.payload import REFERENCES, REFERENTS, Elements

Body = dict[str, Any]
# A chain says that two mentions are one thing; an event needs one mention.
_LEAST = {"chain": 2}


def loose_ends(put: Mapping[str, Body | None], draft: Callable[[], Elements]) -> dict[str, Body | None]:
    """Id → what must become of it (None: goes) after `put`, everywhere in the draft; empty: nothing.

    Links fall with an end that is gone or rejected, and what hangs on them falls too; lists of mentions and
    evidence lose a member. A suggestion whose ends are still on record is kept as rejected. `draft` is asked
    only when something of the kind was put.
    """
    if not any(_may_loosen(body) for body in put.values()):
        return {}
    after, changed = dict(draft()), {}
    while step := {key: cut for key, body in after.items() if (cut := _cut(body, after)) is not body}:
        changed.update(step)
        after = {key: body for key, body in {**after, **step}.items() if body is not None}
    return changed


def _may_loosen(body: Body | None) -> bool:
    return body is None or body["kind"] not in ("entity", "comment") or body.get("status") == "rejected"


def _cut(body: Body, elements: Elements) -> Body | None:
    """The body itself where nothing is loose."""
    kept = body
    for name in REFERENCES.get(body["kind"], ()):
        wanted = REFERENTS.get(body["kind"], {}).get(name, "entity")
        cut = _cut_field(kept, name, wanted, elements)
        if cut is None or cut.get("status") != body.get("status"):
            return cut
        kept = cut
    return _cut_evidence(body, elements) if body["kind"] == "code_assignment" else kept


def _cut_field(body: Body, name: str, wanted: str, elements: Elements) -> Body | None:
    value = body[name]
    targets = value if isinstance(value, list) else [value]
    present = [key for key in targets if elements.get(key, {}).get("kind") == wanted]
    if body.get("status") == "rejected":
        holding = present
    else:
        holding = [key for key in present if elements[key].get("status") != "rejected"]
    if holding == targets:
        return body
    if isinstance(value, list) and len(holding) >= _LEAST.get(body["kind"], 1):
        return {**body, name: holding}
    suggested = (body.get("origin") or {}).get("by") == "model"
    return {**body, "status": "rejected"} if suggested and present == targets else None


def _cut_evidence(body: Body, elements: Elements) -> Body:
    evidence = body.get("evidence") or []
    good = [key for key in evidence if _is_live_entity(elements.get(key))]
    return body if good == evidence else {**body, "evidence": good}


def _is_live_entity(body: Body | None) -> bool:
    return body is not None and body["kind"] == "entity" and body.get("status") != "rejected"
