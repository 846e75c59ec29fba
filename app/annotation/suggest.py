"""Pre-annotation output as elements a person still has to judge."""

from __future__ import annotations

from typing import Any

from app.agreement.judgements import Payload
from app.annotation.bodies import BOOKKEEPING, Kinds, by_kind, fields_of
from app.annotation.payload import Elements


def suggested_keyed(suggestions: list[dict[str, Any]], kinds: Kinds) -> Payload:
    """An element for each record of the answers' `elements`, with the fields its kind has; the first kind if it
    names none. What a pipeline says besides stays behind."""
    elements: Elements = {}
    for answer in suggestions:
        for found in answer.get("elements", []):
            kind = found.get("kind", next(iter(by_kind(kinds))))
            named = fields_of(by_kind(kinds)[kind]).keys() - set(BOOKKEEPING)
            add_suggestion(elements, {"kind": kind} | {n: found[n] for n in found if n in named}, answer)
    return {"elements": elements}


def add_suggestion(
    elements: Elements, body: dict[str, Any], answer: dict[str, Any], *, proposed: dict[str, str] | None = None
) -> str:
    """Puts a body under the next of ``s1``, ``s2``, …, as suggested by a pipeline's answer; gives the id.

    `proposed` is the one code that goes with it if the reader says so: it stays beside the body.
    """
    key = f"s{len(elements) + 1}"
    origin = {"by": "model", "suggestion": key}
    origin |= {name: str(answer[name]) for name in ("pipeline", "version", "digest") if answer.get(name)}
    if proposed:
        origin |= {f"proposed_{name}": str(proposed[name]) for name in ("system", "release", "code", "rule")}
    elements[key] = {**body, "status": "suggested", "origin": origin}
    return key
