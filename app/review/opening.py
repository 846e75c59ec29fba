"""Opening a task: what its draft starts from depends on the step."""

from __future__ import annotations

from app.accounts.actor import Actor
from app.core.db import Session
from app.review.adjudication import open_adjudication
from app.review.assignment import Assignment, Step
from app.review.draft import start_draft
from app.review.states import AssignmentState
from app.review.verification import open_verification


def open_task(session: Session, actor: Actor, assignment: Assignment, *, at: int) -> None:
    """Open an offered task; opening an open one changes nothing. Raises Forbidden or Conflict."""
    if assignment.state != AssignmentState.OFFERED:
        return
    begin = {
        Step.ANNOTATE: start_draft,
        Step.ADJUDICATE: open_adjudication,
        Step.VERIFY: open_verification,
    }[Step(assignment.step)]
    begin(session, actor, assignment, at=at)
