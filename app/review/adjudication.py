"""Adjudication: differences as cases, rulings appended, the item's answer settled and frozen."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.actor import Actor
from app.accounts.policy import Action
from app.agreement.judgements import REASONS, Choice, Difference, Payload, Ruling
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import RECORD, Base, Session
from app.core.digest import canonical_json, new_salt, salted_sha256, sha256
from app.core.errors import Conflict, Invalid, NotFound
from app.guidelines.acknowledgement import require_acknowledged
from app.guidelines.text import require_citation
from app.guidelines.version import get_guideline
from app.review import states
from app.review.assignment import Assignment, get_assignment
from app.review.authority import workflow_for
from app.review.draft import as_given, require_may_work, start_draft
from app.review.hold import require_no_hold
from app.review.item import CodeLookup, Item, context_of, get_item, modality_of, no_codes
from app.review.modality import Context
from app.review.override import require_second_reviewer
from app.review.own import own_elements
from app.review.states import AssignmentState, ItemState
from app.review.submission import (
    Submission,
    SubmissionKind,
    contenders,
    freeze,
    payload_of,
    require_valid,
)
from app.review.weight import changes_of, critical_changes_of, may_decide_weight, weighty_labels
from app.review.workflows import Step

WITHDRAWN = "withdrawn"


class RulingRow(Base):
    """One decision of one case, appended: the last for a case counts, none is ever changed."""

    __tablename__ = "ruling"
    __table_args__ = (
        CheckConstraint("choice IN ('take','own','none','withdrawn')", name="choice_known"),
        CheckConstraint("(choice = 'take') = (version IS NOT NULL)", name="version_when_taken"),
        CheckConstraint("choice = 'withdrawn' OR reason <> ''", name="reason_given"),
        Index("ix_ruling_assignment_case", "assignment_id", "case_key", "id"),
        {
            "info": {
                "kind": RECORD,
                "tags": (Tag.CASE_RULED, Tag.RULING_WITHDRAWN, Tag.SUBJECT_ERASED),
                "append_only": True,
                "words": ("elements_json", "salt"),
            }
        },
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    case_key: Mapped[str] = mapped_column(Text)
    choice: Mapped[str] = mapped_column(Text)
    version: Mapped[int | None]
    #: own version, canonical JSON ``{id: body}``
    elements_json: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    citation: Mapped[str] = mapped_column(Text)
    #: the second key was given
    confirmed: Mapped[bool]
    at: Mapped[int]
    #: for the digest of this row in the log: what was written here cannot be guessed from it
    salt: Mapped[bytes | None] = mapped_column(LargeBinary, default=new_salt)


@dataclass(frozen=True)
class Decision:
    """A ruling as an adjudicator gives it; `confirmed` is the second key of a case of weight."""

    ruling: Ruling
    confirmed: bool = False


@dataclass(frozen=True)
class Cases:
    """An item's answers and where they differ."""

    submissions: list[Submission]
    payloads: list[Payload]
    differences: list[Difference]


def open_adjudication(session: Session, actor: Actor, assignment: Assignment, *, at: int) -> None:
    """Begin: the guideline the item is read under is frozen with the task."""
    if assignment.state == AssignmentState.OFFERED:
        start_draft(session, actor, assignment, beginning=as_given({"elements": {}}), at=at)


def cases_of(session: Session, item: Item, assignment: Assignment, codes: CodeLookup = no_codes) -> Cases:
    """The differences of the round this task settles."""
    answers = contenders(session, assignment)
    payloads = [payload_of(session, answer.id) for answer in answers]
    differences = modality_of(item).differences(payloads, context_of(session, item, codes))
    return Cases(answers, payloads, differences)


def agreed_elements(item: Item, cases: Cases, context: Context) -> dict[str, Any]:
    """What all answers share: what would be left if nobody were right in any case."""
    nothing = [Ruling(case.key, Choice.NONE, reason=REASONS[0]) for case in cases.differences]
    elements: dict[str, Any] = modality_of(item).settle(cases.payloads, nothing, context)["elements"]
    return elements


