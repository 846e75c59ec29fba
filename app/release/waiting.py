"""Archives that a job has made: each waits for the person who asked, an hour at most, and goes when it is fetched."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select

from app.accounts.actor import AnyActor
from app.audit.models import Erasure
from app.core import clock
from app.core.db import Database, Session
from app.core.errors import Conflict, NotFound
from app.jobs.job import Job, JobState
from app.release.recall import require_exportable
from app.release.release import get_release
from app.review.hold import HIDING, Hold

log = logging.getLogger(__name__)

KEPT = clock.HOUR
KIND = "release.export"


def file_of(folder: Path, job_id: int) -> Path:
    return folder / f"{job_id}.zip"


def list_waiting(session: Session, folder: Path, actor: AnyActor, project_id: int) -> list[Job]:
    """The exports of a project that this person may fetch now, newest first."""
    found = [session.get(Job, number) for number in _numbers(folder)]
    own = [job for job in found if job is not None and job.person_id == actor.id and job.project_id == project_id]
    return sorted((job for job in own if job.state == JobState.DONE), key=lambda job: -job.id)


def fetch_archive(
    session: Session, folder: Path, actor: AnyActor, project_id: int, job_id: int
) -> tuple[Job, BinaryIO]:
    """An archive, which from now on has no name. Raises NotFound; Conflict when it may not leave any more."""
    mine = {job.id: job for job in list_waiting(session, folder, actor, project_id)}
    if job_id not in mine:
        raise NotFound("export", "there is no such export, or it was fetched already")
    _require_fit(session, mine[job_id])
    path = file_of(folder, job_id)
    try:
        return mine[job_id], path.open("rb")
    except FileNotFoundError:
        raise NotFound("export", "it was fetched already") from None
    finally:
        path.unlink(missing_ok=True)


def _require_fit(session: Session, job: Job) -> None:
    """Raises Conflict when something in the archive was destroyed or hidden since it was asked for."""
    inspected = job.args.get("of")
    if inspected is not None and not inspected["texts"]:
        return  # of what was recalled too: no text is in it
    if job.args["release"] is not None:
        require_exportable(session, get_release(session, job.args["release"]))
        return
    later = (Hold.project_id == job.project_id, Hold.kind.in_(HIDING), Hold.opened_at >= job.created_at)
    destroyed = select(Erasure.row_id).where(Erasure.at >= job.created_at)
    if session.scalar(select(Hold.id).where(*later).limit(1)) or session.scalar(destroyed.limit(1)):
        raise Conflict("changed-meanwhile", "a text was hidden or destroyed since it was written; write it again")


def sweep(database: Database, folder: Path, *, at: int) -> int:
    """Take away what nobody fetched within an hour, what may not leave any more, and what a killed job left; how many.

    Called again and again: an empty folder costs no question to the database.
    """
    gone = 0
    for number in _numbers(folder):
        with database.reading() as session:
            job = session.get(Job, number)
            if job is not None and _is_kept(session, job, at=at):
                continue
        for path in folder.glob(f"{number}.zip*"):
            path.unlink(missing_ok=True)
        gone += 1
        log.info("export taken away", extra={"job": number})
    return gone


def _is_kept(session: Session, job: Job, *, at: int) -> bool:
    if job.kind != KIND or job.state == JobState.FAILED:
        return False
    if job.finished_at is None:
        return True
    try:
        _require_fit(session, job)
    except (Conflict, NotFound):
        return False
    return at - job.finished_at <= KEPT


def _numbers(folder: Path) -> list[int]:
    """Jobs whose files are in the folder; `.partial` is one that was being named."""
    names = (path.name.removesuffix(".partial").removesuffix(".zip") for path in folder.glob("*.zip*"))
    return [int(name) for name in dict.fromkeys(names) if name.isdecimal()]
