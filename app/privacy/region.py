"""A host of another region than a project's leaves its jobs to others: its texts would leave."""

from __future__ import annotations

from app.core.db import Session
from app.corpus.project import Project
from app.corpus.region import region_of
from app.jobs.job import JOBS, Job, Services


class SameRegion:
    """`CHARTMARK_REGION` of this host is the region of the job's project, where that has one."""

    key = "region"

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(JOBS.keys())

    def lacks(self, services: Services, session: Session, job: Job) -> str:
        project = session.get(Project, job.project_id) if job.project_id is not None else None
        own = region_of(project) if project is not None else ""
        return "other-region" if own and own != services.settings.host_region else ""
