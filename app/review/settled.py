"""The newest settled answer of each item, kept as answers are frozen, so that nobody looks for it among all answers."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import ForeignKey, delete, func, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from app.agreement.judgements import Payload
from app.core.db import PROJECTION, Base, Session
from app.review.item import Item
from app.review.states import ItemState
from app.review.submission import Submission, SubmissionBody, SubmissionKind


class SettledAnswer(Base):
    """Which answer is an item's. The row goes with the answer's body."""

    __tablename__ = "settled_answer"
    __table_args__ = ({"info": {"kind": PROJECTION}},)

    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True, autoincrement=False)
    submission_id: Mapped[int] = mapped_column(
        ForeignKey("submission_body.submission_id", ondelete="CASCADE"), index=True
    )
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)


class SettledAnswers:
    """Keeps `settled_answer` in step with settled answers; only who settles an item writes its row."""

    key = "settled_answer"

    def frozen(self, session: Session, item: Item, submission: Submission, payload: Payload) -> None:
        if submission.kind != SubmissionKind.SETTLED:
            return
        session.flush()  # the body's row must be there before what refers to it
        session.execute(delete(SettledAnswer).where(SettledAnswer.item_id == item.id))
        values = {"item_id": item.id, "submission_id": submission.id, "project_id": item.project_id}
        session.execute(insert(SettledAnswer).values(**values))


class AnswerOfItem(NamedTuple):
    """An item and the submission that is its settled answer."""

    item_id: int
    submission_id: int


def settled_answers(session: Session, project_id: int) -> list[AnswerOfItem]:
    """The newest settled answer of each item of a project that was not withdrawn, whose body still exists, by item."""
    rows = session.execute(
        select(SettledAnswer.item_id, SettledAnswer.submission_id)
        .join(Item, Item.id == SettledAnswer.item_id)
        # Said of both: the database then reads the items of this project and not of all.
        .where(SettledAnswer.project_id == project_id, Item.project_id == project_id)
        .where(Item.state != ItemState.WITHDRAWN)
        .order_by(SettledAnswer.item_id)
    )
    return [AnswerOfItem(*row) for row in rows]


def rebuild(session: Session, project_id: int) -> int:
    """Make a project's rows anew from its submissions; says how many there are."""
    session.execute(delete(SettledAnswer).where(SettledAnswer.project_id == project_id))
    newest = (
        select(Item.id, func.max(Submission.id).label("newest"), Item.project_id)
        .join(Submission, Submission.item_id == Item.id)
        .where(Item.project_id == project_id, Submission.kind == SubmissionKind.SETTLED)
        .group_by(Item.id)
        .subquery()
    )
    kept = select(newest).join(SubmissionBody, SubmissionBody.submission_id == newest.c.newest)
    session.execute(insert(SettledAnswer).from_select(["item_id", "submission_id", "project_id"], kept))
    own = select(func.count()).select_from(SettledAnswer).where(SettledAnswer.project_id == project_id)
    return session.scalar(own) or 0
