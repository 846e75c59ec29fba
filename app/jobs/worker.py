"""The worker: claims jobs, does them chunk by chunk under a lease it keeps renewing, queues what follows."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress

from app.core import clock, fault
from app.core.db import Session
from app.core.errors import Unavailable, code_of
from app.core.outage import is_out_of_reach
from app.jobs.free import is_anything_met, list_free, wake
from app.jobs.job import (
    JOBS,
    LEASE,
    LOST,
    MAX_LOST,
    Job,
    JobKind,
    LeaseLost,
    Services,
    claim_one,
    enqueue_once,
    fail,
    finish,
    get_job,
    is_last,
    is_under_way,
    park,
    release,
    renew,
)
from app.jobs.needs import leave, what_is_lacking
from app.jobs.owner import owner_name
from app.jobs.parts import Parted, share_out
from app.jobs.whole import Refused, refuse

log = logging.getLogger(__name__)

IDLE_SECONDS = 0.5
#: after so long a job that came by message lets others have their turn
TURN_SECONDS = 120.0
#: free jobs looked at for one this host may do
CANDIDATES = 50
BEAT_SECONDS = LEASE / 1000 / 4
LONGEST_WAIT_SECONDS = 30.0

# job kind → the kind that follows it for the same project; filled by app/pipeline.py
FOLLOWERS: dict[str, str] = {}


def work(
    services: Services,
    *,
    until_empty: bool = False,
    until_idle: bool = False,
    stages: Collection[str] = (),
    stop: Callable[[], bool] = lambda: False,
    outgrown: Callable[[], bool] = lambda: False,
) -> int:
    """Do jobs until told to stop; returns how many chunks were done here.

    `until_empty`: until none is left, here or with another worker; `until_idle`: until none can be taken.
    `outgrown`: asked after each job whether this process shall be replaced by a new one; then it ends.
    `stages`: only of these; empty means all. While the database cannot be reached or written the worker waits, and
    says so each time it looks; with `until_empty` or `until_idle` there is somebody who waits for it, and the error
    is theirs.
    """
    owner = owner_name()
    chunks, failures = 0, 0
    job: Job | None = None
    while not stop():
        try:
            if failures and job is not None:
                _give_back(services, job)
            job, left = _take_next(services, owner, stages)
            if job is not None:
                chunks += run_job(services, job, stop=stop)
                if outgrown():
                    return chunks
            elif until_idle or (until_empty and not _under_way(services, left)):
                return chunks
            failures = 0
        except Exception as error:
            if until_empty or until_idle or not is_out_of_reach(error):
                raise
            failures += 1
            wait_for_return("no work can be taken", error, failures, stop)
            continue
        if job is None:
            time.sleep(IDLE_SECONDS)
    return chunks


def _give_back(services: Services, job: Job) -> None:
    """Let go of a job whose failure could not even be noted: this process lives, and nobody else would take it."""
    with suppress(LeaseLost):
        services.database.writing(lambda session: release(session, job))


def wait_for_return(what: str, error: Exception, failures: int, stop: Callable[[], bool]) -> None:
    """Raise the alarm in the server's log and wait, longer each time, until told to stop."""
    seconds = min(IDLE_SECONDS * 2 ** min(failures - 1, 10), LONGEST_WAIT_SECONDS)
    log.critical("%s: %s; trying again in %.1f s", what, code_of(error), seconds)
    until = time.monotonic() + seconds
    while not stop() and time.monotonic() < until:
        time.sleep(0.1)


def work_on(services: Services, job_id: int, *, stop: Callable[[], bool] = lambda: False) -> int:
    """Do one job for a while, a chunk at least, if it is free and this host may; what is left goes back."""
    with services.database.reading() as session:
        job = session.get(Job, job_id)
        lacking = what_is_lacking(services, session, job) if job is not None and job.finished_at is None else ""
    if lacking:
        services.database.writing(lambda session: leave(session, job_id, lacking))
        return 0
    job = services.database.writing(lambda session: claim_one(session, job_id, owner_name(), at=clock.now()))
    if job is None:
        return 0
    return _one_turn(services, job, stop)


