"""Elements out of files, checked as far as a format can: kinds, and spans within the text."""

from __future__ import annotations

from typing import Any

from app.core.text import fragments_problem


def elements_problem(elements: Any, length: int) -> str | None:
    """Why these cannot be the elements of a text of so many code points, or None; values are never quoted."""
    if not isinstance(elements, dict) or not all(isinstance(body, dict) for body in elements.values()):
        return "elements must be objects by id"
    for position, body in enumerate(elements.values()):
        why = _wrong(body, length)
        if why:
            return f"elements[{position}]{why}"
    return None


def _wrong(body: dict[str, Any], length: int) -> str | None:
    if not isinstance(body.get("kind"), str):
        return " needs a kind"
    if body["kind"] == "entity":
        wrong = fragments_problem(body.get("fragments"), length)
        if wrong or not isinstance(body.get("label"), str):
            return f": {wrong or 'needs a label'}"
    if body["kind"] == "relation" and not all(isinstance(body.get(part), str) for part in ("type", "head", "tail")):
        return " needs type, head and tail"
    return None
