"""Projects and their settings."""

from __future__ import annotations

import json
import re
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import CheckConstraint, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts import policy
from app.accounts.actor import AnyActor as Actor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import RECORD, Base, Session
from app.core.digest import canonical_json
from app.core.errors import Conflict, Invalid, NotFound, Problem, invalid
from app.core.registry import Registry

SERVER = policy.PolicySubject("server", None)


def project_subject(project_id: int) -> policy.PolicySubject:
    """A project as the policy sees it."""
    return policy.PolicySubject("project", project_id, project_id=project_id)


class ProjectStatus(StrEnum):
    """Whether work may go on."""

    ACTIVE = "active"
    CLOSED = "closed"


class Project(Base):
    """One annotation project: its texts, its people, its rules."""

    __tablename__ = "project"
    __table_args__ = (
        CheckConstraint("status IN ('active','closed')", name="status_known"),
        {"info": {"kind": RECORD, "tags": (Tag.PROJECT_CREATED, Tag.PROJECT_CHANGED)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(Text, unique=True)
    title: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    settings_json: Mapped[str] = mapped_column(Text)
    created_at: Mapped[int]

    def setting(self, name: str) -> Any:
        """A setting's value; of one that came after the project was opened, its default."""
        stored = json.loads(self.settings_json)
        if name in stored:
            return stored[name]
        from app.corpus.settings import SETTINGS  # commands that list projects need no model

        return SETTINGS[name].default


class SettingCheck(Protocol):
    """Knows what settings ask of the project itself, beyond what each accepts; upper packages register theirs."""

    key: str

    def problem(self, session: Session, project: Project, settings: dict[str, Any]) -> Problem | None:
        """What is wrong with these changed settings in this project, or None."""
        ...


SETTING_CHECKS: Registry[SettingCheck] = Registry("check of settings", SettingCheck)


def _require_fitting(session: Session, project: Project, settings: dict[str, Any]) -> None:
    problems = [problem for check in SETTING_CHECKS if (problem := check.problem(session, project, settings))]
    if problems:
        raise invalid(problems, "settings")


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
    """Open a project; its settings are stored whole, so that a later default changes no rule of it.

    Raises Forbidden, Invalid, or Conflict when the key is taken.
    """
    from app.corpus.settings import all_settings

    policy.require(session, actor, policy.Action.CREATE_PROJECT, SERVER, at=at)
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{1,62}", key):
        raise Invalid("project-key", "a project's key has 2–63 small letters, digits and hyphens")
    stored = all_settings(settings or {})
    if find_project(session, key) is not None:
        raise Conflict("project-exists", f"there is a project {key!r} already")
    project = Project(
        key=key,
        title=title.strip() or key,
        language=language,
        status=ProjectStatus.ACTIVE,
        settings_json=canonical_json(stored),
        created_at=at,
    )
    session.add(project)
    session.flush()
    _require_fitting(session, project, stored)
    record(
        session,
        Tag.PROJECT_CREATED,
        stream=streams.project(project.id),
        actor=actor,
        subject=Subject("project", project.id),
        data={"key": key, "language": language, "settings": stored},
        project_id=project.id,
        at=at,
    )
    return project


def change_settings(session: Session, actor: Actor, project: Project, changes: dict[str, Any], *, at: int) -> None:
    """Change settings; old and new values go into the log (21 CFR 11.10(e)). Raises Forbidden or Invalid."""
    policy.require(session, actor, policy.Action.CHANGE_PROJECT, project_subject(project.id), at=at)
    from app.corpus.settings import checked_settings

    stored = checked_settings(changes)
    _require_fitting(session, project, stored)
    before = json.loads(project.settings_json)
    project.settings_json = canonical_json(before | stored)
    record(
        session,
        Tag.PROJECT_CHANGED,
        stream=streams.project(project.id),
        actor=actor,
        subject=Subject("project", project.id),
        data={"before": {k: before.get(k) for k in changes}, "after": stored},
        project_id=project.id,
        at=at,
    )


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
