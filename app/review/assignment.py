"""Assignments: one person's task on one item, offered, opened, declined, finished."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, Text, UniqueConstraint, func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts import policy
from app.accounts.actor import Actor, AnyActor, ProjectRole
from app.accounts.loading import load_actor
from app.accounts.person import get_person
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import RECORD, Base, Session, get_locked
from app.core.errors import Conflict, Invalid, NotFound
from app.corpus.member import list_members
from app.corpus.project import Project, get_project, project_subject
from app.review import states
from app.review.hold import held_by_others, require_no_hold
from app.review.item import Item, available_items, get_item
from app.review.round import Round, current_round, open_round
from app.review.states import AssignmentState, ItemState
from app.review.strategies import STRATEGIES, least_loaded
from app.review.strategies.workflow import ESCALATION_TIER, Workflow, workflow_of


class Step(StrEnum):
    """What the person is asked to do."""

    ANNOTATE = "annotate"
    ADJUDICATE = "adjudicate"
    VERIFY = "verify"


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
        Index(
            "uq_assignment_finisher",
            "item_id",
            "step",
            unique=True,
            sqlite_where=text("step <> 'annotate' AND state = 'open'"),
            postgresql_where=text("step <> 'annotate' AND state = 'open'"),
        ),
        {"info": {"kind": RECORD}},
    )
    machine: ClassVar[states.Machine] = states.ASSIGNMENT

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
    offered_at: Mapped[int]
    opened_at: Mapped[int | None]


def offer(session: Session, actor: Actor, item: Item, row: Round, *, person_id: int, step: Step, at: int) -> Assignment:
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


def assign_ready(
    session: Session, actor: Actor, project: Project, readers: list[int], *, limit: int = 200, at: int
) -> int:
    """Assign items to some of `readers` by the project's strategy; returns how many.

    First come items of which a reader has left (recused, or the task was taken back), then ready
    ones. `readers` are the people who may read now (role, tier and credential already checked by
    the caller's query); an item for which there are not enough of them stays as it is.
    """
    policy.require(session, actor, policy.Action.ASSIGN, project_subject(project.id), at=at)
    strategy = STRATEGIES.get(project.setting("strategy"))
    workflow = workflow_of(project.setting("workflow"))
    if strategy.readers != workflow.readers:
        raise Conflict(
            "strategy-workflow",
            f"the workflow needs {workflow.readers} readers, the strategy gives {strategy.readers}",
        )
    load = open_tasks(session, readers)
    assigned = _fill_vacancies(session, actor, project, readers, load, at=at)
    for item in available_items(session, project.id, ItemState.READY, limit):
        earlier = earlier_actors(session, item.id)
        chosen = strategy.choose(item.id, [p for p in readers if p not in earlier], load)
        if len(chosen) < workflow.readers:
            continue
        row = open_round(session, actor, item, workflow.readers, at=at)
        for person in chosen:
            offer(session, actor, item, row, person_id=person, step=Step.ANNOTATE, at=at)
            load[person] = load.get(person, 0) + 1
        states.advance(session, actor, item, "assigned", at=at)
        assigned += 1
    return assigned


def _fill_vacancies(
    session: Session, actor: Actor, project: Project, readers: list[int], load: dict[int, int], *, at: int
) -> int:
    """Give seats that were declined or revoked to others; returns how many items are complete again."""
    filled = 0
    for row in rounds_with_vacancies(session, project.id):
        item = get_item(session, row.item_id)
        free = [p for p in readers if p not in earlier_actors(session, item.id)]
        missing = row.readers - seats_taken(session, row.id)
        if len(free) < missing:
            continue
        for person in least_loaded(item.id, free, load, missing):
            offer(session, actor, item, row, person_id=person, step=Step.ANNOTATE, at=at)
            load[person] = load.get(person, 0) + 1
        filled += 1
    return filled


def rounds_with_vacancies(session: Session, project_id: int) -> list[Round]:
    """Rounds under way in which somebody left; few, so the rest is asked of each."""
    left = Assignment.state.in_((AssignmentState.DECLINED, AssignmentState.REVOKED))
    seat = select(Assignment.round_id).where(Assignment.step == Step.ANNOTATE, left)
    under_way = (Item.project_id == project_id, Item.state == ItemState.IN_ANNOTATION)
    rows = session.scalars(select(Round).join(Item, Item.id == Round.item_id).where(*under_way, Round.id.in_(seat)))
    return [row for row in rows if row.readers > seats_taken(session, row.id)]


def seats_taken(session: Session, round_id: int) -> int:
    staying = Assignment.state.in_((AssignmentState.OFFERED, AssignmentState.OPEN, AssignmentState.SUBMITTED))
    taken = (Assignment.round_id == round_id, Assignment.step == Step.ANNOTATE, staying)
    return session.scalar(select(func.count()).select_from(Assignment).where(*taken)) or 0


def revoke_tasks(session: Session, actor: AnyActor, project: Project, person_id: int, *, at: int) -> int:
    """Take a person's unfinished tasks in a project back (she left, or is ill); drafts stay. Returns how many."""
    policy.require(session, actor, policy.Action.ASSIGN, project_subject(project.id), at=at)
    unfinished = Assignment.state.in_((AssignmentState.OFFERED, AssignmentState.OPEN))
    mine = (Assignment.project_id == project.id, Assignment.person_id == person_id, unfinished)
    tasks = list(session.scalars(select(Assignment).where(*mine).order_by(Assignment.id)))
    for task in tasks:
        states.advance(session, actor, task, "revoked", at=at)
    return len(tasks)


def reading_subject(project: Project) -> policy.PolicySubject:
    """What a project asks of readers, of a task that does not exist yet: could they do it once it is theirs?"""
    tier = max(project.setting("reader_tier"), workflow_of(project.setting("workflow")).reader_tier)
    return replace(asked_by(project, tier), relations=frozenset({policy.OWN_ASSIGNMENT}))


def find_readers(session: Session, project: Project, *, at: int) -> list[int]:
    """People who may read in a project now: role, tier, credential, specialty, country."""
    subject = reading_subject(project)
    people = sorted({m.person_id for m in list_members(session, project.id) if m.role == ProjectRole.ANNOTATOR})
    actors = (load_actor(session, person_id, at=at) for person_id in people if get_person(session, person_id).is_active)
    return [actor.id for actor in actors if policy.may(actor, policy.Action.ANNOTATE, subject, at=at)]


DECLINE_REASONS = ("conflict-of-interest", "unable", "not-my-field")


def decline(session: Session, actor: Actor, assignment: Assignment, reason: str, *, at: int) -> None:
    """Recuse oneself (a relative, a colleague); the item waits for another reader."""
    if reason not in DECLINE_REASONS:
        raise Invalid("reason", f"a reason is one of {', '.join(DECLINE_REASONS)}")
    policy.require(session, actor, policy.Action.ANNOTATE, subject_of(assignment), at=at)
    states.advance(session, actor, assignment, "declined", data={"reason": reason}, at=at)


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


def require_may_finish(session: Session, actor: Actor, item: Item, step: Step, *, at: int) -> None:
    """Role, tier, specialty and own-work rules, evaluated at the act. Raises Forbidden or NotFound."""
    action, tier = finishing_act(workflow_for(session, item), step, escalated=item.escalated)
    policy.require(session, actor, action, subject_of_item(session, item, tier), at=at)


def finishing_act(workflow: Workflow, step: Step, *, escalated: bool) -> tuple[policy.Action, int]:
    """The act that ends a step of such an item, and the tier it needs: what the policy is asked, wherever it is."""
    if step == Step.VERIFY:
        return policy.Action.VERIFY, workflow.verifier_tier
    if escalated:
        return policy.Action.RESOLVE_ESCALATED, ESCALATION_TIER
    return policy.Action.ADJUDICATE, workflow.adjudicator_tier


class OwnAssignment:
    """The task is the actor's own."""

    key = policy.OWN_ASSIGNMENT

    def holds(self, session: Session, actor: Actor, subject: policy.PolicySubject) -> bool:
        assignment = session.get(Assignment, subject.id) if subject.kind == "assignment" else None
        return assignment is not None and assignment.person_id == actor.id


class OwnWork(OwnAssignment):
    """The answer was given in the actor's own task."""

    key = policy.OWN_WORK


class EarlierActor:
    """The actor read the item before, in any round, or settled it (INV-2)."""

    key = policy.EARLIER_ACTOR

    def holds(self, session: Session, actor: Actor, subject: policy.PolicySubject) -> bool:
        return subject.kind == "item" and has_worked_on(session, actor.id, int(subject.id or 0))


def has_worked_on(session: Session, person_id: int, item_id: int) -> bool:
    own = (Assignment.item_id == item_id, Assignment.person_id == person_id, earlier_work())
    return session.scalar(select(Assignment.id).where(*own).limit(1)) is not None


def held() -> ColumnElement[bool]:
    """A task that somebody has or had: done, unfinished, given back, or taken back after opening."""
    return (Assignment.state != AssignmentState.REVOKED) | Assignment.opened_at.is_not(None)


def earlier_work() -> ColumnElement[bool]:
    """A task that keeps its person from ending a step (INV-2); unsubmitted, it is what they do now, or rejected."""
    return held() & ((Assignment.step == Step.ANNOTATE) | (Assignment.state == AssignmentState.SUBMITTED))


def earlier_actors(session: Session, item_id: int) -> set[int]:
    """Everybody who ever held a task on the item."""
    return set(session.scalars(select(Assignment.person_id).where(Assignment.item_id == item_id, held())))


def workflow_for(session: Session, item: Item) -> Workflow:
    return workflow_of(get_project(session, item.project_id).setting("workflow"))


def subject_of(assignment: Assignment) -> policy.PolicySubject:
    """The task as the policy sees it."""
    return policy.PolicySubject("assignment", assignment.id, project_id=assignment.project_id)


def subject_of_item(session: Session, item: Item, min_tier: int = 1) -> policy.PolicySubject:
    """The item as the policy sees it: tier, and what the project asks of credentials (R4, R5)."""
    return replace(asked_by(get_project(session, item.project_id), min_tier), kind="item", id=item.id)


def asked_by(project: Project, min_tier: int) -> policy.PolicySubject:
    """What a project asks of credentials, at a tier, of whoever acts on any of its items."""
    return policy.PolicySubject(
        "project",
        project.id,
        project_id=project.id,
        min_tier=min_tier,
        specialties=frozenset(project.setting("specialties")),
        jurisdictions=frozenset(project.setting("required_countries")),
    )


def find_own(session: Session, actor: Actor, item: Item, step: Step, *, at: int) -> Assignment:
    """The actor's own task on an item at a step. Raises Forbidden or NotFound."""
    if step == Step.ANNOTATE:
        policy.require(session, actor, policy.Action.VIEW_PROJECT, project_subject(item.project_id), at=at)
    else:
        require_may_finish(session, actor, item, step, at=at)
    assignment = session.scalar(
        select(Assignment)
        .where(Assignment.item_id == item.id, Assignment.person_id == actor.id, Assignment.step == step)
        .order_by(Assignment.id.desc()).limit(1)
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


def list_assignments(
    session: Session, person_id: int, *, state: str | None = None, after: int = 0, limit: int = 50
) -> list[Assignment]:
    """A person's tasks in order of id, `limit` after the id `after`."""
    query = select(Assignment).where(Assignment.person_id == person_id, Assignment.id > after)
    if state:
        query = query.where(Assignment.state == state)
    return list(session.scalars(query.order_by(Assignment.id).limit(limit)))


def next_task(session: Session, person_id: int) -> Assignment | None:
    """What a person should do next: what is open first, then what was offered first; nothing that is held back."""
    return session.scalar(
        select(Assignment)
        .where(
            Assignment.person_id == person_id,
            Assignment.state.in_((AssignmentState.OFFERED, AssignmentState.OPEN)),
            Assignment.item_id.not_in(held_by_others(person_id)),
        )
        .order_by(Assignment.state.desc(), Assignment.id)
        .limit(1)
    )
