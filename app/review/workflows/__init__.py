"""Workflows: by which rules an item is read, settled and finished; one typed document each, known by its digest."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.core.digest import canonical_json, sha256
from app.core.errors import Problem
from app.core.registry import Registry
from app.review.meaning import Meaning

#: who settles what a significant or critical label is disputed in, in every workflow (INV-8)
ESCALATION_TIER = 4
#: the setting's value under which the newest workflow that the project composed is in force
OWN = "own"
#: most people who read one item
MOST_READERS = 9

_FROZEN = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


def _folded(words: tuple[str, ...]) -> tuple[str, ...]:
    """As credentials state them."""
    return tuple(word.casefold() for word in words)


_Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=r"^[^,:/]+$")]
Specialties = Annotated[tuple[_Word, ...], Field(max_length=20), AfterValidator(_folded)]


class Step(StrEnum):
    """What a person is asked to do."""

    ANNOTATE = "annotate"
    ADJUDICATE = "adjudicate"
    VERIFY = "verify"


class StepRule(BaseModel):
    """How many people do a step of one item, their lowest clinical tier, and of which specialties each is of one."""

    model_config = _FROZEN

    step: Step
    people: int = Field(default=1, ge=1, le=MOST_READERS)
    tier: int = Field(default=1, ge=1, le=4)
    specialties: Specialties = ()


class ItemFacts(BaseModel):
    """What rules of complexity ask of an item: all of it is known before anybody reads it."""

    model_config = _FROZEN

    complexity: int
    characters: int
    suggestions: int
    note_type: str


class ComplexityRule(BaseModel):
    """What makes an item need more (all conditions that are stated hold), and what it then needs."""

    model_config = _FROZEN

    #: conditions: the complexity it was given is at least this; so long a text; so many suggestions; one of these types
    complexity: int | None = Field(default=None, ge=1, le=2)
    characters: int | None = Field(default=None, ge=1, le=10_000_000)
    suggestions: int | None = Field(default=None, ge=1, le=100_000)
    note_types: Annotated[tuple[_Word, ...], Field(max_length=20)] = ()
    #: then: readers, and whoever settles or verifies, have this tier; one more reads it; a person verifies it
    read_tier: int | None = Field(default=None, ge=2, le=4)
    finish_tier: int | None = Field(default=None, ge=4, le=4)
    one_more: bool = False
    always_verified: bool = False

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.complexity or self.characters or self.suggestions or self.note_types):
            raise ValueError("rule-without-condition: a rule says which items it is about")
        if not (self.read_tier or self.finish_tier or self.one_more or self.always_verified):
            raise ValueError("rule-without-effect: a rule says what such items need")
        return self

    def holds(self, facts: ItemFacts) -> bool:
        """Whether the rule is about such an item."""
        least = ((self.complexity, facts.complexity), (self.characters, facts.characters),
                 (self.suggestions, facts.suggestions))  # fmt: skip
        types = {one.casefold() for one in self.note_types}
        return all(asked is None or found >= asked for asked, found in least) and (
            not types or facts.note_type.casefold() in types
        )


class AppliedRules(BaseModel):
    """What the rules came to for one item when its round began: which held, and what its draws said."""

    model_config = _FROZEN

    #: places of the rules of complexity that held, from 0
    rules: tuple[int, ...] = ()
    #: drawn to be read by one more
    doubled: bool = False
    #: drawn to be verified although it may pass
    checked: bool = False


class Workflow(BaseModel):
    """The rules a round is reviewed by, frozen into it; a changed rule is another document with another digest.

    Readers are blind to each other; differences go to the adjudicator, or to T4 when a significant or critical
    label is involved: there is no path by vote (INV-8).
    """

    model_config = _FROZEN

    key: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{1,62}$")
    title: str = Field(min_length=1, max_length=200)
    #: reading, settling and verifying, in this order
    steps: tuple[StepRule, ...]
    #: the adjudicator's signature also verifies: for teams too small for a third pair of eyes
    adjudicator_finishes: bool = False
    #: agreed items without a significant label pass by sampling, and are shown as such (domain 0.12)
    agreed_pass: bool = False
    #: T4 settles what is escalated; of these specialties, where any is named
    escalation_specialties: Specialties = ()
    #: of 100 items so many are read by one more person, drawn by the project's seed
    doubled_percent: int = Field(default=0, ge=0, le=100)
    #: quality check: of 100 agreed items that could pass so many are verified all the same, drawn likewise
    checked_percent: int = Field(default=0, ge=0, le=100)
    complexity: tuple[ComplexityRule, ...] = Field(default=(), max_length=10)
    #: of a round: what these rules came to for its item
    applied: AppliedRules | None = None

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        if problems := list(self._problems()):
            raise UnsoundRules(problems)
        return self

    def _problems(self) -> Iterator[Problem]:
        """Everything that is wrong with the rules together."""
        if [rule.step for rule in self.steps] != list(Step):
            yield Problem("steps", "steps", "a workflow has the steps annotate, adjudicate and verify, in this order")
            return
        for rule in self.steps[1:]:
            if rule.people != 1:
                yield Problem("one-finisher", rule.step, "one person settles an item, and one verifies it")
            if rule.tier < 3:
                # whoever ends a step signs it, and a signature needs T3
                yield Problem("finisher-tier", rule.step, "whoever settles or verifies signs, which takes tier 3 or 4")
        people = self.steps[0].people
        if people + (self.doubled_percent > 0) + any(rule.one_more for rule in self.complexity) > MOST_READERS:
            yield Problem("too-many-readers", "annotate", f"at most {MOST_READERS} people read an item")
        if self.checked_percent and not self.agreed_pass:
            yield Problem("nothing-to-sample", "checked_percent", "every item is verified: none passes by sampling")
        if self.agreed_pass and people == 1 and not self.checked_percent:
            yield Problem("nobody-checks", "checked_percent", "what one person read would pass, and nobody look again")
        yield from self._problems_of_rules()

    def _problems_of_rules(self) -> Iterator[Problem]:
        for n, rule in enumerate(self.complexity):
            where = f"complexity.{n}"
            if rule.read_tier is not None and rule.read_tier <= self.steps[0].tier:
                yield Problem("rule-asks-nothing", where, f"every reader has tier {rule.read_tier} or more anyway")
            if rule.finish_tier is not None and all(step.tier >= rule.finish_tier for step in self.steps[1:]):
                yield Problem("rule-asks-nothing", where, "everybody who settles or verifies has tier 4 anyway")
            if rule.always_verified and not self.agreed_pass:
                yield Problem("rule-asks-nothing", where, "every item is verified anyway")

    def of(self, step: Step) -> StepRule:
        """The rule of a step; in a round, with what complexity adds for its item."""
        rule = next(rule for rule in self.steps if rule.step == step)
        asked = [one.read_tier if step == Step.ANNOTATE else one.finish_tier for one in self._holding()]
        tier = max([rule.tier, *(tier for tier in asked if tier)])
        return rule if tier == rule.tier else rule.model_copy(update={"tier": tier})

    def specialties_of(self, step: Step, *, escalated: bool) -> tuple[str, ...]:
        """Of these whoever ends the step has one; none: any will do."""
        return self.escalation_specialties if escalated and step == Step.ADJUDICATE else self.of(step).specialties

    @property
    def readers(self) -> int:
        """How many read each item; in a round, how many read its item."""
        doubled = self.applied is not None and self.applied.doubled
        return self.of(Step.ANNOTATE).people + doubled + any(rule.one_more for rule in self._holding())

    @property
    def passes_agreed(self) -> bool:
        """Whether an agreed item without a label of weight goes by without a verifier."""
        checked = self.applied is not None and self.applied.checked
        return self.agreed_pass and not checked and not any(rule.always_verified for rule in self._holding())

    @property
    def varies(self) -> bool:
        """Whether items of one project differ in what they need."""
        return bool(self.doubled_percent or self.checked_percent or self.complexity)

    def applied_as(self, applied: AppliedRules) -> Workflow:
        """These rules as they are for one item."""
        return self.model_copy(update={"applied": applied})

    @property
    def most(self) -> Workflow:
        """These rules for an item that needs all that any needs."""
        whole = AppliedRules(rules=tuple(range(len(self.complexity))), doubled=self.doubled_percent > 0, checked=True)
        return self.applied_as(whole) if self.varies else self

    @property
    def composed(self) -> Workflow:
        """The rules of the project, of those of a round."""
        return self if self.applied is None else self.model_copy(update={"applied": None})

    def _holding(self) -> list[ComplexityRule]:
        return [self.complexity[n] for n in self.applied.rules] if self.applied else []

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
        return canonical_json(_said(self))

    @property
    def digest(self) -> str:
        """SHA-256 of the document."""
        return sha256(self.document)


#: What came after the first rounds were frozen: left out where it says nothing, so that their digests stay.
_LATER = ("specialties", "escalation_specialties", "doubled_percent", "checked_percent", "complexity", "applied")


def _said(workflow: Workflow) -> dict[str, Any]:
    said = workflow.model_dump(mode="json")
    said["steps"] = [_without_unsaid(step) for step in said["steps"]]
    if workflow.complexity:
        said["complexity"] = [rule.model_dump(mode="json", exclude_defaults=True) for rule in workflow.complexity]
    return _without_unsaid(said)


def _without_unsaid(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value or name not in _LATER}


class UnsoundRules(ValueError):
    """Rules that each are possible, and together are not."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{one.code}: {one.message}" for one in problems))


WORKFLOWS: Registry[Workflow] = Registry("workflow", Workflow)


@lru_cache(maxsize=256)
def frozen_workflow(document: str) -> Workflow:
    """The workflow a stored document says."""
    return Workflow.model_validate_json(document)


class WorkflowChoices:
    """Which workflows a project's settings may name."""

    key = "workflow"

    def options(self) -> list[tuple[str, str]]:
        ready_made = [(workflow.key, workflow.title) for workflow in WORKFLOWS]
        return [*ready_made, (OWN, "The project's own, as it was composed")]
