"""Whether suggestions made earlier may still be shown to readers."""

from __future__ import annotations

from app.core.db import Session
from app.corpus.suggestion import Suggestion
from app.pipelines.register.lookup import find_current


class EntryInForce:
    """Drafts no longer start from a pipeline whose entry was withdrawn or is overdue.

    Only a pipeline with an entry in force makes suggestions, so the absence of one is not asked here;
    nor is the digest: what an older version said under its own entry stays what it was.
    """

    key = "pipeline-register"

    def problem(self, session: Session, suggestion: Suggestion, *, at: int) -> str | None:
        recorded = find_current(session, suggestion.pipeline)
        if recorded is None:
            return None
        if recorded.withdrawal is not None:
            return "withdrawn"
        return "suspended" if at >= recorded.row.review_by else None
