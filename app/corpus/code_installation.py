"""Which releases of code systems this installation has taken into use: said once each, in the log."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import select

from app.accounts import policy
from app.accounts.actor import AnyActor
from app.accounts.policy import PolicySubject
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.audit.models import Event
from app.core.db import Session


@dataclass(frozen=True)
class CodeInstallation:
    """A release by system, name and the digest of its artefact; `at` is when it was recorded, in ms."""

    system: str
    release: str
    digest: str
    at: int


def note_installed(session: Session, actor: AnyActor, system: str, release: str, digest: str, *, at: int) -> bool:
    """Record that a release was installed, unless that was said before. Raises Forbidden."""
    policy.require(session, actor, policy.Action.INSTALL_CODES, PolicySubject("server", None), at=at)
    if any(known.digest == digest for known in list_installations(session)):
        return False
    record(
        session,
        Tag.CODE_RELEASE_INSTALLED,
        stream=streams.SERVER,
        actor=actor,
        subject=Subject("code_release", digest),
        data={"system": system, "release": release, "digest": digest},
        at=at,
    )
    return True


def list_installations(session: Session) -> list[CodeInstallation]:
    """What was recorded as installed, oldest first."""
    events = session.scalars(select(Event).where(Event.tag == Tag.CODE_RELEASE_INSTALLED).order_by(Event.id))
    return [CodeInstallation(**json.loads(event.body)["data"], at=event.at) for event in events]
