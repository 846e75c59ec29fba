"""Which jobs somebody may take now, and which of those that waited need wait no longer."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Select, or_, select, true

from app.core.db import Session, for_update
from app.jobs.job import JOBS, Job, JobState, is_free, queue


def list_free(session: Session, stages: Collection[str] = (), *, at: int, limit: int) -> list[Job]:
    """Jobs that somebody may take now, of these stages (all where none is named), oldest first."""
    of_stages = or_(*(Job.kind.startswith(stage, autoescape=True) for stage in stages)) if stages else true()
    return list(session.scalars(select(Job).where(is_free(session, at), of_stages).order_by(Job.id).limit(limit)))


def stage_of(kind: str) -> str:
    """The stage a kind of job belongs to: what stands before the point of its key."""
    return kind.partition(".")[0]


def wake(session: Session) -> None:
    """Queue every waiting job whose need was met, by whatever way that came."""
    for job in list(session.scalars(for_update(_waiting(), skip_locked=True))):
        if _is_met(session, job):
            queue(job)


def is_anything_met(session: Session) -> bool:
    """Whether `wake` would find something. Only reads, for it is asked again and again."""
    return any(_is_met(session, job) for job in session.scalars(_waiting()))


def _waiting() -> Select[Job]:
    return select(Job).where(Job.state == JobState.WAITING).order_by(Job.id)


def _is_met(session: Session, job: Job) -> bool:
    """Whether what a waiting job waits for has come; what no installed kind knows waits on."""
    return job.kind in JOBS and JOBS.get(job.kind).waits_for(session, job) != job.waits_for
