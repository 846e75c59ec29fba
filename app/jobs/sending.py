"""Sending: ids of free jobs, given to a broker; what a broker loses is sent again, for the row remembers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from sqlalchemy import Select, select

from app.core import clock
from app.core.db import Database, Session, for_update
from app.jobs.free import is_anything_met, list_free, stage_of, wake
from app.jobs.job import Job, JobState

#: an id is sent again after so long when its queue is empty: whoever got the message did not take the job
AGAIN = 10 * clock.SECOND
#: … and when it is not: the message waits there with others, or is lost among them
PATIENCE = 10 * clock.MINUTE
BATCH = 500


class Carrier(Protocol):
    """What takes an id to some worker of a stage. Any of its calls may raise whatever its library says of a broker
    that is gone."""

    def send(self, stage: str, job_id: int) -> None: ...

    def length(self, stage: str) -> int:
        """How many messages wait for a worker."""
        ...


def send_due(database: Database, carrier: Carrier, *, at: int) -> int:
    """Send the id of each job that is due; returns how many. However many hosts do this, each id goes out once.

    Raises what the carrier raises; what could not be sent is due again.
    """
    with database.reading() as session:
        met = is_anything_met(session)
        due = [job for job in list_free(session, at=at, limit=BATCH) if job.sent_at <= at - AGAIN]
    if met:
        database.writing(wake)
    due = _without_waiting(due, carrier, at)
    marked = database.writing(lambda session: _mark(session, due, at)) if due else []
    sent = 0
    try:
        for job in marked:
            carrier.send(stage_of(job.kind), job.id)
            sent += 1
    finally:
        if sent < len(marked):
            database.writing(lambda session: _unmark(session, marked[sent:], at))
    return sent


def _without_waiting(due: list[Job], carrier: Carrier, at: int) -> list[Job]:
    """Without the jobs whose message is likely to wait in its queue still."""
    lengths: dict[str, int] = {}

    def is_lost(job: Job) -> bool:
        if job.sent_at == 0 or job.state == JobState.RUNNING or job.sent_at <= at - PATIENCE:
            return True
        stage = stage_of(job.kind)
        if stage not in lengths:
            lengths[stage] = carrier.length(stage)
        return lengths[stage] == 0

    return [job for job in due if is_lost(job)]


def _mark(session: Session, due: list[Job], at: int) -> list[Job]:
    """Say that these ids are being sent; without those that another host sends, or somebody took meanwhile."""
    seen = {job.id: (job.state, job.sent_at) for job in due}
    rows = session.scalars(for_update(_by_id(list(seen)), skip_locked=True))
    mine = [row for row in rows if (row.state, row.sent_at) == seen[row.id]]
    for row in mine:
        row.sent_at = at
    return mine


def _unmark(session: Session, jobs: list[Job], at: int) -> None:
    for row in session.scalars(for_update(_by_id([job.id for job in jobs]))):
        if row.sent_at == at:
            row.sent_at = 0


def _by_id(numbers: list[int]) -> Select[Job]:
    return select(Job).where(Job.id.in_(numbers)).order_by(Job.id)


class Sender:
    """Sends what is due each time it is asked, over one carrier as long as that works."""

    def __init__(self, database: Database, make: Callable[[], Carrier]) -> None:
        self._database, self._make = database, make
        self._carrier: Carrier | None = None

    def tick(self) -> None:
        """Raises what the carrier raises, which is made anew the next time."""
        carrier, self._carrier = self._carrier or self._make(), None
        send_due(self._database, carrier, at=clock.now())
        self._carrier = carrier
