"""The text of a person's own next reading, sent to their page ahead of the look at it."""

from __future__ import annotations

from sqlalchemy import func, select

from app.accounts.actor import Actor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.audit.models import Event
from app.core.db import Session
from app.review.assignment import Assignment, next_task
from app.review.draft import require_may_work
from app.review.queries import is_seen, require_own
from app.review.workflows import Step


def find_next_own(session: Session, actor: Actor, assignment: Assignment, *, at: int) -> Assignment | None:
    """The reading that will be the actor's next once this task is finished, where there is one and it is no other step.

    Raises Forbidden, NotFound or Conflict where the task, or the next one, could not be shown to the actor now.
    """
    require_own(session, actor, assignment, at=at)
    following = next_task(session, actor.id, besides=assignment.id)
    if following is None or following.step != Step.ANNOTATE:
        return None
    require_own(session, actor, following, at=at)
    require_may_work(session, actor, following, at=at)
    return following


def is_prefetched(session: Session, assignment_id: int, *, at: int) -> bool:
    """Whether the log knows of the text having gone ahead in the last 15 minutes."""
    last = select(func.max(Event.at)).where(Event.stream == streams.prefetch(assignment_id))
    return is_seen(session.scalar(last), at=at)


def record_prefetch(session: Session, actor: Actor, assignment: Assignment, *, at: int) -> None:
    """Say in the log, before it leaves, that a text goes to its reader's page ahead of the look at it.

    In a stream of its own: a look that follows is noted as the first, and one that never does is none.
    """
    record(
        session,
        Tag.DOCUMENT_VIEWED,
        stream=streams.prefetch(assignment.id),
        actor=actor,
        subject=Subject("item", assignment.item_id),
        data={"assignment": assignment.id, "step": assignment.step, "document": None, "prefetched": True},
        project_id=assignment.project_id,
        at=at,
    )
