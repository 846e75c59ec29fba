"""The gate of signatures: every item of a release was signed at the step and in the meaning its workflow ends with."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import select

from app.core.db import Session
from app.core.errors import Conflict
from app.core.pieces import pieces
from app.corpus.project import Project
from app.review.item import Item
from app.review.queries.answers import settled_among
from app.review.round import Round
from app.review.signature import Signature, final_signature, signatures_among


class WorkflowEnding:
    """An earlier step's signature (an adjudication that somebody must still verify) releases nothing."""

    key = "signatures"

    def figures(self, session: Session, project: Project, items: list[Item]) -> dict[str, Any]:
        """How many items ended by which workflow, step and meaning. Raises Conflict naming the others."""
        counts: Counter[str] = Counter()
        missing: list[int] = []
        for piece in pieces(items):
            for item_id, ending in _endings(session, [item.id for item in piece]).items():
                if ending is None:
                    missing.append(item_id)
                else:
                    counts[f"{ending.workflow}: {ending.step}, {ending.meaning}"] += 1
        if missing:
            details = {"items": sorted(missing)[:100], "count": len(missing)}
            raise Conflict("not-signed-off", "items lack the signature their workflow ends with", details=details)
        return {"endings": dict(sorted(counts.items()))}


def _endings(session: Session, item_ids: list[int]) -> dict[int, Signature | None]:
    """Item → the signature that ended its workflow, asked of the rules and not only of the row."""
    settled, made = settled_among(session, item_ids), signatures_among(session, item_ids)
    read = select(Round).where(Round.id.in_({answer.round_id for answer in settled.values()}))
    rounds = {row.id: row for row in session.scalars(read)}
    found: dict[int, Signature | None] = dict.fromkeys(item_ids)
    for item_id, answer in settled.items():
        ending = final_signature(made[item_id], answer.body_sha256)
        if ending is not None and ending.meaning in rounds[answer.round_id].workflow.endings:
            found[item_id] = ending
    return found
