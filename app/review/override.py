"""Overriding a critical label, as an act for two in projects that ask for it.

A senior reviewer may settle a critical label as no reader, or no senior reviewer before, had it. In such a project that
stands only once another senior reviewer, who never worked on the item, has approved just this answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app.accounts import policy
from app.accounts.actor import Actor, AnyActor
from app.accounts.approval import APPROVED, ActFacts, Approval, use_ticket
from app.accounts.person import get_person
from app.agreement.judgements import Payload
from app.core.db import Session
from app.core.digest import canonical_json, salted_sha256
from app.core.errors import Conflict
from app.corpus.project import get_project
from app.review.assignment import Assignment
from app.review.authority import subject_of_item
from app.review.item import Item, get_item
from app.review.renewal import lineage
from app.review.submission import Submission, SubmissionBody
from app.review.workflows import ESCALATION_TIER

OVERRIDE = "critical-override"
SETTING = "override_approval"


class OverrideNeedsTwo(Conflict):
    """The answer overrides a critical label, and nobody else has approved it; `facts` are what is to be asked for."""

    facts: ActFacts


def require_second_reviewer(
    session: Session,
    actor: Actor,
    task: Assignment,
    labels: Sequence[str],
    payload: Payload,
    over: Submission,
    *,
    at: int,
) -> int | None:
    """The approval under which an answer overrides these critical labels, which is spent now; None where the project
    asks for none. Raises OverrideNeedsTwo.

    The answer is known by its digest under the salt of the answer it goes `over`, so that nobody guesses it once
    that is erased.
    """
    item = get_item(session, task.item_id)
    if not labels or not get_project(session, item.project_id).setting(SETTING):
        return None
    salt = session.get_one(SubmissionBody, over.id).salt
    facts = {
        "project": item.project_id,
        "item": item.id,
        "assignment": task.id,
        "by": actor.id,
        "labels": sorted(labels),
        "answer_sha256": salted_sha256(salt, canonical_json(payload)),
    }
    number = use_ticket(session, actor, OVERRIDE, facts, at=at)
    if number is None:
        message = f"this overrides {', '.join(sorted(labels))}: a second senior reviewer has to approve it"
        needed = OverrideNeedsTwo("approval-needed", message, details={"labels": sorted(labels)})
        needed.facts = facts
        raise needed
    return number


def has_approved_override(session: Session, person_id: int, item_id: int) -> bool:
    """Whether this person stood for an override in the item or one it took the place of: then they are no stranger."""
    query = select(Approval).where(Approval.act == OVERRIDE, Approval.decided_by == person_id)
    approved = [row.facts["item"] for row in session.scalars(query.where(Approval.decision == APPROVED))]
    return bool(approved) and not set(approved).isdisjoint(lineage(session, item_id))


class OverrideCritical:
    """Facts: project, item, task, who settles, the critical labels, the digest of the whole answer."""

    key = OVERRIDE
    title = "override of a critical label"

    def about(self, facts: ActFacts) -> tuple[int | None, int | None]:
        return None, facts["project"]

    def require(self, session: Session, actor: AnyActor, facts: ActFacts, *, at: int) -> None:
        """Senior, with the credential the project asks, and never at work on the item before. Raises Forbidden."""
        subject = subject_of_item(session, self._item(session, facts), ESCALATION_TIER)
        policy.require(session, actor, policy.Action.OVERRIDE_CRITICAL, subject, at=at)

    def takes_two(self, session: Session, facts: ActFacts, *, at: int) -> bool:
        return bool(get_project(session, facts["project"]).setting(SETTING))

    def words(self, session: Session, facts: ActFacts) -> str:
        title, by = get_project(session, facts["project"]).title, get_person(session, facts["by"])
        labels = ", ".join(facts["labels"])
        return f"{title}, item {facts['item']}: {by.display_name} ({by.username}) overrides the critical {labels}"

    def carry_out(self, session: Session, actor: AnyActor, facts: ActFacts, *, at: int) -> Any:
        """Nothing here: whoever settles signs again, and the approval is good for that answer only."""

    def _item(self, session: Session, facts: ActFacts) -> Item:
        return get_item(session, facts["item"])
