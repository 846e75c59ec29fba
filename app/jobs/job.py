"""Jobs: the row is the record of the work; whoever holds its lease does the next chunk."""

from __future__ import annotations

import json
import os
import secrets
import socket
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import CheckConstraint, Index, LargeBinary, Select, Text, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.db import OPERATIONAL, Base, Database, Session, for_update, get_locked, lock
from app.core.digest import canonical_json
from app.core.errors import Conflict, NotFound
from app.core.registry import Registry

LEASE = 60 * clock.SECOND
MAX_ATTEMPTS = 5
MAX_NAMED = 1000


class LeaseLost(Conflict):
    """Another worker holds the job now: whoever comes late stores nothing and finishes nothing."""


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(Base):
    """One piece of background work, cut into chunks; `cursor_json` says what comes next."""

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("state IN ('queued','waiting','running','done','failed')", name="state_known"),
        CheckConstraint("(state = 'waiting') = (waits_for <> '')", name="waits_for_something"),
        CheckConstraint("set_aside >= 0", name="set_aside_positive"),
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
    #: what has to come first, as `kind:which` ("schema:notes"); empty unless the job waits
    waits_for: Mapped[str] = mapped_column(Text)
    #: how many documents or records could not be worked on, and the first of them as [id, error code]
    set_aside: Mapped[int]
    set_aside_json: Mapped[str] = mapped_column(Text)
    #: host, process and a word of this claim's own: no two claims sign alike
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

    @property
    def named_aside(self) -> list[tuple[int, str]]:
        """(id, error code) of what was set aside, as far as it is named."""
        return [(number, code) for number, code in json.loads(self.set_aside_json)]


class Services(Protocol):
    """What a chunk may use: the composed application without its web side."""

    database: Database
    settings: Any
    vault: Any


class JobKind(Protocol):
    """One kind of work. `chunk` does one idempotent piece and says whether more is to come.

    Heavy work happens outside the write transaction; the transaction that stores a piece calls
    `advance`, so that a kill between two pieces loses and repeats nothing, and a worker that lost
    the job stores nothing. One document that cannot be worked on is set aside there, by its id.
    """

    key: str
    #: whether it can be done again after it ended
    repeatable: bool

    def chunk(self, services: Services, job: Job, *, at: int) -> bool: ...

    def waits_for(self, session: Session, job: Job) -> str:
        """What has to come before the rest of the work, as `kind:which`; empty when nothing has to."""
        ...

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
        waits_for="",
        set_aside=0,
        set_aside_json="[]",
        lease_owner="",
        lease_until=0,
        created_at=at,
        finished_at=None,
    )
    session.add(job)
    session.flush()
    return job


def enqueue_once(session: Session, kind: str, *, project_id: int | None, person_id: int | None, at: int) -> None:
    """Queue work on a project unless the same is queued already; what waits for something looks again."""
    same = select(Job).where(Job.kind == kind, Job.project_id == project_id)
    if session.scalar(same.where(Job.state == JobState.QUEUED).limit(1)) is not None:
        return
    waiting = session.scalar(for_update(same.where(Job.state == JobState.WAITING).limit(1)))
    if waiting is None:
        enqueue(session, kind, {}, project_id=project_id, person_id=person_id, at=at)
    else:
        _queue(waiting)


def _queue(job: Job) -> None:
    job.state, job.waits_for, job.lease_owner, job.lease_until = JobState.QUEUED, "", "", 0


def owner_name() -> str:
    """This process, as it signs leases."""
    return f"{socket.gethostname()}:{os.getpid()}"


def claim(session: Session, owner: str, *, at: int) -> Job | None:
    """Take the oldest job that is queued, whose worker stopped renewing its lease, or died on this host."""
    return _take(session, owner, select(Job).order_by(Job.id).limit(1), at=at)


def claim_one(session: Session, job_id: int, owner: str, *, at: int) -> Job | None:
    """Take this job, to do it here and now; None when it is not free: another worker was faster."""
    return _take(session, owner, select(Job).where(Job.id == job_id), at=at)


def _take(session: Session, owner: str, wanted: Select[tuple[Job]], *, at: int) -> Job | None:
    """The one way to hold a job: by state and lease, under a name that no other claim has."""
    free = or_(
        Job.state == JobState.QUEUED,
        # By owner, not by id: PostgreSQL looks at the row again once it is locked.
        (Job.state == JobState.RUNNING) & ((Job.lease_until < at) | Job.lease_owner.in_(_dead_owners(session))),
    )
    job = session.scalar(for_update(wanted.where(free), skip_locked=True))
    if job is None:
        return None
    job.state, job.waits_for = JobState.RUNNING, ""
    job.lease_owner, job.lease_until = f"{owner}:{secrets.token_hex(4)}", at + LEASE
    return job


def _dead_owners(session: Session) -> list[str]:
    """Holders of running jobs whose process on this very host is gone: a restart goes on at once."""
    owners = session.scalars(select(Job.lease_owner).where(Job.state == JobState.RUNNING).distinct())
    return [owner for owner in owners if not _may_be_alive(owner)]


