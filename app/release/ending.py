"""The gate of signatures: every item of a release was signed at the step and in the meaning its workflow ends with."""

from __future__ import annotations

from collections import Counter
from typing import Any

from app.core.db import Session
from app.core.errors import Conflict
from app.corpus.project import Project
from app.review.item import Item
from app.review.queries.answers import settled_answer
from app.review.round import get_round
from app.review.signature import Signature, final_signature


class WorkflowEnding:
    """An earlier step's signature (an adjudication that somebody must still verify) releases nothing."""

    key = "signatures"

    def figures(self, session: Session, project: Project, items: list[Item]) -> dict[str, Any]:
        """How many items ended by which workflow, step and meaning. Raises Conflict naming the others."""
        endings = {item.id: _ending(session, item) for item in items}
        missing = sorted(item for item, ending in endings.items() if ending is None)
        if missing:
            details = {"items": missing[:100], "count": len(missing)}
            raise Conflict("not-signed-off", "items lack the signature their workflow ends with", details=details)
        counts = Counter(f"{e.workflow}: {e.step}, {e.meaning}" for e in endings.values() if e)
        return {"endings": dict(sorted(counts.items()))}


def _ending(session: Session, item: Item) -> Signature | None:
    """The signature that ended the item's workflow, asked of the rules and not only of the row."""
    settled = settled_answer(session, item.id)
    made = final_signature(session, item.id, settled.body_sha256) if settled else None
    if settled is None or made is None:
        return None
    return made if made.meaning in get_round(session, settled.round_id).workflow.endings else None
