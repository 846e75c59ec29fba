"""Distribution: who may read, and which of them is given which item: always those with the least to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from sqlalchemy import ColumnElement, Select, func, select

from app.accounts import policy
from app.accounts.actor import AnyActor, ProjectRole
from app.accounts.loading import load_actors
from app.core.db import Database, Session, lock_number
from app.core.registry import Registry
from app.corpus.member import list_members
from app.corpus.paper_gates import require_papers
from app.corpus.project import Project, get_project, project_subject
from app.guidelines.signing import require_signed, unsigned_modalities
from app.guidelines.version import guided_modalities
from app.review import states
from app.review.assignment import Assignment, offer, open_tasks
from app.review.authority import asked_of_readers
from app.review.conflict import kept_apart
from app.review.copies import is_copy
from app.review.guideline import guided
from app.review.item import Item, available_items, get_item, queued_behind
from app.review.lease import ClaimLease
from app.review.relations import earlier_actors
from app.review.renewal import renewal_of
from app.review.round import Round, newest, open_round
from app.review.states import AssignmentState, ItemState
from app.review.submission import reconsidered
from app.review.workflows import Step, StepRule, Workflow
from app.review.workflows.applying import rules_for
from app.review.workflows.composed import workflow_of


class Pauses(Protocol):
    """Knows readers who get no new task in a project; what they have they may finish."""

    key: str

    def paused(self, session: Session, project_id: int) -> set[int]: ...


PAUSES: Registry[Pauses] = Registry("pause of readers", Pauses)


class Seeds(Protocol):
    """Gives out copies beside an item, in the transaction that gives that out."""

    key: str

    def beside(
        self, session: Session, actor: AnyActor, project: Project, item: Item, people: Sequence[int], *, at: int
    ) -> None: ...


SEEDS: Registry[Seeds] = Registry("seeds", Seeds)

# One transaction gives out so many items, so that nobody's save waits long for it.
CHUNK = 50


@dataclass(frozen=True)
class Given:
    """How many items went to readers, and the last one looked at: where to go on. None: all were looked at."""

    items: int
    last: Item | None


def assign_in_chunks(database: Database, actor: AnyActor, project_id: int, *, limit: int = 1000, at: int) -> int:
    """Assign up to so many items, each chunk in a transaction of its own; returns how many. Raises Forbidden."""
    assigned, last, more = 0, None, True
    while more and assigned < limit:

        def unit(session: Session, last: Item | None = last, most: int = min(CHUNK, limit - assigned)) -> Given:
            project = get_project(session, project_id)
            readers = find_readers(session, project, at=at)
            return assign_ready(session, actor, project, readers, limit=most, after=last, at=at)

        given = database.writing(unit)
        assigned, last = assigned + given.items, given.last
        more = last is not None
    return assigned


def assign_ready(
    session: Session,
    actor: AnyActor,
    project: Project,
    readers: list[int],
    *,
    limit: int = 200,
    after: Item | None = None,
    at: int,
) -> Given:
    """Assign items to those of `readers` who have the least to do, as many as the workflow asks; looks at `limit`.

    First come items of which a reader has left (recused, or the task was taken back), then ready
    ones. `readers` are the people who may read now (role, tier and credential already checked by
    the caller's query); an item for which there are not enough of them, or no guideline, stays as it is.
    """
    policy.require(session, actor, policy.Action.ASSIGN, project_subject(project.id), at=at)
    lock_seats(session, project.id)
    require_papers(session, project, "assignment", at=at)
    unsigned = require_some_signed(session, project)
    workflow = workflow_of(session, project)
    pool = ReaderPool(session, project, readers, workflow, at=at)
    load = open_tasks(session, readers)
    assigned = _fill_vacancies(session, actor, project, pool, load, at=at) if after is None else 0
    behind = [queued_behind(after)] if after is not None else []
    begun = guided(session, project.id) & Item.modality.not_in(unsigned)
    items = available_items(session, project.id, ItemState.READY, limit, begun, *behind)
    for item in items:
        rules = rules_for(session, actor, project, workflow, item, at=at)
        chosen = _choose(session, item, pool.under(rules), load, rules.readers)
        if len(chosen) < rules.readers:
            continue
        row = open_round(session, actor, item, rules, cites=reconsidered(session, item.id), at=at)
        for person in chosen:
            offer(session, actor, item, row, person_id=person, step=Step.ANNOTATE, at=at)
            load[person] = load.get(person, 0) + 1
        states.advance(session, actor, item, "assigned", at=at)
        for seeds in SEEDS:
            seeds.beside(session, actor, project, item, chosen, at=at)
        assigned += 1
    return Given(assigned, items[-1] if len(items) == limit else None)


class ReaderPool:
    """Those who may read by a project's rules, and which of them may by other ones: of a round, of a complex item."""

    def __init__(self, session: Session, project: Project, readers: list[int], workflow: Workflow, *, at: int) -> None:
        self._session, self._project, self._readers, self._at = session, project, readers, at
        self._able: dict[StepRule, list[int]] = {_asked(workflow): readers}

    def under(self, workflow: Workflow) -> list[int]:
        """Of the readers those who may read an item under these rules, in their order."""
        asked = _asked(workflow)
        if asked not in self._able:
            able = set(find_readers(self._session, self._project, workflow, at=self._at))
            self._able[asked] = [person for person in self._readers if person in able]
        return self._able[asked]


def _asked(workflow: Workflow) -> StepRule:
    """What the rules ask of each reader."""
    return workflow.of(Step.ANNOTATE).model_copy(update={"people": 1})


def require_some_signed(session: Session, project: Project) -> set[str]:
    """Kinds of items whose guideline lacks signatures that the project asks for: they wait.

    Raises Conflict("guideline-unsigned") where no other kind could be assigned.
    """
    wanted = project.setting("guideline_signatures")
    unsigned = set(unsigned_modalities(session, project.id, wanted))
    if unsigned and unsigned == guided_modalities(session, project.id):
        require_signed(session, project.id, wanted)
    return unsigned


def _choose(session: Session, item: Item, readers: list[int], load: dict[int, int], wanted: int) -> list[int]:
    """Who read an earlier version of the text goes on with it; the other seats go to people who never saw it."""
    back = [person for person in returning(session, item) if person in readers][:wanted]
    earlier = earlier_actors(session, item.id) | kept_apart(session, item)
    back = [person for person in back if person not in kept_apart(session, item)]
    fresh = [person for person in readers if person not in earlier]
    return back + least_loaded(item.id, fresh, load, wanted - len(back))


def returning(session: Session, item: Item) -> list[int]:
    """Those whose reading of an earlier version of the text goes on in this one, before its first round; else none."""
    renewal = renewal_of(session, item.id)
    if renewal is None or session.scalar(select(Round.id).where(Round.item_id == item.id).limit(1)) is not None:
        return []
    readings = Assignment.id.in_(renewal.readings)
    return list(session.scalars(select(Assignment.person_id).where(readings).order_by(Assignment.id)))


def _fill_vacancies(
    session: Session, actor: AnyActor, project: Project, pool: ReaderPool, load: dict[int, int], *, at: int
) -> int:
    """Give seats that were declined or revoked to others; returns how many items are complete again."""
    filled = 0
    for row in rounds_with_vacancies(session, project.id):
        item = get_item(session, row.item_id)
        # A seat is never given to the same person twice, though what was taken back unopened makes nobody a reader.
        seated = set(session.scalars(select(Assignment.person_id).where(Assignment.round_id == row.id)))
        earlier = earlier_actors(session, item.id) | seated | kept_apart(session, item)
        # The project's rules may ask less of readers now than those of the round do.
        free = [person for person in pool.under(row.workflow) if person not in earlier]
        missing = row.readers - seats_taken(session, row.id)
        if len(free) < missing:
            continue
        for person in least_loaded(item.id, free, load, missing):
            offer(session, actor, item, row, person_id=person, step=Step.ANNOTATE, at=at)
            load[person] = load.get(person, 0) + 1
        filled += 1
    return filled


def least_loaded(item_id: int, candidates: list[int], load: dict[int, int], readers: int) -> list[int]:
    """Those with the fewest open tasks; ties rotate with the item so that pairs mix.

    `load` is how many open tasks each candidate has; fewer than `readers` when there are not enough.
    """
    rotation = {person: (position + item_id) % len(candidates) for position, person in enumerate(candidates)}
    return sorted(candidates, key=lambda person: (load.get(person, 0), rotation[person]))[:readers]


def rounds_with_vacancies(session: Session, project_id: int) -> list[Round]:
    """Rounds under way in which somebody left; few, so the rest is asked of each."""
    left = Assignment.state.in_((AssignmentState.DECLINED, AssignmentState.REVOKED))
    took = Assignment.id.in_(select(ClaimLease.assignment_id).where(ClaimLease.project_id == project_id))
    seat = select(Assignment.round_id).where(Assignment.step == Step.ANNOTATE, left | took)
    rows = session.scalars(with_free_seats(project_id).where(Round.id.in_(seat), ~is_copy(Item.id)))
    return list(rows)


def with_free_seats(project_id: int) -> Select[Round]:
    """Rounds under way in which fewer people read than they ask; of items alone that are being read."""
    taken = select(func.count()).where(Assignment.round_id == Round.id, *_seated()).scalar_subquery()
    query = select(Round).join(Item, Item.id == Round.item_id).where(newest(), Round.readers > taken)
    return query.where(Item.project_id == project_id, Item.state == ItemState.IN_ANNOTATION)


def seats_taken(session: Session, round_id: int) -> int:
    taken = (Assignment.round_id == round_id, *_seated())
    return session.scalar(select(func.count()).select_from(Assignment).where(*taken)) or 0


def _seated() -> tuple[ColumnElement[bool], ...]:
    staying = Assignment.state.in_((AssignmentState.OFFERED, AssignmentState.OPEN, AssignmentState.SUBMITTED))
    return Assignment.step == Step.ANNOTATE, staying


def lock_seats(session: Session, project_id: int) -> None:
    """Nobody else gives out, or takes, items of this project until the transaction ends; other work goes on."""
    lock_number(session, Project, project_id)


def reading_subject(project: Project, workflow: Workflow) -> policy.PolicySubject:
    """What a project asks of readers, of a task that does not exist yet: could they do it once it is theirs?"""
    return replace(asked_of_readers(project, workflow), relations=frozenset({policy.OWN_ASSIGNMENT}))


def find_readers(session: Session, project: Project, workflow: Workflow | None = None, *, at: int) -> list[int]:
    """People who may be given something to read now: `eligible_readers` but for those who are paused."""
    paused = {person for pauses in PAUSES for person in pauses.paused(session, project.id)}
    return [person for person in eligible_readers(session, project, workflow, at=at) if person not in paused]


def eligible_readers(session: Session, project: Project, workflow: Workflow | None = None, *, at: int) -> list[int]:
    """People who may read in a project, by its own workflow or by another: role, tier, credential."""
    subject = reading_subject(project, workflow or workflow_of(session, project))
    people = {m.person_id for m in list_members(session, project.id) if m.role == ProjectRole.ANNOTATOR}
    actors = load_actors(session, people, at=at)
    return [actor.id for actor in actors if policy.may(actor, policy.Action.ANNOTATE, subject, at=at)]
