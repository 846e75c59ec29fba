"""Acts that take two people, and the hour before the first load in which a server is set up without them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.accounts.actor import Actor, AnyActor, Kind, OperatorActor, ProjectRole, ServerRole
from app.audit.events import Tag
from app.audit.models import Event
from app.core.db import Session
from app.core.errors import Conflict

#: functions that read texts (a lead does so by exports), judge or sign, or give others such functions
SERVER_ROLES_FOR_TWO = frozenset({ServerRole.ADMIN, ServerRole.PRIVACY_OFFICER, ServerRole.CREDENTIALING})
PROJECT_ROLES_FOR_TWO = frozenset(ProjectRole) - {ProjectRole.AUDITOR}
TIER_FOR_TWO = 3

_CLOSES = (Tag.BATCH_STARTED, Tag.BOOTSTRAP_CLOSED)


class ApprovalNeeded(Conflict):
    """The act is allowed to its actor, but not alone."""


def require_two(session: Session, actor: AnyActor) -> dict[str, Any]:
    """What the event of an act for two says: under which approval, or that it belongs to setting up.

    Raises ApprovalNeeded for anybody who acts alone.
    """
    if isinstance(actor, Actor | OperatorActor) and actor.approval is not None:
        return {"approval": actor.approval}
    if is_setting_up(session, actor):
        return {"bootstrap": True}
    raise ApprovalNeeded("approval-needed", "this takes two people: ask for it, and let somebody else approve it")


def is_setting_up(session: Session, actor: AnyActor) -> bool:
    """Whether this actor may still act alone: before the first load, the shell; and administrators too where
    `accounts bootstrap` named them. The log itself says so, so that no row need be believed."""
    if _happened(session, *_CLOSES):
        return False
    if actor.kind == Kind.OPERATOR:
        return True
    is_admin = isinstance(actor, Actor) and ServerRole.ADMIN in actor.server_roles
    return is_admin and _happened(session, Tag.BOOTSTRAP_OPENED)


def is_closed(session: Session) -> bool:
    """Whether setting up is over."""
    return _happened(session, *_CLOSES)


def _happened(session: Session, *tags: Tag) -> bool:
    return session.scalar(select(Event.id).where(Event.tag.in_(tags)).limit(1)) is not None
