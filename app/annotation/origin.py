"""Where an element came from, by the server's word, and what was suggested beside what it became."""

from __future__ import annotations

from typing import Any

from app.agreement.judgements import Payload
from app.annotation.bodies import BOOKKEEPING, Kinds
from app.annotation.loose import loose_ends
from app.annotation.payload import meaning
from app.annotation.spans import span_fields
from app.core.text import fragments_problem, shows_nothing, trimmed

Body = dict[str, Any]

# Parts of a suggestion that no client may write.
_SERVER_WORDS = ("origin", "because")


def stored_body(body: Any, started: Body | None, kinds: Kinds, text: str) -> Any:
    """A body as a draft keeps it, whatever the client says of its origin.

    `started` is what stands under the element's id where the draft began: the suggestion (or an earlier answer
    that holds one), None for what a person adds. Spans lose white space at their edges. A body that is no
    record, or has malformed spans, comes back as it is: the check of its shape refuses it.
    """
    if not isinstance(body, dict):
        return body
    stored = {name: value for name, value in body.items() if name not in _SERVER_WORDS}
    for name in span_fields(str(stored.get("kind")), kinds):
        if name in stored:
            stored[name] = _trimmed(stored[name], text)
    stored["origin"] = origin_of(stored, started, kinds)
    if started is not None and "because" in started:
        stored["because"] = started["because"]
    return stored


def seeded(suggested: Payload, kinds: Kinds, text: str) -> Payload:
    """Suggestions as a draft may begin with: spans as they would be stored, none outside the text or blank.

    What hangs on a suggestion that is left out goes with it.
    """
    elements = {}
    for key, body in suggested["elements"].items():
        spans = {name: _trimmed(body[name], text) for name in span_fields(body["kind"], kinds) if name in body}
        if all(not pairs or _good(pairs, text) for pairs in spans.values()):
            elements[key] = {**body, **spans}
    if len(elements) < len(suggested["elements"]):
        loose = loose_ends(dict.fromkeys(suggested["elements"].keys() - elements.keys()), kinds, lambda: elements)
        elements = {key: kept for key, body in elements.items() if (kept := loose.get(key, body)) is not None}
    return {"elements": elements}


def _good(pairs: Any, text: str) -> bool:
    return fragments_problem(pairs, len(text)) is None and not any(shows_nothing(text[a:b]) for a, b in pairs)


def origin_of(body: Body, started: Body | None, kinds: Kinds) -> Body:
    """Who made it. A suggestion that says something else now keeps, under `suggested`, what it said."""
    origin = (started or {}).get("origin") or {"by": "human"}
    if started is None or origin["by"] == "human":
        return dict(origin)
    suggested = origin.get("suggested") or {name: part for name, part in started.items() if name not in BOOKKEEPING}
    kept = {name: part for name, part in origin.items() if name != "suggested"}
    return kept if _means(body, kinds) == meaning(suggested, kinds) else {**kept, "suggested": suggested}


def _means(body: Body, kinds: Kinds) -> str | None:
    """None for a body of the wrong shape, which is refused later."""
    try:
        return meaning(body, kinds)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _trimmed(pairs: Any, text: str) -> Any:
    return [_trimmed_pair(pair, text) for pair in pairs] if isinstance(pairs, list) else pairs


def _trimmed_pair(pair: Any, text: str) -> Any:
    good = isinstance(pair, list) and len(pair) == 2 and all(type(n) is int for n in pair)
    return list(trimmed(text, *pair)) if good and 0 <= pair[0] < pair[1] <= len(text) else pair