def digest_of_view(session: Session, assignment: Assignment) -> str:
    """SHA-256 of what an adjudicator has before them: the answers compared, and the rulings that stand."""
    answers = [answer.body_sha256 for answer in contenders(session, assignment)]
    rulings = {key: ruling.to_dict() for key, ruling in rulings_of(session, assignment.id).items()}
    return sha256(canonical_json({"rulings": rulings, "submissions": answers}))


def rule(
    session: Session,
    actor: Actor,
    assignment: Assignment,
    decision: Decision,
    *,
    codes: CodeLookup = no_codes,
    at: int,
) -> RulingRow:
    """Settle one case. Raises Forbidden, Conflict, NotFound (no such case) or Invalid.

    A case of weight needs a reason and a second key (domain 0.15), whether the weight lies in the answers
    or in the own version. An own version stays within its case.
    """
    assignment, item = _require_settling(session, actor, assignment, at=at)
    ruling = decision.ruling
    cases = cases_of(session, item, assignment, codes)
    case = next((d for d in cases.differences if d.key == ruling.difference), None)
    if case is None:
        raise NotFound("case", "there is no such case in this item")
    require_citation(_guideline_text(session, assignment), ruling.citation)
    ruling = replace(ruling, elements=own_elements(item, ruling.elements, cases.payloads, context_of(session, item)))
    if ruling.reason not in REASONS:
        raise Invalid("reason", f"a reason is one of {', '.join(REASONS)}")
    if ruling.choice == Choice.TAKE and not (ruling.version is not None and 0 <= ruling.version < len(cases.payloads)):
        raise Invalid("version", "there is no such version")
    own_weighs = ruling.choice == Choice.OWN and _own_weighs(session, actor, item, cases, ruling, codes, at=at)
    weighs = own_weighs or not weighty_labels(session, item).isdisjoint(case.labels)
    if weighs and not decision.confirmed:
        raise Invalid("second-key", "a significant or critical label needs a second confirmation")
    row = RulingRow(
        assignment_id=assignment.id,
        case_key=case.key,
        choice=ruling.choice,
        version=ruling.version if ruling.choice == Choice.TAKE else None,
        elements_json=canonical_json(ruling.elements if ruling.choice == Choice.OWN else {}),
        reason=ruling.reason,
        citation=ruling.citation,
        confirmed=decision.confirmed,
        at=at,
    )
    _store(session, actor, item, row, case.labels, at=at)
    return row


def _own_weighs(
    session: Session, actor: Actor, item: Item, cases: Cases, ruling: Ruling, codes: CodeLookup, *, at: int
) -> bool:
    """Whether an own version needs a second key: it changes a label of weight, or it is a senior reviewer's.

    It is tried with all other cases as the first reader has them. Raises Invalid where it does not fit its case.
    """
    others = [
        Ruling(case.key, Choice.TAKE, version=0, reason=REASONS[0])
        for case in cases.differences
        if case.key != ruling.difference
    ]
    settled = modality_of(item).settle(cases.payloads, [ruling, *others], context_of(session, item, codes))
    changed = bool(changes_of(session, item, settled, cases.payloads, codes))
    # What a senior reviewer writes stands, whatever it meets in other cases: always twice confirmed.
    return changed or may_decide_weight(session, actor, item, Action.ADJUDICATE, at=at)


def withdraw_ruling(session: Session, actor: Actor, assignment: Assignment, case_key: str, *, at: int) -> None:
    """Take a ruling back before closing; both stay in the record."""
    assignment, item = _require_settling(session, actor, assignment, at=at)
    if case_key not in rulings_of(session, assignment.id):
        raise NotFound("ruling", "this case has no ruling")
    row = RulingRow(
        assignment_id=assignment.id,
        case_key=case_key,
        choice=WITHDRAWN,
        version=None,
        elements_json="{}",
        reason="",
        citation="",
        confirmed=False,
        at=at,
    )
    _store(session, actor, item, row, (), at=at)


def _require_settling(session: Session, actor: Actor, assignment: Assignment, *, at: int) -> tuple[Assignment, Item]:
    item = get_item(session, assignment.item_id, lock=True)
    assignment = get_assignment(session, assignment.id, lock=True)
    require_may_work(session, actor, assignment, at=at)
    if assignment.step != Step.ADJUDICATE or assignment.state != AssignmentState.OPEN:
        raise Conflict("not-open", "this adjudication is not open", details={"state": assignment.state})
    require_no_hold(session, item.id)
    require_acknowledged(session, actor, assignment.guideline_version_id)
    return assignment, item


