"""Items that a major version of the guideline sends back: those whose answer holds a label it changed (domain D.8)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, select

from app.accounts import policy
from app.accounts.actor import Actor
from app.core.db import Database, Session
from app.core.errors import Conflict, NotFound
from app.corpus.project import project_subject
from app.guidelines.affected import affected_labels
from app.guidelines.version import GuidelineVersion, get_guideline
from app.review import states
from app.review.authority import LABELS_OF_ITEM
from app.review.guideline import move_item
from app.review.item import Item, get_item
from app.review.states import ItemState

#: so many items are looked at in one transaction, so that nobody's save waits long
CHUNK = 50
#: states with an answer that a new meaning puts in doubt, before anything left with a release
ANSWERED = (
    ItemState.AGREED, ItemState.PASSED_BY_SAMPLING, ItemState.VERIFICATION, ItemState.VERIFIED, ItemState.SIGNED,
)  # fmt: skip


@dataclass(frozen=True)
class Impact:
    """What a version means for answers that are there: items to be read again, and released ones it puts in doubt.

    `unknown`: items whose text is hidden now, so that their labels are not known; they are looked at later.
    """

    labels: tuple[str, ...]
    again: tuple[int, ...] = ()
    released: tuple[int, ...] = ()
    unknown: tuple[int, ...] = ()


def impact_of(session: Session, guideline: GuidelineVersion) -> Impact:
    """Exactly the items answered under an earlier version of this guideline whose answer holds an affected label."""
    labels = affected_labels(session, guideline.id)
    if not labels:
        return Impact(())
    sorted_out: dict[str, list[int]] = {"again": [], "released": [], "unknown": []}
    for item in session.scalars(_before(guideline).order_by(Item.id)):
        held = _labels(session, item)
        if held is None:
            sorted_out["unknown"].append(item.id)
        elif held & set(labels):
            sorted_out["released" if item.state == ItemState.RELEASED else "again"].append(item.id)
    return Impact(labels, *(tuple(sorted_out[name]) for name in ("again", "released", "unknown")))


def requeue_affected(database: Database, actor: Actor, guideline_id: int, *, at: int) -> int:
    """Send affected items to a new round under this version; returns how many.

    Each chunk is a transaction of its own; said again it goes on, and does nothing twice. Raises Forbidden, NotFound.
    """
    with database.reading() as session:
        guideline = get_guideline(session, guideline_id)
        subject = project_subject(guideline.project_id)
        policy.require(session, actor, policy.Action.MOVE_GUIDELINE, subject, at=at)
        items = impact_of(session, guideline).again
    done = 0
    for begin in range(0, len(items), CHUNK):

        def unit(session: Session, chunk: tuple[int, ...] = items[begin : begin + CHUNK]) -> int:
            return _send(session, actor, guideline_id, chunk, at=at)

        done += database.writing(unit)
    return done


def _send(session: Session, actor: Actor, guideline_id: int, items: tuple[int, ...], *, at: int) -> int:
    guideline = get_guideline(session, guideline_id)
    policy.require(session, actor, policy.Action.MOVE_GUIDELINE, project_subject(guideline.project_id), at=at)
    labels, sent = set(affected_labels(session, guideline_id)), 0
    for item_id in items:
        item = get_item(session, item_id, lock=True)
        held = _labels(session, item)
        if item.state not in ANSWERED or not held or not held & labels or item.guideline_version_id == guideline_id:
            continue
        data = {"guideline_version": guideline_id, "labels": sorted(held & labels)}
        states.advance(session, actor, item, "sent_to_rereview", data=data, at=at)
        states.advance(session, actor, item, "reopened", data=data, at=at)
        move_item(session, actor, item, guideline, at=at)
        sent += 1
    return sent


def _before(guideline: GuidelineVersion) -> Select[Item]:
    """Items answered under a version of before it."""
    return select(Item).where(
        Item.project_id == guideline.project_id,
        Item.modality == guideline.modality,
        Item.state.in_((*ANSWERED, ItemState.RELEASED)),
        Item.guideline_version_id < guideline.id,
    )


def _labels(session: Session, item: Item) -> frozenset[str] | None:
    try:
        return frozenset().union(*(part.labels(session, item) for part in LABELS_OF_ITEM))
    except (Conflict, NotFound):  # hidden while somebody looks at a reported identifier, or destroyed
        return None
