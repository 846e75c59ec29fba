"""Answers to copies, and when somebody answered at all, as calibration and seeded gold take them; never for a page."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from app.core.db import Session
from app.review.assignment import Assignment
from app.review.copies import ItemCopy
from app.review.item import Item
from app.review.states import AssignmentState
from app.review.submission import Submission


def answers_of_copies(session: Session, project_id: int, known: Any) -> list[Submission]:
    """Answers to silent copies that stand, oldest first; `known`: a column of the ids of those that are left out."""
    there = select(known).where(known == Submission.id).exists()
    query = (
        select(Submission)
        .join(ItemCopy, ItemCopy.item_id == Submission.item_id)
        .join(Assignment, Assignment.id == Submission.assignment_id)
        .where(ItemCopy.project_id == project_id, Assignment.state == AssignmentState.SUBMITTED, ~there)
        .where(ItemCopy.twin_item_id.is_not(None))
    )
    return list(session.scalars(query.order_by(Submission.id)))


def last_copied_at(session: Session, project_id: int) -> int | None:
    """When the newest answer to a copy was frozen."""
    newest = select(Submission.frozen_at).join(ItemCopy, ItemCopy.item_id == Submission.item_id)
    return session.scalar(newest.where(ItemCopy.project_id == project_id).order_by(Submission.id.desc()).limit(1))


def gaps_since(session: Session, project_id: int, person_id: int, since: int) -> tuple[int, int]:
    """The longest time between two answers of a person after a moment, in ms, and when the last was given."""
    own = (Item.project_id == project_id, Submission.person_id == person_id, Submission.frozen_at > since)
    before = func.lag(Submission.frozen_at, 1, since).over(order_by=Submission.frozen_at)
    gaps = select((Submission.frozen_at - before).label("gap"), Submission.frozen_at)
    rows = gaps.join(Item, Item.id == Submission.item_id).where(*own).subquery()
    longest, last = session.execute(select(func.max(rows.c.gap), func.max(rows.c.frozen_at))).one()
    return longest or 0, last or since
