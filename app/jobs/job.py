"""Jobs: the row is the record of the work; whoever holds its lease does the next chunk."""

from __future__ import annotations

import json
import os
import socket
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import CheckConstraint, Index, LargeBinary, Text, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.db import OPERATIONAL, Base, Database, Session
from app.core.digest import canonical_json
from app.core.errors import NotFound
from app.core.registry import Registry

LEASE = 60 * clock.SECOND
MAX_ATTEMPTS = 5


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(Base):
    """One piece of background work, cut into chunks; `cursor_json` says what comes next."""

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("state IN ('queued','running','done','failed')", name="state_known"),
        CheckConstraint("(state IN ('done','failed')) = (finished_at IS NOT NULL)", name="finished_dated"),
        CheckConstraint("finished_at IS NULL OR sealed IS NULL", name="finished_empty"),
        Index("ix_job_state", "state", "lease_until"),
        {"info": {"kind": OPERATIONAL}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(Text)
    project_id: Mapped[int | None]
    person_id: Mapped[int | None]
    args_json: Mapped[str] = mapped_column(Text)
    #: arguments that may identify somebody, under a key of the vault; gone when the job ends
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(Text)
    total: Mapped[int]
    done: Mapped[int]
    cursor_json: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int]
    #: stable error code of the last failure; never a message that could carry text
    error: Mapped[str] = mapped_column(Text)
    lease_owner: Mapped[str] = mapped_column(Text)
    lease_until: Mapped[int]
    created_at: Mapped[int]
    finished_at: Mapped[int | None]

    @property
    def args(self) -> dict[str, Any]:
        args: dict[str, Any] = json.loads(self.args_json)
        return args

    @property
    def cursor(self) -> dict[str, Any]:
        cursor: dict[str, Any] = json.loads(self.cursor_json)
        return cursor


class Services(Protocol):
    """What a chunk may use: the composed application without its web side."""

    database: Database
    settings: Any
    vault: Any


class JobKind(Protocol):
    """One kind of work. `chunk` does one idempotent piece and says whether more is to come.

    Heavy work happens outside the write transaction; the transaction that stores a piece calls
    `advance`, so that a kill between two pieces loses and repeats nothing.
    """

    key: str

    def chunk(self, services: Services, job: Job, *, at: int) -> bool: ...

    def tidy(self, services: Services, job: Job) -> None:
        """Remove what the job needed outside the database: it is done, or given up. May come twice."""
        ...


JOBS: Registry[JobKind] = Registry("job", JobKind)


def enqueue(
    session: Session,
    kind: str,
    args: dict[str, Any],
    *,
    project_id: int | None = None,
    person_id: int | None = None,
    sealed: bytes | None = None,
    at: int,
) -> Job:
    """Queue a job in the transaction of what asks for it: it is neither lost nor orphaned."""
    JOBS.get(kind)
    job = Job(
        kind=kind,
        project_id=project_id,
        person_id=person_id,
        args_json=canonical_json(args),
        sealed=sealed,
        state=JobState.QUEUED,
        total=args.get("total", 0),
        done=0,
        cursor_json="{}",
        attempts=0,
        error="",
        lease_owner="",
        lease_until=0,
        created_at=at,
        finished_at=None,
    )
    session.add(job)
    session.flush()
    return job


def enqueue_once(session: Session, kind: str, *, project_id: int, person_id: int | None, at: int) -> None:
    """Queue work on a project unless the same already waits."""
    waiting = select(Job.id).where(Job.kind == kind, Job.project_id == project_id, Job.state == JobState.QUEUED)
    if session.scalar(waiting) is None:
        enqueue(session, kind, {}, project_id=project_id, person_id=person_id, at=at)


def owner_name() -> str:
    """This process, as it signs leases."""
    return f"{socket.gethostname()}:{os.getpid()}"


def claim(session: Session, owner: str, *, at: int) -> Job | None:
    """Take the oldest job that is queued, whose worker stopped renewing its lease, or died on this host."""
    free = or_(
        Job.state == JobState.QUEUED,
        (Job.state == JobState.RUNNING) & (Job.lease_until < at),
        Job.id.in_(_orphans(session)),
    )
    job = session.scalar(select(Job).where(free).order_by(Job.id).limit(1).with_for_update(skip_locked=True))
    if job is None:
        return None
    job.state = JobState.RUNNING
    job.lease_owner, job.lease_until = owner, at + LEASE
    return job


def claim_one(session: Session, job_id: int, owner: str, *, at: int) -> Job:
    """Take one job that was just queued, to do it here and now."""
    job = get_job(session, job_id)
    job.state, job.lease_owner, job.lease_until = JobState.RUNNING, owner, at + LEASE
    return job


def _orphans(session: Session) -> list[int]:
    """Running jobs whose process on this very host is gone: a restart goes on at once."""
    running = session.execute(select(Job.id, Job.lease_owner).where(Job.state == JobState.RUNNING))
    return [job_id for job_id, owner in running if not _may_be_alive(owner)]


def _may_be_alive(owner: str) -> bool:
    host, _, pid = owner.rpartition(":")
    if host != socket.gethostname() or not pid.isdecimal():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def advance(
    session: Session,
    job_id: int,
    *,
    done: int = 0,
    total: int | None = None,
    cursor: dict[str, Any] | None = None,
    at: int,
) -> None:
    """Note the progress of a chunk in the very transaction that stores its work."""
    job = get_job(session, job_id)
    job.done += done
    if total is not None:
        job.total = total
    if cursor is not None:
        job.cursor_json = canonical_json(cursor)
    job.lease_until = at + LEASE
    job.attempts = 0


def finish(session: Session, job_id: int, *, at: int) -> None:
    job = get_job(session, job_id)
    job.state, job.finished_at, job.sealed = JobState.DONE, at, None


def fail(session: Session, job_id: int, code: str, *, at: int) -> None:
    """Count a failed attempt; after the last one the job stops and says its error code."""
    job = get_job(session, job_id)
    job.attempts += 1
    job.error = code
    if job.attempts >= MAX_ATTEMPTS:
        job.state, job.finished_at, job.sealed = JobState.FAILED, at, None
    else:
        job.state, job.lease_until = JobState.QUEUED, 0


def get_job(session: Session, job_id: int) -> Job:
    """Raises NotFound."""
    job = session.get(Job, job_id)
    if job is None:
        raise NotFound("job", f"there is no job {job_id}")
    return job


def list_jobs(session: Session, project_id: int, limit: int = 20) -> list[Job]:
    """Newest first."""
    return list(session.scalars(select(Job).where(Job.project_id == project_id).order_by(Job.id.desc()).limit(limit)))
