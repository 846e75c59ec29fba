"""Which release of ICD-10-CM applies on a true date, how ages are banded, and what was installed when."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.accounts import policy
from app.accounts.actor import AnyActor
from app.accounts.policy import PolicySubject
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.audit.models import Event
from app.core.db import Session


def applicable_release(day: date) -> str:
    """`YYYY-10` or `YYYY-04`: updates take effect on 1 October and 1 April (domain I, ICD-1)."""
    if day.month >= 10:
        return f"{day.year}-10"
    return f"{day.year}-04" if day.month >= 4 else f"{day.year - 1}-10"


def age_band(birth: date, day: date) -> str:
    """Ten-year band of the age on a day; `90+` from 90 (45 CFR 164.514(b)(2)(i)(C)); empty if negative."""
    years = day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
    if years < 0:
        return ""
    if years >= 90:
        return "90+"
    return "0" if years < 1 else f"{years // 10 * 10}-{years // 10 * 10 + 9}"


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
