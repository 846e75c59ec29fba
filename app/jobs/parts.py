"""Sharing out: a job over many texts of a project becomes several, each with its share by number."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from sqlalchemy import ColumnElement, true

from app.core.db import Session
from app.core.digest import canonical_json
from app.jobs.job import Job, enqueue, held

#: texts that are worth a part: fewer are done before another process is warm
TEXTS_PER_PART = 250
MAX_PARTS = 16


@runtime_checkable
class Parted(Protocol):
    """A kind of job that can be shared out: it keeps to `share_of` of the job in all it looks for."""

    def lies_ahead(self, session: Session, job: Job) -> int:
        """How many texts there are to work on."""
        ...


def share_of(job: Job, number: Any) -> ColumnElement[bool]:
    """Which rows are this job's, by a number each has: those that leave the part's own remainder."""
    part, parts = job.args.get("part", (0, 1))
    return number % parts == part if parts > 1 else true()


def share_out(session: Session, job: Job, ahead: int, *, at: int) -> None:
    """Make a job that has not begun the first of as many parts as its texts are worth. Raises LeaseLost."""
    parts = min(MAX_PARTS, ahead // TEXTS_PER_PART)
    if parts < 2:
        return
    row = held(session, job)
    row.family = row.id
    for part in range(1, parts):
        args = row.args | {"part": [part, parts]}
        enqueue(session, row.kind, args, project_id=row.project_id, person_id=row.person_id, at=at).family = row.id
    row.args_json = canonical_json(row.args | {"part": [0, parts]})
