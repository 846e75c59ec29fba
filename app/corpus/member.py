"""Who belongs to a project, and as what."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, Text, select, text
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts import policy
from app.accounts.actor import AnyActor as Actor
from app.accounts.actor import ProjectRole
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import RECORD, Base, Session
from app.core.errors import Conflict, Invalid, NotFound
from app.corpus.project import Project, create_project, project_subject


class Member(Base):
    """One role of one person in one project; it ends, it is never deleted."""

    __tablename__ = "member"
    __table_args__ = (
        Index(
            "uq_member_active",
            "project_id",
            "person_id",
            "role",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        {"info": {"kind": RECORD}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(Text)
    added_at: Mapped[int]
    ended_at: Mapped[int | None]


def add_member(session: Session, actor: Actor, project: Project, person_id: int, role: str, *, at: int) -> Member:
    """Give a person a role in a project. Raises Forbidden, Invalid, or Conflict when already given."""
    policy.require(session, actor, policy.Action.MANAGE_MEMBERS, project_subject(project.id), at=at)
    if role not in set(ProjectRole):
        raise Invalid("role", f"a role is one of {', '.join(ProjectRole)}")
    if role in roles_of(session, person_id).get(project.id, ()):
        raise Conflict("member-exists", "the person has this role already")
    return _add(session, actor, project, person_id, role, at=at)


def start_project(
    session: Session, actor: Actor, key: str, title: str, *, language: str, lead: int, at: int
) -> Project:
    """Open a project with the person who leads it: without one nobody could go on.

    Raises Forbidden, Invalid or Conflict (key taken).
    """
    project = create_project(session, actor, key, title, language=language, at=at)
    _add(session, actor, project, lead, ProjectRole.MANAGER, at=at)
    return project


def _add(session: Session, actor: Actor, project: Project, person_id: int, role: str, *, at: int) -> Member:
    member = Member(project_id=project.id, person_id=person_id, role=role, added_at=at)
    session.add(member)
    session.flush()
    _record(session, Tag.MEMBER_ADDED, actor, member, at=at)
    return member


def remove_member(session: Session, actor: Actor, member: Member, *, at: int) -> None:
    """End a role; it takes effect at the person's next request."""
    policy.require(session, actor, policy.Action.MANAGE_MEMBERS, project_subject(member.project_id), at=at)
    member.ended_at = at
    _record(session, Tag.MEMBER_REMOVED, actor, member, at=at)


def _record(session: Session, tag: Tag, actor: Actor, member: Member, *, at: int) -> None:
    record(
        session,
        tag,
        stream=streams.project(member.project_id),
        actor=actor,
        subject=Subject("member", member.id),
        data={"person": member.person_id, "role": member.role},
        project_id=member.project_id,
        at=at,
    )


def roles_of(session: Session, person_id: int) -> dict[int, frozenset[ProjectRole]]:
    """Project id → roles a person has now."""
    rows = session.execute(
        select(Member.project_id, Member.role).where(Member.person_id == person_id, Member.ended_at.is_(None))
    )
    roles: dict[int, frozenset[ProjectRole]] = {}
    for project_id, role in rows:
        roles[project_id] = roles.get(project_id, frozenset()) | {ProjectRole(role)}
    return roles


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


class ProjectMemberships:
    """Tells accounts which roles a person has in projects."""

    key = "projects"

    def roles(self, session: Session, person_id: int) -> dict[int, frozenset[ProjectRole]]:
        return roles_of(session, person_id)
