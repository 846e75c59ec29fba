"""Exact duplicates become one element as an answer is frozen."""

from __future__ import annotations

from typing import Any

from app.agreement.judgements import Payload
from app.annotation.payload import meaning, rewritten

_LATER = {"relation": 1, "event": 1, "exposure": 1, "chain": 1, "assessment": 2, "code_assignment": 3}


def folded(payload: Payload) -> Payload:
    """The payload without elements that say exactly what another says; references follow the one that stays.

    Of two the one that was suggested stays, else the first by id. What is suggested, confirmed and rejected is
    never folded together. An element that tied two such twins to each other goes with them.
    """
    elements = payload["elements"]
    into: dict[str, str] = {}
    seen: dict[tuple[Any, ...], str] = {}
    for key, body in sorted(elements.items(), key=_order):
        says = (body.get("status", "confirmed"), meaning(body, lambda old: into.get(old, old)), _evidence(body, into))
        if seen.setdefault(says, key) != key:
            into[key] = seen[says]
    if not into:
        return payload
    kept = {}
    for key, body in elements.items():
        whole = None if key in into else rewritten(body, lambda old: into.get(old, old))
        if whole is not None:
            kept[key] = _with_evidence(whole, into)
    return {**payload, "elements": kept}


def _order(item: tuple[str, dict[str, Any]]) -> tuple[Any, ...]:
    key, body = item
    return (_LATER.get(body["kind"], 0), (body.get("origin") or {}).get("by") != "model", key)


def _evidence(body: dict[str, Any], into: dict[str, str]) -> tuple[str, ...]:
    """The entities a code rests on: its meaning leaves them out."""
    named = body.get("evidence") or [] if body["kind"] == "code_assignment" else []
    return tuple(sorted({into.get(key, key) for key in named}))


def _with_evidence(body: dict[str, Any], into: dict[str, str]) -> dict[str, Any]:
    if body["kind"] != "code_assignment" or not body.get("evidence"):
        return body
    return {**body, "evidence": list(dict.fromkeys(into.get(key, key) for key in body["evidence"]))}
