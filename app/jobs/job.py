"""Jobs: the row is the record of the work; whoever holds its lease does the next chunk."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    exists,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from app.core import clock
from app.core.db import OPERATIONAL, Base, Database, Session, for_update, get_locked, lock
from app.core.digest import canonical_json
from app.core.errors import Conflict, NotFound
from app.core.registry import Registry
from app.jobs.owner import may_be_alive

LEASE = 60 * clock.SECOND
MAX_ATTEMPTS = 5
#: the wait after the first failed attempt; each further one doubles it
BACKOFF = clock.SECOND
#: how often its worker may die over a job that gets no further; then it is given up as `LOST`
MAX_LOST = 20
LOST = "worker-lost"
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
    #: how many documents or records could not be worked on; the first of them are named in `job_aside`
    set_aside: Mapped[int]
    #: host, process and a word of this claim's own: no two claims sign alike
    lease_owner: Mapped[str] = mapped_column(Text)
    lease_until: Mapped[int]
    #: a queued job rests until then: its last attempt failed
    not_before: Mapped[int] = mapped_column(default=0)
    #: when its id was last given to the broker; 0: it stands as nobody was told yet
    sent_at: Mapped[int] = mapped_column(default=0)
    #: the job this one is a part of (its own id for the first part); None: one job does it all
    family: Mapped[int | None] = mapped_column(default=None)
    created_at: Mapped[int]
    finished_at: Mapped[int | None]
    # Read with the job: whoever shows it does so behind the session.
    _aside: Mapped[list[JobAside]] = relationship(
        order_by="JobAside.number", cascade="all, delete-orphan", lazy="selectin"
    )

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
        return [(one.number, one.code) for one in self._aside]

    def set_these_aside(self, codes: dict[int, str]) -> None:
        """Count and name what could not be worked on (id → error code)."""
        named = {one.number: one for one in self._aside}  # what a job comes back to is counted once
        self.set_aside += len(codes.keys() - named.keys())
        for number, code in sorted(codes.items()):
            if number in named:
                named[number].code = code
            elif len(self._aside) < MAX_NAMED:
                self._aside.append(JobAside(number=number, code=code))

    def forget_set_aside(self) -> None:
        self.set_aside, self._aside = 0, []


class JobAside(Base):
    """One document or record that a job could not work on: its number and an error code, never a message."""

    __tablename__ = "job_aside"
    __table_args__ = ({"info": {"kind": OPERATIONAL}},)

    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"), primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Text)


class Services(Protocol):
    """What a chunk may use: the composed application without its web side."""

    @property
    def database(self) -> Database: ...
    @property
    def settings(self) -> Any: ...
    @property
    def vault(self) -> Any: ...
    def signer(self) -> Any: ...


class JobKind(Protocol):
    """One kind of work. `chunk` does one idempotent piece and says whether more is to come.

    Heavy work happens outside the write transaction; the transaction that stores a piece calls
    `advance`, so that a kill between two pieces loses and repeats nothing, and a worker that lost
    the job stores nothing. One document that cannot be worked on is set aside there, by its id.
    """

    key: str
    title: str  # what it does, as a page heads it
    aside: str  # what became of the documents it could not work on
    repeatable: bool  # whether it can be done again after it ended

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
    # A part of a job sees to some of the work only, and is never the same.
    same = select(Job).where(Job.kind == kind, Job.project_id == project_id, Job.family.is_(None))
    if session.scalar(same.where(Job.state == JobState.QUEUED).limit(1)) is not None:
        return
    waiting = session.scalar(for_update(same.where(Job.state == JobState.WAITING).limit(1)))
    if waiting is None:
        enqueue(session, kind, {}, project_id=project_id, person_id=person_id, at=at)
    else:
        queue(waiting)


def queue(job: Job) -> None:
    """Let whoever comes next take it; its id has not been sent as it stands now."""
    job.state, job.waits_for, job.lease_owner, job.lease_until = JobState.QUEUED, "", "", 0
    job.not_before, job.sent_at = 0, 0


def claim_one(session: Session, job_id: int, owner: str, *, at: int) -> Job | None:
    """The one way to hold a job: by state and lease, under a name that no other claim has.

    None when it is not free: another worker was faster.
    """
    wanted = select(Job).where(Job.id == job_id, is_free(session, at))
    job: Job | None = session.scalar(for_update(wanted, skip_locked=True))
    if job is None:
        return None
    if job.state == JobState.RUNNING:
        job.attempts, job.error = job.attempts + 1 if job.error == LOST else 1, LOST
    elif not job.attempts:
        job.error = ""  # why another host left it
    job.state, job.waits_for = JobState.RUNNING, ""
    job.lease_owner, job.lease_until = f"{owner}:{secrets.token_hex(4)}", at + LEASE
    return job


def is_free(session: Session, at: int) -> ColumnElement[bool]:
    """Nobody holds the job: it is queued and no longer rests, or whoever held it is gone.

    Of those that see to all of a project one at a time is done, or parts of one: two would do the same work.
    """
    return ~_is_in_hand(at) & or_(
        (Job.state == JobState.QUEUED) & (Job.not_before <= at),
        # By owner, not by id: PostgreSQL looks at the row again once it is locked.
        (Job.state == JobState.RUNNING) & ((Job.lease_until < at) | Job.lease_owner.in_(_dead_owners(session))),
    )


def _is_in_hand(at: int) -> ColumnElement[bool]:
    other = aliased(Job)
    return exists().where(
        other.state == JobState.RUNNING,
        other.lease_until >= at,
        other.kind == Job.kind,
        other.project_id == Job.project_id,
        *(or_(one.args_json == "{}", one.family.is_not(None)) for one in (other, Job)),
        func.coalesce(other.family, other.id) != func.coalesce(Job.family, Job.id),
    )


def _dead_owners(session: Session) -> list[str]:
    """Holders of running jobs whose process on this very host is gone: a restart goes on at once."""
    owners = session.scalars(select(Job.lease_owner).where(Job.state == JobState.RUNNING).distinct())
    return [owner for owner in owners if not may_be_alive(owner)]


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
        row.set_these_aside(set_aside)
    row.lease_until = at + LEASE
    row.attempts = 0


def finish(session: Session, job: Job, *, at: int) -> None:
    """Raises LeaseLost: a worker that lost the job cannot end it."""
    row = held(session, job)
    row.state, row.finished_at, row.sealed, row.error = JobState.DONE, at, None, ""


def fail(session: Session, job: Job, code: str, *, at: int) -> None:
    """Count a failed attempt; after the last one the job stops and says its error code. Raises LeaseLost."""
    row = held(session, job)
    gives_up = is_last(row, code)
    row.attempts, row.error = row.attempts + 1 if row.error != LOST or code == LOST else 1, code
    if gives_up:
        row.state, row.finished_at, row.sealed = JobState.FAILED, at, None
    else:
        queue(row)
        row.not_before = at + BACKOFF * 2 ** (row.attempts - 1)


def is_last(job: Job, code: str) -> bool:
    """Whether failing once more, over this, ends the job."""
    return code == LOST or (job.error != LOST and job.attempts + 1 >= MAX_ATTEMPTS)


def release(session: Session, job: Job) -> None:
    """Give a held job back, to be taken by whoever comes next. Raises LeaseLost."""
    queue(held(session, job))


def park(session: Session, job: Job, waits_for: str) -> None:
    """Let a held job rest until what it needs has come. Raises LeaseLost."""
    row = held(session, job)
    queue(row)
    row.state, row.waits_for = JobState.WAITING, waits_for


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
        job.forget_set_aside()
    job.attempts, job.error, job.finished_at = 0, "", None
    queue(job)
    return job


def get_job(session: Session, job_id: int) -> Job:
    """Raises NotFound."""
    job = session.get(Job, job_id)
    if job is None:
        raise NotFound("job", f"there is no job {job_id}")
    return job


def list_jobs(session: Session, project_id: int | None, limit: int = 20, *, of: str = "", besides: str = "",
              state: str = "") -> list[Job]:  # fmt: skip
    """Newest first; of all projects where none is named. `of`, `besides`: the first word of kinds meant, or not."""
    query = select(Job).order_by(Job.id.desc()).limit(limit).where(Job.state == state if state else true())
    for word, meant in {of: True, besides: False}.items():
        query = query.where(Job.kind.startswith(f"{word}.", autoescape=True) == meant) if word else query
    return list(session.scalars(query if project_id is None else query.where(Job.project_id == project_id)))


def is_under_way(session: Session, *, besides: Collection[int] = ()) -> bool:
    """Whether any job is queued or being done, besides these; what waits for something is not."""
    busy = Job.state.in_((JobState.QUEUED, JobState.RUNNING))
    return session.scalar(select(Job.id).where(busy, Job.id.not_in(besides)).limit(1)) is not None
