"""Submissions: frozen answers, with who gave them, with which qualification, under which guideline."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts import policy
from app.accounts.actor import Actor
from app.agreement.judgements import Payload
from app.audit import streams
from app.audit.content import require_content
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import RECORD, Base, Session
from app.core.digest import canonical_json, new_salt, salted_sha256
from app.core.errors import Conflict, Invalid, NotFound
from app.core.isolation import set_aside
from app.core.registry import Registry
from app.guidelines.acknowledgement import require_acknowledged
from app.review import states
from app.review.assignment import Assignment, get_assignment, require_awaited, subject_of
from app.review.authority import subject_of_reading, workflow_for
from app.review.copies import copy_of
from app.review.draft import assemble
from app.review.hold import require_no_hold
from app.review.item import CodeLookup, Item, context_of, get_item, modality_of, no_codes
from app.review.round import current_round
from app.review.seeming import may_take_back
from app.review.weight import elements_of_weight, weighty_labels
from app.review.workflows import Step


class SubmissionKind(StrEnum):
    """What an answer is: one reader's, or the item's."""

    READING = "reading"
    SETTLED = "gold"


class Submission(Base):
    """One frozen answer. Never changed: a recall or a correction is another row."""

    __tablename__ = "submission"
    __table_args__ = (
        UniqueConstraint("assignment_id", "ordinal"),
        CheckConstraint("kind IN ('reading','gold')", name="kind_known"),
        Index("ix_submission_item_kind", "item_id", "kind"),
        {"info": {"kind": RECORD, "tags": (Tag.SUBMISSION_FROZEN, Tag.ANSWER_SETTLED), "append_only": True}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    #: 1 for the first time this task was submitted, 2 after a recall, …
    ordinal: Mapped[int]
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(Text)
    #: SHA-256 of salt ‖ canonical document; the salt is with the body
    body_sha256: Mapped[str] = mapped_column(Text)
    elements: Mapped[int]
    guideline_version_id: Mapped[int] = mapped_column(ForeignKey("guideline_version.id"), index=True)
    schema_id: Mapped[int] = mapped_column(ForeignKey("label_schema.id"), index=True)
    #: canonical JSON: roles, tier and credentials at the moment of freezing
    credentials_json: Mapped[str] = mapped_column(Text)
    frozen_at: Mapped[int]


class SubmissionBody(Base):
    """The document itself, canonical JSON verbatim, and its salt."""

    __tablename__ = "submission_body"
    __table_args__ = (
        {
            "info": {
                "kind": RECORD,
                "content": ("submission", "body", "body_sha256"),
                "tags": (
                    *(Tag.SUBMISSION_FROZEN, Tag.ANSWER_SETTLED, Tag.BATCH_WITHDRAWN, Tag.PHI_REDACTED),
                    Tag.SUBJECT_ERASED,
                ),
                "erasable": True,
            }
        },
    )

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True, autoincrement=False)
    body: Mapped[str] = mapped_column(Text)
    salt: Mapped[bytes] = mapped_column(LargeBinary)


class Recall(Base):
    """A reader took an answer back before anybody else had submitted."""

    __tablename__ = "submission_recall"
    __table_args__ = ({"info": {"kind": RECORD, "tags": (Tag.SUBMISSION_RECALLED,), "append_only": True}},)

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True, autoincrement=False)
    at: Mapped[int]


class Projection(Protocol):
    """A table that follows from answers: kept up to date in the transaction that freezes one.

    It is told of no answer to a copy, which is nobody's answer about a patient, unless it says `takes_copies`.
    """

    key: str

    def frozen(self, session: Session, item: Item, submission: Submission, payload: Payload) -> None:
        """Take over a reader's answer, or an item's new final one in place of the one before."""
        ...


PROJECTIONS: Registry[Projection] = Registry("projection", Projection)


def submit(
    session: Session,
    actor: Actor,
    assignment: Assignment,
    *,
    codes: CodeLookup = no_codes,
    at: int,
) -> Submission:
    """Freeze one person's answer. Raises Forbidden, Conflict or Invalid (with the problems).

    When the round's last reader submits, the answers are compared and the item goes on.
    """
    subject = subject_of_reading(session, assignment)
    policy.require(session, actor, policy.Action.SUBMIT, subject, at=at)
    item = get_item(session, assignment.item_id, lock=True)
    assignment = get_assignment(session, assignment.id, lock=True)
    if assignment.step != Step.ANNOTATE:
        raise Conflict("step", "this task ends with a signature")
    states.require(assignment, "submitted")
    require_awaited(item, assignment.step)
    require_no_hold(session, item.id)
    require_acknowledged(session, actor, assignment.guideline_version_id)
    payload = assemble(session, assignment.id)
    require_valid(session, item, payload, codes)
    submission = freeze(session, actor, assignment, payload, SubmissionKind.READING, at=at)
    states.advance(session, actor, assignment, "submitted", data={"submission_sha256": submission.body_sha256}, at=at)
    _compare_when_complete(session, actor, item, codes, at=at)
    return submission


def require_valid(session: Session, item: Item, payload: Payload, codes: CodeLookup) -> None:
    """Raises Invalid when the modality finds what keeps an answer from being submitted."""
    problems = modality_of(item).check(payload, context_of(session, item, codes))
    blocking = [problem for problem in problems if not problem.code.startswith("warn-")]
    if blocking:
        raise Invalid("not-submittable", f"{len(blocking)} things are open", problems=blocking)


def freeze(
    session: Session, actor: Actor, assignment: Assignment, payload: Payload, kind: SubmissionKind, *, at: int
) -> Submission:
    """Store a payload for ever, exact duplicates folded, with the author's qualification as it is at this moment."""
    item = get_item(session, assignment.item_id)
    if assignment.guideline_version_id is None:
        raise Conflict("not-open", "the task was never opened")
    given, payload = payload, modality_of(item).folded(payload)
    body, salt = canonical_json(payload), new_salt()
    last = session.scalar(select(func.max(Submission.ordinal)).where(Submission.assignment_id == assignment.id))
    submission = Submission(
        assignment_id=assignment.id,
        ordinal=(last or 0) + 1,
        item_id=item.id,
        round_id=assignment.round_id,
        person_id=actor.id,
        kind=kind,
        body_sha256=salted_sha256(salt, body),
        elements=len(payload["elements"]),
        guideline_version_id=assignment.guideline_version_id,
        schema_id=item.schema_id,
        credentials_json=canonical_json(qualification(actor, item.project_id, at=at)),
        frozen_at=at,
    )
    session.add(submission)
    session.flush()
    session.add(SubmissionBody(submission_id=submission.id, body=body, salt=salt))
    record(
        session,
        Tag.SUBMISSION_FROZEN if kind == SubmissionKind.READING else Tag.ANSWER_SETTLED,
        stream=streams.assignment(assignment.id),
        actor=actor,
        subject=Subject("submission", submission.id),
        data={
            "assignment": assignment.id,
            "item": item.id,
            "sha256": submission.body_sha256,
            "elements": submission.elements,
            "guideline_version": submission.guideline_version_id,
            "schema": submission.schema_id,
            "qualification": json.loads(submission.credentials_json),
        }
        | _folded(given, payload),
        project_id=item.project_id,
        at=at,
    )
    _project(session, item, submission, payload)
    return submission


