"""Workflows: by which rules an item is read, settled and finished; one typed document each, known by its digest."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.core.digest import canonical_json, sha256
from app.core.registry import Registry
from app.corpus.project import Project
from app.review.meaning import Meaning

#: who settles what a significant or critical label is disputed in, in every workflow (INV-8)
ESCALATION_TIER = 4


class Step(StrEnum):
    """What a person is asked to do."""

    ANNOTATE = "annotate"
    ADJUDICATE = "adjudicate"
    VERIFY = "verify"


class StepRule(BaseModel):
    """How many people do a step of one item, and their lowest clinical tier."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)

    step: Step
    people: int = Field(default=1, ge=1, le=9)
    tier: int = Field(default=1, ge=1, le=4)


class Workflow(BaseModel):
    """The rules a round is reviewed by, frozen into it; a changed rule is another document with another digest.

    Readers are blind to each other; differences go to the adjudicator, or to T4 when a significant or critical
    label is involved: there is no path by vote (INV-8).
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)

    key: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{1,62}$")
    title: str = Field(min_length=1, max_length=200)
    #: reading, settling and verifying, in this order
    steps: tuple[StepRule, ...]
    #: the adjudicator's signature also verifies: for teams too small for a third pair of eyes
    adjudicator_finishes: bool = False
    #: agreed items without a significant label pass by sampling, and are shown as such (domain 0.12)
    agreed_pass: bool = False

    @model_validator(mode="after")
    def _each_step_once(self) -> Self:
        if [rule.step for rule in self.steps] != list(Step):
            raise ValueError("a workflow has the steps annotate, adjudicate and verify, in this order")
        if any(rule.people != 1 or rule.tier < 3 for rule in self.steps[1:]):
            # whoever ends a step signs it, and a signature needs T3
            raise ValueError("one person of tier 3 or 4 adjudicates, and one verifies")
        return self

    def of(self, step: Step) -> StepRule:
        """The rule of a step."""
        return next(rule for rule in self.steps if rule.step == step)

    @property
    def readers(self) -> int:
        """How many read each item."""
        return self.of(Step.ANNOTATE).people

    @property
    def endings(self) -> tuple[Meaning, ...]:
        """With which signature an item is finished: the last step's, and no earlier one's.

        What two readers agreed on is verified in every workflow, and never ends without a signature.
        """
        if self.adjudicator_finishes:
            return Meaning.ADJUDICATION, Meaning.ESCALATION, Meaning.VERIFICATION
        return (Meaning.VERIFICATION,)

    @property
    def document(self) -> str:
        """Canonical JSON, as it is stored and hashed."""
        return canonical_json(self.model_dump(mode="json"))

    @property
    def digest(self) -> str:
        """SHA-256 of the document."""
        return sha256(self.document)


WORKFLOWS: Registry[Workflow] = Registry("workflow", Workflow)


def workflow_of(project: Project) -> Workflow:
    """The rules the next rounds of a project begin under; what is under way keeps its own."""
    return WORKFLOWS.get(project.setting("workflow"))


@lru_cache(maxsize=64)
def frozen_workflow(document: str) -> Workflow:
    """The workflow a stored document says."""
    return Workflow.model_validate_json(document)


class WorkflowChoices:
    """Which workflows a project's settings may name."""

    key = "workflow"

    def options(self) -> list[tuple[str, str]]:
        return [(workflow.key, workflow.title) for workflow in WORKFLOWS]
