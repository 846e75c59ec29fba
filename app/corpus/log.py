"""Reading the audit log by project, stream, person and kind of event, for those who may."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from app.accounts import policy
from app.accounts.actor import Actor, ProjectRole, ServerRole
from app.audit.models import Checkpoint, Event
from app.core.db import Session
from app.corpus.project import SERVER, project_subject

_READS_ALL = frozenset({ServerRole.AUDITOR, ServerRole.PRIVACY_OFFICER})


@dataclass(frozen=True)
class Filter:
    """Which events; what is None or empty does not narrow. `before` is the id of the last event seen."""

    project_id: int | None = None
    stream: str = ""
    person_id: int | None = None
    tag: str = ""
    before: int | None = None


def read_log(session: Session, actor: Actor, wanted: Filter, *, limit: int = 50, at: int) -> list[Event]:
    """Events, newest first. Raises Forbidden or NotFound.

    A person who reads blind in a project does not see there what other readers did, whatever other
    roles they have; a manager sees how far the work is and not what was said (INV-3).
    """
    subject = SERVER if wanted.project_id is None else project_subject(wanted.project_id)
    policy.require(session, actor, policy.Action.READ_AUDIT, subject, at=at)
    query = _narrowed(select(Event), wanted)
    blind = [p for p, roles in actor.project_roles.items() if _is_blind(actor, roles)]
    if blind:
        others = or_(Event.stream.startswith("assignment:"), Event.stream.startswith("view:"))
        mine = Event.actor_id == actor.id
        # An actor is NULL where the server itself acted.
        query = query.where(or_(Event.project_id.is_(None), Event.project_id.not_in(blind), ~others, mine))
    return list(session.scalars(query.order_by(Event.id.desc()).limit(limit)))


def _is_blind(actor: Actor, roles: frozenset[ProjectRole]) -> bool:
    audits = ProjectRole.AUDITOR in roles or bool(actor.server_roles & _READS_ALL)
    return ProjectRole.ANNOTATOR in roles or not audits


def _narrowed(query: Any, wanted: Filter) -> Any:
    for column, value in (
        (Event.project_id, wanted.project_id),
        (Event.stream, wanted.stream or None),
        (Event.actor_id, wanted.person_id),
        (Event.tag, wanted.tag or None),
    ):
        if value is not None:
            query = query.where(column == value)
    return query if wanted.before is None else query.where(Event.id < wanted.before)


def newest_checkpoint(session: Session) -> Checkpoint | None:
    """The newest signed statement of the log's size and root; None before the first."""
    return session.scalar(select(Checkpoint).order_by(Checkpoint.size.desc()).limit(1))
