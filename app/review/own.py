"""Elements of a ruling's own version: through the same door as a reader's, and with the origin readers' ones have."""

from __future__ import annotations

from typing import Any

from app.agreement.judgements import Payload
from app.core.errors import Invalid, Problem
from app.review.item import Item, modality_of
from app.review.modality import AnnotationAction, Context

Body = dict[str, Any]


def own_elements(item: Item, elements: dict[str, Any], payloads: list[Payload], context: Context) -> dict[str, Any]:
    """The elements as they are stored. Raises Invalid naming those of the wrong shape or with a bad span."""
    modality = modality_of(item)
    stored, problems = {}, []
    for key, body in elements.items():
        if body is None:
            problems.append(Problem("bad-element", "element", "an own version holds elements, not removals"))
            continue
        stored[key] = modality.stored(AnnotationAction(key, body), _started(key, payloads), context)
        try:
            modality.describe(AnnotationAction(key, stored[key]), context)
        except Invalid as error:
            problems += error.problems
    if problems:
        raise Invalid("bad-element", "an element of the own version is refused", problems=problems)
    return stored


def _started(key: str, payloads: list[Payload]) -> Body | None:
    """What readers have under this id: the one who still has it as it was suggested first, else any."""
    bodies = [payload["elements"][key] for payload in payloads if key in payload["elements"]]
    return min(bodies, key=lambda body: "suggested" in (body.get("origin") or {}), default=None)
