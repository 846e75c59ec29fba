"""Archives on their way out: sent at once, or made in the background and fetched; and work that is not finished."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue

from app.accounts.limits import EXPORTS
from app.accounts.policy import Action
from app.core.db import Session
from app.corpus.project import Project
from app.formats.protocol import FORMATS
from app.http import context
from app.http.access import access, acting
from app.jobs.job import Job
from app.release.export import ExportOrder, Outgoing, export_to
from app.release.in_progress import FOLDER, OutgoingWork
from app.release.jobs import AT_ONCE, queue_export
from app.release.release import Release, get_release
from app.release.waiting import KEPT, fetch_archive, list_waiting
from app.review.item import count_by_state
from app.web.projects.door import enter
from app.web.projects.overview import jobs_of

exports_pages = Blueprint("exports", __name__, url_prefix="/projects/<key>/exports")
NOT_A_RELEASE = FOLDER.rstrip("/")


@exports_pages.post("")
@access(acting(Action.EXPORT_UNFINISHED), limit=EXPORTS)
def unfinished(key: str) -> ResponseReturnValue:
    """What the project holds so far, marked as no release: now, or where it is much in the background."""
    with context.database().reading() as session:
        project = enter(session, key, Action.EXPORT_UNFINISHED)
        many = sum(count_by_state(session, project.id).values()) > AT_ONCE

    def outgoing(order: ExportOrder) -> Outgoing:
        return OutgoingWork(context.database(), context.actor(), key, order, at=context.at())

    if many:
        return queued(project, None, url_for("releases.index", key=key, notice="export-queued"))
    return sent(outgoing, f"{NOT_A_RELEASE}-{key}")


@exports_pages.post("/<int:job_id>/file")
@access(acting(Action.EXPORT_RELEASE), limit=EXPORTS)
def fetch(key: str, job_id: int) -> ResponseReturnValue:
    """An archive that a job has made for this person; it is gone when it was sent."""
    with context.database().reading() as session:
        job = session.get(Job, job_id)
        inspected = job is not None and job.person_id == context.actor().id and "of" in job.args
        acts = (Action.EXPORT_INSPECTION,) if inspected else (Action.EXPORT_RELEASE, Action.EXPORT_UNFINISHED)
        project = enter(session, key, *acts)
        job, file = fetch_archive(session, context.settings().exports_dir, context.actor(), project.id, job_id)
        name = f"{key}-{get_release(session, job.args['release']).number}" if job.args["release"] else None
    name = f"{name or f'{NOT_A_RELEASE}-{key}'}-{job.args['format']}.zip"
    return send_file(file, "application/zip", as_attachment=True, download_name=name)


def sent(outgoing: Callable[[ExportOrder], Outgoing], name: str) -> ResponseReturnValue:
    """An archive, made now: from a private file that has no name any more when it is sent."""
    chosen, folder = request.form.get("format", ""), context.settings().tmp_dir
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{secrets.token_hex(16)}.zip"
    try:
        export_to(outgoing(ExportOrder(chosen, folder, region=request.form.get("region", ""))), path)
        file = path.open("rb")
    finally:
        path.unlink(missing_ok=True)
    return send_file(file, "application/zip", as_attachment=True, download_name=f"{name}-{chosen}.zip")


def queued(project: Project, release: Release | None, then: str) -> ResponseReturnValue:
    """Have it made by a worker; the page shows how far it is, and whoever asked fetches it there."""
    actor, at, chosen = context.actor(), context.at(), request.form.get("format", "")
    FORMATS.get(chosen)  # an unknown one is refused now
    region = request.form.get("region", "")

    def unit(session: Session) -> None:
        queue_export(session, actor, project, release, chosen, region=region, at=at)

    context.database().writing(unit)
    return redirect(then, 303)


def background(session: Session, project: Project) -> dict[str, Any]:
    """For a page of releases: what waits for this person, and the jobs that are at work."""
    waiting = list_waiting(session, context.settings().exports_dir, context.actor(), project.id)
    return {
        "stage": "release",
        "jobs": jobs_of(session, project, "release"),
        "fetchable": [
            {
                "id": job.id,
                "title": "An export of a release" if job.args["release"] else "Unfinished work, not a release",
                "format": job.args["format"],
                "until": (job.finished_at or 0) + KEPT,
            }
            for job in waiting
        ],
    }
