"""Releases: what each holds, its manifest and its signatures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import RECORD, Base, Session
from app.core.errors import NotFound
from app.review.item import Item
from app.review.queries.answers import Submission, answers_among
from app.review.signature import Signature


class Release(Base):
    """One version of a project's data. Its manifest lists every row and digest."""

    __tablename__ = "release"
    __table_args__ = (
        UniqueConstraint("project_id", "number"),
        CheckConstraint("items >= 1", name="items_positive"),
        {"info": {"kind": RECORD, "append_only": True}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    number: Mapped[int]
    items: Mapped[int]
    #: canonical JSON, verbatim
    manifest: Mapped[str] = mapped_column(Text)
    manifest_sha256: Mapped[str] = mapped_column(Text)
    cut_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    cut_at: Mapped[int]


class ReleaseItem(Base):
    """One item of a release, with the very answer that is in it."""

    __tablename__ = "release_item"
    __table_args__ = ({"info": {"kind": RECORD, "append_only": True}},)

    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), primary_key=True, autoincrement=False)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True, autoincrement=False, index=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)


def get_release(session: Session, release_id: int) -> Release:
    """Raises NotFound."""
    release = session.get(Release, release_id)
    if release is None:
        raise NotFound("release", f"there is no release {release_id}")
    return release


def list_releases(session: Session, project_id: int) -> list[Release]:
    """Newest first."""
    return list(
        session.scalars(select(Release).where(Release.project_id == project_id).order_by(Release.number.desc()))
    )


def answers_of(session: Session, release: Release) -> Iterator[tuple[Item, Submission]]:
    """Items and answers of a release, by item id; read page by page, so that a large one is never held whole."""
    return answers_among(session, select(ReleaseItem.submission_id).where(ReleaseItem.release_id == release.id))


def manifest_of(release: Release) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(release.manifest)
    return manifest


def signatures_in(
    session: Session, release: Release, *, after: int = 0, limit: int = 100
) -> list[tuple[str, Signature]]:
    """Item label and signature of what a release holds and of the steps that led there, by signature:
    printed name, time and meaning belong into every form a person reads (21 CFR 11.50(b))."""
    rows = session.execute(
        select(Item.label, Signature)
        .join(Signature, Signature.item_id == Item.id)
        .join(ReleaseItem, ReleaseItem.item_id == Item.id)
        .where(ReleaseItem.release_id == release.id, Signature.signed_at <= release.cut_at)
        .where(Signature.id > after)
        .order_by(Signature.id)
        .limit(limit)
    )
    return [(label, signature) for label, signature in rows]
