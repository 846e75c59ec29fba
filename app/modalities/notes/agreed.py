"""Which elements all readers have: they are settled before anybody looks."""

from __future__ import annotations

from collections import Counter
from typing import Any

from app.agreement.judgements import Payload
from app.annotation.payload import Elements, live, meaning, of_kind, references
from app.modalities.notes.kinds import KINDS

# Remarks are no judgement: nobody has to agree with them.
COMPARED = ("entity", "relation", "event", "exposure", "chain", "assessment")

# Elements refer only to kinds of an earlier level.
_LEVELS = (("entity",), ("relation", "event", "exposure", "chain"), ("assessment",))

Slots = list[dict[str, str]]


def compared(payload: Payload) -> Elements:
    """The elements readers are compared on, but for the code set: no comments, nothing rejected."""
    return of_kind(live(payload), *COMPARED)


def agreed_slots(payloads: list[Elements]) -> Slots:
    """For each payload ``{id: slot}`` of the elements that every payload has; equal slots mean the same.

    Two elements mean the same when they say the same about the same agreed elements. When a reader
    has something twice, as many copies are agreed as the reader with the fewest has.
    """
    slots: Slots = [{} for _ in payloads]
    for kinds in _LEVELS:
        found = [_candidates(of_kind(elements, *kinds), slots[i]) for i, elements in enumerate(payloads)]
        everywhere = set(found[0]).intersection(*found[1:])
        for i, candidates in enumerate(found):
            slots[i].update({candidates[slot]: slot for slot in candidates if slot in everywhere})
    return slots


def _candidates(elements: Elements, slots: dict[str, str]) -> dict[str, str]:
    """``{slot: id}`` of the elements that hang only on agreed ones."""
    seen: Counter[str] = Counter()
    candidates: dict[str, str] = {}
    for key, body in sorted(elements.items(), key=_order):
        if any(target not in slots for _, target in references(body, KINDS)):
            continue
        said = meaning(body, KINDS, lambda target: slots[target])
        candidates[f"{said}#{seen[said]}"] = key
        seen[said] += 1
    return candidates


def _order(item: tuple[str, dict[str, Any]]) -> tuple[Any, ...]:
    key, body = item
    return (*place_key(body), key) if body["kind"] == "entity" else (key,)


def place_key(body: dict[str, Any]) -> tuple[Any, ...]:
    """Orders entities by position, independent of their ids."""
    return (body["fragments"], body["label"], meaning(body, KINDS))
