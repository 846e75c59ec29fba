"""Who belongs to a project, and as what."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ForeignKey, Select, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts import policy
from app.accounts.actor import AnyActor as Actor
from app.accounts.actor import ProjectRole, ServerRole
from app.accounts.notice import tell_unless_own
from app.accounts.role import list_roles
from app.accounts.second_person import PROJECT_ROLES_FOR_TWO, require_two
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import RECORD, Base, Session, unique_where
from app.core.errors import Conflict, Invalid, NotFound
from app.corpus.project import Project, create_project, project_subject


class Member(Base):
    """One role of one person in one project; it ends, it is never deleted."""

    __tablename__ = "member"
    __table_args__ = (
        unique_where("uq_member_active", "project_id", "person_id", "role", where="ended_at IS NULL"),
        {
            "info": {
                "kind": RECORD,
                "guard": {"fixed": ("id", "project_id", "person_id", "role", "added_at"), "once": ("ended_at",)},
                "bundle": "whole",
                "tags": (Tag.MEMBER_ADDED, Tag.MEMBER_REMOVED),
            }
        },
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(Text)
    added_at: Mapped[int]
    ended_at: Mapped[int | None]


def add_member(session: Session, actor: Actor, project: Project, person_id: int, role: str, *, at: int) -> Member:
    """Give a person a role in a project. Raises Forbidden, Invalid, Conflict (held, unfit, takes two)."""
    require_may_add(session, actor, project, person_id, role, at=at)
    authority = require_two(session, actor) if role in PROJECT_ROLES_FOR_TWO else {}
    return _add(session, actor, project, person_id, role, authority, at=at)


def require_may_add(session: Session, actor: Actor, project: Project, person_id: int, role: str, *, at: int) -> None:
    """Raises Forbidden, Invalid, Conflict("member-exists"), Conflict("separate-duties")."""
    policy.require(session, actor, policy.Action.MANAGE_MEMBERS, project_subject(project.id), at=at)
    if role not in set(ProjectRole):
        raise Invalid("role", f"a role is one of {', '.join(ProjectRole)}")
    own = (Member.project_id == project.id, Member.person_id == person_id, Member.role == role)
    if session.scalar(select(Member.id).where(*own, Member.ended_at.is_(None))) is not None:
        raise Conflict("member-exists", "the person has this role already")
    _require_separate(session, person_id, role)


def _require_separate(session: Session, person_id: int, role: str) -> None:
    if role in PROJECT_ROLES_FOR_TWO and ServerRole.ADMIN in list_roles(session, person_id):
        raise Conflict("separate-duties", "an administrator holds no role that reads texts, judges or signs")


def start_project(
    session: Session,
    actor: Actor,
    key: str,
    title: str,
    *,
    language: str,
    settings: dict[str, Any],
    lead: int,
    at: int,
) -> Project:
    """Open a project with the person who leads it: without one nobody could go on.

    Raises Forbidden, Invalid or Conflict (key taken).
    """
    _require_separate(session, lead, ProjectRole.MANAGER)
    project = create_project(session, actor, key, title, language=language, settings=settings, at=at)
    # One person is enough: there are no texts yet, and whom the lead adds takes two.
    _add(session, actor, project, lead, ProjectRole.MANAGER, {"founder": True}, at=at)
    return project


def _add(
    session: Session, actor: Actor, project: Project, person_id: int, role: str, authority: dict[str, Any], *, at: int
) -> Member:
    member = Member(project_id=project.id, person_id=person_id, role=role, added_at=at)
    session.add(member)
    session.flush()
    _record(session, Tag.MEMBER_ADDED, actor, member, authority, at=at)
    return member


def remove_member(session: Session, actor: Actor, member: Member, *, at: int) -> None:
    """End a role; it takes effect at the person's next request."""
    policy.require(session, actor, policy.Action.MANAGE_MEMBERS, project_subject(member.project_id), at=at)
    member.ended_at = at
    _record(session, Tag.MEMBER_REMOVED, actor, member, {}, at=at)


def _record(session: Session, tag: Tag, actor: Actor, member: Member, more: dict[str, Any], *, at: int) -> None:
    event = record(
        session,
        tag,
        stream=streams.project(member.project_id),
        actor=actor,
        subject=Subject("member", member.id),
        data={"person": member.person_id, "role": member.role} | more,
        project_id=member.project_id,
        at=at,
    )
    tell_unless_own(session, member.person_id, event)


def get_member(session: Session, project_id: int, member_id: int) -> Member:
    """A role in force in this project. Raises NotFound."""
    member = session.get(Member, member_id)
    if member is None or member.project_id != project_id or member.ended_at is not None:
        raise NotFound("member", "there is no such role in this project")
    return member


def list_members(session: Session, project_id: int) -> list[Member]:
    """The roles in force in a project."""
    return list(
        session.scalars(
            select(Member)
            .where(Member.project_id == project_id, Member.ended_at.is_(None))
            .order_by(Member.person_id, Member.role)
        )
    )


def people_with(session: Session, project_id: int, roles: Iterable[ProjectRole]) -> list[int]:
    """Ids of whoever has one of these roles in a project now."""
    query = select(Member.person_id).where(Member.project_id == project_id, Member.ended_at.is_(None))
    return sorted(set(session.scalars(query.where(Member.role.in_([role.value for role in roles])))))


class ProjectMemberships:
    """Tells accounts which roles a person has in projects."""

    key = "projects"

    def roles(self) -> Select[int, int, str]:
        return select(Member.person_id, Member.project_id, Member.role).where(Member.ended_at.is_(None))
