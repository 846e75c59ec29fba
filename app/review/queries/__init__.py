"""The only way to read answers: what a person may see of an item is decided here (INV-3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.orm import aliased

from app.accounts import policy
from app.accounts.actor import Actor
from app.agreement.judgements import Difference, Payload, Ruling
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.audit.models import Event
from app.core import clock
from app.core.db import AnyRow, Session
from app.core.errors import Conflict, NotFound
from app.corpus.document import Document, documents_of_encounter, get_document
from app.corpus.project import Project, get_project, project_subject
from app.review.adjudication import Cases, agreed_elements, cases_of, rulings_of
from app.review.assignment import AWAITED, Assignment, find_own, subject_of
from app.review.copies import ItemCopy, answer_of, copies_among, copy_of
from app.review.critical import NotedFinding
from app.review.draft import assemble
from app.review.hold import Hold, list_open_holds, require_not_held_by_others, require_visible
from app.review.item import CodeLookup, Item, context_of, get_item, may_be_read, modality_of, not_held
from app.review.relations import earlier_work, has_worked_on
from app.review.renewal import Renewal
from app.review.round import Round, newest
from app.review.seeming import may_take_back, seeming_state, seems
from app.review.states import AssignmentState, ItemState
from app.review.submission import Submission, latest_of, payload_of, settled_answer
from app.review.verification import answer_to_verify, verifier_reason
from app.review.waiting import given_back, in_hand, may_finish, workflows_awaiting
from app.review.workflows import Step

VIEW_WINDOW = 15 * clock.MINUTE
_SETTLED = (ItemState.VERIFIED, ItemState.SIGNED, ItemState.RELEASED)


@dataclass(frozen=True)
class OwnWork:
    """A person's own answer: the draft while it is open, the frozen document afterwards."""

    payload: Payload
    version: int
    editable: bool
    may_recall: bool
    #: digest of the answer a verification is about: what its signature will be bound to
    verifies: str = ""


def require_own(session: Session, actor: Actor, assignment: Assignment, *, row: AnyRow | None = None, at: int) -> None:
    """The task may be shown to the actor now.

    Raises Forbidden or NotFound; for a reader Conflict while somebody else holds the item back.
    """
    policy.require(session, actor, policy.Action.READ_OWN_WORK, subject_of(assignment), at=at)
    if assignment.step == Step.ANNOTATE and (row is None or row.held):
        require_not_held_by_others(session, assignment.item_id, actor.id)


def own_work(
    session: Session,
    actor: Actor,
    assignment: Assignment,
    *,
    row: AnyRow | None = None,
    begun: Payload | None = None,
    at: int,
) -> OwnWork:
    """A person's own draft or answer, and nothing of anybody else.

    `row`: the task as `whole_task` read it; `begun`: the draft that this transaction began. Raises as `require_own`.
    """
    require_own(session, actor, assignment, row=row, at=at)
    editable = assignment.state == AssignmentState.OPEN
    if assignment.state == AssignmentState.SUBMITTED:
        payload = payload_of(session, latest_of(session, assignment.id).id)
    else:
        payload = begun or assemble(session, assignment.id)
    may_recall = (
        assignment.state == AssignmentState.SUBMITTED
        and assignment.step == Step.ANNOTATE
        and may_take_back(session, get_item(session, assignment.item_id))
    )
    verifies = answer_to_verify(session, assignment).body_sha256 if assignment.step == Step.VERIFY else ""
    return OwnWork(payload, assignment.draft_version, editable, may_recall, verifies)


def own_adjudication(session: Session, actor: Actor, item: Item, *, at: int) -> Assignment:
    """The actor's task of settling an item: to work on, and when it is closed to look back at.

    Raises Forbidden or NotFound.
    """
    own = (Assignment.item_id == item.id, Assignment.person_id == actor.id, Assignment.step == Step.ADJUDICATE)
    last = session.scalar(select(Assignment).where(*own).order_by(Assignment.id.desc()).limit(1))
    if last is None or last.state != AssignmentState.SUBMITTED:
        return find_own(session, actor, item, Step.ADJUDICATE, at=at)
    policy.require(session, actor, policy.Action.READ_OWN_WORK, subject_of(last), at=at)
    return last


