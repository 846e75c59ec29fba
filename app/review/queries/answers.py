"""Answers as the offices above review read them: what was settled, released or read first, whoever asks.

What one person may see of an item is decided in the package itself; nothing here is for a page.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, func, select

from app.core.db import Session
from app.review.copies import is_copy
from app.review.item import Item
from app.review.settled import AnswerOfItem, settled_answers
from app.review.states import ItemState
from app.review.submission import (
    Recall,
    Submission,
    SubmissionBody,
    SubmissionKind,
    latest_of,
    payload_of,
    payloads_among,
    settled_answer,
)

__all__ = [
    "READ",
    "AnswerOfItem",
    "Submission",
    "SubmissionKind",
    "latest_of",
    "payload_of",
    "payloads_among",
    "readings_among",
    "readings_kept",
    "settled_among",
    "settled_answer",
    "settled_answers",
    "standing_readings",
]

#: every reader has answered, and nobody is asked to read it again: what was said may be known (INV-3)
READ = (
    ItemState.SUBMITTED,
    ItemState.AGREED,
    ItemState.DISAGREED,
    ItemState.ADJUDICATION,
    ItemState.ESCALATED,
    ItemState.VERIFICATION,
    ItemState.PASSED_BY_SAMPLING,
    ItemState.VERIFIED,
    ItemState.SIGNED,
    ItemState.RELEASED,
)


def settled_among(session: Session, item_ids: Sequence[int]) -> dict[int, Submission]:
    """Item → its settled answer, the newest, for those of these items that have one."""
    own = (Submission.item_id.in_(item_ids), Submission.kind == SubmissionKind.SETTLED)
    newest = select(func.max(Submission.id)).where(*own).group_by(Submission.item_id)
    return {row.item_id: row for row in session.scalars(select(Submission).where(Submission.id.in_(newest)))}


def readings_among(session: Session, item_ids: Sequence[int]) -> dict[int, list[int]]:
    """Item → the standing readings of its newest round, for those of these items that have any."""
    rounds = select(func.max(Submission.round_id)).where(Submission.item_id.in_(item_ids)).group_by(Submission.item_id)
    newest = (
        select(func.max(Submission.id))
        .where(Submission.round_id.in_(rounds), Submission.kind == SubmissionKind.READING)
        .where(Submission.id.not_in(select(Recall.submission_id)))
        .group_by(Submission.assignment_id)
    )
    found: dict[int, list[int]] = {}
    for item, answer in session.execute(select(Submission.item_id, Submission.id).where(Submission.id.in_(newest))):
        found.setdefault(item, []).append(answer)
    return found


def readings_kept(session: Session, project_id: int) -> list[Submission]:
    """Every reading of a project whose body still exists, in the order they were frozen."""
    query = (
        select(Submission)
        .join(Item, Item.id == Submission.item_id)
        .join(SubmissionBody, SubmissionBody.submission_id == Submission.id)
        .where(Item.project_id == project_id, Submission.kind == SubmissionKind.READING)
        .where(~is_copy(Item.id))
        .order_by(Submission.id)
    )
    return list(session.scalars(query))


def standing_readings(project_id: int) -> Select[int]:
    """Ids of readings nobody took back, of items on which no reader is at work: counting them unblinds nobody."""
    return (
        select(Submission.id)
        .join(Item, Item.id == Submission.item_id)
        .where(
            Item.project_id == project_id,
            Item.state != ItemState.IN_ANNOTATION,
            Submission.id.not_in(select(Recall.submission_id)),
        )
    )
