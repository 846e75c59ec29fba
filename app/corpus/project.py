"""Projects and their settings."""

from __future__ import annotations

import json
import re
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts import policy
from app.accounts.actor import AnyActor as Actor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import RECORD, Base, Session
from app.core.digest import canonical_json
from app.core.errors import Conflict, Invalid, NotFound, Problem

SERVER = policy.PolicySubject("server", None)


def project_subject(project_id: int) -> policy.PolicySubject:
    """A project as the policy sees it."""
    return policy.PolicySubject("project", project_id, project_id=project_id)


class ProjectStatus(StrEnum):
    """Whether work may go on."""

    ACTIVE = "active"
    CLOSED = "closed"


# Every setting of a project, its default, and what it accepts.
SETTINGS: dict[str, tuple[Any, tuple[Any, ...] | type]] = {
    # how a difference between readers is settled, and who finishes (app/review/workflows)
    "workflow": ("two_readers_adjudicator", str),
    # retired: how many read is the workflow's to say; old projects and scripts still name it
    "strategy": ("two_readers", ("two_readers", "one_reader")),
    # the pipeline readers start from
    "pipeline": ("chartmark_rules", str),
    # pipelines that tag the same texts to be compared with it; readers never see what they say
    "other_pipelines": ([], list),
    "deid_mode": ("surrogate", ("mask", "surrogate", "remove")),
    "deid_dates": ("shift", ("remove", "year_only", "shift")),
    # machine de-identification alone never makes a text "de-identified": the project must say that
    # its readers may see texts no person has checked
    "machine_passed_may_be_assigned": (False, bool),
    # largest upper bound of the leak rate, per mille, under which texts are called de-identified
    "leak_bound_per_mille": (50, int),
    # smallest group of patients alike in indirect identifiers that a release may hold; 0: not asked for
    "k_min": (0, int),
    "deid_claim": ("none", ("none", "safe_harbor", "expert_determination", "synthetic", "authorised")),
    # no record comes in before an agreement with the source is on file (domain R36)
    "agreement_required": (False, bool),
    "reader_tier": (1, int),
    "required_countries": ([], list),
    "specialties": ([], list),
    "show_names_to_adjudicator": (False, bool),
}


class Project(Base):
    """One annotation project: its texts, its people, its rules."""

    __tablename__ = "project"
    __table_args__ = (
        CheckConstraint("status IN ('active','closed')", name="status_known"),
        {"info": {"kind": RECORD}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(Text, unique=True)
    title: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    settings_json: Mapped[str] = mapped_column(Text)
    created_at: Mapped[int]

    def setting(self, name: str) -> Any:
        """A setting's value, or its default."""
        return json.loads(self.settings_json).get(name, SETTINGS[name][0])


def create_project(
    session: Session,
    actor: Actor,
    key: str,
    title: str,
    *,
    language: str = "en",
    settings: dict[str, Any] | None = None,
    at: int,
) -> Project:
    """Open a project. Raises Forbidden, Invalid, or Conflict when the key is taken."""
    policy.require(session, actor, policy.Action.CREATE_PROJECT, SERVER, at=at)
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{1,62}", key):
        raise Invalid("project-key", "a project's key has 2–63 small letters, digits and hyphens")
    check_settings(settings or {})
    if find_project(session, key) is not None:
        raise Conflict("project-exists", f"there is a project {key!r} already")
    project = Project(
        key=key,
        title=title.strip() or key,
        language=language,
        status=ProjectStatus.ACTIVE,
        settings_json=canonical_json(settings or {}),
        created_at=at,
    )
    session.add(project)
    session.flush()
    record(
        session,
        Tag.PROJECT_CREATED,
        stream=streams.project(project.id),
        actor=actor,
        subject=Subject("project", project.id),
        data={"key": key, "language": language, "settings": settings or {}},
        project_id=project.id,
        at=at,
    )
    return project


def change_settings(session: Session, actor: Actor, project: Project, changes: dict[str, Any], *, at: int) -> None:
    """Change settings; old and new values go into the log (21 CFR 11.10(e))."""
    policy.require(session, actor, policy.Action.CHANGE_PROJECT, project_subject(project.id), at=at)
    check_settings(changes)
    before = json.loads(project.settings_json)
    project.settings_json = canonical_json(before | changes)
    record(
        session,
        Tag.PROJECT_CHANGED,
        stream=streams.project(project.id),
        actor=actor,
        subject=Subject("project", project.id),
        data={"before": {k: before.get(k) for k in changes}, "after": changes},
        project_id=project.id,
        at=at,
    )


def check_settings(settings: dict[str, Any]) -> None:
    """Raises Invalid for an unknown setting or a value of the wrong kind."""
    problems = []
    for name, value in settings.items():
        if name not in SETTINGS:
            problems.append(Problem("unknown-setting", name, "there is no such setting"))
            continue
        accepted = SETTINGS[name][1]
        fits = value in accepted if isinstance(accepted, tuple) else type(value) is accepted
        if not fits:
            problems.append(Problem("bad-setting", name, "the value does not fit this setting"))
    if problems:
        raise Invalid("settings", problems[0].message, problems=problems)


def pipelines_of(project: Project) -> list[str]:
    """Keys of the pipelines that tag a project's texts, the one readers start from first."""
    return list(dict.fromkeys([project.setting("pipeline"), *project.setting("other_pipelines")]))


def get_project(session: Session, key_or_id: str | int) -> Project:
    """The project with this key or id. Raises NotFound."""
    found = session.get(Project, key_or_id) if isinstance(key_or_id, int) else find_project(session, key_or_id)
    if found is None:
        raise NotFound("project", f"there is no project {key_or_id!r}")
    return found


def find_project(session: Session, key: str) -> Project | None:
    return session.scalar(select(Project).where(Project.key == key))


def list_projects(session: Session, ids: list[int] | None = None) -> list[Project]:
    """Projects by title; `ids` limits them to those a person belongs to."""
    query = select(Project).order_by(Project.title)
    if ids is not None:
        query = query.where(Project.id.in_(ids))
    return list(session.scalars(query))
