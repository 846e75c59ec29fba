"""Server-wide roles: granted by an admin, never to oneself; project roles belong to membership."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, select, text
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts import policy
from app.accounts.actor import AnyActor, ServerRole
from app.accounts.person import Person, subject_of
from app.accounts.policy import Action
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import RECORD, Base, Session
from app.core.errors import Conflict, NotFound

_KNOWN = ", ".join(f"'{role.value}'" for role in ServerRole)
_IN_FORCE = text("revoked_at is null")


class RoleGrant(Base):
    """A role somebody has or had on the whole server."""

    __tablename__ = "server_role"
    __table_args__ = (
        CheckConstraint(f"role in ({_KNOWN})", name="role_known"),
        CheckConstraint("revoked_at >= granted_at", name="revoked_later"),
        Index(
            "uq_server_role_in_force",
            "person_id",
            "role",
            unique=True,
            sqlite_where=_IN_FORCE,
            postgresql_where=_IN_FORCE,
        ),
        {"info": {"kind": RECORD}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(Text)
    granted_at: Mapped[int]
    revoked_at: Mapped[int | None]


def grant_role(session: Session, actor: AnyActor, person: Person, role: ServerRole, *, at: int) -> RoleGrant:
    """Give a role. Raises Forbidden (also for one's own account), Conflict("role-held")."""
    policy.require(session, actor, Action.GRANT_ROLE, subject_of(person), at=at)
    if _find_grant(session, person.id, role) is not None:
        raise Conflict("role-held", "this person has this role")
    grant = RoleGrant(person_id=person.id, role=role.value, granted_at=at)
    session.add(grant)
    _say(session, actor, person.id, Tag.ROLE_GRANTED, role, at=at)
    return grant


def revoke_role(session: Session, actor: AnyActor, person: Person, role: ServerRole, *, at: int) -> None:
    """Take a role away, from the next request on. Raises Forbidden, NotFound."""
    policy.require(session, actor, Action.REVOKE_ROLE, subject_of(person), at=at)
    grant = _find_grant(session, person.id, role)
    if grant is None:
        raise NotFound("role-not-held", "this person does not have this role")
    grant.revoked_at = at
    _say(session, actor, person.id, Tag.ROLE_REVOKED, role, at=at)


def list_roles(session: Session, person_id: int) -> frozenset[ServerRole]:
    """The roles in force now."""
    query = select(RoleGrant.role).where(RoleGrant.person_id == person_id, RoleGrant.revoked_at.is_(None))
    return frozenset(ServerRole(role) for role in session.scalars(query))


def _find_grant(session: Session, person_id: int, role: ServerRole) -> RoleGrant | None:
    return session.scalar(
        select(RoleGrant).where(
            RoleGrant.person_id == person_id, RoleGrant.role == role.value, RoleGrant.revoked_at.is_(None)
        )
    )


def _say(session: Session, actor: AnyActor, person_id: int, tag: Tag, role: ServerRole, *, at: int) -> None:
    stream, subject = streams.account(person_id), Subject("person", person_id)
    record(session, tag, stream=stream, actor=actor, subject=subject, data={"role": role.value}, at=at)
