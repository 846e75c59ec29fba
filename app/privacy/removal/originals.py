"""Seeing what was removed: for privacy officers only, after the password was typed again, for a quarter of an hour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select

from app.accounts import policy
from app.accounts.actor import Actor
from app.accounts.policy import Action
from app.accounts.signing import Factors, Intent, reauthenticate, spend_proof
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core import clock
from app.core.db import Database, Session
from app.core.digest import canonical_json, sha256
from app.core.errors import Forbidden
from app.corpus.project import project_subject
from app.privacy.removal.models import OriginalsOpening

WINDOW = 15 * clock.MINUTE


def open_originals(database: Database, actor: Actor, project_id: int, factors: Factors, *, at: int) -> int:
    """Let the actor, in this session, see the originals of one project; returns until when.

    Raises Forbidden (role, user name or password) and Unavailable (too many tries). Each outcome is in the log.
    """
    with database.reading() as session:
        _require_role(session, actor, project_id, at=at)
    intent = Intent(Action.READ_SOURCE, sha256(f"originals of project {project_id}"))
    token = reauthenticate(database, actor, factors, intent, at=at)

    def unit(session: Session) -> int:
        proof = spend_proof(session, actor, token, intent, at=at)
        session.add(_opening(actor, project_id, at=at))
        data = {"until": at + WINDOW, "authentication": proof.to_dict()}
        _say(session, Tag.ORIGINALS_OPENED, actor, project_id, data, at=at)
        return at + WINDOW

    return database.writing(unit)


def close_originals(session: Session, actor: Actor, project_id: int, *, at: int) -> None:
    """Put them away before the time is up. Raises Forbidden."""
    _require_role(session, actor, project_id, at=at)
    for row in session.scalars(select(OriginalsOpening).where(*_own(actor, project_id, at=at))):
        row.expires_at = max(row.opened_at, at)
    _say(session, Tag.ORIGINALS_CLOSED, actor, project_id, {}, at=at)


def open_until(session: Session, actor: Actor, project_id: int, *, at: int) -> int | None:
    """Until when the actor may see originals; None where they may not now."""
    own = _own(actor, project_id, at=at)
    if not policy.may(actor, Action.READ_SOURCE, project_subject(project_id), at=at):
        return None
    return session.scalar(select(func.max(OriginalsOpening.expires_at)).where(*own))


def require_open(session: Session, actor: Actor, project_id: int, *, at: int) -> None:
    """Raises Forbidden for whoever is no privacy officer here, or has not typed the password lately."""
    _require_role(session, actor, project_id, at=at)
    if open_until(session, actor, project_id, at=at) is None:
        raise Forbidden("originals-closed", "type your password again to see what was removed")


def note_shown(session: Session, actor: Actor, project_id: int, documents: Sequence[int], *, at: int) -> None:
    """Say in the log whose originals are shown, before they leave: an aggregate, whatever their number."""
    ids = sorted(documents)
    data = {
        "first": ids[0] if ids else None,
        "last": ids[-1] if ids else None,
        "count": len(ids),
        "sha256": sha256(canonical_json(ids)),
    }
    _say(session, Tag.ORIGINALS_SHOWN, actor, project_id, data, at=at)


def _own(actor: Actor, project_id: int, *, at: int) -> tuple[ColumnElement[bool], ...]:
    return (
        OriginalsOpening.person_id == actor.id,
        OriginalsOpening.project_id == project_id,
        OriginalsOpening.session_ref == actor.session_ref,
        OriginalsOpening.expires_at > at,
    )


def _opening(actor: Actor, project_id: int, *, at: int) -> OriginalsOpening:
    return OriginalsOpening(
        person_id=actor.id, project_id=project_id, session_ref=actor.session_ref, opened_at=at, expires_at=at + WINDOW
    )


def _require_role(session: Session, actor: Actor, project_id: int, *, at: int) -> None:
    policy.require(session, actor, Action.READ_SOURCE, project_subject(project_id), at=at)


def _say(session: Session, tag: Tag, actor: Actor, project_id: int, data: dict[str, Any], *, at: int) -> None:
    record(
        session,
        tag,
        stream=streams.project(project_id),
        actor=actor,
        subject=Subject("project", project_id),
        data=data,
        project_id=project_id,
        at=at,
    )
