"""Care of questions: who owns one until when, the interim ruling all readers see, and what closed it (domain D.7)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts import policy
from app.accounts.actor import Actor, ProjectRole
from app.accounts.loading import load_actor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.clock import DAY
from app.core.db import RECORD, Base, Session
from app.core.digest import new_salt
from app.core.errors import Conflict, Forbidden, Invalid
from app.corpus.free_text import require_free_text
from app.corpus.project import project_subject
from app.guidelines.version import GuidelineVersion, get_guideline
from app.review.question import Question, get_question
from app.review.relations import has_worked_on

#: by when a question is closed where nobody said otherwise
TERM = 5 * DAY
_OWNERS = frozenset({ProjectRole.MANAGER, ProjectRole.ADJUDICATOR})


class QuestionOwner(Base):
    """Who answers for a question, and by when; the newest row counts."""

    __tablename__ = "question_owner"
    __table_args__ = ({"info": {"kind": RECORD, "tags": (Tag.QUESTION_OWNED,), "append_only": True}},)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    due_at: Mapped[int]
    at: Mapped[int]


class InterimRuling(Base):
    """What holds for everybody until the guideline says it; shown without the question, its item or its author."""

    __tablename__ = "interim_ruling"
    __table_args__ = ({"info": {"kind": RECORD, "tags": (Tag.INTERIM_RULED,), "append_only": True}},)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), index=True)
    #: the label it is about, as its schema names it; empty: none in particular
    label: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    ruled_by: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[int]
    #: for the digest of this row in the log
    salt: Mapped[bytes | None] = mapped_column(LargeBinary, default=new_salt)


class QuestionClosing(Base):
    """What ended a question: a version that says it, or a recorded decision that nothing changes."""

    __tablename__ = "question_closing"
    __table_args__ = (
        CheckConstraint("(guideline_version_id is null) = (because <> '')", name="version_or_reason"),
        {"info": {"kind": RECORD, "tags": (Tag.QUESTION_CLOSED,), "append_only": True}},
    )

    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), primary_key=True, autoincrement=False)
    guideline_version_id: Mapped[int | None] = mapped_column(ForeignKey("guideline_version.id"), index=True)
    because: Mapped[str] = mapped_column(Text)
    closed_by: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[int]
    salt: Mapped[bytes | None] = mapped_column(LargeBinary, default=new_salt)


def own_question(session: Session, actor: Actor, question: Question, person_id: int, due_at: int, *, at: int) -> None:
    """Say who answers for a question and by when. Raises Forbidden, Conflict, Invalid."""
    _require(session, actor, question, at=at)
    owner = load_actor(session, person_id, at=at)
    if not owner.roles_in(question.project_id) & _OWNERS:
        raise Invalid("owner", "a question is owned by a lead or an adjudicator of the project")
    if has_worked_on(session, person_id, question.item_id):
        raise Invalid("owner", "whoever read the item does not own a question about it")
    if due_at <= at:
        raise Invalid("due", "a day to come")
    session.add(QuestionOwner(question_id=question.id, person_id=person_id, due_at=due_at, at=at))
    _say(session, actor, question, Tag.QUESTION_OWNED, {"owner": person_id, "due_at": due_at}, at=at)


def rule_for_now(
    session: Session, actor: Actor, question: Question, body: str, *, label: str = "", at: int
) -> InterimRuling:
    """Rule until the guideline says it; everybody in the project reads it. Raises Forbidden, Conflict, Invalid."""
    _require(session, actor, question, at=at)
    require_free_text(body, "ruling")
    if len(label) > 100:
        raise Invalid("label", "a label is at most 100 characters")
    row = InterimRuling(
        project_id=question.project_id,
        question_id=question.id,
        label=label.strip(),
        body=body,
        ruled_by=actor.id,
        at=at,
    )
    session.add(row)
    session.flush()
    _say(session, actor, question, Tag.INTERIM_RULED, {"ruling": row.id, "label": row.label}, at=at)
    return row


def close_question(
    session: Session, actor: Actor, question: Question, *, guideline_id: int | None = None, because: str = "", at: int
) -> None:
    """Close it by a version that says it, or by a recorded no-change with its reason (a T3's word, domain D.7).

    Raises Forbidden, Conflict (closed), Invalid (neither, both, an older version).
    """
    _require(session, actor, question, at=at)
    if (guideline_id is None) == (not because.strip()):
        raise Invalid("closing", "name the version that says it, or why nothing changes")
    if guideline_id is not None:
        _require_answers(get_guideline(session, guideline_id), question)
    else:
        subject = project_subject(question.project_id)
        policy.require(session, actor, policy.Action.LEAVE_GUIDELINE, subject, at=at)
        require_free_text(because, "reason")
    session.add(
        QuestionClosing(
            question_id=question.id,
            guideline_version_id=guideline_id,
            because=because.strip(),
            closed_by=actor.id,
            at=at,
        )
    )
    data = {"guideline_version": guideline_id, "change": guideline_id is not None}
    _say(session, actor, question, Tag.QUESTION_CLOSED, data, at=at)


def _require_answers(guideline: GuidelineVersion, question: Question) -> None:
    if guideline.project_id != question.project_id or guideline.published_at < question.asked_at:
        raise Invalid("closing", "the version that says it is one of this project, published after the question")


@dataclass(frozen=True)
class Care:
    """How a question is looked after."""

    owner_id: int | None = None
    due_at: int | None = None
    closing: QuestionClosing | None = None
    rulings: tuple[InterimRuling, ...] = ()

    def is_late(self, at: int) -> bool:
        return self.closing is None and self.due_at is not None and self.due_at <= at


def care_of(session: Session, questions: Collection[Question]) -> dict[int, Care]:
    """Question → owner, due time, rulings and closing; without an owner it is due five days after it was asked."""
    ids = [question.id for question in questions]
    owners = session.scalars(select(QuestionOwner).where(QuestionOwner.question_id.in_(ids)).order_by(QuestionOwner.id))
    owned = {row.question_id: row for row in owners}
    closings = session.scalars(select(QuestionClosing).where(QuestionClosing.question_id.in_(ids)))
    closed = {row.question_id: row for row in closings}
    rulings: dict[int, list[InterimRuling]] = {}
    query = select(InterimRuling).where(InterimRuling.question_id.in_(ids)).order_by(InterimRuling.id)
    for row in session.scalars(query):
        rulings.setdefault(row.question_id, []).append(row)
    return {
        one.id: Care(
            owned[one.id].person_id if one.id in owned else None,
            owned[one.id].due_at if one.id in owned else one.asked_at + TERM,
            closed.get(one.id),
            tuple(rulings.get(one.id, ())),
        )
        for one in questions
    }


def rulings_in_force(session: Session, project_id: int, *, label: str | None = None) -> list[InterimRuling]:
    """Interim rulings of questions that are not closed yet, newest first: what everybody goes by meanwhile."""
    closed = select(QuestionClosing.question_id)
    query = select(InterimRuling).where(
        InterimRuling.project_id == project_id, InterimRuling.question_id.not_in(closed)
    )
    if label is not None:
        query = query.where(InterimRuling.label == label)
    return list(session.scalars(query.order_by(InterimRuling.id.desc())))


def _require(session: Session, actor: Actor, question: Question, *, at: int) -> None:
    policy.require(session, actor, policy.Action.ANSWER_QUESTION, project_subject(question.project_id), at=at)
    if has_worked_on(session, actor.id, question.item_id):
        raise Forbidden("own-work", "you read this item: somebody else answers questions about it")
    get_question(session, question.id, lock=True)
    if session.get(QuestionClosing, question.id) is not None:
        raise Conflict("question-closed", "this question is closed")


def _say(session: Session, actor: Actor, question: Question, tag: Tag, data: dict, *, at: int) -> None:
    record(
        session,
        tag,
        stream=streams.assignment(question.assignment_id),
        actor=actor,
        subject=Subject("question", question.id),
        data={"item": question.item_id} | data,
        project_id=question.project_id,
        at=at,
    )
