"""How background work stands, in numbers: for whoever watches several hosts, scales them or raises an alarm."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import func, select

from app.core.db import Session
from app.jobs.free import stage_of
from app.jobs.job import Job, JobState, is_free


def job_status(session: Session, *, at: int) -> dict[str, Any]:
    """Stage → number of jobs in each state; `free` of them could be taken now, the oldest since `oldest_seconds`.

    `resting`: queued again after a failure; `expired`: their worker stopped saying that it is alive. `holders`: who
    does how many jobs now.
    """
    stages: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys((*JobState, "free"), 0))
    counts = select(Job.kind, Job.state, func.count()).group_by(Job.kind, Job.state)
    for kind, state, count in session.execute(counts):
        stages[stage_of(kind)][state] += count
    free = session.execute(
        select(Job.kind, func.count(), func.min(Job.created_at)).where(is_free(session, at)).group_by(Job.kind)
    )
    oldest = at
    for kind, count, since in free:
        stages[stage_of(kind)]["free"] += count
        oldest = min(oldest, since)
    running = Job.state == JobState.RUNNING
    owners = session.execute(select(Job.lease_owner, Job.lease_until).where(running)).all()
    holders: dict[str, int] = defaultdict(int)
    for owner, until in owners:
        if until >= at:
            holders[owner.rpartition(":")[0]] += 1
    resting = select(func.count()).where(Job.state == JobState.QUEUED, Job.not_before > at)
    return {
        "stages": {stage: stages[stage] for stage in sorted(stages)},
        "oldest_seconds": (at - oldest) // 1000,
        "resting": session.scalar(resting) or 0,
        "expired": sum(until < at for _, until in owners),
        "failed": sum(states[JobState.FAILED] for states in stages.values()),
        "holders": dict(sorted(holders.items())),
    }
