"""What a host must have for a job: one that lacks it leaves the job to others, and says which code."""

from __future__ import annotations

import logging
from typing import Protocol

from app.core.db import Session
from app.core.registry import Registry
from app.jobs.job import Job, JobState, Services

log = logging.getLogger(__name__)


class Need(Protocol):
    """Something outside the database that jobs of some kinds work with."""

    key: str
    #: kinds of jobs that need it
    kinds: tuple[str, ...]

    def lacks(self, services: Services, session: Session, job: Job) -> str:
        """A stable code of what this host lacks for the job; empty where it may do it."""
        ...


NEEDS: Registry[Need] = Registry("need", Need)


def what_is_lacking(services: Services, session: Session, job: Job) -> str:
    """The first code of what this host lacks for a job, or empty."""
    codes = (need.lacks(services, session, job) for need in NEEDS if job.kind in need.kinds)
    return next((code for code in codes if code), "")


def leave(session: Session, job_id: int, code: str) -> None:
    """Let a job say why a host left it to others; whoever takes it forgets that."""
    row = session.get(Job, job_id)
    if row is not None and row.state == JobState.QUEUED and row.attempts == 0 and row.error != code:
        row.error = code
        log.warning("job left to other hosts", extra={"job": job_id, "kind": row.kind, "code": code})
