"""Assignments: one person's task on one item, offered, opened, declined, finished."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, bindparam, func, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts import policy
from app.accounts.actor import Actor, AnyActor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import RECORD, AnyRow, AnySelect, Base, Session, get_locked, note_locked, unique_where
from app.core.errors import Conflict, Invalid, NotFound
from app.corpus.project import Project, project_subject
from app.review import states
from app.review.authority import require_may_finish
from app.review.hold import Hold, kept_from, require_no_hold
from app.review.item import Item, get_item, with_all
from app.review.round import Round, current_round
from app.review.states import AssignmentState, ItemState
from app.review.workflows import Step

#: the item's states in which a step may be worked on
AWAITED = {
    Step.ANNOTATE: (ItemState.IN_ANNOTATION,),
    Step.ADJUDICATE: (ItemState.ADJUDICATION, ItemState.ESCALATED),
    Step.VERIFY: (ItemState.VERIFICATION,),
}


class Assignment(Base):
    """One task. `draft_version` counts this person's actions, and nobody else's."""

    __tablename__ = "assignment"
    __table_args__ = (
        UniqueConstraint("round_id", "person_id", "step"),
        CheckConstraint("step IN ('annotate','adjudicate','verify')", name="step_known"),
        CheckConstraint("state IN ('offered','open','submitted','declined','revoked')", name="state_known"),
        CheckConstraint("draft_version >= 0", name="version_positive"),
        Index("ix_assignment_person_state", "person_id", "state", "id"),
        # One person at a time settles or verifies an item.
        unique_where("uq_assignment_finisher", "item_id", "step", where="step <> 'annotate' AND state = 'open'"),
        {
            "info": {
                "kind": RECORD,
                "replayed": ("state", "draft_version", "opened_at", "guideline_version_id", "suggestion_id"),
                "tags": (
                    Tag.ASSIGNMENT_OFFERED,
                    Tag.ASSIGNMENT_ADVANCED,
                    Tag.DRAFT_STARTED,
                    Tag.ELEMENT_ADDED,
                    Tag.ELEMENT_CHANGED,
                    Tag.ELEMENT_REMOVED,
                    Tag.ITEM_GUIDELINE_MOVED,
                ),
            }
        },
    )
    machine: ClassVar[states.TransitionTable] = states.ASSIGNMENT

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    step: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    draft_version: Mapped[int]
    #: frozen when the draft begins: the guideline the answer was given under
    guideline_version_id: Mapped[int | None] = mapped_column(ForeignKey("guideline_version.id"), index=True)
    #: the suggestions its draft began from
    suggestion_id: Mapped[int | None] = mapped_column(ForeignKey("suggestion.id"), index=True)
    offered_at: Mapped[int]
    opened_at: Mapped[int | None]


def offer(
    session: Session, actor: AnyActor, item: Item, row: Round, *, person_id: int, step: Step, at: int
) -> Assignment:
    """Give a person a task. The caller has asked the policy."""
    assignment = Assignment(
        project_id=item.project_id,
        item_id=item.id,
        round_id=row.id,
        person_id=person_id,
        step=step,
        state=states.ASSIGNMENT.start,
        draft_version=0,
        guideline_version_id=None,
        suggestion_id=None,
        offered_at=at,
        opened_at=None,
    )
    session.add(assignment)
    session.flush()
    record(
        session,
        Tag.ASSIGNMENT_OFFERED,
        stream=streams.assignment(assignment.id),
        actor=actor,
        subject=Subject("assignment", assignment.id),
        data={"item": item.id, "round": row.number, "person": person_id, "step": step},
        project_id=item.project_id,
        at=at,
    )
    return assignment


DECLINE_REASONS = ("conflict-of-interest", "unable", "not-my-field")


def decline(session: Session, actor: Actor, assignment: Assignment, reason: str, *, at: int) -> None:
    """Give a task back before it is finished; the item waits for somebody else, and never for this person again.

    For a conflict of interest see `app.review.recusal`, which keeps the patient's other texts away too.
    """
    if reason not in DECLINE_REASONS:
        raise Invalid("reason", f"a reason is one of {', '.join(DECLINE_REASONS)}")
    policy.require(session, actor, policy.Action.ANNOTATE, subject_of(assignment), at=at)
    states.advance(session, actor, assignment, "declined", data={"reason": reason}, at=at)


def revoke_tasks(session: Session, actor: AnyActor, project: Project, person_id: int, *, at: int) -> int:
    """Take a person's unfinished tasks in a project back (she left, or is ill); drafts stay. Returns how many."""
    policy.require(session, actor, policy.Action.ASSIGN, project_subject(project.id), at=at)
    unfinished = Assignment.state.in_((AssignmentState.OFFERED, AssignmentState.OPEN))
    mine = (Assignment.project_id == project.id, Assignment.person_id == person_id, unfinished)
    tasks = list(session.scalars(select(Assignment).where(*mine).order_by(Assignment.id)))
    for task in tasks:
        states.advance(session, actor, task, "revoked", at=at)
    return len(tasks)


