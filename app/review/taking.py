"""Readers take the next item themselves, instead of being given one: one at a time, for as long as its lease."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from app.accounts import policy
from app.accounts.actor import Actor, ProjectRole, ServiceActor
from app.core.clock import MINUTE
from app.core.db import Session
from app.core.errors import Conflict, Forbidden
from app.corpus.paper_gates import require_papers
from app.corpus.project import Project, list_projects, project_subject
from app.review import states
from app.review.assignment import Assignment, offer
from app.review.conflict import kept_apart
from app.review.copies import is_copy
from app.review.distribution import (
    SEEDS,
    ReaderPool,
    eligible_readers,
    find_readers,
    lock_seats,
    reading_subject,
    require_some_signed,
    with_free_seats,
)
from app.review.guideline import guided
from app.review.hold import is_held
from app.review.item import Item, available_items, get_item, not_held
from app.review.lease import ClaimLease, give_back, idle_seats, lease
from app.review.relations import earlier_actors
from app.review.round import Round, get_round, open_round
from app.review.states import AssignmentState, ItemState
from app.review.submission import reconsidered
from app.review.workflows import Step
from app.review.workflows.applying import rules_for
from app.review.workflows.composed import workflow_of

#: so many rounds, and items, are looked at for one that this reader may read
_LOOKED_AT = 200
_UNFINISHED = (AssignmentState.OFFERED, AssignmentState.OPEN)


def take_next(session: Session, actor: Actor, project: Project, *, at: int) -> Assignment | None:
    """The reader's unfinished task, else the next item as a new one; None where nothing is left for them.

    First come free seats of rounds under way, then idle ones, then ready items. Raises Forbidden (role, tier,
    credential of a reader), Conflict where readers here are given their items, the reader is paused, or a paper
    or a signature is missing.
    """
    policy.require(session, actor, policy.Action.VIEW_PROJECT, project_subject(project.id), at=at)
    _require_reader(session, actor, project, at=at)
    lock_seats(session, project.id)
    until = at + project.setting("claim_minutes") * MINUTE
    begun = _unfinished(session, actor, project)
    if begun is not None:
        if session.get(ClaimLease, begun.id) is not None:
            lease(session, begun, until)
        return begun
    require_papers(session, project, "assignment", at=at)
    unsigned = require_some_signed(session, project)
    pool = ReaderPool(session, project, [actor.id], workflow_of(session, project), at=at)
    task = _instead(session, actor, project, at=at)
    task = task or _free_seat(session, actor, project, pool, at=at)
    task = task or _idle_seat(session, actor, project, pool, at=at)
    task = task or _ready_item(session, actor, project, pool, unsigned, at=at)
    if task is not None:
        lease(session, task, until)
    return task


def takeable(session: Session, actor: Actor) -> list[Project]:
    """Projects in which this person has a reader's role and readers take their items themselves."""
    own = [project for project, roles in actor.project_roles.items() if ProjectRole.ANNOTATOR in roles]
    projects = list_projects(session, own) if own else []
    return [project for project in projects if project.setting("claim_minutes")]


def _require_reader(session: Session, actor: Actor, project: Project, *, at: int) -> None:
    workflow = workflow_of(session, project)
    if actor.id not in eligible_readers(session, project, workflow, at=at):
        policy.require(session, actor, policy.Action.ANNOTATE, reading_subject(project, workflow), at=at)
        raise Forbidden("role-missing", "you are no reader of this project")
    if not project.setting("claim_minutes"):
        raise Conflict("given-out", "readers of this project are given their items")
    if actor.id not in find_readers(session, project, workflow, at=at):
        raise Conflict("paused", "you get no new item here for now; ask the project's lead")


