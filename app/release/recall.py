"""Recalled releases: which items were taken out after they had left, and which release stands in their place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.actor import AnyActor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import RECORD, Base, Session
from app.core.errors import Conflict
from app.release.release import Release, ReleaseItem
from app.review.hold import HIDING, Hold
from app.review.item import Item
from app.review.states import ItemState


class ReleaseRecall(Base):
    """One item of a release whose text was destroyed afterwards: the release must not be passed on."""

    __tablename__ = "release_recall"
    __table_args__ = ({"info": {"kind": RECORD, "tags": (Tag.RELEASE_RECALLED,), "append_only": True}},)

    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), primary_key=True, autoincrement=False)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True, autoincrement=False, index=True)
    reason: Mapped[str] = mapped_column(Text)
    recalled_at: Mapped[int]


class Supersession(Base):
    """A recalled release and the one that stands in its place."""

    __tablename__ = "release_supersession"
    __table_args__ = (
        CheckConstraint("release_id > superseded_id", name="later"),
        {"info": {"kind": RECORD, "tags": (Tag.RELEASE_CUT,), "append_only": True}},
    )

    superseded_id: Mapped[int] = mapped_column(ForeignKey("release.id"), primary_key=True, autoincrement=False)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), index=True)


class RecallReleases:
    """Flags what holds an item whose text was destroyed."""

    key = "releases"

    def recall(self, session: Session, actor: AnyActor, item: Item, reason: str, *, at: int) -> list[int]:
        held = select(Release).join(ReleaseItem, ReleaseItem.release_id == Release.id)
        known = select(ReleaseRecall.release_id).where(ReleaseRecall.item_id == item.id)
        query = held.where(ReleaseItem.item_id == item.id, Release.id.not_in(known)).order_by(Release.id)
        releases = list(session.scalars(query))
        for release in releases:
            session.add(ReleaseRecall(release_id=release.id, item_id=item.id, reason=reason, recalled_at=at))
            _say(session, actor, release, item, reason, at=at)
        return [release.id for release in releases]


def _say(session: Session, actor: AnyActor, release: Release, item: Item, reason: str, *, at: int) -> None:
    record(
        session,
        Tag.RELEASE_RECALLED,
        stream=streams.project(release.project_id),
        actor=actor,
        subject=Subject("release", release.id),
        data=recall_facts(release.id, item.id, reason) | {"number": release.number},
        project_id=release.project_id,
        at=at,
    )


def recall_facts(release_id: int, item_id: int, reason: str) -> dict[str, Any]:
    """What the event and the audit bundle both say of one recall."""
    return {"recall_id": f"{release_id}/{item_id}", "release_id": release_id, "item": item_id, "reason": reason}


def recalls_of(session: Session, release: Release) -> list[tuple[str, ReleaseRecall]]:
    """Label of the item and why, by item; empty: the release stands."""
    query = select(Item.label, ReleaseRecall).join(Item, Item.id == ReleaseRecall.item_id)
    rows = session.execute(query.where(ReleaseRecall.release_id == release.id).order_by(Item.id))
    return [(label, recall) for label, recall in rows]


def recalled_numbers(session: Session, project_id: int) -> set[int]:
    """Numbers of a project's releases that must not be passed on."""
    query = select(Release.number).join(ReleaseRecall, ReleaseRecall.release_id == Release.id)
    return set(session.scalars(query.where(Release.project_id == project_id)))


def successor_of(session: Session, release: Release) -> Release | None:
    """The release that stands in a recalled one's place."""
    row = session.get(Supersession, release.id)
    return session.get(Release, row.release_id) if row else None


def require_exportable(session: Session, release: Release) -> None:
    """Raises Conflict, naming items, for a recalled release, and while an identifier in it is not decided on."""
    if recalls := recalls_of(session, release):
        items = [recall.item_id for _, recall in recalls]
        why = f"this release was recalled: a text in it was destroyed since ({_named(items)})"
        raise Conflict("release-recalled", why, details={"items": items})
    hidden = (
        select(Hold.item_id)
        .join(ReleaseItem, ReleaseItem.item_id == Hold.item_id)
        .where(ReleaseItem.release_id == release.id, Hold.kind.in_(HIDING), Hold.closed_at.is_(None))
    )
    if held := sorted(set(session.scalars(hidden))):
        why = f"an identifier was reported in this release; a privacy officer has to decide ({_named(held)})"
        raise Conflict("release-held", why, details={"items": held})


def _named(items: list[int]) -> str:
    return ", ".join(f"item {item}" for item in items[:20])


def items_to_carry(session: Session, project_id: int) -> list[Item]:
    """What recalled releases held that is sound itself, is not held, and stands in no other release."""
    recalled = select(ReleaseRecall.release_id)
    here = select(ReleaseItem.item_id).where(ReleaseItem.item_id == Item.id)
    held = select(Hold.id).where(Hold.item_id == Item.id, Hold.closed_at.is_(None))
    own = select(ReleaseRecall.item_id).where(ReleaseRecall.item_id == Item.id)
    query = select(Item).where(
        Item.project_id == project_id,
        Item.state == ItemState.RELEASED,
        here.where(ReleaseItem.release_id.in_(recalled)).exists(),
        ~here.where(ReleaseItem.release_id.not_in(recalled)).exists(),
        ~held.exists(),
        ~own.exists(),
    )
    return list(session.scalars(query.order_by(Item.id)))


def releases_to_supersede(session: Session, project_id: int) -> list[Release]:
    """Recalled releases in whose place none stands yet."""
    query = select(Release).where(
        Release.project_id == project_id,
        Release.id.in_(select(ReleaseRecall.release_id)),
        Release.id.not_in(select(Supersession.superseded_id)),
    )
    return list(session.scalars(query.order_by(Release.id)))


def supersede(session: Session, release: Release, replaced: Sequence[int]) -> None:
    """Write down whose place a new release takes; the event of its cut says so too."""
    session.add_all(Supersession(superseded_id=old, release_id=release.id) for old in replaced)
    session.flush()
