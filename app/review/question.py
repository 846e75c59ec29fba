"""Questions about the guideline: asked on an item, answered on the record, never in a side chat."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts import policy
from app.accounts.actor import Actor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import RECORD, Base, Session, get_locked
from app.core.digest import new_salt
from app.core.errors import Conflict, Forbidden, NotFound
from app.corpus.free_text import require_free_text
from app.corpus.project import project_subject
from app.review.assignment import Assignment, subject_of
from app.review.hold import HoldKind, close_hold, open_hold, open_holds
from app.review.relations import has_worked_on
from app.review.workflows import Step


class QuestionState(StrEnum):
    """Where a question stands."""

    OPEN = "open"
    ANSWERED = "answered"


class Question(Base):
    """One question. Its text is shown without its author while readers are blind (domain D.7)."""

    __tablename__ = "question"
    __table_args__ = (
        CheckConstraint("state IN ('open','answered')", name="state_known"),
        CheckConstraint("(state = 'answered') = (answered_at IS NOT NULL)", name="answered_dated"),
        Index("ix_question_project_state", "project_id", "state", "id"),
        {"info": {"kind": RECORD, "tags": (Tag.QUESTION_ASKED, Tag.QUESTION_ANSWERED, Tag.SUBJECT_ERASED)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    asked_by: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    element_id: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    blocking: Mapped[bool]
    state: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[int]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    answered_at: Mapped[int | None]
    #: for the digest of this row in the log: what was asked cannot be guessed from it
    salt: Mapped[bytes | None] = mapped_column(LargeBinary, default=new_salt)


def ask(
    session: Session,
    actor: Actor,
    assignment: Assignment,
    body: str,
    *,
    element_id: str = "",
    blocking: bool = False,
    at: int,
) -> Question:
    """Ask about an item one is working on; a blocking question holds the item back.

    Raises Forbidden or Invalid (empty, too long, or identifiers in the text).
    """
    policy.require(session, actor, policy.Action.ASK_QUESTION, project_subject(assignment.project_id), at=at)
    policy.require(session, actor, policy.Action.READ_OWN_WORK, subject_of(assignment), at=at)
    require_free_text(body, "question")
    question = Question(
        project_id=assignment.project_id,
        item_id=assignment.item_id,
        assignment_id=assignment.id,
        asked_by=actor.id,
        element_id=element_id,
        body=body,
        blocking=blocking,
        state=QuestionState.OPEN,
        answer="",
        asked_at=at,
        answered_by=None,
        answered_at=None,
    )
    session.add(question)
    session.flush()
    # On the asker's own stream: a co-reader must not learn of it from the item's.
    _record(session, Tag.QUESTION_ASKED, actor, question, question.body, at=at)
    if blocking:
        open_hold(session, actor, assignment.item_id, assignment.project_id, HoldKind.QUESTION, at=at)
    return question


def answer(session: Session, actor: Actor, question: Question, text: str, *, at: int) -> None:
    """Answer on the record; a blocking question's hold ends with its answer."""
    policy.require(session, actor, policy.Action.ANSWER_QUESTION, project_subject(question.project_id), at=at)
    if has_worked_on(session, actor.id, question.item_id):
        raise Forbidden("own-work", "you read this item: somebody else answers questions about it")
    question = get_question(session, question.id, lock=True)
    if question.state != QuestionState.OPEN:
        raise Conflict("answered", "this question is answered already")
    require_free_text(text, "answer")
    question.state, question.answer = QuestionState.ANSWERED, text
    question.answered_by, question.answered_at = actor.id, at
    question.salt = question.salt or new_salt()  # rows from before had none
    _record(session, Tag.QUESTION_ANSWERED, actor, question, text, at=at)
    if question.blocking:
        # Each blocking question opened one hold; another question of the same person keeps its own.
        asked = (HoldKind.QUESTION, question.asked_by)
        held = (h for h in open_holds(session, question.item_id) if (h.kind, h.opened_by) == asked)
        if hold := next(held, None):
            close_hold(session, actor, hold, at=at)


def _record(session: Session, tag: Tag, actor: Actor, question: Question, text: str, *, at: int) -> None:
    record(
        session,
        tag,
        stream=streams.assignment(question.assignment_id),
        actor=actor,
        subject=Subject("question", question.id),
        data={"item": question.item_id, "blocking": question.blocking, "characters": len(text)},
        project_id=question.project_id,
        at=at,
    )


def get_question(session: Session, question_id: int, *, lock: bool = False) -> Question:
    """Raises NotFound."""
    question = get_locked(session, Question, question_id) if lock else session.get(Question, question_id)
    if question is None:
        raise NotFound("question", f"there is no question {question_id}")
    return question


def list_questions(
    session: Session,
    project_id: int,
    *,
    asked_by: int | None = None,
    unread_by: int | None = None,
    state: str | None = None,
) -> list[Question]:
    """A project's questions, or one person's, newest first.

    `unread_by` leaves out items of which this person holds a reading: whoever answers may also
    read, and must not learn what troubles the other reader (INV-3).
    """
    query = select(Question).where(Question.project_id == project_id)
    if unread_by is not None:
        reading = (Assignment.person_id == unread_by, Assignment.step == Step.ANNOTATE)
        query = query.where(Question.item_id.not_in(select(Assignment.item_id).where(*reading)))
    if asked_by is not None:
        query = query.where(Question.asked_by == asked_by)
    if state is not None:
        query = query.where(Question.state == state)
    return list(session.scalars(query.order_by(Question.id.desc()).limit(200)))


def list_own_questions(session: Session, person_id: int) -> list[Question]:
    """What a person asked, in all projects, newest first."""
    query = select(Question).where(Question.asked_by == person_id)
    return list(session.scalars(query.order_by(Question.id.desc()).limit(200)))
