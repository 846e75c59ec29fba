"""Single confirmations: a verifier looked at one element, alone, and stands for it as it is."""

from __future__ import annotations

import json

from sqlalchemy import ForeignKey, Index, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.actor import Actor
from app.agreement.judgements import Payload
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import RECORD, Base, Session
from app.core.errors import Conflict, Invalid, NotFound, Problem
from app.review.assignment import Assignment, get_assignment, require_awaited
from app.review.draft import DraftElement, require_may_work
from app.review.hold import require_no_hold
from app.review.item import CodeLookup, Item, context_of, get_item, modality_of, no_codes
from app.review.modality import AnnotationAction
from app.review.states import AssignmentState
from app.review.submission import readings
from app.review.weight import elements_of_weight
from app.review.workflows import Step


class ElementConfirmation(Base):
    """One element of a verifier's draft, confirmed in the version that then stood; a later change undoes it."""

    __tablename__ = "element_confirmation"
    __table_args__ = (
        Index("ix_element_confirmation_assignment", "assignment_id", "element_id"),
        {"info": {"kind": RECORD, "tags": (Tag.ELEMENT_CONFIRMED,), "append_only": True}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    element_id: Mapped[str] = mapped_column(Text)
    #: the draft's version that wrote the element as it was confirmed
    version: Mapped[int]
    at: Mapped[int]


def confirm_element(
    session: Session,
    actor: Actor,
    assignment: Assignment,
    element_id: str,
    *,
    expected_version: int,
    codes: CodeLookup = no_codes,
    at: int,
) -> None:
    """Stand for one element as it is; once more for the same version changes nothing.

    `expected_version` is the draft's version the verifier has before them. Raises Forbidden, NotFound
    (no such element) or Conflict (not a verification, not open, held, or the draft has changed).
    """
    item = get_item(session, assignment.item_id, lock=True)
    assignment = get_assignment(session, assignment.id, lock=True)
    require_may_work(session, actor, assignment, at=at)
    if assignment.step != Step.VERIFY or assignment.state != AssignmentState.OPEN:
        raise Conflict("not-open", "this verification is not open", details={"state": assignment.state})
    require_no_hold(session, item.id)
    require_awaited(item, assignment.step)
    if assignment.draft_version != expected_version:
        raise Conflict("stale-version", "the draft has changed", details={"version": assignment.draft_version})
    element = session.get(DraftElement, (assignment.id, element_id))
    if element is None or element.body is None:
        raise NotFound("element", "there is no such element in this answer")
    if element_id in confirmed_elements(session, assignment.id):
        return
    confirmation = ElementConfirmation(
        assignment_id=assignment.id, element_id=element_id, version=element.version, at=at
    )
    session.add(confirmation)
    body = json.loads(element.body)
    facts = modality_of(item).describe(AnnotationAction(element_id, body, body), context_of(session, item, codes))
    record(
        session,
        Tag.ELEMENT_CONFIRMED,
        stream=streams.assignment(assignment.id),
        actor=actor,
        subject=Subject("element", element_id),
        data={"assignment": assignment.id, "item": item.id, "version": element.version} | facts,
        project_id=item.project_id,
        at=at,
    )


def confirmed_elements(session: Session, assignment_id: int) -> list[str]:
    """Ids of the elements that stand as they were confirmed."""
    same = (
        (DraftElement.assignment_id == ElementConfirmation.assignment_id)
        & (DraftElement.element_id == ElementConfirmation.element_id)
        & (DraftElement.version == ElementConfirmation.version)
    )
    query = select(ElementConfirmation.element_id).join(DraftElement, same & DraftElement.body.is_not(None))
    return list(session.scalars(query.where(ElementConfirmation.assignment_id == assignment_id).distinct()))


def one_reader(session: Session, assignment: Assignment) -> bool:
    """Whether what is verified was read by one person only: nobody blind to them has seen the same."""
    return len(readings(session, assignment.round_id)) == 1


def require_confirmed(
    session: Session, item: Item, assignment: Assignment, payload: Payload, codes: CodeLookup
) -> None:
    """Raises Invalid naming each element of weight, of a single reader, that nobody confirmed singly."""
    if not one_reader(session, assignment):
        return
    confirmed = set(confirmed_elements(session, assignment.id))
    missing = [key for key in elements_of_weight(session, item, payload, codes) if key not in confirmed]
    if missing:
        problems = [Problem("not-confirmed", key, "it is to be confirmed by itself") for key in missing]
        message = f"{len(missing)} significant or critical elements of a single reader are not confirmed"
        raise Invalid("not-confirmed", message, problems=problems)
