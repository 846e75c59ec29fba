"""Exact duplicates become one element as an answer is frozen."""

from __future__ import annotations

from typing import Any

from app.agreement.judgements import Payload
from app.annotation.bodies import Kinds, by_kind, depth, mentions_of
from app.annotation.payload import meaning, rewritten
from app.core.digest import canonical_json


def folded(payload: Payload, kinds: Kinds) -> Payload:
    """The payload without elements that say exactly what another says; references follow the one that stays.

    Of two the one that was suggested stays, else the first by id. What is suggested, confirmed and rejected is
    never folded together. An element that tied two such twins to each other goes with them.
    """
    elements = payload["elements"]
    into: dict[str, str] = {}
    seen: dict[tuple[Any, ...], str] = {}
    for key, body in sorted(elements.items(), key=lambda item: _order(item[0], item[1], kinds)):
        meant = meaning(body, kinds, lambda old: into.get(old, old))
        says = (body.get("status", "confirmed"), meant, _mentioned(body, kinds, into))
        if seen.setdefault(says, key) != key:
            into[key] = seen[says]
    if not into:
        return payload
    kept = {}
    for key, body in elements.items():
        whole = None if key in into else rewritten(body, kinds, lambda old: into.get(old, old))
        if whole is not None:
            kept[key] = whole | _mentioned_still(body, kinds, into)
    return {**payload, "elements": kept}


def _order(key: str, body: dict[str, Any], kinds: Kinds) -> tuple[Any, ...]:
    return (depth(body["kind"], kinds), (body.get("origin") or {}).get("by") != "model", key)


def _mentioned(body: dict[str, Any], kinds: Kinds, into: dict[str, str]) -> str:
    """What an element names without hanging on it: its meaning leaves that out."""
    return canonical_json({name: sorted(keys) for name, keys in _mentioned_still(body, kinds, into).items()})


def _mentioned_still(body: dict[str, Any], kinds: Kinds, into: dict[str, str]) -> dict[str, list[str]]:
    named = mentions_of(by_kind(kinds)[body["kind"]])
    return {name: list(dict.fromkeys(into.get(key, key) for key in body[name])) for name in named if body.get(name)}
