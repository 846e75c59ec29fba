"""What a reader is told of where an item stands: of a copy, what would be said of the item given out beside it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from app.core.db import Session
from app.review.assignment import Assignment
from app.review.copies import ItemCopy, copy_of
from app.review.item import Item, get_item
from app.review.round import current_round
from app.review.states import AssignmentState, ItemState
from app.review.workflows import Step

_AT_WORK = (ItemState.READY, ItemState.IN_ANNOTATION, ItemState.WITHDRAWN)


def shown_state(session: Session, item: Item, copy: ItemCopy | None) -> str:
    """The state of an item as its reader may know it. `copy`: how the item is one, if it is."""
    return item.state if copy is None else seeming_state(session, item, copy)


def may_take_back(session: Session, item: Item) -> bool:
    """Whether a reading of an item may still be recalled: until another reader has submitted."""
    return shown_state(session, item, copy_of(session, item.id)) == ItemState.IN_ANNOTATION


def seeming_state(session: Session, item: Item, copy: ItemCopy) -> str:
    """Of a copy: unread as it is; read, where its twin would be had this reader's answer been the twin's."""
    if item.state != ItemState.IN_ANNOTATION or not _readers(session, item.id):
        return item.state
    if copy.twin_item_id is None:
        return ItemState.SUBMITTED
    twin = get_item(session, copy.twin_item_id)
    if twin.state not in _AT_WORK:
        return twin.state
    seats = current_round(session, twin.id).readers
    others = _readers(session, twin.id) - {copy.person_id}
    return ItemState.IN_ANNOTATION if len(others) < seats - 1 else ItemState.VERIFICATION


def _readers(session: Session, item_id: int) -> set[int]:
    """Whose readings of the newest round stand."""
    read = (Assignment.step == Step.ANNOTATE, Assignment.state == AssignmentState.SUBMITTED)
    newest = select(func.max(Assignment.round_id)).where(Assignment.item_id == item_id).scalar_subquery()
    return set(session.scalars(select(Assignment.person_id).where(Assignment.round_id == newest, *read)))


def seems(states: Sequence[str]) -> ColumnElement[bool]:
    """Whether an item is in one of these settled states, or a copy whose twin is: for queries that read the item."""
    twin = aliased(Item)
    copied = select(ItemCopy.item_id).join(twin, twin.id == ItemCopy.twin_item_id)
    return Item.state.in_(states) | copied.where(ItemCopy.item_id == Item.id, twin.state.in_(states)).exists()
