"""Regions: a project may say which one its texts may not leave; hosts and exports say where they are or go."""

from __future__ import annotations

from app.core.errors import Conflict
from app.corpus.project import Project

KEY = "region"


def region_of(project: Project) -> str:
    """The label; empty where the project says none."""
    return str(project.setting(KEY))


def require_destination(project: Project, region: str) -> None:
    """Raises Conflict("region") for an export to elsewhere; of a destination nobody named, too."""
    own = region_of(project)
    if own and region.strip().lower() != own:
        where = f"this goes to {region.strip()[:31]!r}" if region.strip() else "say which region this goes to"
        raise Conflict("region", f"texts of this project may not leave the region {own!r}; {where}")
