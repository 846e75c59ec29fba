"""A false suggestion for a note: words that nobody marked, under a label that the pipeline gave elsewhere in it."""

from __future__ import annotations

import re
from typing import Any

from app.agreement.judgements import Payload

_WORD = re.compile(r"[a-z]{6,}")


class NotesDecoys:
    """One entity more among the pipeline's; where it stands nobody sees anything, gold least of all."""

    key = "notes"

    def place(
        self, text: str, content: dict[str, Any], gold: Payload, chance: int
    ) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """See `app.quality.seeding.models.DecoyMaker`."""
        entities = content.get("entities", [])
        if not entities:
            return None
        marked = [pair for body in gold["elements"].values() for pair in body.get("fragments", ())]
        marked += [pair for found in entities for pair in _fragments(found)]
        words = [m.span() for m in _WORD.finditer(text) if not any(a < m.end() and m.start() < b for a, b in marked)]
        if not words:
            return None
        start, end = words[chance % len(words)]
        # The plainest of its fellows lends it all else, so that nothing but its words is odd about it.
        like = min(entities, key=lambda found: (bool(found.get("proposed")), bool(found.get("because"))))
        false = {"start": start, "end": end, "label": like["label"], "assertion": like.get("assertion", {})}
        if "fragments" in like:
            false["fragments"] = [[start, end]]
        at = sum(_fragments(found)[0][0] < start for found in entities)
        return _with(content, false, at), {"start": start, "end": end, "label": like["label"]}

    def is_kept(self, answer: Payload, mark: dict[str, Any]) -> bool:
        """See `app.quality.seeding.models.DecoyMaker`."""
        return any(
            body.get("kind") == "entity" and body.get("label") == mark["label"] and body.get("status") != "rejected"
            and any(a < mark["end"] and mark["start"] < b for a, b in body.get("fragments", ()))
            for body in answer["elements"].values()
        )  # fmt: skip


def _fragments(found: dict[str, Any]) -> list[list[int]]:
    return found.get("fragments") or [[found["start"], found["end"]]]


def _with(content: dict[str, Any], false: dict[str, Any], at: int) -> dict[str, Any]:
    """The answer with an entity more at a position: what names later ones by position names the next."""
    entities = [*content["entities"][:at], false, *content["entities"][at:]]
    relations = [
        found | {end: found[end] + (found[end] >= at) for end in ("head", "tail")}
        for found in content.get("relations", [])
    ]
    return content | {"entities": entities, "relations": relations}
