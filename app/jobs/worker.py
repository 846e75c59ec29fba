"""The local worker: claims jobs, does them chunk by chunk under a lease it keeps renewing, queues what follows."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.core import clock, fault
from app.core.db import Session
from app.core.errors import code_of
from app.jobs.job import (
    JOBS,
    LEASE,
    MAX_ATTEMPTS,
    Job,
    JobKind,
    LeaseLost,
    Services,
    claim,
    enqueue_once,
    fail,
    finish,
    get_job,
    is_under_way,
    owner_name,
    park,
    release,
    renew,
    wake,
)

log = logging.getLogger(__name__)

IDLE_SECONDS = 0.5
BEAT_SECONDS = LEASE / 1000 / 4

# job kind → the kind that follows it for the same project; filled by app/pipeline.py
FOLLOWERS: dict[str, str] = {}


def work(services: Services, *, until_empty: bool = False, stop: Callable[[], bool] = lambda: False) -> int:
    """Do jobs until told to stop, or until none is left, here or with another worker; returns how many chunks
    were done here."""
    owner = owner_name()
    chunks = 0
    while not stop():
        job = services.database.writing(lambda session: _next(session, owner, at=clock.now()))
        if job is None:
            if until_empty and not _under_way(services):
                return chunks
            time.sleep(IDLE_SECONDS)
            continue
        chunks += run_job(services, job, stop=stop)
    return chunks


def _under_way(services: Services) -> bool:
    """Whether another worker still does something, which may bring work."""
    with services.database.reading() as session:
        return is_under_way(session)


def _next(session: Session, owner: str, *, at: int) -> Job | None:
    wake(session)
    session.flush()
    return claim(session, owner, at=at)


def run_job(
    services: Services,
    job: Job,
    *,
    stop: Callable[[], bool] = lambda: False,
    on_chunk: Callable[[int], None] = lambda done: None,
) -> int:
    """Do one claimed job to its end, or until told to stop; `on_chunk` hears how much is done."""
    chunks = 0
    more = True
    with _heartbeat(services, job):
        try:
            kind = JOBS.get(job.kind)
            while more and not stop():
                more = kind.chunk(services, job, at=clock.now())
                chunks += 1
                fault.point("chunk")
                job = _read_again(services, job)
                on_chunk(job.done)
            if more:
                services.database.writing(lambda session: release(session, job))
            else:
                _end(services, kind, job)
        except LeaseLost:
            log.warning("job lost to another worker", extra={"job": job.id, "kind": job.kind})
        except Exception as error:  # noqa: BLE001  (the worker's last resort: a job must not kill it)
            _note_failure(services, job, error)
    return chunks


@contextmanager
def _heartbeat(services: Services, job: Job) -> Iterator[None]:
    """Renew the lease while a chunk takes its time, so that nobody takes the job of a living worker."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEAT_SECONDS):
            try:
                services.database.writing(lambda session: renew(session, job, at=clock.now()))
            except LeaseLost:
                return
            except Exception as error:  # noqa: BLE001  (a busy database: the next beat tries again)
                log.warning("lease not renewed", extra={"job": job.id, "code": code_of(error)})

    thread = threading.Thread(target=beat, name=f"lease of job {job.id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _read_again(services: Services, job: Job) -> Job:
    """The job after a chunk, as long as it is this worker's. Raises LeaseLost."""
    with services.database.reading() as session:
        row = get_job(session, job.id)
    if row.lease_owner != job.lease_owner:
        raise LeaseLost("lease-lost", f"job {job.id} is not held by this worker any more")
    return row


def _end(services: Services, kind: JobKind, job: Job) -> None:
    """Finish a job of which nothing is left to do, or let it wait for what the rest needs."""
    with services.database.reading() as session:
        missing = kind.waits_for(session, job)
    if missing:
        services.database.writing(lambda session: _park(session, job, missing, at=clock.now()))
        return
    # Only who still holds the job may tidy, and before the row forgets what is to be tidied:
    # after a kill in between it comes again.
    services.database.writing(lambda session: renew(session, job, at=clock.now()))
    kind.tidy(services, job)
    services.database.writing(lambda session: _finish(session, job, at=clock.now()))


def _finish(session: Session, job: Job, *, at: int) -> None:
    finish(session, job, at=at)
    _follow(session, job, at=at)


def _park(session: Session, job: Job, missing: str, *, at: int) -> None:
    park(session, job, missing)
    if job.done:
        _follow(session, job, at=at)


def _follow(session: Session, job: Job, *, at: int) -> None:
    follower = FOLLOWERS.get(job.kind)
    if follower:
        enqueue_once(session, follower, project_id=job.project_id, person_id=job.person_id, at=at)


def _note_failure(services: Services, job: Job, error: Exception) -> None:
    code = code_of(error)
    log.error("job failed", extra={"job": job.id, "kind": job.kind, "code": code})
    try:
        services.database.writing(lambda session: renew(session, job, at=clock.now()))
        if job.attempts + 1 >= MAX_ATTEMPTS and job.kind in JOBS:
            JOBS.get(job.kind).tidy(services, job)
        services.database.writing(lambda session: fail(session, job, code, at=clock.now()))
    except LeaseLost:
        log.warning("job lost to another worker", extra={"job": job.id, "kind": job.kind})
