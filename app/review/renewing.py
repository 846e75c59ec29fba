"""A text that was corrected: its item ends, and a new one goes on with the same readers. Nothing stored is altered."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.accounts.actor import Actor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import Session
from app.core.digest import canonical_json
from app.core.places import TextChange
from app.corpus.document import Document
from app.corpus.schema import LabelSchema
from app.review.assignment import Assignment
from app.review.item import Item, create_item
from app.review.opening import take_out
from app.review.renewal import Renewal
from app.review.round import Round
from app.review.states import AssignmentState
from app.review.workflows import Step

_GOING_ON = (AssignmentState.OFFERED, AssignmentState.OPEN, AssignmentState.SUBMITTED)


@dataclass(frozen=True)
class Renewed:
    """The item that goes on, and the releases that were recalled because they hold the old one."""

    item: Item
    recalled: list[int]


def renew_item(
    session: Session, actor: Actor, item: Item, document: Document, change: TextChange, *, cause: str, at: int
) -> Renewed:
    """Bring a new version of an item's text into review in its place; `change` is from the old text to the new.

    Frozen answers stay with the old item and its text. The readers of its last round read the new text once it may
    be read, each blind, beginning with their own work.
    """
    readings = _readings(session, item)
    recalled = take_out(session, actor, item, cause, at=at)
    schema = session.get(LabelSchema, item.schema_id)
    assert schema is not None  # noqa: S101  (foreign key)
    new = create_item(session, actor, document, schema, complexity=item.complexity, at=at)
    new.guideline_version_id = item.guideline_version_id
    session.add(
        Renewal(
            item_id=new.id,
            from_item_id=item.id,
            cause=cause,
            places_json=canonical_json(change.to_json()),
            readings_json=canonical_json(readings),
            made_at=at,
        )
    )
    record(
        session,
        Tag.ITEM_RENEWED,
        stream=streams.item(new.id),
        actor=actor,
        subject=Subject("item", new.id),
        data={"from": item.id, "cause": cause, "places": change.to_json(), "readings": readings},
        project_id=item.project_id,
        at=at,
    )
    return Renewed(new, recalled)


def _readings(session: Session, item: Item) -> list[int]:
    """The seats of the item's last round that nobody left."""
    last = select(Round.id).where(Round.item_id == item.id).order_by(Round.number.desc()).limit(1).scalar_subquery()
    seats = (Assignment.round_id == last, Assignment.step == Step.ANNOTATE, Assignment.state.in_(_GOING_ON))
    return list(session.scalars(select(Assignment.id).where(*seats).order_by(Assignment.id)))
