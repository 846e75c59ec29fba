"""Acknowledgements: who has read and accepts which guideline version; nothing is decided before (domain D.8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from sqlalchemy import ForeignKey, Select, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts import policy
from app.accounts.actor import Actor, AnyActor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import RECORD, AnyRow, Base, Session
from app.core.errors import Conflict
from app.guidelines.version import GuidelineVersion, VersionChange, get_guideline


class Acknowledgement(Base):
    """A person's statement of having read and accepted a version."""

    __tablename__ = "guideline_acknowledgement"
    __table_args__ = (
        {"info": {"kind": RECORD, "bundle": "whole", "tags": (Tag.GUIDELINE_ACKNOWLEDGED,), "append_only": True}},
    )

    guideline_version_id: Mapped[int] = mapped_column(
        ForeignKey("guideline_version.id"), primary_key=True, autoincrement=False
    )
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False, index=True)
    at: Mapped[int]


def acknowledge(session: Session, actor: AnyActor, guideline: GuidelineVersion, *, at: int) -> None:
    """State having read and accepting a version; saying so twice changes nothing. Raises Forbidden or NotFound."""
    subject = policy.PolicySubject("project", guideline.project_id, project_id=guideline.project_id)
    policy.require(session, actor, policy.Action.ACKNOWLEDGE_GUIDELINE, subject, at=at)
    if session.get(Acknowledgement, (guideline.id, actor.id)) is not None:
        return
    session.add(Acknowledgement(guideline_version_id=guideline.id, person_id=actor.id, at=at))
    record(
        session,
        Tag.GUIDELINE_ACKNOWLEDGED,
        # The person's own stream: blind readers of one item share none.
        stream=streams.account(actor.id or 0),
        actor=actor,
        subject=Subject("guideline_version", guideline.id),
        data={"version": guideline.version, "sha256": guideline.body_sha256},
        project_id=guideline.project_id,
        at=at,
    )


@dataclass(frozen=True)
class GuidelineStanding:
    """How a person stands to a version: whether they accepted it, and the one in force meanwhile."""

    accepted: bool
    in_force_id: int
    in_force: str


def standing_of(session: Session, guideline: GuidelineVersion, person_id: int | None) -> GuidelineStanding:
    """Accepted is this version, or one that only patches of its wording separate from it."""
    about = {"project": guideline.project_id, "modality": guideline.modality, "person": person_id}
    rows = session.execute(_versions(), about).all()
    own = [row for row in rows if row.key == guideline.key]
    alike = _same_meaning(own, guideline.id)
    accepted = any(row.person_id is not None for row in own if row.id in alike)
    return GuidelineStanding(accepted, rows[-1].id, rows[-1].version)


def has_acknowledged(session: Session, guideline: GuidelineVersion, person_id: int | None) -> bool:
    """Whether the person accepted this version, or one that only patches of its wording separate from it."""
    return standing_of(session, guideline, person_id).accepted


@cache
def _versions() -> Select[int, str, str, str, int]:
    """All versions for one kind of item, oldest first; `person_id` where `:person` accepted the version."""
    mine = (Acknowledgement.guideline_version_id == GuidelineVersion.id) & (
        Acknowledgement.person_id == bindparam("person")
    )
    named = (GuidelineVersion.id, GuidelineVersion.key, GuidelineVersion.version, GuidelineVersion.change)
    return (
        select(*named, Acknowledgement.person_id)
        .outerjoin(Acknowledgement, mine)
        .where(GuidelineVersion.project_id == bindparam("project"), GuidelineVersion.modality == bindparam("modality"))
        .order_by(GuidelineVersion.id)
    )


def _same_meaning(versions: Iterable[AnyRow], guideline_id: int) -> list[int]:
    """The version and its neighbours from which only patches separate it: a patch asks nobody anew."""
    alike: list[int] = []
    for version in versions:
        if version.change != VersionChange.PATCH:
            if guideline_id in alike:
                break
            alike = []
        alike.append(version.id)
    return alike


def require_acknowledged(session: Session, actor: Actor, guideline_id: int | None) -> None:
    """Raises Conflict `guideline-not-accepted` (its details name the version) before the actor accepted it."""
    guideline = get_guideline(session, guideline_id or 0)
    if not has_acknowledged(session, guideline, actor.id):
        raise Conflict(
            "guideline-not-accepted",
            f"read guideline {guideline.version} and accept it first",
            details={"guideline": guideline.id, "version": guideline.version},
        )


def list_acknowledgements(session: Session, guideline_id: int) -> dict[int, int]:
    """Person → when they stated having read the version."""
    rows = session.execute(
        select(Acknowledgement.person_id, Acknowledgement.at).where(
            Acknowledgement.guideline_version_id == guideline_id
        )
    )
    return dict(rows.all())
