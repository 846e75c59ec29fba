"""Acknowledgements: who has read and accepts which guideline version; nothing is decided before (domain D.8)."""

from __future__ import annotations

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts import policy
from app.accounts.actor import Actor, AnyActor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import RECORD, Base, Session
from app.core.errors import Conflict
from app.guidelines.version import Change, GuidelineVersion, get_guideline


class Acknowledgement(Base):
    """A person's statement of having read and accepted a version."""

    __tablename__ = "guideline_acknowledgement"
    __table_args__ = ({"info": {"kind": RECORD, "append_only": True}},)

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


def has_acknowledged(session: Session, guideline: GuidelineVersion, person_id: int | None) -> bool:
    """Whether the person accepted this version, or one that only patches of its wording separate from it."""
    alike = _same_meaning(session, guideline)
    given = select(Acknowledgement.person_id).where(
        Acknowledgement.guideline_version_id.in_(alike), Acknowledgement.person_id == person_id
    )
    return session.scalar(given.limit(1)) is not None


def _same_meaning(session: Session, guideline: GuidelineVersion) -> list[int]:
    """The version and its neighbours from which only patches separate it: a patch asks nobody anew."""
    versions = session.execute(
        select(GuidelineVersion.id, GuidelineVersion.change)
        .where(
            GuidelineVersion.project_id == guideline.project_id,
            GuidelineVersion.key == guideline.key,
            GuidelineVersion.modality == guideline.modality,
        )
        .order_by(GuidelineVersion.id)
    )
    alike: list[int] = []
    for version_id, change in versions:
        if change != Change.PATCH:
            if guideline.id in alike:
                break
            alike = []
        alike.append(version_id)
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
