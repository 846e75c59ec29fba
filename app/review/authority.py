"""Who may end a step of an item: the tier its workflow asks, and what project and labels ask of credentials."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from app.accounts import policy
from app.accounts.actor import Actor
from app.core.db import Session
from app.core.registry import Registry
from app.corpus.project import Project, get_project
from app.review.item import Item
from app.review.round import current_round, get_round
from app.review.workflows import ESCALATION_TIER, Step, Workflow


class LabelsOfItem(Protocol):
    """Knows which labels answers to an item hold; the package that freezes answers registers it."""

    key: str

    def labels(self, session: Session, item: Item) -> frozenset[str]: ...


class ReadersTask(Protocol):
    """A task as far as it says what is asked of its reader."""

    @property
    def id(self) -> int: ...
    @property
    def project_id(self) -> int: ...
    @property
    def round_id(self) -> int: ...


LABELS_OF_ITEM: Registry[LabelsOfItem] = Registry("labels of an item", LabelsOfItem)

LabelRules = dict[str, frozenset[tuple[str, str]]]


def require_may_finish(session: Session, actor: Actor, item: Item, step: Step, *, at: int) -> None:
    """Role, tier, specialty and own-work rules, evaluated at the act. Raises Forbidden or NotFound."""
    workflow = workflow_for(session, item)
    action, tier = finishing_act(workflow, step, escalated=item.escalated)
    subject = subject_of_item(session, item, tier)
    asked = workflow.specialties_of(step, escalated=item.escalated)
    policy.require(session, actor, action, narrowed(subject, asked), at=at)


def finishing_act(workflow: Workflow, step: Step, *, escalated: bool) -> tuple[policy.Action, int]:
    """The act that ends a step of such an item, and the tier it needs: what the policy is asked, wherever it is."""
    if step == Step.VERIFY:
        return policy.Action.VERIFY, workflow.of(step).tier
    if escalated:
        return policy.Action.RESOLVE_ESCALATED, ESCALATION_TIER
    return policy.Action.ADJUDICATE, workflow.of(step).tier


def subject_of_item(session: Session, item: Item, min_tier: int = 1) -> policy.PolicySubject:
    """The item as the policy sees it: tier, and what the project, and the labels in its answers, ask (R4, R5)."""
    project = get_project(session, item.project_id)
    subject = replace(asked_by(project, min_tier), kind="item", id=item.id)
    rules = label_rules(project)
    if not rules:
        return subject
    labels = frozenset().union(*(part.labels(session, item) for part in LABELS_OF_ITEM))
    return replace(subject, labels=frozenset(rules[label] for label in labels & rules.keys()))


def subject_of_reading(session: Session, task: ReadersTask) -> policy.PolicySubject:
    """A reader's task as the policy sees it when it is opened and when it is submitted: as when it was assigned."""
    asked = asked_of_readers(get_project(session, task.project_id), get_round(session, task.round_id).workflow)
    return replace(asked, kind="assignment", id=task.id)


def asked_of_readers(project: Project, workflow: Workflow) -> policy.PolicySubject:
    """What project and rules ask of whoever reads an item."""
    rule = workflow.of(Step.ANNOTATE)
    return narrowed(asked_by(project, max(project.setting("reader_tier"), rule.tier)), rule.specialties)


def narrowed(subject: policy.PolicySubject, specialties: tuple[str, ...]) -> policy.PolicySubject:
    """The subject, and one credential of whoever acts on it is in one of these specialties, where any is named."""
    if not specialties:
        return subject
    return replace(subject, labels=subject.labels | {frozenset((one, "") for one in specialties)})


def asked_by(project: Project, min_tier: int) -> policy.PolicySubject:
    """What a project asks of credentials and trainings, at a tier, of whoever acts on any of its items."""
    return policy.PolicySubject(
        "project",
        project.id,
        project_id=project.id,
        min_tier=min_tier,
        specialties=frozenset(project.setting("specialties")),
        jurisdictions=frozenset(project.setting("required_countries")),
        trainings=frozenset(project.setting("required_training")),
    )


def label_rules(project: Project) -> LabelRules:
    """Label → the (specialty, country) of which one credential of whoever settles or signs it must have one.

    Entries are `LABEL: specialty`, `LABEL: specialty/COUNTRY` or `LABEL: /COUNTRY`; of several for a label, one is
    enough.
    """
    rules: dict[str, set[tuple[str, str]]] = {}
    for entry in project.setting("label_credentials"):
        label, _, asked = entry.partition(":")
        specialty, _, country = asked.partition("/")
        rules.setdefault(label.strip(), set()).add((specialty.strip(), country.strip()))
    return {label: frozenset(pairs) for label, pairs in rules.items()}


def workflow_for(session: Session, item: Item) -> Workflow:
    """The rules of the item's newest round. Raises NotFound before the first."""
    return current_round(session, item.id).workflow
