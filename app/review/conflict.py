"""Conflicts of interest: whose patients a person never reads, settles or signs (a relative, a colleague), and why."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts import policy
from app.accounts.actor import Actor, AnyActor
from app.accounts.person import get_person
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import RECORD, Base, Session, get_locked, unique_where
from app.core.errors import Conflict, Invalid, NotFound
from app.corpus.document import Document
from app.corpus.project import project_subject
from app.review import states
from app.review.assignment import Assignment
from app.review.item import Item
from app.review.states import AssignmentState

_STATED = ("id", "project_id", "person_id", "subject_id", "relationship", "declared_by", "declared_at")


class Relationship(StrEnum):
    """How a person stands to a patient; a fixed list, so that nothing else is told of either."""

    SELF = "self"
    FAMILY = "family"
    COLLEAGUE = "colleague"
    TREATING = "treating"  # treats or treated the patient
    OTHER = "other"


class ConflictOfInterest(Base):
    """A person and a patient (the subject of texts) who are kept apart. Rows never change but for their end."""

    __tablename__ = "conflict_of_interest"
    __table_args__ = (
        CheckConstraint("relationship in ('self','family','colleague','treating','other')", name="relationship_known"),
        CheckConstraint("(ended_at is null) = (ended_because is null)", name="ended_reasoned"),
        unique_where("uq_conflict_in_force", "person_id", "subject_id", where="ended_at is null"),
        {
            "info": {
                "kind": RECORD,
                "guard": {
                    "fixed": _STATED,
                    "once": ("ended_at", "ended_because"),
                },
                "bundle": "whole",
                "tags": (Tag.CONFLICT_DECLARED, Tag.CONFLICT_ENDED),
            }
        },
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"), index=True)
    relationship: Mapped[str] = mapped_column(Text)
    declared_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    declared_at: Mapped[int]
    ended_at: Mapped[int | None]
    ended_because: Mapped[str | None] = mapped_column(Text)


def declare_conflict(
    session: Session, actor: AnyActor, item: Item, person_id: int, relationship: str, *, at: int
) -> ConflictOfInterest:
    """Keep a person from all texts of the item's patient; tasks they have of them are given back.

    People declare their own; whoever leads, anybody's. Saying so twice changes nothing. Raises Forbidden, Invalid.
    """
    if relationship not in set(Relationship):
        raise Invalid("relationship", f"a relationship is one of {', '.join(Relationship)}")
    action = policy.Action.DECLARE_OWN_CONFLICT if actor.id == person_id else policy.Action.KEEP_CONFLICTS
    policy.require(session, actor, action, project_subject(item.project_id), at=at)
    get_person(session, person_id)
    subject_id = session.get_one(Document, item.document_id).subject_id
    present = _in_force(session, person_id, subject_id)
    if present is not None:
        return present
    row = ConflictOfInterest(
        project_id=item.project_id,
        person_id=person_id,
        subject_id=subject_id,
        relationship=relationship,
        declared_by=actor.id,
        declared_at=at,
        ended_at=None,
        ended_because=None,
    )
    session.add(row)
    session.flush()
    _say(session, actor, row, Tag.CONFLICT_DECLARED, {"relationship": relationship}, at=at)
    _give_back(session, actor, row, at=at)
    return row


def end_conflict(
    session: Session, actor: AnyActor, project_id: int, conflict_id: int, because: str, *, at: int
) -> None:
    """Take a pair off the list, for a stated reason. Raises NotFound, Forbidden, Invalid, Conflict."""
    row = get_locked(session, ConflictOfInterest, conflict_id)
    if row is None or row.project_id != project_id:
        raise NotFound("conflict", f"there is no conflict of interest {conflict_id}")
    policy.require(session, actor, policy.Action.KEEP_CONFLICTS, project_subject(row.project_id), at=at)
    if actor.id == row.person_id:
        raise Conflict("own-conflict", "somebody else takes your own conflict of interest off the list")
    if row.ended_at is not None:
        raise Conflict("conflict-ended", "this conflict of interest has ended already")
    if not because.strip() or len(because) > 200:
        raise Invalid("reason", "say why, in at most 200 characters")
    row.ended_at, row.ended_because = at, because.strip()
    _say(session, actor, row, Tag.CONFLICT_ENDED, {}, at=at)


def list_conflicts(session: Session, project_id: int, *, person_id: int | None = None) -> list[ConflictOfInterest]:
    """The project's list, or one person's part of it, newest first; ended ones too."""
    query = select(ConflictOfInterest).where(ConflictOfInterest.project_id == project_id)
    if person_id is not None:
        query = query.where(ConflictOfInterest.person_id == person_id)
    return list(session.scalars(query.order_by(ConflictOfInterest.id.desc())))


def kept_apart(session: Session, item: Item) -> set[int]:
    """People who get no task of this item, because of its patient."""
    subject = select(Document.subject_id).where(Document.id == item.document_id).scalar_subquery()
    rows = select(ConflictOfInterest.person_id).where(
        ConflictOfInterest.subject_id == subject, ConflictOfInterest.ended_at.is_(None)
    )
    return set(session.scalars(rows))


class HasConflict:
    """The actor is kept apart from the item's patient."""

    key = policy.CONFLICT

    def holds(self, session: Session, actor: Actor, subject: policy.PolicySubject) -> bool:
        if subject.kind != "item":
            return False
        item = session.get(Item, int(subject.id or 0))
        return item is not None and actor.id in kept_apart(session, item)


def _in_force(session: Session, person_id: int, subject_id: int) -> ConflictOfInterest | None:
    mine = (ConflictOfInterest.person_id == person_id, ConflictOfInterest.subject_id == subject_id)
    return session.scalar(select(ConflictOfInterest).where(*mine, ConflictOfInterest.ended_at.is_(None)))


def _give_back(session: Session, actor: AnyActor, row: ConflictOfInterest, *, at: int) -> None:
    """Unfinished tasks of the person on texts of this patient wait for somebody else."""
    waiting = Assignment.state.in_((AssignmentState.OFFERED, AssignmentState.OPEN))
    tasks = (
        select(Assignment)
        .join(Item, Item.id == Assignment.item_id)
        .join(Document, Document.id == Item.document_id)
        .where(Document.subject_id == row.subject_id, Assignment.person_id == row.person_id, waiting)
    )
    for task in session.scalars(tasks.order_by(Assignment.id)).all():
        data = {"reason": "conflict-of-interest", "conflict": row.id}
        states.advance(session, actor, task, "declined", data=data, at=at)


def _say(session: Session, actor: AnyActor, row: ConflictOfInterest, tag: Tag, data: dict, *, at: int) -> None:
    record(
        session,
        tag,
        # The person's own stream: readers of the same texts learn nothing of it.
        stream=streams.account(row.person_id),
        actor=actor,
        subject=Subject("conflict", row.id),
        data={"person": row.person_id, "subject": row.subject_id} | data,
        project_id=row.project_id,
        at=at,
    )
