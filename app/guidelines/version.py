"""Guideline versions: published once, immutable."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts import policy
from app.accounts.actor import AnyActor as Actor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import RECORD, Base, Session
from app.core.digest import sha256
from app.core.errors import Conflict, Invalid, NotFound
from app.guidelines.affected import add_affected
from app.guidelines.text import require_text


class VersionChange(StrEnum):
    """How much a version changes the one before (domain D.8)."""

    PATCH = "patch"
    MINOR = "minor"
    MAJOR = "major"


class GuidelineVersion(Base):
    """One published version; `body` is the Markdown, verbatim."""

    __tablename__ = "guideline_version"
    __table_args__ = (
        UniqueConstraint("project_id", "key", "version"),
        CheckConstraint("change IN ('patch','minor','major')", name="change_known"),
        {"info": {"kind": RECORD, "bundle": "whole", "tags": (Tag.GUIDELINE_PUBLISHED,), "append_only": True}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    key: Mapped[str] = mapped_column(Text)
    modality: Mapped[str] = mapped_column(Text)
    version: Mapped[str] = mapped_column(Text)
    change: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    body_sha256: Mapped[str] = mapped_column(Text)
    published_by: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    published_at: Mapped[int]


def _project(project_id: int) -> policy.PolicySubject:
    return policy.PolicySubject("project", project_id, project_id=project_id)


def publish(
    session: Session,
    actor: Actor,
    project_id: int,
    content: dict[str, str],
    *,
    change: str = VersionChange.MINOR,
    affects: Collection[str] = (),
    at: int,
) -> GuidelineVersion:
    """Put a version into force. `content`: key, modality, version, body (Markdown); `affects`: the labels whose meaning
    a major version changes.

    Raises Forbidden, Invalid, or Conflict when the version exists.
    """
    policy.require(session, actor, policy.Action.PUBLISH_GUIDELINE, _project(project_id), at=at)
    if change not in set(VersionChange):
        raise Invalid("guideline-change", "a change is patch, minor or major")
    labels = sorted({label.strip() for label in affects if label.strip()})
    if labels and change != VersionChange.MAJOR:
        raise Invalid("guideline-affects", "only a major version changes the meaning of labels")
    require_text(content["body"])
    exists = select(GuidelineVersion.id).where(
        GuidelineVersion.project_id == project_id,
        GuidelineVersion.key == content["key"],
        GuidelineVersion.version == content["version"],
    )
    if session.scalar(exists) is not None:
        raise Conflict("guideline-version", "this version is published already")
    guideline = GuidelineVersion(
        project_id=project_id,
        key=content["key"],
        modality=content["modality"],
        version=content["version"],
        change=change,
        body=content["body"],
        body_sha256=sha256(content["body"]),
        published_by=actor.id,
        published_at=at,
    )
    session.add(guideline)
    session.flush()
    add_affected(session, guideline.id, labels)
    record(
        session,
        Tag.GUIDELINE_PUBLISHED,
        stream=streams.project(project_id),
        actor=actor,
        subject=Subject("guideline_version", guideline.id),
        data={
            "key": guideline.key,
            "version": guideline.version,
            "change": guideline.change,
            "sha256": guideline.body_sha256,
        }
        | ({"affects": labels} if labels else {}),
        project_id=project_id,
        at=at,
    )
    return guideline


def current_guideline(session: Session, project_id: int, modality: str) -> GuidelineVersion:
    """The version in force. Raises NotFound."""
    guideline = session.scalar(
        select(GuidelineVersion)
        .where(GuidelineVersion.project_id == project_id, GuidelineVersion.modality == modality)
        .order_by(GuidelineVersion.id.desc())
    )
    if guideline is None:
        raise NotFound("guideline", f"no guideline for {modality} is published in this project")
    return guideline


def guided_modalities(session: Session, project_id: int) -> set[str]:
    """Modalities of whose items somebody can be asked to read: a guideline is published for them."""
    own = GuidelineVersion.project_id == project_id
    return set(session.scalars(select(GuidelineVersion.modality).where(own).distinct()))


def get_guideline(session: Session, guideline_id: int) -> GuidelineVersion:
    """Raises NotFound."""
    guideline = session.get(GuidelineVersion, guideline_id)
    if guideline is None:
        raise NotFound("guideline", f"there is no guideline version {guideline_id}")
    return guideline


def read_guideline(session: Session, actor: Actor, guideline_id: int, *, at: int) -> GuidelineVersion:
    """The version as somebody of its project reads it. Raises Forbidden or NotFound."""
    guideline = get_guideline(session, guideline_id)
    policy.require(session, actor, policy.Action.VIEW_PROJECT, _project(guideline.project_id), at=at)
    return guideline


def list_guidelines(session: Session, project_id: int) -> list[GuidelineVersion]:
    """Newest first."""
    return list(
        session.scalars(
            select(GuidelineVersion)
            .where(GuidelineVersion.project_id == project_id)
            .order_by(GuidelineVersion.id.desc())
        )
    )