def _one_turn(services: Services, job: Job, stop: Callable[[], bool]) -> int:
    """Where the ground gives way under it the job is let go of, or waits for the end of its lease."""
    end, done = time.monotonic() + TURN_SECONDS, list[int]()

    def is_over() -> bool:
        return stop() or bool(done and time.monotonic() > end)

    try:
        run_job(services, job, stop=is_over, on_chunk=done.append)
    except Exception as error:
        if not is_out_of_reach(error):
            raise
        wait_for_return("a job cannot be gone on with", error, 1, stop)
        _give_back(services, job)
    return len(done)


def may_take_any(services: Services, stages: Collection[str]) -> bool:
    """Whether there is a job that nobody does and this host could."""
    with services.database.reading() as session:
        free = list_free(session, stages, at=clock.now(), limit=CANDIDATES)
        return any(not what_is_lacking(services, session, job) for job in free)


def _under_way(services: Services, left: Collection[int]) -> bool:
    """Whether another worker still does something, which may bring work; `left` was left to other hosts."""
    with services.database.reading() as session:
        return is_under_way(session, besides=left)


def _take_next(services: Services, owner: str, stages: Collection[str]) -> tuple[Job | None, list[int]]:
    """A job to do, or None, and the jobs left to other hosts. Asked twice a second, it writes only when it must."""
    with services.database.reading() as session:
        if is_anything_met(session):
            services.database.writing(wake)
    with services.database.reading() as session:
        free = list_free(session, stages, at=clock.now(), limit=CANDIDATES)
        lacking = {job.id: what_is_lacking(services, session, job) for job in free}
    left = [number for number, code in lacking.items() if code]
    unsaid = [job.id for job in free if lacking[job.id] != job.error and lacking[job.id]]
    if len(left) == len(free) and not unsaid:
        return None, left

    def unit(session: Session) -> Job | None:
        for number in unsaid:
            leave(session, number, lacking[number])
        able = (claim_one(session, number, owner, at=clock.now()) for number in lacking if not lacking[number])
        return next((job for job in able if job is not None), None)

    return services.database.writing(unit), left


def run_job(
    services: Services,
    job: Job,
    *,
    stop: Callable[[], bool] = lambda: False,
    on_chunk: Callable[[int], None] = lambda done: None,
) -> int:
    """Do one claimed job to its end, or until told to stop; `on_chunk` hears how much is done.

    Raises what `is_out_of_reach` knows; the job is then still held.
    """
    chunks = 0
    more = True
    with _heartbeat(services, job):
        try:
            kind = _kind_of(job)
            if isinstance(kind, Parted) and not job.cursor and job.family is None:
                job = _shared_out(services, kind, job)
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
        except Refused as refused:
            _note_refusal(services, job, refused)
        except Exception as error:  # the worker's last resort: a job must not kill it
            if is_out_of_reach(error):
                raise  # no fault of the job's, and not one of its attempts
            _note_failure(services, job, error)
    return chunks


def _kind_of(job: Job) -> JobKind:
    """Raises NotFound for a kind nobody installed, Unavailable for a job that killed its worker again and again."""
    if job.error == LOST and job.attempts >= MAX_LOST:
        raise Unavailable(LOST, "whoever does this job dies over it")
    return JOBS.get(job.kind)


def _shared_out(services: Services, kind: Parted, job: Job) -> Job:
    with services.database.reading() as session:
        ahead = kind.lies_ahead(session, job)
    services.database.writing(lambda session: share_out(session, job, ahead, at=clock.now()))
    return _read_again(services, job)


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


def _note_refusal(services: Services, job: Job, refused: Refused) -> None:
    log.warning("job refused", extra={"job": job.id, "kind": job.kind, "code": refused.code})
    try:
        JOBS.get(job.kind).tidy(services, job)
        services.database.writing(lambda session: refuse(session, job, refused, at=clock.now()))
    except LeaseLost:
        log.warning("job lost to another worker", extra={"job": job.id, "kind": job.kind})


def _note_failure(services: Services, job: Job, error: Exception) -> None:
    code = code_of(error)
    log.error("job failed", extra={"job": job.id, "kind": job.kind, "code": code})
    try:
        services.database.writing(lambda session: renew(session, job, at=clock.now()))
        if is_last(job, code) and job.kind in JOBS:
            JOBS.get(job.kind).tidy(services, job)
        services.database.writing(lambda session: fail(session, job, code, at=clock.now()))
    except LeaseLost:
        log.warning("job lost to another worker", extra={"job": job.id, "kind": job.kind})
