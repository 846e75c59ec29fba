"""Ready-made workflows: how many read, who settles, who finishes."""

from __future__ import annotations

from dataclasses import dataclass

from app.review.meaning import Meaning


@dataclass(frozen=True)
class Workflow:
    """The rules a project reviews by.

    `readers` blind readers of at least `reader_tier`; differences go to `adjudicator_tier`, or to T4
    when a significant or critical label is involved: there is no path by vote (INV-8).
    """

    key: str
    title: str
    readers: int
    reader_tier: int = 1
    adjudicator_tier: int = 3
    verifier_tier: int = 3
    #: the adjudicator's signature also verifies: for teams too small for a third pair of eyes
    adjudicator_finishes: bool = False
    #: agreed items without a significant label pass by sampling, and are shown as such (domain 0.12)
    agreed_pass: bool = False

    @property
    def endings(self) -> tuple[Meaning, ...]:
        """With which signature an item is finished: the last step's, and no earlier one's.

        What two readers agreed on is verified in every workflow, and never ends without a signature.
        """
        if self.adjudicator_finishes:
            return Meaning.ADJUDICATION, Meaning.ESCALATION, Meaning.VERIFICATION
        return (Meaning.VERIFICATION,)


ESCALATION_TIER = 4

WORKFLOWS = {
    workflow.key: workflow
    for workflow in (
        Workflow(
            "two_readers_adjudicator",
            "Two blind readers, an adjudicator, a verifier",
            readers=2,
        ),
        Workflow("trainee_verifier", "One trainee, one credentialed verifier", readers=1),
        Workflow(
            "team_of_three",
            "Two blind readers; the third person adjudicates, verifies and signs",
            readers=2,
            adjudicator_finishes=True,
        ),
    )
}


def workflow_of(key: str) -> Workflow:
    """Raises KeyError for an unknown workflow; project settings are checked when they are written."""
    return WORKFLOWS[key]


class WorkflowChoices:
    """Which workflows a project's settings may name."""

    key = "workflow"

    def options(self) -> list[tuple[str, str]]:
        return [(workflow.key, workflow.title) for workflow in WORKFLOWS.values()]
