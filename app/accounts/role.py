"""Server-wide roles: granted by an admin, never to oneself, some by two; project roles belong to membership."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts import policy
from app.accounts.actor import AnyActor, ServerRole
from app.accounts.notice import tell
from app.accounts.person import Person, subject_of
from app.accounts.policy import Action
from app.accounts.second_person import SERVER_ROLES_FOR_TWO, require_two
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import RECORD, Base, Session, unique_where
from app.core.errors import Conflict, NotFound

_KNOWN = ", ".join(f"'{role.value}'" for role in ServerRole)


class RoleGrant(Base):
    """A role somebody has or had on the whole server."""

    __tablename__ = "server_role"
    __table_args__ = (
        CheckConstraint(f"role in ({_KNOWN})", name="role_known"),
        CheckConstraint("revoked_at >= granted_at", name="revoked_later"),
        unique_where("uq_server_role_in_force", "person_id", "role", where="revoked_at is null"),
        {
            "info": {
                "kind": RECORD,
                "guard": {"fixed": ("id", "person_id", "role", "granted_at"), "once": ("revoked_at",)},
                "bundle": "whole",
                "tags": (Tag.ROLE_GRANTED, Tag.ROLE_REVOKED),
            }
        },
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(Text)
    granted_at: Mapped[int]
    revoked_at: Mapped[int | None]


def grant_role(session: Session, actor: AnyActor, person: Person, role: ServerRole, *, at: int) -> RoleGrant:
    """Give a role. Raises Forbidden (also for one's own account), Conflict (held, unfit, takes two)."""
    require_may_grant(session, actor, person, role, at=at)
    authority = require_two(session, actor) if role in SERVER_ROLES_FOR_TWO else {}
    grant = RoleGrant(person_id=person.id, role=role.value, granted_at=at)
    session.add(grant)
    _say(session, actor, person.id, Tag.ROLE_GRANTED, role, authority, at=at)
    return grant


def require_may_grant(session: Session, actor: AnyActor, person: Person, role: ServerRole, *, at: int) -> None:
    """Raises Forbidden, Conflict("role-held"), Conflict("separate-duties")."""
    policy.require(session, actor, Action.GRANT_ROLE, subject_of(person), at=at)
    held = list_roles(session, person.id)
    if role in held:
        raise Conflict("role-held", "this person has this role")
    if {ServerRole.ADMIN, ServerRole.PRIVACY_OFFICER} <= held | {role}:
        raise Conflict("separate-duties", "an administrator holds no role that reads texts, judges or signs")


def revoke_role(session: Session, actor: AnyActor, person: Person, role: ServerRole, *, at: int) -> None:
    """Take a role away, from the next request on. Raises Forbidden, NotFound."""
    policy.require(session, actor, Action.REVOKE_ROLE, subject_of(person), at=at)
    grant = _find_grant(session, person.id, role)
    if grant is None:
        raise NotFound("role-not-held", "this person does not have this role")
    grant.revoked_at = at
    _say(session, actor, person.id, Tag.ROLE_REVOKED, role, {}, at=at)


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


def _say(
    session: Session, actor: AnyActor, person_id: int, tag: Tag, role: ServerRole, more: dict[str, Any], *, at: int
) -> None:
    stream, subject, data = streams.account(person_id), Subject("person", person_id), {"role": role.value} | more
    tell(session, person_id, record(session, tag, stream=stream, actor=actor, subject=subject, data=data, at=at))


def holders_of(session: Session, role: ServerRole) -> list[int]:
    """The people who have a function on the server now, by id."""
    held = (RoleGrant.role == role.value, RoleGrant.revoked_at.is_(None))
    return list(session.scalars(select(RoleGrant.person_id).where(*held).order_by(RoleGrant.person_id)))
