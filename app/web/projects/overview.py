"""One project at a glance: items by state, documents by verdict, jobs; and giving out work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, jsonify, url_for
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.core.db import Session
from app.corpus.document import Verdict, claim_of, count_by_verdict
from app.corpus.project import Project
from app.corpus.source import SourceState, count_sources
from app.http import context
from app.http.access import access, acting
from app.jobs.job import Job, JobState, list_jobs
from app.review.distribution import assign_ready, find_readers
from app.review.item import count_by_state
from app.review.queries import visible_holds
from app.review.waiting import ahead, stopped_items
from app.review.workflows import workflow_of
from app.web.acts import Refusal, attempt
from app.web.projects.door import enter, page
from app.web.projects.words import ASIDE, JOBS, STATES, VERDICTS, WAITS

# How many of what was set aside are named in a row of a table; `flask jobs list` names more.
NAMED = 10

overview_pages = Blueprint("project", __name__, url_prefix="/projects/<key>")


@dataclass(frozen=True)
class Bar:
    """One row of counts: `x` and `width` are percent of all, for the bar over the table."""

    key: str
    title: str
    meaning: str
    group: str
    count: int
    x: float
    width: float


@overview_pages.get("")
@access(acting(Action.VIEW_PROJECT))
def overview(key: str) -> ResponseReturnValue:
    return _page(key)


@overview_pages.get("/progress")
@access(acting(Action.VIEW_PROJECT))
def progress(key: str) -> ResponseReturnValue:
    """Jobs as they stand, for the page that shows them running."""
    with context.database().reading() as session:
        project = enter(session, key, Action.LOAD_BATCH, Action.DEIDENTIFY)
        jobs = jobs_of(session, project)
    return jsonify({"jobs": jobs, "running": any(job["is_running"] for job in jobs)})


@overview_pages.post("/assignments")
@access(acting(Action.ASSIGN))
def assign(key: str) -> ResponseReturnValue:
    """Give ready items to readers who have the least to do."""
    actor, at = context.actor(), context.at()

    def unit(session: Session) -> int:
        project = enter(session, key, Action.ASSIGN)
        return assign_ready(session, actor, project, find_readers(session, project, at=at), limit=500, at=at)

    def then(count: int) -> str:
        notice = "assigned" if count else "none-assigned"
        return url_for("project.overview", key=key, notice=notice, count=count)

    return attempt(unit, then, lambda error: _page(key, error))


def _page(key: str, error: Refusal | None = None) -> str:
    with context.database().reading() as session:
        project = enter(session, key)
        values: dict[str, Any] = {
            "states": _bars(count_by_state(session, project.id), STATES),
            "verdicts": _bars(count_by_verdict(session, project.id), VERDICTS),
            "claim": claim_of(session, project),
            "received": count_sources(session, project.id),
            "quarantined": SourceState.QUARANTINED,
            "unchecked": Verdict.MACHINE_PASSED,
            "holds": len(visible_holds(session, context.actor(), project.id)),
            "stopped": stopped_items(session, project, at=context.at()),
            "ahead": ahead(session, project, at=context.at()),
            "readers": len(find_readers(session, project, at=context.at())),
            "jobs": jobs_of(session, project),
            "workflow": workflow_of(project),
        }
        return page("overview", "overview", project, error=error, **values)


def _bars(counts: dict[str, int], words: dict[str, tuple[str, str, str]]) -> list[Bar]:
    """Rows in the order of `words`; their counts add up to all there is (INV-16)."""
    whole = sum(counts.values()) or 1
    bars, x = [], 0.0
    for key, (title, meaning, group) in words.items():
        width = 100 * counts.get(key, 0) / whole
        bars.append(Bar(key, title, meaning, group, counts.get(key, 0), round(x, 3), round(width, 3)))
        x += width
    return bars


def jobs_of(session: Session, project: Project) -> list[dict[str, Any]]:
    """The newest jobs of a project, as a page draws them."""
    return [_job(job) for job in list_jobs(session, project.id, limit=10)]


def _said(job: Job) -> str:
    """State of a job with what it waits for, why it failed, and what it set aside: by number, never by text."""
    kind, _, which = job.waits_for.partition(":")
    said = f"waiting for {WAITS.get(kind, kind).format(which)}" if which else job.state
    if job.error:
        said += f" ({job.error})"
    if job.set_aside:
        numbers = ", ".join(str(number) for number, _ in job.named_aside[:NAMED])
        more = ", …" if job.set_aside > NAMED else ""
        said += f"; {job.set_aside} {ASIDE.get(job.kind, 'set aside')}: {numbers}{more}"
    return said


def _job(job: Job) -> dict[str, Any]:
    """What a page says of a job; the load of a very large delivery learns its total only at the end."""
    is_running = job.state in (JobState.QUEUED, JobState.RUNNING)
    return {
        "id": job.id,
        "title": JOBS.get(job.kind, job.kind),
        "state": job.state,
        "said": _said(job),
        "is_running": is_running,
        "done": job.done,
        "total": job.total if job.total >= job.done else None,
        "error": job.error,
        "created_at": job.created_at,
    }