def _unfinished(session: Session, actor: Actor, project: Project) -> Assignment | None:
    mine = (Assignment.project_id == project.id, Assignment.person_id == actor.id, Assignment.step == Step.ANNOTATE)
    query = select(Assignment).join(Item, Item.id == Assignment.item_id)
    query = query.where(*mine, Assignment.state.in_(_UNFINISHED), not_held())
    return session.scalar(query.order_by(Assignment.state.desc(), Assignment.id).limit(1))


def _instead(session: Session, actor: Actor, project: Project, *, at: int) -> Assignment | None:
    """In place of the next item now and then a copy, beside the item read before: one task comes, as always."""
    mine = (Assignment.project_id == project.id, Assignment.person_id == actor.id, Assignment.step == Step.ANNOTATE)
    query = select(Item).join(Assignment, Assignment.item_id == Item.id).where(*mine, ~is_copy(Item.id))
    twin = session.scalar(query.order_by(Assignment.id.desc()).limit(1))
    if twin is None:
        return None
    for seeds in SEEDS:
        seeds.beside(session, ServiceActor("claims"), project, twin, [actor.id], at=at)
    return _unfinished(session, actor, project)


def _free_seat(session: Session, actor: Actor, project: Project, pool: ReaderPool, *, at: int) -> Assignment | None:
    """A seat of a round that is under way: rounds are filled before new ones begin."""
    rows = with_free_seats(project.id).where(not_held(), ~is_copy(Item.id))
    for row in session.scalars(rows.order_by(Item.complexity.desc(), Item.id).limit(_LOOKED_AT)).all():
        item = get_item(session, row.item_id, lock=True)
        if item.state != ItemState.IN_ANNOTATION or actor.id not in pool.under(row.workflow):
            continue
        if actor.id not in _excluded(session, item, row):
            return offer(session, actor, item, row, person_id=actor.id, step=Step.ANNOTATE, at=at)
    return None


def _idle_seat(session: Session, actor: Actor, project: Project, pool: ReaderPool, *, at: int) -> Assignment | None:
    """The seat of somebody who took it and did nothing in time."""
    for task in idle_seats(session, project.id, at=at):
        item, row = get_item(session, task.item_id, lock=True), get_round(session, task.round_id)
        if item.state != ItemState.IN_ANNOTATION or session.scalar(select(is_held(item.id) | is_copy(item.id))):
            continue
        if actor.id in pool.under(row.workflow) and actor.id not in _excluded(session, item, row):
            give_back(session, task, at=at)
            return offer(session, actor, item, row, person_id=actor.id, step=Step.ANNOTATE, at=at)
    return None


def _excluded(session: Session, item: Item, row: Round) -> set[int]:
    """Who may not sit here: whoever had the item or a seat of the round, or is kept from the patient."""
    seated = set(session.scalars(select(Assignment.person_id).where(Assignment.round_id == row.id)))
    return earlier_actors(session, item.id) | seated | kept_apart(session, item)


def _ready_item(
    session: Session, actor: Actor, project: Project, pool: ReaderPool, unsigned: set[str], *, at: int
) -> Assignment | None:
    """A seat of a round that begins now."""
    workflow = workflow_of(session, project)
    for item in _ready(session, project, unsigned):
        if actor.id in earlier_actors(session, item.id) | kept_apart(session, item):
            continue
        rules = rules_for(session, actor, project, workflow, item, at=at)
        if actor.id not in pool.under(rules):
            continue
        row = open_round(session, actor, item, rules, cites=reconsidered(session, item.id), at=at)
        task = offer(session, actor, item, row, person_id=actor.id, step=Step.ANNOTATE, at=at)
        states.advance(session, actor, item, "assigned", at=at)
        return task
    return None


def _ready(session: Session, project: Project, unsigned: set[str]) -> Iterator[Item]:
    begun = guided(session, project.id) & Item.modality.not_in(unsigned)
    for found in available_items(session, project.id, ItemState.READY, _LOOKED_AT, begun):
        item = get_item(session, found.id, lock=True)
        if item.state == ItemState.READY:
            yield item
