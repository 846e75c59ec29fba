"""Elements marked in one version of a text, as they stand in another."""

from __future__ import annotations

from typing import Any

from app.agreement.judgements import Payload
from app.annotation.actions import loose_ends, span_fields
from app.annotation.bodies import Kinds
from app.core.places import TextChange

Body = dict[str, Any]


def moved_payload(payload: Payload, change: TextChange, kinds: Kinds) -> tuple[Payload, Payload]:
    """(moved, left): elements all of whose places cover the same words, and the others.

    Of those that are left, the places are the nearest of the new text, so that a person finds them. What hangs on
    an element that is left is left with it.
    """
    elements: dict[str, Body] = {}
    left: dict[str, Body] = {}
    for key, body in payload["elements"].items():
        found = _moved(body, change, kinds)
        if found is None:
            left[key] = _beside(body, change, kinds)
        else:
            elements[key] = found
    loose = loose_ends(dict.fromkeys(left), kinds, lambda: elements) if left else {}
    for key, kept in loose.items():
        if kept is None:
            left[key] = elements.pop(key)
        else:
            elements[key] = kept
    return {"elements": elements}, {"elements": left}


def _moved(body: Body, change: TextChange, kinds: Kinds) -> Body | None:
    spans = {}
    for name in span_fields(str(body.get("kind")), kinds):
        pairs = [change.moved(start, end) for start, end in body.get(name) or []]
        if None in pairs:
            return None
        if name in body:
            spans[name] = [list(pair) for pair in pairs if pair] if body[name] is not None else None
    return {**body, **spans, **_bookkeeping(body, change, kinds)}


def _beside(body: Body, change: TextChange, kinds: Kinds) -> Body:
    spans = {
        name: [list(change.hull(start, end)) for start, end in body[name]]
        for name in span_fields(str(body.get("kind")), kinds)
        if body.get(name)
    }
    return {**body, **spans, **_bookkeeping(body, change, kinds)}


def _bookkeeping(body: Body, change: TextChange, kinds: Kinds) -> Body:
    """Where it came from and why, with their offsets; a reason whose words were changed is no reason any more."""
    kept: Body = {}
    suggested = (body.get("origin") or {}).get("suggested")
    if suggested:
        kept["origin"] = {**body["origin"], "suggested": _beside(suggested, change, kinds)}
    if body.get("because"):
        reasons = [_reason(reason, change) for reason in body["because"]]
        kept["because"] = [reason for reason in reasons if reason is not None]
    return kept


def _reason(reason: Any, change: TextChange) -> Any:
    if not isinstance(reason, dict) or not all(type(reason.get(end)) is int for end in ("start", "end")):
        return reason
    place = change.moved(reason["start"], reason["end"])
    return None if place is None else {**reason, "start": place[0], "end": place[1]}
