"""Which release of ICD-10-CM applies on a true date, how ages are banded, and what was installed when."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts import policy
from app.accounts.actor import AnyActor
from app.accounts.policy import PolicySubject
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import RECORD, Base, Session


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


class CodeInstallation(Base):
    """A release of a code system by the digest of its artefact; `at` is when it was recorded, in ms."""

    __tablename__ = "code_installation"
    __table_args__ = (
        {"info": {"kind": RECORD, "bundle": "whole", "tags": (Tag.CODE_RELEASE_INSTALLED,), "append_only": True}},
    )

    digest: Mapped[str] = mapped_column(Text, primary_key=True)
    system: Mapped[str] = mapped_column(Text)
    release: Mapped[str] = mapped_column(Text)
    at: Mapped[int]


def note_installed(session: Session, actor: AnyActor, system: str, release: str, digest: str, *, at: int) -> bool:
    """Record that a release was installed, unless that was said before. Raises Forbidden."""
    policy.require(session, actor, policy.Action.INSTALL_CODES, PolicySubject("server", None), at=at)
    if session.get(CodeInstallation, digest) is not None:
        return False
    session.add(CodeInstallation(digest=digest, system=system, release=release, at=at))
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
    query = select(CodeInstallation).order_by(CodeInstallation.at, CodeInstallation.digest)
    return list(session.scalars(query))
