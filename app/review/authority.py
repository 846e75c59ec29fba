"""Who may end a step of an item: the tier its workflow asks, and what the project asks of credentials."""

from __future__ import annotations

from dataclasses import replace

from app.accounts import policy
from app.accounts.actor import Actor
from app.core.db import Session
from app.corpus.project import Project, get_project
from app.review.item import Item
from app.review.round import current_round
from app.review.workflows import ESCALATION_TIER, Step, Workflow


def require_may_finish(session: Session, actor: Actor, item: Item, step: Step, *, at: int) -> None:
    """Role, tier, specialty and own-work rules, evaluated at the act. Raises Forbidden or NotFound."""
    action, tier = finishing_act(workflow_for(session, item), step, escalated=item.escalated)
    policy.require(session, actor, action, subject_of_item(session, item, tier), at=at)


def finishing_act(workflow: Workflow, step: Step, *, escalated: bool) -> tuple[policy.Action, int]:
    """The act that ends a step of such an item, and the tier it needs: what the policy is asked, wherever it is."""
    if step == Step.VERIFY:
        return policy.Action.VERIFY, workflow.of(step).tier
    if escalated:
        return policy.Action.RESOLVE_ESCALATED, ESCALATION_TIER
    return policy.Action.ADJUDICATE, workflow.of(step).tier


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


def workflow_for(session: Session, item: Item) -> Workflow:
    """The rules of the item's newest round. Raises NotFound before the first."""
    return current_round(session, item.id).workflow