def _project(session: Session, item: Item, submission: Submission, payload: Payload) -> None:
    """Tell the projections. They can be made anew at any time, so a fault in one must not cost somebody the answer."""
    is_real = copy_of(session, item.id) is None
    for projection in PROJECTIONS:
        with set_aside({}, item.document_id, stage=f"projection {projection.key}"), session.begin_nested() as nested:
            projection.frozen(session, item, submission, payload)
            if not (is_real or getattr(projection, "takes_copies", False)):
                session.flush()
                nested.rollback()  # done and undone, so that an answer to a copy takes as long as any


def _folded(given: Payload, kept: Payload) -> dict[str, Any]:
    """The ids that freezing left out, where it did."""
    gone = sorted(given["elements"].keys() - kept["elements"].keys())
    return {"folded": gone} if gone else {}


def qualification(actor: Actor, project_id: int, *, at: int) -> dict[str, Any]:
    """Roles, tier and valid credentials of a person at this moment (R6: the snapshot never changes)."""
    return {
        "roles": sorted(actor.roles_in(project_id)),
        "tier": actor.tier(at),
        "credentials": [
            {
                "id": c.id,
                "tier": c.tier,
                "profession": c.profession,
                "specialty": c.specialty,
                "country": c.country,
            }
            for c in actor.credentials
            if c.is_valid(at)
        ],
    }


def recall(session: Session, actor: Actor, assignment: Assignment, *, at: int) -> None:
    """Take an own answer back; possible until another reader has submitted."""
    policy.require(session, actor, policy.Action.RECALL, subject_of(assignment), at=at)
    item = get_item(session, assignment.item_id, lock=True)
    assignment = get_assignment(session, assignment.id, lock=True)
    states.require(assignment, "recalled")
    if not may_take_back(session, item) or len(readings(session, assignment.round_id)) > 1:
        raise Conflict("too-late", "another reader has submitted; ask the project's lead for a new round")
    submission = latest_of(session, assignment.id)
    session.add(Recall(submission_id=submission.id, at=at))
    record(
        session,
        Tag.SUBMISSION_RECALLED,
        stream=streams.assignment(assignment.id),
        actor=actor,
        subject=Subject("submission", submission.id),
        data={"assignment": assignment.id, "sha256": submission.body_sha256},
        project_id=assignment.project_id,
        at=at,
    )
    states.advance(session, actor, assignment, "recalled", at=at)
    # The item may have been moved to another version since.
    assignment.guideline_version_id = item.guideline_version_id


