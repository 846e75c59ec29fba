"""Building an actor from the database: anew for each request and command, so that nothing is stale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from app.accounts.actor import Actor, ProjectRole
from app.accounts.credential import list_held
from app.accounts.person import get_person
from app.accounts.role import list_roles
from app.core.db import Session
from app.core.errors import Forbidden
from app.core.registry import Registry


class Memberships(Protocol):
    """Where project roles come from: registered by the package that keeps projects."""

    key: str

    def roles(self, session: Session, person_id: int) -> Mapping[int, frozenset[ProjectRole]]:
        """Roles in force by project id."""
        ...


MEMBERSHIPS: Registry[Memberships] = Registry("membership source", Memberships)


def load_actor(
    session: Session,
    person_id: int,
    *,
    at: int,
    session_ref: str | None = None,
    request_id: str | None = None,
) -> Actor:
    """The person as of `at`. Raises NotFound, Forbidden("account-closed")."""
    person = get_person(session, person_id)
    if not person.is_active:
        raise Forbidden("account-closed", "this account is closed")
    project_roles: dict[int, frozenset[ProjectRole]] = {}
    for source in MEMBERSHIPS:
        for project_id, roles in source.roles(session, person_id).items():
            project_roles[project_id] = project_roles.get(project_id, frozenset()) | roles
    return Actor(
        id=person.id,
        username=person.username,
        display_name=person.display_name,
        at=at,
        server_roles=list_roles(session, person_id),
        project_roles=project_roles,
        credentials=list_held(session, person_id),
        identity_verified=person.identity_verified_at is not None,
        session_ref=session_ref,
        request_id=request_id,
    )
