"""Work that is stored whole or not at all: how far it is, and why it was refused."""

from __future__ import annotations

from app.core.db import Session
from app.jobs.job import LEASE, Job, JobState, held


class Refused(Exception):
    """The work cannot be done as things stand, and trying it again would not help: the job fails at once.

    `items`: id → code of what it was refused for.
    """

    def __init__(self, code: str, items: dict[int, str] | None = None) -> None:
        super().__init__(code)
        self.code, self.items = code, items or {}


def note_progress(session: Session, job: Job, *, done: int, total: int, at: int) -> None:
    """Say how far work is of which nothing is stored before all of it is: after a kill it begins anew.

    Unlike `advance` it does not count as a chunk done. Raises LeaseLost.
    """
    row = held(session, job)
    row.done, row.total, row.lease_until = done, total, at + LEASE
    if not done:
        row.forget_set_aside()  # what it was refused for the last time


def refuse(session: Session, job: Job, refused: Refused, *, at: int) -> None:
    """End a job that cannot be done, with the reason and what it was refused for. Raises LeaseLost."""
    row = held(session, job)
    row.state, row.finished_at, row.sealed, row.error, row.done = JobState.FAILED, at, None, refused.code, 0
    row.set_these_aside(refused.items)
