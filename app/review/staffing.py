"""Whether today's members could finish an item under some rules: step by step, and together, since nobody does two."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from app.accounts import policy
from app.accounts.actor import AnyActor
from app.core.db import Session
from app.corpus.project import Project, project_subject
from app.review.distribution import find_readers
from app.review.waiting import ProjectTeam, load_team
from app.review.workflows import ESCALATION_TIER, Step, Workflow
from app.review.workflows.words import StepInWords, steps_in_words


@dataclass(frozen=True)
class StepLack:
    """A step that nobody could do, or not by people enough, and what is lacking."""

    step: str
    lack: str

    @property
    def words(self) -> str:
        return f"Nobody could finish this with today's members: {self.step}: {self.lack}"


@dataclass(frozen=True)
class WorkflowPreview:
    """What somebody reads before rules are put into force: the steps in words, and what is lacking here."""

    workflow: Workflow
    steps: list[StepInWords]
    lacks: list[StepLack]

    def to_dict(self) -> dict[str, Any]:
        """As programs read it."""
        return {
            "workflow": json.loads(self.workflow.document),
            "sha256": self.workflow.digest,
            "steps": [asdict(step) for step in self.steps],
            "lacking": [lack.words for lack in self.lacks],
        }


def preview(session: Session, actor: AnyActor, project: Project, workflow: Workflow, *, at: int) -> WorkflowPreview:
    """Rules before they are put into force; nothing is stored. Raises Forbidden."""
    policy.require(session, actor, policy.Action.CHANGE_PROJECT, project_subject(project.id), at=at)
    return WorkflowPreview(workflow, steps_in_words(workflow), lacks_of(session, project, workflow, at=at))


def lacks_of(session: Session, project: Project, workflow: Workflow, *, at: int) -> list[StepLack]:
    """What is lacking for these rules among the members of the project now; empty: an item could be finished."""
    found = list(_lacks(session, project, workflow, at=at))
    if workflow.varies:
        told = set(found)
        more = (lack for lack in _lacks(session, project, workflow.most, at=at) if lack not in told)
        found += [replace(lack, step=f"{lack.step}, of items that need most") for lack in more]
    return found


def _lacks(session: Session, project: Project, workflow: Workflow, *, at: int) -> Iterator[StepLack]:
    readers = frozenset(find_readers(session, project, workflow, at=at))
    team = replace(load_team(session, project, at=at), workflow=workflow, readers=readers)
    if not readers:
        yield StepLack("reading", team.lack_of_readers())
    elif len(readers) < workflow.readers:
        yield StepLack("reading", f"{len(readers)} of the {workflow.readers} readers needed")
    kinds = [("settling", Step.ADJUDICATE, False)] if workflow.readers > 1 else []
    kinds += [("what is escalated", Step.ADJUDICATE, True), ("verifying", Step.VERIFY, False)]
    complete = len(readers) >= workflow.readers
    for name, step, escalated in kinds:
        if not team.able(workflow, step, escalated=escalated):
            complete = False
            yield StepLack(name, team.lack_of(workflow, step, escalated=escalated))
    if complete:
        yield from _together(team, workflow)


def _together(team: ProjectTeam, workflow: Workflow) -> Iterator[StepLack]:
    """Each way an item may go needs as many different people as it has seats (INV-2)."""
    settle, senior = (team.able(workflow, Step.ADJUDICATE, escalated=escalated) for escalated in (False, True))
    verify = team.able(workflow, Step.VERIFY, escalated=False)
    reading = [team.readers] * workflow.readers
    last = [] if workflow.adjudicator_finishes else [verify]
    ways = [("reading and verifying what is agreed", [*reading, verify])]
    if workflow.readers > 1:
        ways.append(("reading, settling and verifying", [*reading, settle, *last]))
    ways.append((f"reading, settling by T{ESCALATION_TIER} and verifying", [*reading, senior, *last]))
    for name, seats in ways:
        if not can_be_seated(seats):
            people = len(set().union(*seats))
            yield StepLack(name, f"{len(seats)} different people are needed, and of these {people} none may do two")


def can_be_seated(seats: Sequence[Collection[int]]) -> bool:
    """Whether each seat finds a person of its own among those who may take it (a matching by augmenting paths)."""
    taken: dict[int, int] = {}

    def seated(seat: int, tried: set[int]) -> bool:
        for person in seats[seat]:
            if person not in tried:
                tried.add(person)
                if person not in taken or seated(taken[person], tried):
                    taken[person] = seat
                    return True
        return False

    return all(seated(seat, set()) for seat in range(len(seats)))
