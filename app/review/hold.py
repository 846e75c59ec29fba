"""Holds: rows that keep an item from being worked on, opened and closed by events."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, Select, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts import policy
from app.accounts.actor import AnyActor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import RECORD, Base, Session
from app.core.errors import Conflict, NotFound
from app.review.copies import copies_of, is_copy


class HeldItem(Protocol):
    """What a hold needs to know of an item (items know of holds, not the other way round)."""

    id: Any
    project_id: Any


class HoldKind(StrEnum):
    """Why an item is held."""

    QUESTION = "question"
    PHI = "phi"
    QUARANTINE = "quarantine"
    REMOVAL = "removal"


#: kinds of hold under which the text itself is not shown
HIDING = (HoldKind.PHI, HoldKind.QUARANTINE)
#: kinds of hold that a privacy officer decides on, and nobody else
OF_PRIVACY = (*HIDING, HoldKind.REMOVAL)


class Hold(Base):
    """One reason an item is not available, from opening to closing."""

    __tablename__ = "hold"
    __table_args__ = (
        CheckConstraint("kind IN ('question','phi','quarantine','removal')", name="kind_known"),
        CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name="closed_by_somebody"),
        Index("ix_hold_item_id_closed_at", "item_id", "closed_at"),
        {"info": {"kind": RECORD, "tags": (Tag.HOLD_OPENED, Tag.HOLD_CLOSED, Tag.PHI_REPORTED, Tag.REMOVAL_REPORTED)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    kind: Mapped[str] = mapped_column(Text)
    opened_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    opened_at: Mapped[int]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    closed_at: Mapped[int | None]
    #: the hold by which the version of the text before was held for the same report: it counts once
    carried_from_id: Mapped[int | None] = mapped_column(index=True)


class HoldPlace(Base):
    """A place in the text, half-open in code points, for which an item is held."""

    __tablename__ = "hold_place"
    __table_args__ = (
        CheckConstraint("start >= 0 AND stop > start", name="in_order"),
        {"info": {"kind": RECORD, "tags": (Tag.HOLD_OPENED,), "append_only": True}},
    )

    hold_id: Mapped[int] = mapped_column(ForeignKey("hold.id"), primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    start: Mapped[int]
    stop: Mapped[int]


def open_hold(
    session: Session,
    actor: AnyActor,
    item_id: int,
    project_id: int,
    kind: HoldKind,
    *,
    carried_from: Hold | None = None,
    at: int,
) -> Hold:
    """Hold an item back at once; its state does not change. One carried along is still its first reporter's."""
    hold = Hold(
        item_id=item_id,
        project_id=project_id,
        kind=kind,
        opened_by=carried_from.opened_by if carried_from else actor.id,
        opened_at=at,
        closed_by=None,
        closed_at=None,
        carried_from_id=carried_from.id if carried_from else None,
    )
    session.add(hold)
    session.flush()
    _record(session, Tag.HOLD_OPENED, actor, hold, at=at)
    if kind in OF_PRIVACY:
        # What is wrong with a text is wrong wherever it is shown.
        for copy in copies_of(session, item_id):
            open_hold(session, actor, copy.item_id, project_id, kind, carried_from=hold, at=at)
    return hold


def keep_places(session: Session, hold: Hold, fragments: Sequence[Sequence[int]]) -> None:
    """Keep what a hold is about."""
    for position, (start, stop) in enumerate(fragments):
        session.add(HoldPlace(hold_id=hold.id, position=position, start=start, stop=stop))


def places_of(session: Session, hold: Hold) -> list[tuple[int, int]]:
    """The places a hold is about, in the order they were named."""
    rows = select(HoldPlace).where(HoldPlace.hold_id == hold.id).order_by(HoldPlace.position)
    return [(row.start, row.stop) for row in session.scalars(rows)]


def places_held_before(session: Session, item_id: int, kind: HoldKind) -> set[tuple[int, int]]:
    """Every place for which an item was ever held in this way."""
    held = select(HoldPlace).join(Hold, Hold.id == HoldPlace.hold_id)
    rows = session.scalars(held.where(Hold.item_id == item_id, Hold.kind == kind))
    return {(row.start, row.stop) for row in rows}


def close_hold(session: Session, actor: AnyActor, hold: Hold, *, at: int) -> None:
    """Let the item go on. Raises Forbidden, or Conflict when the hold was closed already."""
    # Whether an identifier stands in a text is for a privacy officer to say, not for whoever waits for it.
    action = policy.Action.DECIDE_QUARANTINE if hold.kind in OF_PRIVACY else policy.Action.CLOSE_HOLD
    policy.require(session, actor, action, _subject_of(hold), at=at)
    if hold.closed_at is not None:
        raise Conflict("hold-closed", "this hold was closed already")
    _close(session, actor, hold, at=at)
    copies = Hold.item_id.in_([copy.item_id for copy in copies_of(session, hold.item_id)])
    for carried in session.scalars(select(Hold).where(copies, Hold.carried_from_id == hold.id)):
        _close(session, actor, carried, at=at)


