"""What a reader made of the suggestions a draft began from: each accepted, edited or rejected."""

from __future__ import annotations

from typing import Any

from app.agreement.judgements import Payload
from app.annotation.actions import meanings
from app.annotation.bodies import Kinds
from app.annotation.payload import meaning, schema_key


def decisions(start: Payload, answer: Payload, kinds: Kinds) -> list[tuple[str, str]]:
    """(label, action) of every element a draft started from, held against the answer.

    An element that is gone or marked as rejected is rejected; one that says the same is accepted,
    with the code that was proposed or without; any other difference is an edit. One of two twins that were
    folded into one stands with the other. The label is the suggestion's own.
    """
    if not start["elements"]:
        return []
    found = []
    standing = {meaning(body, kinds) for body in answer["elements"].values() if body.get("status") != "rejected"}
    for key, suggested in start["elements"].items():
        body = answer["elements"].get(key)
        if body is None and meaning(suggested, kinds) in standing:
            action = "accepted"
        elif body is None or body.get("status") == "rejected":
            action = "rejected"
        else:
            said = meanings(suggested, suggested.get("origin") or {}, kinds)
            action = "accepted" if meaning(body, kinds) in said else "edited"
        found.append((_label(suggested, kinds), action))
    return found


def _label(body: dict[str, Any], kinds: Kinds) -> str:
    """What an element is filed under: its label, relation type or field; otherwise its kind."""
    return schema_key(body, kinds) or str(body["kind"])