@dataclass(frozen=True)
class Settling:
    """What an adjudicator has before them: the cases, the rulings that stand, and what all answers share."""

    cases: Cases
    rulings: dict[str, Ruling]
    agreed: dict[str, Any]


def settling(session: Session, actor: Actor, task: Assignment, codes: CodeLookup, *, at: int) -> Settling:
    """The actor's own adjudication, open or closed. Raises Forbidden or NotFound."""
    policy.require(session, actor, policy.Action.READ_OWN_WORK, subject_of(task), at=at)
    item = get_item(session, task.item_id)
    cases = cases_of(session, item, task, codes)
    return Settling(cases, rulings_of(session, task.id), agreed_elements(item, cases, context_of(session, item, codes)))


def visible_holds(session: Session, actor: Actor, project_id: int) -> list[Hold]:
    """What is held back in a project, but for the items of which this person holds a reading (INV-3)."""
    # Asked of what is held: a person's readings grow with the project, what is held does not.
    held = select(Hold.item_id).where(Hold.project_id == project_id, Hold.closed_at.is_(None))
    reading = (Assignment.person_id == actor.id, Assignment.step == Step.ANNOTATE, Assignment.item_id.in_(held))
    own = set(session.scalars(select(Assignment.item_id).where(*reading)))
    return [hold for hold in list_open_holds(session, project_id) if hold.item_id not in own]


def is_seen(last: int | None, *, at: int) -> bool:
    """Whether showing a text now needs no word in the log: it was shown in the last 15 minutes."""
    return last is not None and at - last < VIEW_WINDOW


def note_view(
    session: Session, actor: Actor, assignment: Assignment, *, document_id: int | None = None, at: int
) -> None:
    """Say in the log that a text was shown, before it leaves (HIPAA access accounting).

    `document_id` names another document of the encounter than the task's own; it is always noted.
    """
    if document_id is None:
        last = session.scalar(select(func.max(Event.at)).where(Event.stream == streams.view(assignment.id)))
        if is_seen(last, at=at):
            return
    record_view(session, actor, assignment, document_id=document_id, at=at)


def record_view(
    session: Session, actor: Actor, assignment: Assignment, *, document_id: int | None = None, at: int
) -> None:
    """The same of a text that was not seen a moment ago."""
    record(
        session,
        Tag.DOCUMENT_VIEWED,
        # Another document's views must not make this one's look recent.
        stream=streams.view(assignment.id, document_id),
        actor=actor,
        subject=Subject("item", assignment.item_id),
        data={"assignment": assignment.id, "step": assignment.step, "document": document_id},
        project_id=assignment.project_id,
        at=at,
    )


def encounter_document(session: Session, assignment: Assignment, document_id: int) -> Document:
    """A readable document of the task's own encounter. Raises NotFound for any other, Conflict while it is hidden."""
    item = session.get(Item, assignment.item_id)
    own = get_document(session, item.document_id) if item else None
    project = get_project(session, assignment.project_id)
    for document in documents_of_encounter(session, own.encounter_id) if own else []:
        if document.id == document_id and may_be_read(project, document):
            for item_id in session.scalars(select(Item.id).where(Item.document_id == document.id)):
                require_visible(session, item_id)
            return document
    raise NotFound("document", "there is no such document in this encounter")


def neighbours(session: Session, assignment: Assignment) -> tuple[int | None, int | None]:
    """The same person's unfinished tasks before and after one, by id."""
    waiting = Assignment.state.in_((AssignmentState.OFFERED, AssignmentState.OPEN))
    own = select(Assignment.id).where(Assignment.person_id == assignment.person_id, waiting)
    before = own.where(Assignment.id < assignment.id).order_by(Assignment.id.desc()).limit(1)
    after = own.where(Assignment.id > assignment.id).order_by(Assignment.id).limit(1)
    return session.scalar(before), session.scalar(after)


@dataclass(frozen=True)
class Task:
    """One of a person's own tasks, with what a list says of it."""

    assignment: Assignment
    item: Item
    note_type: str
    project: str
    #: the item took the place of one whose text was corrected
    is_renewed: bool = False
    #: where the item stands, as the reader may know it
    shown: str = ""

    @property
    def may_recall(self) -> bool:
        """An own reading may be taken back until another reader has finished."""
        return (
            self.assignment.state == AssignmentState.SUBMITTED
            and self.assignment.step == Step.ANNOTATE
            and self.shown == ItemState.IN_ANNOTATION
        )


