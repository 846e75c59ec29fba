"""The person's own next reading: its text in their page before the present one is finished, opened when it is shown.

What goes ahead holds nobody's work, not even the draft, and changes no state; only the page's memory keeps it. The
opening compares it, by digest, with what the page of the task would show now.
"""

from __future__ import annotations

import json
from typing import Any

from app.core.db import AnyRow, Session
from app.core.digest import sha256
from app.core.errors import Conflict
from app.http import context
from app.http.workbench import STANDING, begin_task, standing
from app.review.assignment import get_assignment
from app.review.guideline import kept_guideline
from app.review.item import modality_of
from app.review.queries.ahead import find_next_own, is_prefetched, record_prefetch
from app.review.states import AssignmentState
from app.review.whole import whole_task
from app.review.workflows import Step


def prefetch_next(assignment_id: int) -> dict[str, Any] | None:
    """What stands fast of the task that follows this one; None where none is to be read. The view is noted before.

    Raises Forbidden, NotFound or Conflict where either could not be shown to the person now.
    """
    actor, at = context.actor(), context.at()
    with context.database().reading() as session:
        following = find_next_own(session, actor, get_assignment(session, assignment_id), at=at)
        if following is None:
            return None
        ahead = _ahead(session, whole_task(session, following.id))
        if is_prefetched(session, following.id, at=at):
            return ahead

    def unit(session: Session) -> bool:
        still = find_next_own(session, actor, get_assignment(session, assignment_id), at=at)
        if still is None or still.id != ahead["assignment"]:
            return False
        record_prefetch(session, actor, still, at=at)
        return True

    return ahead if context.database().writing(unit) else None


def open_prefetched(assignment_id: int, ahead_sha256: str) -> dict[str, Any]:
    """Open a task whose text is in the page; all that `show_task` says besides what went ahead.

    Raises Conflict("stale-copy") when its page would not show what went ahead; besides as `show_task` does. Then
    nothing has happened.
    """
    at = context.at()

    def unit(session: Session) -> dict[str, Any]:
        row = whole_task(session, assignment_id, lock=True)
        shown = begin_task(session, context.actor(), row, at=at)
        same = {name: shown.data.pop(name) for name in STANDING}
        expected = (AssignmentState.OPEN, Step.ANNOTATE, ahead_sha256)
        if (row.Assignment.state, row.Assignment.step, _digest(same)) != expected:
            raise Conflict("stale-copy", "this task has changed since its text was sent; load its page")
        return shown.data | {"beside": {"previous": row.before, "next": row.after}}

    return context.database().writing(unit)


def _ahead(session: Session, row: AnyRow) -> dict[str, Any]:
    """What is sent ahead, and its digest; the guideline as the task will keep it."""
    item = row.Item
    task = standing(session, row, kept_guideline(session, item, row.Assignment))
    return {
        "assignment": row.Assignment.id,
        "modality": item.modality,
        "title": f"{modality_of(item).noun} {item.label}",
        "note_type": row.Document.note_type,
        "task": task,
        "sha256": _digest(task),
    }


def _digest(task: dict[str, Any]) -> str:
    # Not canonical: a schema's numbers need not be whole, and nobody else makes this digest.
    return sha256(json.dumps(task, sort_keys=True))
