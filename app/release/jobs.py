"""Large releases as background work: cutting one, and writing one in a format into a file that waits to be fetched."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace

from sqlalchemy import select

from app.accounts.actor import Actor, OperatorActor
from app.accounts.approval import require_standing
from app.accounts.loading import load_actor
from app.core import clock, fault
from app.core.db import Session
from app.core.errors import ChartmarkError, Unavailable
from app.corpus.project import Project
from app.corpus.region import require_destination
from app.jobs.job import Job, LeaseLost, Services, advance, enqueue
from app.jobs.whole import Refused, note_progress
from app.release.archive import NewFile
from app.release.cutting import cut
from app.release.export import Export, ExportOrder, Outgoing, OutgoingRelease
from app.release.in_progress import OutgoingWork
from app.release.inspection import KEY, InspectionOrder, Making, OutgoingInspection
from app.release.release import Release
from app.release.waiting import file_of

#: up to so many items whoever asks has it done while they wait
AT_ONCE = 200


class _WholeJob(ABC):
    """A job that stores what it made by one transaction, in which it also says so in its cursor."""

    repeatable = True

    def chunk(self, services: Services, job: Job, *, at: int) -> bool:
        if not job.cursor:  # else killed between that transaction and the end of the job
            try:
                self._do(services, job, at=at)
            except (LeaseLost, Unavailable):
                raise
            except ChartmarkError as error:
                raise Refused(error.code, dict.fromkeys(error.details.get("items", ()), error.code)) from error
        return False

    def waits_for(self, session: Session, job: Job) -> str:
        return ""

    def tidy(self, services: Services, job: Job) -> None:
        """Nothing: what a job wrote waits for whoever asked (`app.release.waiting`)."""

    @abstractmethod
    def _do(self, services: Services, job: Job, *, at: int) -> None:
        """All of it. Raises what the act raises."""


class CutJob(_WholeJob):
    """Makes a release."""

    key = "release.cut"
    title = "Making a release"
    aside = "in the way"

    def _do(self, services: Services, job: Job, *, at: int) -> None:
        def stored(session: Session, release: Release) -> None:
            note_progress(session, job, done=release.items, total=release.items, at=at)
            advance(session, job, cursor={"release": release.number}, at=at)

        asked = _Asked(services, job)
        actor, key = asked.by(at)
        cut(services.database, actor, key, progress=asked.progress, alongside=stored, at=at)


class ExportJob(_WholeJob):
    """Writes a release, or work that is not finished, into a file for whoever asked."""

    key = "release.export"
    title = "Writing an export"
    aside = "in the way"

    def _do(self, services: Services, job: Job, *, at: int) -> None:
        def stored(session: Session, export: Export) -> None:
            advance(session, job, cursor={"sha256": export.sha256}, at=at)

        folder, asked = services.settings.exports_dir, _Asked(services, job)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        order = ExportOrder(job.args["format"], folder, asked.progress, stored, job.args.get("region", ""))
        actor, key = asked.by(at)
        outgoing: Outgoing
        if job.args["format"] == KEY:
            inspected = InspectionOrder(key, **job.args["of"])
            making = Making(folder, asked.progress, stored)
            outgoing = OutgoingInspection(services.database, services.signer(), actor, inspected, making, at=at)
        elif job.args["release"] is None:
            outgoing = OutgoingWork(services.database, actor, key, order, at=at)
        else:
            outgoing = OutgoingRelease(services.database, actor, job.args["release"], order, at=at)
        with NewFile(file_of(folder, job.id)) as out:
            written = outgoing.write(out.file)
            fault.point("packed")
            out.name()  # before the log says so: whoever goes on after a kill finds the file, or makes it again
            outgoing.say(written)


class _Asked:
    """Who asked for a job, of which project; and who hears how far it is."""

    def __init__(self, services: Services, job: Job) -> None:
        self._database, self._job = services.database, job

    def by(self, at: int) -> tuple[Actor | OperatorActor, str]:
        """The person as they are now (the shell where none asked), and the project's key.

        Raises Forbidden when the account was closed, or the approval it cites was never given.
        """
        number = self._job.args.get("approval")
        with self._database.reading() as session:
            project = session.get_one(Project, self._job.project_id)
            if number is not None:
                require_standing(session, number, "release", project.id)
            if self._job.person_id is None:
                return OperatorActor(approval=number), project.key
            return replace(load_actor(session, self._job.person_id, at=at), approval=number), project.key

    def progress(self, done: int, total: int) -> None:
        now = clock.now()
        self._database.writing(lambda session: note_progress(session, self._job, done=done, total=total, at=now))


def queue_cut(
    session: Session, project: Project, *, person_id: int | None, approval: int | None = None, at: int
) -> Job:
    """Have a release made in the background for a person (None: the shell), unless one is being made.

    Whether it may be is asked when it is.
    """
    mine = select(Job).where(Job.kind == CutJob.key, Job.project_id == project.id, Job.finished_at.is_(None))
    return session.scalar(mine.limit(1)) or enqueue(
        session,
        CutJob.key,
        {} if approval is None else {"approval": approval},
        project_id=project.id,
        person_id=person_id,
        at=at,
    )


def queue_export(
    session: Session,
    actor: Actor,
    project: Project,
    release: Release | None,
    format_key: str,
    *,
    region: str = "",
    at: int,
) -> Job:
    """Have a release, or what is not finished, written into a file that waits for this person.

    Raises Conflict where it may not go to this region.
    """
    require_destination(project, region)
    args = {"release": release.id if release else None, "format": format_key} | ({"region": region} if region else {})
    return enqueue(session, ExportJob.key, args, project_id=project.id, person_id=actor.id, at=at)


def queue_inspection(
    session: Session, actor: Actor, project: Project, release: Release, order: InspectionOrder, *, at: int
) -> Job:
    """Have an inspection bundle of a release made into a file that waits for this person.

    Raises Conflict where it may not go to this region.
    """
    require_destination(project, order.region)
    of = {"release": order.release, "texts": order.texts, "region": order.region}
    args = {"release": release.id, "format": KEY, "of": of}
    return enqueue(session, ExportJob.key, args, project_id=project.id, person_id=actor.id, at=at)
