"""The guideline version of an item: kept from its first reading until it is settled, moved only by a person."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from app.accounts import policy
from app.accounts.actor import Actor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import Session, lock
from app.core.errors import Conflict, Invalid
from app.corpus.project import project_subject
from app.guidelines.acknowledgement import standing_of
from app.guidelines.version import GuidelineVersion, current_guideline, get_guideline, guided_modalities
from app.review.assignment import Assignment
from app.review.copies import is_copy
from app.review.item import Item, get_item
from app.review.states import AssignmentState, ItemState

#: states in which something is still decided under the guideline
_IN_REVIEW = (
    ItemState.READY,
    ItemState.IN_ANNOTATION,
    ItemState.ADJUDICATION,
    ItemState.ESCALATED,
    ItemState.VERIFICATION,
    ItemState.REREVIEW,
)


def guided(session: Session, project_id: int) -> ColumnElement[bool]:
    """A guideline is published for the item's modality: nobody can read without one."""
    return Item.modality.in_(guided_modalities(session, project_id))


def keep_guideline(session: Session, item: Item, in_force: GuidelineVersion | None = None) -> GuidelineVersion:
    """The version this item is read under; the first reading takes the one in force. Raises NotFound without one.

    `in_force`: where this transaction has asked for it already. The caller opens a task and records it with the
    version's digest.
    """
    if item.guideline_version_id is None:
        # Two readers may open at once while a version is published: the second waits, and keeps what the first took.
        lock(session, item)
    if item.guideline_version_id is not None:
        return get_guideline(session, item.guideline_version_id)
    guideline = in_force or current_guideline(session, item.project_id, item.modality)
    item.guideline_version_id = guideline.id
    return guideline


def move_item(session: Session, actor: Actor, item: Item, guideline: GuidelineVersion, *, at: int) -> bool:
    """Let an item go on under another version; False when it has that one already.

    Answers given keep theirs; whoever goes on accepts the new version first. Raises Forbidden, Invalid (another
    project's or modality's guideline) or Conflict (nobody has begun, or it is settled).
    """
    policy.require(session, actor, policy.Action.MOVE_GUIDELINE, project_subject(item.project_id), at=at)
    item = get_item(session, item.id, lock=True)
    if (guideline.project_id, guideline.modality) != (item.project_id, item.modality):
        raise Invalid("guideline", "this guideline is not for this item")
    before = item.guideline_version_id
    if before is None:
        raise Conflict("not-begun", "nobody has begun with this item: it takes the version then in force")
    if item.state not in _IN_REVIEW:
        raise Conflict("state", "the item is settled: it keeps its guideline", details={"state": item.state})
    if before == guideline.id:
        return False
    item.guideline_version_id, item.guideline_before_id, item.guideline_moved_at = guideline.id, before, at
    under_way = select(Assignment).where(Assignment.item_id == item.id, Assignment.state == AssignmentState.OPEN)
    for task in session.scalars(under_way):
        task.guideline_version_id = guideline.id
    record(
        session,
        Tag.ITEM_GUIDELINE_MOVED,
        stream=streams.item(item.id),
        actor=actor,
        subject=Subject("item", item.id),
        data={"item": item.id, "from": before, "to": guideline.id, "guideline_sha256": guideline.body_sha256},
        project_id=item.project_id,
        at=at,
    )
    return True


def move_items(session: Session, actor: Actor, guideline: GuidelineVersion, *, at: int) -> int:
    """Let everything in review under other versions go on under this one; returns how many items."""
    subject = project_subject(guideline.project_id)
    policy.require(session, actor, policy.Action.MOVE_GUIDELINE, subject, at=at)
    items = session.scalars(select(Item).where(*_elsewhere(guideline)).order_by(Item.id)).all()
    return sum(move_item(session, actor, item, guideline, at=at) for item in items)


def list_elsewhere(session: Session, guideline: GuidelineVersion, limit: int = 200) -> list[tuple[Item, str]]:
    """Items in review under another version of this guideline, each with that version's number."""
    rows = session.execute(
        select(Item, GuidelineVersion.version)
        .join(GuidelineVersion, GuidelineVersion.id == Item.guideline_version_id)
        .where(*_elsewhere(guideline))
        .order_by(Item.id)
        .limit(limit)
    )
    return [(item, version) for item, version in rows]


def count_elsewhere(session: Session, guideline: GuidelineVersion) -> int:
    """How many items in review keep another version."""
    return session.scalar(select(func.count()).select_from(Item).where(*_elsewhere(guideline))) or 0


def _elsewhere(guideline: GuidelineVersion) -> tuple:
    return (
        Item.project_id == guideline.project_id,
        Item.modality == guideline.modality,
        Item.state.in_(_IN_REVIEW),
        Item.guideline_version_id.is_not(None),
        Item.guideline_version_id != guideline.id,
        ~is_copy(Item.id),
    )


@dataclass(frozen=True)
class Kept:
    """What a page says of a task's guideline: the version, the one in force, and from which it was moved when."""

    guideline: GuidelineVersion
    #: whether the task's person accepted it
    acknowledged: bool
    #: the version in force, where it is another
    in_force: str | None = None
    moved_from: str | None = None
    moved_at: int | None = None


def kept_guideline(session: Session, item: Item, assignment: Assignment) -> Kept:
    """The version a task is done under: its own once opened, the item's before, else the one in force."""
    version_id = assignment.guideline_version_id or item.guideline_version_id
    if version_id is None:
        guideline = current_guideline(session, item.project_id, item.modality)
    else:
        guideline = get_guideline(session, version_id)
    standing = standing_of(session, guideline, assignment.person_id)
    in_force = standing.in_force if standing.in_force_id != guideline.id else None
    if item.guideline_before_id is None or item.guideline_version_id != guideline.id:
        return Kept(guideline, standing.accepted, in_force)
    before = get_guideline(session, item.guideline_before_id)
    return Kept(guideline, standing.accepted, in_force, before.version, item.guideline_moved_at)