def _store(session: Session, actor: Actor, item: Item, row: RulingRow, labels: tuple[str, ...], *, at: int) -> None:
    session.add(row)
    session.flush()
    record(
        session,
        Tag.RULING_WITHDRAWN if row.choice == WITHDRAWN else Tag.CASE_RULED,
        stream=streams.assignment(row.assignment_id),
        actor=actor,
        subject=Subject("ruling", row.id),
        data={
            "item": item.id,
            "case": row.case_key,
            "choice": row.choice,
            "version": row.version,
            "elements_sha256": salted_sha256(row.salt or b"", row.elements_json),
            "labels": list(labels),
            "reason": row.reason,
            "citation": row.citation,
            "second_key": row.confirmed,
        },
        project_id=item.project_id,
        at=at,
    )


def rulings_of(session: Session, assignment_id: int) -> dict[str, Ruling]:
    """Case → the ruling that stands."""
    standing: dict[str, Ruling] = {}
    rows = session.scalars(select(RulingRow).where(RulingRow.assignment_id == assignment_id).order_by(RulingRow.id))
    for row in rows:
        if row.choice == WITHDRAWN:
            standing.pop(row.case_key, None)
        else:
            standing[row.case_key] = _ruling(row)
    return standing


def _ruling(row: RulingRow) -> Ruling:
    elements: dict[str, Any] = json.loads(row.elements_json)
    return Ruling(
        difference=row.case_key,
        choice=Choice(row.choice),
        version=row.version,
        elements=elements,
        reason=row.reason,
        citation=row.citation,
    )


def _guideline_text(session: Session, assignment: Assignment) -> str:
    """The version this task is done under: what its rulings may cite."""
    return get_guideline(session, assignment.guideline_version_id or 0).body


def close(
    session: Session, actor: Actor, assignment: Assignment, *, codes: CodeLookup = no_codes, at: int
) -> Submission:
    """Freeze the settled answer and send the item on. Raises Invalid while a case is open.

    A label of weight that is new, gone or moved against all answers is not for an adjudicator to decide:
    the item is escalated, and a senior reviewer settles between the answers and this one. Where the project
    asks for it, a senior reviewer's override of a critical label takes another's approval (OverrideNeedsTwo).
    """
    assignment, item = _require_settling(session, actor, assignment, at=at)
    cases = cases_of(session, item, assignment, codes)
    standing = rulings_of(session, assignment.id)
    open_cases = [d.key for d in cases.differences if d.key not in standing]
    if open_cases:
        raise Invalid("cases-open", f"{len(open_cases)} cases are not decided", details={"cases": open_cases})
    rulings = [standing[d.key] for d in cases.differences]
    for ruling in rulings:  # made before the item was moved, perhaps: sections have other numbers now
        require_citation(_guideline_text(session, assignment), ruling.citation)
    payload = modality_of(item).settle(cases.payloads, rulings, context_of(session, item, codes))
    require_valid(session, item, payload, codes)
    changes = changes_of(session, item, payload, cases.payloads, codes)
    escalates = bool(changes) and not may_decide_weight(session, actor, item, Action.ADJUDICATE, at=at)
    if changes and not escalates:
        labels = critical_changes_of(session, item, payload, cases.payloads, codes)
        approval = require_second_reviewer(session, actor, assignment, labels, payload, cases.submissions[0], at=at)
        actor = replace(actor, approval=approval)
    settled = freeze(session, actor, assignment, payload, SubmissionKind.SETTLED, at=at)
    states.advance(session, actor, assignment, "submitted", data={"submission_sha256": settled.body_sha256}, at=at)
    if escalates:
        item.escalated = True
        labels = sorted({change.label for change in changes})
        states.advance(session, actor, item, "escalated", data={"labels": labels, "gold": settled.body_sha256}, at=at)
        return settled
    ended = "resolved" if item.state == ItemState.ESCALATED else "adjudicated"
    finally_ = "_finally" if workflow_for(session, item).adjudicator_finishes else ""
    states.advance(session, actor, item, ended + finally_, data={"gold": settled.body_sha256}, at=at)
    return settled
