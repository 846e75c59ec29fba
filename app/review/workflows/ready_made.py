"""The workflows a project can choose without composing one."""

from __future__ import annotations

from app.review.workflows import Step, StepRule, Workflow

_SETTLED_AND_VERIFIED = (StepRule(step=Step.ADJUDICATE, tier=3), StepRule(step=Step.VERIFY, tier=3))

TWO_READERS_ADJUDICATOR = Workflow(
    key="two_readers_adjudicator",
    title="Two blind readers, an adjudicator, a verifier",
    steps=(StepRule(step=Step.ANNOTATE, people=2), *_SETTLED_AND_VERIFIED),
)
TRAINEE_VERIFIER = Workflow(
    key="trainee_verifier",
    title="One trainee, one credentialed verifier",
    steps=(StepRule(step=Step.ANNOTATE), *_SETTLED_AND_VERIFIED),
)
TEAM_OF_THREE = Workflow(
    key="team_of_three",
    title="Two blind readers; the third person adjudicates, verifies and signs",
    steps=(StepRule(step=Step.ANNOTATE, people=2), *_SETTLED_AND_VERIFIED),
    adjudicator_finishes=True,
)
SINGLE_READER_SAMPLING = Workflow(
    key="single_reader_sampling",
    title="One reader; labels of weight and every fifth item are verified, the rest passes, unreleased",
    steps=(StepRule(step=Step.ANNOTATE, tier=2), *_SETTLED_AND_VERIFIED),
    agreed_pass=True,
    checked_percent=20,
)
PREANNOTATION_CHECK = Workflow(
    key="preannotation_check",
    title="One person checks the suggestions, every tenth item is read by a second, a verifier signs",
    steps=(StepRule(step=Step.ANNOTATE, tier=2), *_SETTLED_AND_VERIFIED),
    doubled_percent=10,
)