def _may_be_alive(owner: str) -> bool:
    host, _, pid = owner.rpartition(":")[0].rpartition(":")
    if host != socket.gethostname() or not pid.isdecimal():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def held(session: Session, job: Job) -> Job:
    """The row of a job this worker claimed, locked. Raises LeaseLost when another holds it or it has ended."""
    row = get_locked(session, Job, job.id)
    if row is None or row.state != JobState.RUNNING or row.lease_owner != job.lease_owner:
        raise LeaseLost("lease-lost", f"job {job.id} is not held by this worker any more")
    return row


def renew(session: Session, job: Job, *, at: int) -> None:
    """Say that its worker is alive. Raises LeaseLost."""
    held(session, job).lease_until = at + LEASE


def advance(
    session: Session,
    job: Job,
    *,
    done: int = 0,
    total: int | None = None,
    cursor: dict[str, Any] | None = None,
    set_aside: dict[int, str] | None = None,
    at: int,
) -> None:
    """Note the progress of a chunk in the very transaction that stores its work.

    `set_aside`: id → error code of what could not be worked on. Raises LeaseLost, which undoes the chunk.
    """
    row = held(session, job)
    row.done += done
    if total is not None:
        row.total = total
    if cursor is not None:
        row.cursor_json = canonical_json(cursor)
    if set_aside:
        named = dict(row.named_aside)  # what a job comes back to is counted once
        row.set_aside += len(set_aside.keys() - named.keys())
        row.set_aside_json = canonical_json([list(pair) for pair in sorted((named | set_aside).items())[:MAX_NAMED]])
    row.lease_until = at + LEASE
    row.attempts = 0


def finish(session: Session, job: Job, *, at: int) -> None:
    """Raises LeaseLost: a worker that lost the job cannot end it."""
    row = held(session, job)
    row.state, row.finished_at, row.sealed, row.error = JobState.DONE, at, None, ""


def fail(session: Session, job: Job, code: str, *, at: int) -> None:
    """Count a failed attempt; after the last one the job stops and says its error code. Raises LeaseLost."""
    row = held(session, job)
    row.attempts += 1
    row.error = code
    if row.attempts >= MAX_ATTEMPTS:
        row.state, row.finished_at, row.sealed = JobState.FAILED, at, None
    else:
        _queue(row)


def release(session: Session, job: Job) -> None:
    """Give a held job back, to be taken by whoever comes next. Raises LeaseLost."""
    _queue(held(session, job))


def park(session: Session, job: Job, waits_for: str) -> None:
    """Let a held job rest until what it needs has come. Raises LeaseLost."""
    row = held(session, job)
    _queue(row)
    row.state, row.waits_for = JobState.WAITING, waits_for


def wake(session: Session) -> None:
    """Queue every waiting job whose need was met, by whatever way that came."""
    waiting = select(Job).where(Job.state == JobState.WAITING).order_by(Job.id)
    for job in list(session.scalars(for_update(waiting, skip_locked=True))):
        missing = JOBS.get(job.kind).waits_for(session, job) if job.kind in JOBS else job.waits_for
        if missing != job.waits_for:
            _queue(job)


def retry(session: Session, job_id: int) -> Job:
    """Queue a job again: one that failed goes on where it stopped, one that set something aside tries all of it.

    Raises NotFound, or Conflict for any other job and for one whose files were wiped when it ended.
    """
    job = get_job(session, job_id)
    lock(session, job)
    if job.state != JobState.FAILED and not (job.state == JobState.DONE and job.set_aside):
        raise Conflict("job-state", f"job {job.id} is {job.state}; it neither failed nor set something aside")
    if not JOBS.get(job.kind).repeatable:
        raise Conflict("files-gone", f"the files of job {job.id} were wiped when it ended; load them again")
    if job.state == JobState.DONE:
        job.cursor_json, job.done, job.total = "{}", 0, 0
        job.set_aside, job.set_aside_json = 0, "[]"
    job.attempts, job.error, job.finished_at = 0, "", None
    _queue(job)
    return job


def get_job(session: Session, job_id: int) -> Job:
    """Raises NotFound."""
    job = session.get(Job, job_id)
    if job is None:
        raise NotFound("job", f"there is no job {job_id}")
    return job


def list_jobs(session: Session, project_id: int | None, limit: int = 20) -> list[Job]:
    """Newest first; of all projects where none is named."""
    query = select(Job).order_by(Job.id.desc()).limit(limit)
    return list(session.scalars(query if project_id is None else query.where(Job.project_id == project_id)))


def is_under_way(session: Session) -> bool:
    """Whether any job is queued or being done; what waits for something is not."""
    busy = Job.state.in_((JobState.QUEUED, JobState.RUNNING))
    return session.scalar(select(Job.id).where(busy).limit(1)) is not None
