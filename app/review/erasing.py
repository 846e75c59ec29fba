"""What a patient's erasure destroys of reviews: answers, drafts, own versions of rulings, questions."""

from __future__ import annotations

from sqlalchemy import select

from app.core.db import Session
from app.corpus.document import Document
from app.corpus.erasure import Erasing
from app.review.adjudication import RulingRow
from app.review.assignment import Assignment
from app.review.draft import DraftElement
from app.review.item import Item, get_item
from app.review.opening import take_out
from app.review.question import Question, QuestionState
from app.review.submission import Submission, SubmissionBody


class ReviewWords:
    """Items before a release end; releases that hold one are recalled. Projections go with the answers' bodies."""

    key = "review"

    def erase(self, erasing: Erasing) -> None:
        session = erasing.session
        own = select(Item.id).join(Document, Document.id == Item.document_id)
        for item_id in session.scalars(own.where(Document.subject_id == erasing.patient.id).order_by(Item.id)).all():
            item = get_item(session, item_id, lock=True)
            recalled = take_out(session, erasing.actor, item, "subject-erased", at=erasing.at)
            erasing.releases |= set(recalled)
            erasing.counts["items"] += 1
            _answers(erasing, item.id)
            _questions(erasing, item.id)
            for task_id in session.scalars(select(Assignment.id).where(Assignment.item_id == item.id)).all():
                _drafts(erasing, task_id)
                _rulings(erasing, task_id)


def readers_of(session: Session, patient_id: int) -> set[int]:
    """Whoever had a task on a text of a patient, or asked or answered a question about one."""
    items = select(Item.id).join(Document, Document.id == Item.document_id).where(Document.subject_id == patient_id)
    had = session.scalars(select(Assignment.person_id).where(Assignment.item_id.in_(items)))
    answered = session.scalars(select(Question.answered_by).where(Question.item_id.in_(items)))
    return {person for person in (*had, *answered) if person is not None}


def _answers(erasing: Erasing, item_id: int) -> None:
    query = select(SubmissionBody).join(Submission, Submission.id == SubmissionBody.submission_id)
    for body in erasing.session.scalars(query.where(Submission.item_id == item_id)).all():
        erasing.delete(body, "answers")


def _questions(erasing: Erasing, item_id: int) -> None:
    """An open question ends, so that nobody answers it with words of the text."""
    for question in erasing.session.scalars(select(Question).where(Question.item_id == item_id)).all():
        ended = {} if question.answered_at else {"state": QuestionState.ANSWERED, "answered_at": erasing.at}
        erasing.empty(question, "questions", body="", answer="", salt=None, **ended)


def _drafts(erasing: Erasing, task_id: int) -> None:
    for element in erasing.session.scalars(select(DraftElement).where(DraftElement.assignment_id == task_id)).all():
        erasing.session.delete(element)
        erasing.counts["draft_elements"] += 1


def _rulings(erasing: Erasing, task_id: int) -> None:
    own = (RulingRow.assignment_id == task_id, RulingRow.elements_json != "{}")
    for ruling in erasing.session.scalars(select(RulingRow).where(*own)).all():
        erasing.empty(ruling, "rulings", elements_json="{}", salt=None)
