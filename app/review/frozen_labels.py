"""Which labels the answers to an item hold: what its newest round submitted, and what was settled before."""

from __future__ import annotations

from app.core.db import Session
from app.core.errors import NotFound
from app.review.item import Item, context_of, modality_of, no_codes
from app.review.round import current_round
from app.review.submission import payload_of, readings, settled_answer


class FrozenLabels:
    """Labels of standing readings and of the settled answer; of an item nobody has read there are none."""

    key = "frozen"

    def labels(self, session: Session, item: Item) -> frozenset[str]:
        try:
            answers = readings(session, current_round(session, item.id).id)
        except NotFound:
            return frozenset()
        settled = settled_answer(session, item.id)
        modality, context = modality_of(item), context_of(session, item, no_codes)
        payloads = [payload_of(session, one.id) for one in [*answers, *([settled] if settled else [])]]
        return frozenset(unit.label for one in payloads for unit in modality.units(one, context))