UNFINISHED = (AssignmentState.OFFERED, AssignmentState.OPEN)
FINISHED = (AssignmentState.SUBMITTED,)


def own_tasks(
    session: Session,
    actor: Actor,
    wanted: tuple[AssignmentState, ...],
    *,
    settled: bool = False,
    after: int = 0,
    limit: int = 50,
) -> list[Task]:
    """The actor's tasks in some states, by id; `settled`: readings whose items are decided.

    What goes on in a corrected text stands before all that is new: its reader waits to end it, and others for her.
    `after` is the last task of the page before.
    """
    query = (
        select(Assignment, Item, Document.note_type, Project.title, Renewal.item_id.is_not(None))
        .join(Item, Item.id == Assignment.item_id)
        .join(Document, Document.id == Item.document_id)
        .join(Project, Project.id == Assignment.project_id)
        .outerjoin(Renewal, Renewal.item_id == Assignment.item_id)
        .where(Assignment.person_id == actor.id, Assignment.state.in_(wanted))
    )
    if settled:
        query = query.where(seems(_SETTLED), Assignment.step == Step.ANNOTATE)
    if wanted == UNFINISHED:
        query = query.where(_after(after)).order_by(Renewal.item_id.is_not(None).desc())
    else:
        query = query.where(Assignment.id > after)
    rows = session.execute(query.order_by(Assignment.id).limit(limit)).all()
    copies = copies_among(session, [row.Item.id for row in rows] if wanted == FINISHED else [])
    return [Task(*row, shown=_seeming(session, row.Item, copies)) for row in rows]


def _seeming(session: Session, item: Item, copies: dict[int, ItemCopy]) -> str:
    return seeming_state(session, item, copies[item.id]) if item.id in copies else item.state


def _after(after: int) -> ColumnElement[bool]:
    """Whether a task comes after one, where those that go on in a corrected text stand before the others."""
    corrected, later = Renewal.item_id.is_not(None), Assignment.id > after
    if not after:
        return later
    last = aliased(Assignment)
    goes_on = select(last.id).join(Renewal, Renewal.item_id == last.item_id).where(last.id == after)
    among_first = goes_on.correlate(None).exists()
    return or_(among_first & ~corrected, (among_first == corrected) & later)


def count_unfinished(session: Session, actor: Actor) -> int:
    """How many tasks wait for the actor."""
    waiting = Assignment.state.in_(UNFINISHED)
    return session.scalar(select(func.count()).where(Assignment.person_id == actor.id, waiting)) or 0


@dataclass(frozen=True)
class Reason:
    """Why something was settled: one of `REASONS`, and the section of the guideline, if any was named."""

    reason: str
    citation: str = ""


@dataclass(frozen=True)
class Feedback:
    """Where a person's own answer (version 0) and the settled one (version 1) differ."""

    task: Assignment
    item: Item
    text: str
    differences: list[Difference]
    #: why each was settled so; None where no ruling says
    reasons: list[Reason | None]


def feedback(session: Session, actor: Actor, assignment: Assignment, codes: CodeLookup, *, at: int) -> Feedback:
    """What was decided differently, and why. Raises Forbidden, NotFound, or Conflict while readers are blind.

    Only the actor's own answer, the item's final one and the reasons of the rulings leave here: nothing of
    other readers (INV-3), and nobody's name.
    """
    policy.require(session, actor, policy.Action.READ_OWN_WORK, subject_of(assignment), at=at)
    item = get_item(session, assignment.item_id)
    about, settled = _settled_for_reader(session, item)
    if settled is None or assignment.state != AssignmentState.SUBMITTED:
        raise Conflict("not-settled", "this item is not settled yet")
    context = context_of(session, item, codes)
    payloads = [payload_of(session, latest_of(session, assignment.id).id), payload_of(session, settled.id)]
    differences = modality_of(item).differences(payloads, context)
    why = _Reasons(session, about, settled, assignment, codes)
    return Feedback(assignment, item, context.text, differences, [why.of(one) for one in differences])