def claim(session: Session, actor: Actor, item: Item, step: Step, *, at: int) -> Assignment:
    """Take an item from the queue, to adjudicate or verify it; taking it twice gives the same task.

    Raises Forbidden (tier, own work), or Conflict when it is not waiting for this or another has it.
    """
    item = get_item(session, item.id, lock=True)
    _require_waiting(session, actor, item, step, at=at)
    require_no_hold(session, item.id)
    row = current_round(session, item.id)
    mine = session.scalar(
        select(Assignment).where(
            Assignment.round_id == row.id, Assignment.person_id == actor.id, Assignment.step == step
        )
    )
    if mine is not None and mine.state in (AssignmentState.DECLINED, AssignmentState.REVOKED):
        raise Conflict("declined", "you gave this item back, or it was taken from you")
    if mine is not None:
        return mine
    taken = session.scalar(
        select(Assignment.id).where(
            Assignment.item_id == item.id, Assignment.step == step, Assignment.state == AssignmentState.OPEN
        )
    )
    if taken is not None:
        raise Conflict("taken", "somebody else is working on this item")
    return offer(session, actor, item, row, person_id=actor.id, step=step, at=at)


def _require_waiting(session: Session, actor: Actor, item: Item, step: Step, *, at: int) -> None:
    require_may_finish(session, actor, item, step, at=at)
    require_awaited(item, step)


def require_awaited(item: Item, step: str) -> None:
    """Raises Conflict when the item is not where this step is worked on (withdrawn, settled, read again)."""
    if item.state not in AWAITED[Step(step)]:
        raise Conflict("state", f"the item does not wait for this: {step}", details={"state": item.state})


def subject_of(assignment: Assignment) -> policy.PolicySubject:
    """The task as the policy sees it."""
    return policy.PolicySubject("assignment", assignment.id, project_id=assignment.project_id)


def find_own(session: Session, actor: Actor, item: Item, step: Step, *, at: int) -> Assignment:
    """The actor's own task on an item at a step. Raises Forbidden or NotFound."""
    if step == Step.ANNOTATE:
        policy.require(session, actor, policy.Action.VIEW_PROJECT, project_subject(item.project_id), at=at)
    else:
        require_may_finish(session, actor, item, step, at=at)
    assignment = session.scalar(
        select(Assignment)
        .where(Assignment.item_id == item.id, Assignment.person_id == actor.id, Assignment.step == step)
        .order_by(Assignment.id.desc())
        .limit(1)
    )
    if assignment is None:
        raise NotFound("assignment", "you have not taken this item")
    return assignment


def get_assignment(session: Session, assignment_id: int, *, lock: bool = False) -> Assignment:
    """Raises NotFound."""
    assignment = get_locked(session, Assignment, assignment_id) if lock else session.get(Assignment, assignment_id)
    if assignment is None:
        raise NotFound("assignment", f"there is no assignment {assignment_id}")
    return assignment


def lock_task(session: Session, assignment_id: int) -> AnyRow:
    """The task, locked, and its item as `whole_items` gives it. Raises NotFound."""
    return found_task(session, locking_task(task_with_item), {"assignment": assignment_id})


def found_task(session: Session, query: AnySelect, values: dict[str, Any]) -> AnyRow:
    """The row of a task's query, noted as locked where it is. Raises NotFound."""
    row = session.execute(query, values).one_or_none()
    if row is None:
        raise NotFound("assignment", f"there is no assignment {values['assignment']}")
    if query.get_execution_options().get("populate_existing"):
        note_locked(session, row.Assignment)
    return row


@cache
def locking_task(query: Callable[[], AnySelect]) -> AnySelect:
    """The query, with the task's row locked and all of them read anew."""
    return query().with_for_update(of=Assignment).execution_options(populate_existing=True)


@cache
def task_with_item() -> AnySelect:
    """The task `:assignment` with its item, as a check needs it."""
    query = with_all().add_columns(Assignment).join(Assignment, Assignment.item_id == Item.id)
    return query.where(Assignment.id == bindparam("assignment"))


def open_tasks(session: Session, people: list[int]) -> dict[int, int]:
    """Person → number of tasks offered or open."""
    rows = session.execute(
        select(Assignment.person_id, func.count())
        .where(
            Assignment.person_id.in_(people),
            Assignment.state.in_((AssignmentState.OFFERED, AssignmentState.OPEN)),
        )
        .group_by(Assignment.person_id)
    )
    return dict(rows.all())


def next_task(session: Session, person_id: int, *, besides: int | None = None) -> Assignment | None:
    """What a person should do next: what is open first, then what was offered first; nothing that is held back.

    `besides`: a task that will be finished by then.
    """
    return session.scalar(
        select(Assignment)
        .where(
            Assignment.person_id == person_id,
            Assignment.state.in_((AssignmentState.OFFERED, AssignmentState.OPEN)),
            Assignment.id != (besides or 0),
            ~kept_from(person_id).where(Hold.item_id == Assignment.item_id).exists(),
        )
        .order_by(Assignment.state.desc(), Assignment.id)
        .limit(1)
    )
