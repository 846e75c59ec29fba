"""One project at a glance: items by state, documents by verdict, jobs; and giving out work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.core.db import Session
from app.corpus.document import Verdict, claim_of, count_by_verdict
from app.corpus.paper_gates import list_endings
from app.corpus.project import Project
from app.corpus.source import SourceState, count_sources
from app.http import context
from app.http.access import access, acting
from app.jobs.job import JOBS, Job, JobState, list_jobs
from app.jobs.parts import MAX_PARTS
from app.pipelines.register.lookup import Unsuggested, unsuggested_texts
from app.privacy.removal.counts import count_mistakes
from app.review.distribution import assign_in_chunks
from app.review.item import count_by_state
from app.review.queries import visible_holds
from app.review.waiting import ahead, load_team, stopped_items
from app.web.acts import Refusal, answer
from app.web.projects.door import enter, page
from app.web.projects.words import REFUSALS, STATES, VERDICTS, WAITS

# How many of what was set aside are named in a row of a table; `flask jobs list` names more.
NAMED = 10
# Measured after every answer: its jobs would leave no room for others.
MEASURING = "quality"

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
        project = enter(session, key, Action.LOAD_BATCH, Action.DEIDENTIFY, Action.EXPORT_RELEASE)
        jobs = jobs_of(session, project, request.args.get("of", ""))
    return jsonify({"jobs": jobs, "running": any(job["is_running"] for job in jobs)})


@overview_pages.post("/assignments")
@access(acting(Action.ASSIGN))
def assign(key: str) -> ResponseReturnValue:
    """Give ready items to readers who have the least to do."""
    actor, at = context.actor(), context.at()

    with context.database().reading() as session:
        project_id = enter(session, key, Action.ASSIGN).id

    def act() -> int:
        return assign_in_chunks(context.database(), actor, project_id, limit=500, at=at)

    def then(count: int) -> str:
        notice = "assigned" if count else "none-assigned"
        return url_for("project.overview", key=key, notice=notice, count=count)

    return answer(act, then, lambda error: _page(key, error))


def _page(key: str, error: Refusal | None = None) -> str:
    with context.database().reading() as session:
        project = enter(session, key)
        team = load_team(session, project, at=context.at())
        states = count_by_state(session, project.id)
        values: dict[str, Any] = {
            "states": _bars(states, STATES),
            "verdicts": _bars(count_by_verdict(session, project.id), VERDICTS),
            "claim": claim_of(session, project),
            "mistakes": count_mistakes(session, project.id),
            "received": count_sources(session, project.id),
            "quarantined": SourceState.QUARANTINED,
            "unchecked": Verdict.MACHINE_PASSED,
            "holds": len(visible_holds(session, context.actor(), project.id)),
            "stopped": stopped_items(session, team, states),
            "unsuggested": [_unsuggested(one) for one in unsuggested_texts(session, project)],
            "ahead": [
                *(one.words for one in list_endings(session, project, at=context.at())),
                *ahead(team),
            ],
            "readers": len(team.readers),
            "jobs": jobs_of(session, project),
            "workflow": team.workflow,
        }
        return page("overview", "overview", project, error=error, **values)


def _unsuggested(one: Unsuggested) -> str:
    """What waits for a pipeline to be accepted, or lies outside what it was accepted for."""
    why = REFUSALS.get(one.rule, one.rule.replace("-", " "))
    texts = "1 text" if one.texts == 1 else f"{one.texts} texts"
    if one.rule.startswith("out-of-scope"):
        return f"{texts} without suggestions of {one.pipeline}: outside what it was accepted for ({why})"
    waits = "waits" if one.texts == 1 else "wait"
    return f"{texts} {waits} for an accepted pipeline: {one.pipeline} ({why}). Readers start without its suggestions"


def _bars(counts: dict[str, int], words: dict[str, tuple[str, str, str]]) -> list[Bar]:
    """Rows in the order of `words`; their counts add up to all there is (INV-16)."""
    whole = sum(counts.values()) or 1
    bars, x = [], 0.0
    for key, (title, meaning, group) in words.items():
        width = 100 * counts.get(key, 0) / whole
        bars.append(Bar(key, title, meaning, group, counts.get(key, 0), round(x, 3), round(width, 3)))
        x += width
    return bars


def jobs_of(session: Session, project: Project, of: str = "") -> list[dict[str, Any]]:
    """The newest jobs of a project, as a page draws them, parts of one as one; `of`: of one stage, as `release`."""
    families: dict[int, list[Job]] = {}
    for job in list_jobs(session, project.id, limit=10 + MAX_PARTS, of=of, besides="" if of else MEASURING):
        families.setdefault(job.family or job.id, []).append(job)
    return [_job(_most_urgent(parts)) | _together(parts) for parts in list(families.values())[:10]]


def _most_urgent(parts: list[Job]) -> Job:
    """The part that says how all of them stand: one given up before one at work, before one that waits, is done."""
    order = (JobState.FAILED, JobState.RUNNING, JobState.QUEUED, JobState.WAITING, JobState.DONE)
    return min(parts, key=lambda job: order.index(JobState(job.state)))


def _together(parts: list[Job]) -> dict[str, Any]:
    """How far a job is; the load of a very large delivery learns its total only at the end."""
    done, total = sum(job.done for job in parts), sum(job.total for job in parts)
    return {
        "id": min(job.id for job in parts),
        "done": done,
        "total": total if total >= done else None,
        "is_running": any(job.state in (JobState.QUEUED, JobState.RUNNING) for job in parts),
    }


def _said(job: Job) -> str:
    """State of a job with what it waits for, why it failed, and what it set aside: by number, never by text."""
    kind, _, which = job.waits_for.partition(":")
    said = f"waiting for {WAITS.get(kind, kind).format(which)}" if which else job.state
    if job.error:
        said += f" ({job.error})"
    if job.set_aside:
        numbers = ", ".join(str(number) for number, _ in job.named_aside[:NAMED])
        more = ", …" if job.set_aside > NAMED else ""
        said += f"; {job.set_aside} {JOBS.get(job.kind).aside}: {numbers}{more}"
    return said


def _job(job: Job) -> dict[str, Any]:
    """What a page says of a job, besides how far it is."""
    return {
        "title": JOBS.get(job.kind).title,
        "state": job.state,
        "said": _said(job),
        "error": job.error,
        "created_at": job.created_at,
    }