def _settled_for_reader(session: Session, item: Item) -> tuple[Item, Submission | None]:
    """An item's settled answer, once its readers may know it; a copy's is that of its original, when its twin is."""
    copy = copy_of(session, item.id)
    if copy is None:
        return item, settled_answer(session, item.id) if is_settled(item) else None
    shows = copy.twin_item_id is None or seeming_state(session, item, copy) in _SETTLED
    known = answer_of(session, copy) if shows else None
    return get_item(session, copy.source_item_id), session.get(Submission, known) if known else None


class _Reasons:
    """The rulings and the verifier's reason behind a settled answer, to be found by what they settled."""

    def __init__(self, session: Session, item: Item, settled: Submission, own: Assignment, codes: CodeLookup) -> None:
        self.ruled: list[tuple[dict[str, Any], Difference, Reason]] = []
        ended = (Assignment.step == Step.ADJUDICATE, Assignment.state == AssignmentState.SUBMITTED)
        tasks = select(Assignment).where(Assignment.round_id == settled.round_id, *ended)
        for task in session.scalars(tasks.order_by(Assignment.id.desc())):
            cases, rulings = cases_of(session, item, task, codes), rulings_of(session, task.id)
            mine = [answer.assignment_id == own.id for answer in cases.submissions]
            for case in cases.differences:
                version = case.versions[mine.index(True)] if True in mine else {}
                if ruling := rulings.get(case.key):
                    self.ruled.append((version, case, Reason(ruling.reason, ruling.citation)))
        self.verified = verifier_reason(session, settled)

    def of(self, difference: Difference) -> Reason | None:
        """By the reader's own elements in a case, else by the place or, of the whole document, the label."""
        for version, _, reason in self.ruled:
            if version.keys() & difference.versions[0].keys():
                return reason
        for _, case, reason in self.ruled:
            if _overlap(case.place, difference.place) and {*case.labels} & {*difference.labels}:
                return reason
        return Reason(self.verified) if self.verified else None


def _overlap(one: tuple[int, int] | None, other: tuple[int, int] | None) -> bool:
    if one is None or other is None:
        return one is other
    return one[0] < other[1] and other[0] < one[1]


def queue(session: Session, actor: Actor, project_id: int, step: Step, *, at: int) -> list[Item]:
    """Items that wait for an adjudicator or verifier and that this actor may take now, hardest first.

    Critical findings come first, the oldest of them foremost, then what is escalated, then by complexity and age
    (queue order v2, R8). The policy is asked once for each
    workflow under way and kind of item, and the database leaves out what this person may not take.
    """
    policy.require(session, actor, policy.Action.VIEW_PROJECT, project_subject(project_id), at=at)
    project = get_project(session, project_id)
    kinds = [
        (Round.workflow_sha256 == workflow.digest) & (Item.escalated == escalated)
        for workflow in workflows_awaiting(session, project_id, step)
        for escalated in (True, False)
        if may_finish(actor, project, workflow, step, escalated=escalated, at=at)
    ]
    rows = session.execute(
        select(Item, Renewal.item_id.is_not(None))
        .join(Round, Round.item_id == Item.id)
        .outerjoin(Renewal, Renewal.item_id == Item.id)
        .outerjoin(NotedFinding, NotedFinding.item_id == Item.id)
        .where(
            Item.project_id == project_id,
            Item.state.in_(AWAITED[step]),
            newest(),
            or_(false(), *kinds),
            ~_task(Assignment.person_id == actor.id, earlier_work()),
            ~_task(Assignment.person_id == actor.id, given_back(step)),
            ~_task(Assignment.person_id != actor.id, in_hand(step)),
            not_held(),
        )
        .order_by(
            *(NotedFinding.noted_at.is_(None), NotedFinding.noted_at),
            *(Item.escalated.desc(), Item.complexity.desc(), Item.id),
        )
        .limit(200)
    )
    # Who worked on an item while its text was another version: asked of the few that have one.
    return [item for item, renewed in rows if not (renewed and has_worked_on(session, actor.id, item.id))]


def _task(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return select(Assignment.id).where(Assignment.item_id == Item.id, *conditions).exists()


def is_settled(item: Item) -> bool:
    """Whether readers may now see what was decided about their answers."""
    return item.state in _SETTLED
