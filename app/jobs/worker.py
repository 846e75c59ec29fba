"""The local worker: claims jobs, does them chunk by chunk, queues what follows."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from app.core import clock, fault
from app.core.errors import ChartmarkError
from app.jobs.job import JOBS, MAX_ATTEMPTS, Job, JobState, Services, claim, enqueue, fail, finish, get_job, owner_name

log = logging.getLogger(__name__)

IDLE_SECONDS = 0.5

# job kind → the kind that follows it for the same project; filled by app/pipeline.py
FOLLOWERS: dict[str, str] = {}


def work(services: Services, *, until_empty: bool = False, stop: Callable[[], bool] = lambda: False) -> int:
    """Do jobs until told to stop, or until none is left; returns how many chunks were done."""
    owner = owner_name()
    chunks = 0
    while not stop():
        job = services.database.writing(lambda session: claim(session, owner, at=clock.now()))
        if job is None:
            if until_empty:
                return chunks
            time.sleep(IDLE_SECONDS)
            continue
        chunks += run_job(services, job, stop=stop)
    return chunks


def run_job(
    services: Services,
    job: Job,
    *,
    stop: Callable[[], bool] = lambda: False,
    on_chunk: Callable[[int], None] = lambda done: None,
) -> int:
    """Do one claimed job to its end, or until told to stop; `on_chunk` hears how much is done."""
    chunks = 0
    kind = JOBS.get(job.kind)
    more = True
    while more and not stop():
        try:
            more = kind.chunk(services, job, at=clock.now())
        except Exception as error:  # noqa: BLE001  (the worker's last resort: a job must not kill it)
            _note_failure(services, job, error)
            return chunks
        chunks += 1
        fault.point("chunk")
        with services.database.reading() as session:
            job = get_job(session, job.id)
        on_chunk(job.done)
    if not more:
        # Before the row forgets what is to be tidied: after a kill in between it comes again.
        kind.tidy(services, job)
        services.database.writing(lambda session: _finish(session, job, at=clock.now()))
    return chunks


def _finish(session, job: Job, *, at: int) -> None:  # noqa: ANN001
    finish(session, job.id, at=at)
    follower = FOLLOWERS.get(job.kind)
    if follower and not _is_queued(session, follower, job.project_id):
        enqueue(session, follower, {}, project_id=job.project_id, person_id=job.person_id, at=at)


def _is_queued(session, kind: str, project_id: int | None) -> bool:  # noqa: ANN001
    waiting = session.query(Job).filter_by(kind=kind, project_id=project_id, state=JobState.QUEUED)
    return waiting.first() is not None


def _note_failure(services: Services, job: Job, error: Exception) -> None:
    # Class and code only: an exception's message could carry what was being worked on.
    code = error.code if isinstance(error, ChartmarkError) else type(error).__name__
    log.error("job failed", extra={"job": job.id, "kind": job.kind, "code": code})
    if job.attempts + 1 >= MAX_ATTEMPTS:
        JOBS.get(job.kind).tidy(services, job)
    services.database.writing(lambda session: fail(session, job.id, code, at=clock.now()))
