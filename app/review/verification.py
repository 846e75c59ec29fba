"""Verification: a credentialed person accepts, changes or rejects an answer that awaits it."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.actor import Actor
from app.accounts.policy import Action
from app.agreement.judgements import REASONS
from app.audit.events import Tag
from app.core.db import RECORD, Base, Session
from app.core.digest import canonical_json, sha256
from app.core.errors import Conflict, Invalid
from app.guidelines.acknowledgement import require_acknowledged
from app.review import states
from app.review.assignment import Assignment, get_assignment
from app.review.confirmation import require_confirmed
from app.review.draft import as_given, assemble, require_may_work, start_draft
from app.review.hold import require_no_hold
from app.review.item import CodeLookup, Item, context_of, get_item, modality_of, no_codes
from app.review.override import require_second_reviewer
from app.review.states import AssignmentState
from app.review.submission import (
    Submission,
    SubmissionKind,
    freeze,
    payload_of,
    readings,
    require_valid,
    settled_answer,
)
from app.review.weight import changes_of, critical_changes_of, critical_labels, may_decide_weight
from app.review.workflows import Step


class VerifierChange(Base):
    """A verifier ended an item with another answer than the one before them, and why."""

    __tablename__ = "verifier_change"
    __table_args__ = ({"info": {"kind": RECORD, "tags": (Tag.ANSWER_SETTLED,), "append_only": True}},)

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True, autoincrement=False)
    verified_submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    #: one of `REASONS`; empty where only what nobody compares was changed
    reason: Mapped[str] = mapped_column(Text)


def open_verification(session: Session, actor: Actor, assignment: Assignment, *, at: int) -> None:
    """Begin: the verifier's draft starts from the answer to be verified."""
    if assignment.state == AssignmentState.OFFERED:
        payload = payload_of(session, answer_to_verify(session, assignment).id)
        start_draft(session, actor, assignment, beginning=as_given(payload), at=at)


def answer_to_verify(session: Session, assignment: Assignment) -> Submission:
    """The adjudicated answer of this round, or what its readers agreed on."""
    settled = settled_answer(session, assignment.item_id)
    if settled is not None and settled.round_id == assignment.round_id:
        return settled
    return readings(session, assignment.round_id)[0]


def digest_of_view(session: Session, assignment: Assignment) -> str:
    """SHA-256 of what a verifier has before them: the answer verified, and the draft as it stands."""
    answer = answer_to_verify(session, assignment).body_sha256
    elements = assemble(session, assignment.id)["elements"]
    return sha256(canonical_json({"elements": elements, "submissions": [answer]}))


def verify(
    session: Session,
    actor: Actor,
    assignment: Assignment,
    *,
    reason: str = "",
    confirmed: bool = False,
    codes: CodeLookup = no_codes,
    at: int,
) -> Submission | None:
    """Accept the answer, or change it where the draft differs; freezes the settled answer.

    A change needs a reason. A changed label of weight is not the verifier's to settle: the item is
    escalated and None is returned. `confirmed` is the second key with which a senior reviewer changes
    what a senior reviewer settled. What one person alone read is accepted only where each element of
    weight was confirmed by itself. Raises OverrideNeedsTwo where the project wants another senior reviewer's
    approval of a changed critical label.
    """
    assignment, item = _require_verifying(session, actor, assignment, at=at)
    payload = modality_of(item).folded(assemble(session, assignment.id))
    require_valid(session, item, payload, codes)
    verified = answer_to_verify(session, assignment)
    before = payload_of(session, verified.id)
    context = context_of(session, item, codes)
    differences = modality_of(item).differences([before, payload], context)
    if differences and reason not in REASONS:
        raise Invalid("reason", f"a change needs a reason: {', '.join(REASONS)}")
    labels = sorted({label for difference in differences for label in difference.labels})
    weighty = set(critical_labels(session, item).intersection(labels))
    weighty |= {change.label for change in changes_of(session, item, payload, [before], codes)}
    # What a senior reviewer settled, only another senior reviewer changes.
    senior = item.escalated and may_decide_weight(session, actor, item, Action.VERIFY, at=at)
    escalates = bool(weighty) and not senior
    if not escalates:
        if weighty and not confirmed:
            raise Invalid("second-key", "a significant or critical label needs a second confirmation")
        require_confirmed(session, item, assignment, payload, codes)
        critical = critical_labels(session, item).intersection(labels)
        critical |= set(critical_changes_of(session, item, payload, [before], codes))
        approval = require_second_reviewer(session, actor, assignment, sorted(critical), payload, verified, at=at)
        actor = replace(actor, approval=approval)
    settled = freeze(session, actor, assignment, payload, SubmissionKind.SETTLED, at=at)
    states.advance(session, actor, assignment, "submitted", data={"submission_sha256": settled.body_sha256}, at=at)
    if escalates:
        item.escalated = True
        states.advance(session, actor, item, "escalated", data={"labels": sorted(weighty)}, at=at)
        return None
    changed = canonical_json(before) != canonical_json(payload)
    if changed:
        session.add(VerifierChange(submission_id=settled.id, verified_submission_id=verified.id, reason=reason))
    states.advance(
        session,
        actor,
        item,
        "changed" if changed else "accepted",
        data={"gold": settled.body_sha256, "labels": labels, "reason": reason, "second_key": confirmed},
        at=at,
    )
    return settled


def verifier_reason(session: Session, settled: Submission) -> str:
    """Why the verifier changed the answer; empty where nobody did."""
    change = session.get(VerifierChange, settled.id)
    return change.reason if change else ""


def reject(session: Session, actor: Actor, assignment: Assignment, reason: str, *, at: int) -> None:
    """Send the item back for a new round with new readers."""
    assignment, item = _require_verifying(session, actor, assignment, at=at)
    if reason not in REASONS:
        raise Invalid("reason", f"a rejection needs a reason: {', '.join(REASONS)}")
    states.advance(session, actor, assignment, "declined", data={"reason": reason}, at=at)
    states.advance(session, actor, item, "rejected", data={"reason": reason}, at=at)


def _require_verifying(session: Session, actor: Actor, assignment: Assignment, *, at: int) -> tuple[Assignment, Item]:
    item = get_item(session, assignment.item_id, lock=True)
    assignment = get_assignment(session, assignment.id, lock=True)
    require_may_work(session, actor, assignment, at=at)
    if assignment.step != Step.VERIFY or assignment.state != AssignmentState.OPEN:
        raise Conflict("not-open", "this verification is not open", details={"state": assignment.state})
    require_no_hold(session, item.id)
    require_acknowledged(session, actor, assignment.guideline_version_id)
    return assignment, item