def _compare_when_complete(session: Session, actor: Actor, item: Item, codes: CodeLookup, *, at: int) -> None:
    """After the last reading: agreed or disagreed, and where the item goes from there."""
    row = current_round(session, item.id)
    answers = readings(session, row.id)
    if len(answers) < row.readers or copy_of(session, item.id) is not None:
        return
    workflow = workflow_for(session, item)
    states.advance(session, actor, item, "all_submitted", at=at)
    payloads = [payload_of(session, answer.id) for answer in answers]
    differences = modality_of(item).differences(payloads, context_of(session, item, codes))
    if not differences:
        states.advance(session, actor, item, "found_agreed", at=at)
        # A label of weight is always seen by a verifier (domain D.4).
        passes = workflow.passes_agreed and not elements_of_weight(session, item, payloads[0], codes)
        states.advance(session, actor, item, "passed_by_sampling" if passes else "sent_to_verification", at=at)
        return
    weighty = sorted({label for d in differences for label in d.labels} & weighty_labels(session, item))
    states.advance(session, actor, item, "found_disagreed", data={"cases": len(differences)}, at=at)
    # INV-8: a significant label in dispute goes to a senior reviewer; nothing is ever voted on.
    item.escalated = bool(weighty)
    event = "escalated" if weighty else "sent_to_adjudication"
    states.advance(session, actor, item, event, data={"labels": weighty}, at=at)


def readings(session: Session, round_id: int) -> list[Submission]:
    """The standing answers of a round's readers, one each, in a fixed order that says nothing of time."""
    recalled = select(Recall.submission_id)
    rows = session.scalars(
        select(Submission)
        .where(
            Submission.round_id == round_id,
            Submission.kind == SubmissionKind.READING,
            Submission.id.not_in(recalled),
        )
        .order_by(Submission.assignment_id, Submission.ordinal)
    )
    return list({row.assignment_id: row for row in rows}.values())


def contenders(session: Session, assignment: Assignment) -> list[Submission]:
    """The answers an adjudicator settles or has settled.

    The readings; where an adjudicator changed a label of weight, these and the answer that did; where a
    verifier did, what was to be verified and the verifier's answer.
    """
    own = select(func.min(Submission.id)).where(Submission.assignment_id == assignment.id).scalar_subquery()
    settled = list(
        session.scalars(
            select(Submission)
            .where(
                Submission.round_id == assignment.round_id,
                Submission.kind == SubmissionKind.SETTLED,
                (own.is_(None)) | (Submission.id < own),
            )
            .order_by(Submission.id)
        )
    )
    if not settled:
        return readings(session, assignment.round_id)
    if get_assignment(session, settled[-1].assignment_id).step == Step.ADJUDICATE:
        return [*readings(session, assignment.round_id), settled[-1]]
    before = settled[-2] if len(settled) > 1 else readings(session, assignment.round_id)[0]
    return [before, settled[-1]]


def latest_of(session: Session, assignment_id: int) -> Submission:
    """The last answer of a task. Raises NotFound."""
    row = session.scalar(
        select(Submission).where(Submission.assignment_id == assignment_id).order_by(Submission.ordinal.desc()).limit(1)
    )
    if row is None:
        raise NotFound("submission", "this task has no answer yet")
    return row


def payload_of(session: Session, submission_id: int) -> Payload:
    """The frozen document. Raises NotFound when it was erased, Conflict when it is not the one that was frozen."""
    body = session.get(SubmissionBody, submission_id)
    if body is None:
        raise NotFound("submission-erased", f"the body of submission {submission_id} was destroyed")
    stated = session.get_one(Submission, submission_id).body_sha256
    require_content(f"the body of submission {submission_id}", body.salt, body.body, stated)
    payload: dict[str, Any] = json.loads(body.body)
    return payload


def payloads_among(session: Session, submission_ids: Sequence[int]) -> dict[int, Payload]:
    """Submission → its frozen document, for those of these whose body still exists."""
    query = (
        select(SubmissionBody, Submission.body_sha256)
        .join(Submission, Submission.id == SubmissionBody.submission_id)
        .where(SubmissionBody.submission_id.in_(submission_ids))
    )
    found = {}
    for row, stated in session.execute(query):
        require_content(f"the body of submission {row.submission_id}", row.salt, row.body, stated)
        found[row.submission_id] = json.loads(row.body)
    return found


def settled_answer(session: Session, item_id: int) -> Submission | None:
    """The item's settled answer, the newest if there were several rounds."""
    return session.scalar(
        select(Submission)
        .where(Submission.item_id == item_id, Submission.kind == SubmissionKind.SETTLED)
        .order_by(Submission.id.desc())
        .limit(1)
    )


def reconsidered(session: Session, item_id: int) -> int | None:
    """The answer that a new round of an item reads anew: what was settled last, else the first of equal readings.

    None before the first round.
    """
    last = session.scalar(
        select(Submission)
        .where(Submission.item_id == item_id, Submission.id.not_in(select(Recall.submission_id)))
        .order_by(Submission.round_id.desc(), Submission.id.desc())
        .limit(1)
    )
    if last is None or last.kind == SubmissionKind.SETTLED:
        return last.id if last else None
    return readings(session, last.round_id)[0].id
