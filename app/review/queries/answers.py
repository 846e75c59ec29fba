"""Answers as the offices above review read them: what was settled, released or read first, whoever asks.

What one person may see of an item is decided in the package itself; nothing here is for a page.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Select, select

from app.core.db import Session
from app.review.item import Item
from app.review.settled import AnswerOfItem, settled_answers
from app.review.states import ItemState
from app.review.submission import (
    Recall,
    Submission,
    SubmissionBody,
    SubmissionKind,
    payload_of,
    settled_answer,
)

__all__ = [
    "AnswerOfItem",
    "Submission",
    "SubmissionKind",
    "answers_among",
    "payload_of",
    "readings_kept",
    "settled_answer",
    "settled_answers",
    "standing_readings",
]


_PAGE = 200


def answers_among(session: Session, submission_ids: Select[int]) -> Iterator[tuple[Item, Submission]]:
    """Items and answers of these submissions, one an item, by item id; read page by page, never held whole."""
    query = select(Item, Submission).join(Submission, Submission.item_id == Item.id)
    query = query.where(Submission.id.in_(submission_ids)).order_by(Item.id).limit(_PAGE)
    after = 0
    while page := session.execute(query.where(Item.id > after)).all():
        for item, submission in page:
            after = item.id
            yield item, submission


def readings_kept(session: Session, project_id: int) -> list[Submission]:
    """Every reading of a project whose body still exists, in the order they were frozen."""
    query = (
        select(Submission)
        .join(Item, Item.id == Submission.item_id)
        .join(SubmissionBody, SubmissionBody.submission_id == Submission.id)
        .where(Item.project_id == project_id, Submission.kind == SubmissionKind.READING)
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
