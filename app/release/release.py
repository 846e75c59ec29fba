"""Releases: what each holds, its manifest and its signatures."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, defer, mapped_column

from app.audit.events import Tag
from app.core.db import RECORD, Base, Session
from app.core.errors import NotFound
from app.release.documents import PAGE, Chooser
from app.review.item import Item
from app.review.signature import Signature


class Release(Base):
    """One version of a project's data. Its manifest lists every row and digest."""

    __tablename__ = "release"
    __table_args__ = (
        UniqueConstraint("project_id", "number"),
        CheckConstraint("items >= 1", name="items_positive"),
        {"info": {"kind": RECORD, "tags": (Tag.RELEASE_CUT,), "append_only": True}},
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
    __table_args__ = (
        {
            "info": {
                "kind": RECORD,
                "uncommitted": "the manifest of its release names it",
                "tags": (Tag.RELEASE_CUT,),
                "append_only": True,
            }
        },
    )

    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), primary_key=True, autoincrement=False)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True, autoincrement=False, index=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)


class ReleaseExport(Base):
    """A release was written in a format: the digest of the archive, and what the format could not say."""

    __tablename__ = "release_export"
    __table_args__ = ({"info": {"kind": RECORD, "tags": (Tag.RELEASE_EXPORTED,), "append_only": True}},)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), index=True)
    format: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Text)
    #: the rows of the loss report as canonical JSON, read whole or not at all
    losses_json: Mapped[str] = mapped_column(Text)
    #: canonical JSON list of [item, code]: what could not be written at all
    left_out_json: Mapped[str] = mapped_column(Text)
    exported_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    exported_at: Mapped[int]


def get_release(session: Session, release_id: int) -> Release:
    """Raises NotFound."""
    release = session.get(Release, release_id)
    if release is None:
        raise NotFound("release", f"there is no release {release_id}")
    return release


def list_releases(session: Session, project_id: int) -> list[Release]:
    """Newest first, without their manifests, which may be large."""
    own = select(Release).where(Release.project_id == project_id)
    return list(session.scalars(own.options(defer(Release.manifest, raiseload=True)).order_by(Release.number.desc())))


def find_release(session: Session, project_id: int, number: int) -> Release:
    """The release of a project by its number. Raises NotFound."""
    release = session.scalar(select(Release).where(Release.project_id == project_id, Release.number == number))
    if release is None:
        raise NotFound("release", "there is no such release in this project")
    return release


def answers_of(release_id: int) -> Chooser:
    """Items and answers of a release, by item, a page at a time."""

    def choose(session: Session, after: tuple[int, int]) -> list[tuple[int, int]]:
        held = select(ReleaseItem.item_id, ReleaseItem.submission_id).where(ReleaseItem.release_id == release_id)
        rows = session.execute(held.where(ReleaseItem.item_id > after[0]).order_by(ReleaseItem.item_id).limit(PAGE))
        return [(item, submission) for item, submission in rows]

    return choose


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
