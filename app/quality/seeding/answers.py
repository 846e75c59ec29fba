"""What a silent copy is held against, for the reader's own page once the item beside it is settled."""

from __future__ import annotations

from app.core.db import Session
from app.quality.gold.models import get_gold
from app.quality.seeding.models import SeededCopy
from app.review.copies import ItemCopy
from app.review.queries.answers import settled_answer


class SeededAnswers:
    """Gold; of the same text read again, what its original was settled as."""

    key = "seeded"

    def answer(self, session: Session, copy: ItemCopy) -> int | None:
        row = session.get(SeededCopy, copy.item_id)
        if row is None:
            return None
        if row.gold_id is not None:
            return get_gold(session, row.gold_id).submission_id
        settled = settled_answer(session, copy.source_item_id)
        return settled.id if settled else row.first_submission_id