def _close(session: Session, actor: AnyActor, hold: Hold, *, at: int) -> None:
    hold.closed_by, hold.closed_at = actor.id, at
    _record(session, Tag.HOLD_CLOSED, actor, hold, at=at)


def _subject_of(hold: Hold) -> policy.PolicySubject:
    """The held item as the policy sees it: who reads it learns nothing of why it is held."""
    return policy.PolicySubject("item", hold.item_id, project_id=hold.project_id)


def lift_hold(session: Session, actor: AnyActor, hold: Hold, *, at: int) -> None:
    """Let an item be seen again after somebody looked into why it was held. Raises Forbidden or Conflict.

    A question's hold ends with its answer and with nothing else.
    """
    policy.require(session, actor, policy.Action.CLOSE_HOLD, _subject_of(hold), at=at)
    if hold.kind == HoldKind.QUESTION:
        raise Conflict("unanswered", "this hold ends when its question is answered")
    close_hold(session, actor, hold, at=at)


def open_holds(session: Session, item_id: int) -> list[Hold]:
    """Holds that are open, oldest first."""
    query = select(Hold).where(Hold.item_id == item_id, Hold.closed_at.is_(None))
    return list(session.scalars(query.order_by(Hold.id)))


def require_visible(session: Session, item_id: int) -> None:
    """Raises Conflict when nobody may see the text now: an identifier was reported in it."""
    if any(hold.kind in HIDING for hold in open_holds(session, item_id)):
        raise Conflict("hidden", "the text is hidden until a privacy officer has looked at it")


def get_hold(session: Session, hold_id: int) -> Hold:
    """Raises NotFound."""
    hold = session.get(Hold, hold_id)
    if hold is None:
        raise NotFound("hold", f"there is no hold {hold_id}")
    return hold


def list_open_holds(session: Session, project_id: int, limit: int = 200) -> list[Hold]:
    """What is held back in a project now, oldest first."""
    return list(
        session.scalars(
            select(Hold)
            .where(Hold.project_id == project_id, Hold.closed_at.is_(None), ~_mirrored())
            .order_by(Hold.id)
            .limit(limit)
        )
    )


def _mirrored() -> ColumnElement[bool]:
    """The hold of a copy that goes with the one of its original: decided on there."""
    return Hold.carried_from_id.is_not(None) & is_copy(Hold.item_id)


def held_by_others(person_id: int) -> Select[int]:
    """Ids of the items that something holds back which this person did not open."""
    foreign = (Hold.opened_by.is_(None)) | (Hold.opened_by != person_id)
    return select(Hold.item_id).where(Hold.closed_at.is_(None), foreign)


def kept_from(person_id: int) -> Select[int]:
    """Ids of items this person cannot go on with now: what others hold, and what the privacy office decides on."""
    waits = Hold.opened_by.is_(None) | (Hold.opened_by != person_id) | Hold.kind.in_(OF_PRIVACY)
    return select(Hold.item_id).where(Hold.closed_at.is_(None), waits)


def require_not_held_by_others(session: Session, item_id: int, person_id: int) -> None:
    """Raises Conflict, in the words of `require_no_hold`, when somebody else's hold is open: a blind reader is shown
    nothing then, since a text that is shown would say that no identifier is the cause."""
    if session.scalar(held_by_others(person_id).where(Hold.item_id == item_id).limit(1)) is not None:
        raise _held()


def _held() -> Conflict:
    return Conflict("held", "the item is held back for now; what you have done is kept")


def is_held(item_id: Any) -> ColumnElement[bool]:
    """Whether any hold is open on the item: for queries that read the item itself."""
    return select(Hold.id).where(Hold.item_id == item_id, Hold.closed_at.is_(None)).exists()


def require_no_hold(session: Session, item_id: int) -> None:
    """Raises Conflict when the item is held.

    The refusal is the same whatever the cause: a blind reader must not learn that the other one asked (INV-3).
    """
    if open_holds(session, item_id):
        raise _held()


def _record(session: Session, tag: Tag, actor: AnyActor, hold: Hold, *, at: int) -> None:
    record(
        session,
        tag,
        stream=streams.item(hold.item_id),
        actor=actor,
        subject=Subject("hold", hold.id),
        data={"item": hold.item_id, "kind": hold.kind},
        project_id=hold.project_id,
        at=at,
    )
