"""What waits, and for whom: which items nobody here can go on with, computed from the policy table alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, func, select

from app.accounts import policy
from app.accounts.actor import Actor
from app.accounts.loading import load_actors
from app.core.db import Session
from app.core.pieces import pieces
from app.corpus.member import list_members
from app.corpus.project import Project
from app.review.assignment import AWAITED, Assignment
from app.review.authority import asked_by, finishing_act, narrowed
from app.review.distribution import ReaderPool, find_readers, reading_subject, rounds_with_vacancies, seats_taken
from app.review.guideline import guided
from app.review.item import Item, not_held
from app.review.relations import earlier_actors, earlier_work, held
from app.review.round import Round, newest
from app.review.states import AssignmentState, ItemState
from app.review.workflows import ESCALATION_TIER, Step, Workflow, frozen_workflow
from app.review.workflows.composed import workflow_of

Acts = list[tuple[policy.Action, policy.PolicySubject]]
_SIGNING_TIER = 3
#: refusals from the farthest from doing it to the nearest: of many people, what the nearest lacks is said
_NEARNESS = (
    "kind-not-allowed", "not-yours", "role-missing", "credential-missing", "credential-expired", "tier-too-low",
    "identity-not-verified", "credential-unfit", "label-unfit", "training-missing",
)  # fmt: skip


def finishing_acts(project: Project, workflow: Workflow, step: Step, *, escalated: bool) -> Acts:
    """What the policy is asked of whoever ends a step: the act itself, and the signature it ends with."""
    action, tier = finishing_act(workflow, step, escalated=escalated)
    asked = workflow.specialties_of(step, escalated=escalated)
    tiers = ((action, tier), (policy.Action.SIGN, _SIGNING_TIER))
    return [(act, narrowed(asked_by(project, least), asked)) for act, least in tiers]


def may_finish(actor: Actor, project: Project, workflow: Workflow, step: Step, *, escalated: bool, at: int) -> bool:
    """Whether the person may end this step of such an item, as far as it does not depend on which item it is."""
    acts = finishing_acts(project, workflow, step, escalated=escalated)
    return all(policy.may(actor, action, subject, at=at) for action, subject in acts)


def workflows_awaiting(session: Session, project_id: int, step: Step) -> list[Workflow]:
    """The rules of the rounds under way of items that wait for this step: few, each once."""
    waiting = (Item.project_id == project_id, Item.state.in_(AWAITED[step]))
    one_each = select(func.min(Round.id)).join(Item, Item.id == Round.item_id).where(*waiting, newest())
    rounds = session.scalars(select(Round).where(Round.id.in_(one_each.group_by(Round.workflow_sha256))))
    return [row.workflow for row in rounds]


def given_back(step: Step) -> ColumnElement[bool]:
    """A task of the item's newest round that was given back or taken away: final for this person and step."""
    newest = select(func.max(Round.id)).where(Round.item_id == Assignment.item_id).scalar_subquery()
    gone = Assignment.state.in_((AssignmentState.DECLINED, AssignmentState.REVOKED))
    return (Assignment.step == step) & gone & (Assignment.round_id == newest)


def in_hand(step: Step) -> ColumnElement[bool]:
    """A task of this step that somebody works on now."""
    return (Assignment.step == step) & (Assignment.state == AssignmentState.OPEN)


@dataclass(frozen=True)
class Stopped:
    """So many items stand still at a step, for want of what `lack` says."""

    step: str
    lack: str
    items: int

    @property
    def words(self) -> str:
        noun = "item" if self.items == 1 else "items"
        return f"{self.items} {noun} cannot go on here ({self.step}): {self.lack}"


@dataclass
class ProjectTeam:
    """The active people of a project at one moment."""

    project: Project
    at: int
    actors: list[Actor]
    readers: frozenset[int]
    #: the rules of the rounds that begin now
    workflow: Workflow
    able_to: dict[tuple[Workflow, Step, bool], frozenset[int]] = field(default_factory=dict)

    def able(self, workflow: Workflow, step: Step, *, escalated: bool) -> frozenset[int]:
        if (workflow, step, escalated) not in self.able_to:
            self.able_to[workflow, step, escalated] = frozenset(
                actor.id
                for actor in self.actors
                if may_finish(actor, self.project, workflow, step, escalated=escalated, at=self.at)
            )
        return self.able_to[workflow, step, escalated]

    def nearest(self, acts: Acts) -> str:
        """What the person lacks who comes nearest to doing these acts."""
        reasons = {
            next(filter(None, (policy.refusal(a, act, on, at=self.at) for act, on in acts)), "role-missing")
            for a in self.actors
        }
        return max(reasons, key=_NEARNESS.index, default="role-missing")

    def lack_of(self, workflow: Workflow, step: Step, *, escalated: bool) -> str:
        """In words, what is missing where nobody at all may end a step."""
        acts = finishing_acts(self.project, workflow, step, escalated=escalated)
        who = _doer(step, escalated=escalated)
        tier = acts[0][1].min_tier
        reason = self.nearest(acts)
        if reason == "label-unfit":
            return f"no {who} in {' or '.join(workflow.specialties_of(step, escalated=escalated))}"
        return self._words(reason, who, f"T{tier}" if escalated else f"T{tier} {who}")

    def lack_of_readers(self, workflow: Workflow | None = None) -> str:
        """In words, what is missing where nobody may read."""
        workflow = workflow or self.workflow
        acts = [(policy.Action.ANNOTATE, reading_subject(self.project, workflow))]
        reason = self.nearest(acts)
        if reason == "label-unfit":
            return f"no reader in {' or '.join(workflow.of(Step.ANNOTATE).specialties)}"
        return self._words(reason, "reader", f"T{acts[0][1].min_tier} reader")

    def _words(self, reason: str, who: str, of_tier: str) -> str:
        if reason == "credential-unfit":
            return "nobody with " + " and ".join(self._credentials())
        return {
            "tier-too-low": f"no {of_tier}",
            "credential-missing": f"no {who} with a credential",
            "credential-expired": f"no {who} with a valid credential",
            "identity-not-verified": f"no {who} whose identity is verified",
            "training-missing": f"no {who} with the trainings the project asks for",
        }.get(reason, f"no {who}")

    def _credentials(self) -> list[str]:
        asked = (("specialty", "specialties"), ("country", "required_countries"))
        values = ((noun, self.project.setting(name)) for noun, name in asked)
        return [f"{noun} {' or '.join(sorted(said))}" for noun, said in values if said]


def _doer(step: Step, *, escalated: bool) -> str:
    if step == Step.VERIFY:
        return "verifier"
    return f"T{ESCALATION_TIER}" if escalated else "adjudicator"


def load_team(session: Session, project: Project, *, at: int) -> ProjectTeam:
    """Loaded once for all that is asked of it at this moment."""
    people = {member.person_id for member in list_members(session, project.id)}
    actors = load_actors(session, people, at=at)
    workflow = workflow_of(session, project)
    return ProjectTeam(project, at, actors, frozenset(find_readers(session, project, workflow, at=at)), workflow)


def stopped_items(session: Session, team: ProjectTeam, states: Mapping[str, int]) -> list[Stopped]:
    """Items with which nobody in the project can go on now, by step and by what is lacking. Counts no held item.

    `states`: the project's items by state (`count_by_state`). Asks the policy for each person and kind of step, never
    for each item.
    """
    project, at = team.project, team.at
    lacks: Counter[tuple[str, str]] = Counter()
    can_be_read = guided(session, project.id)
    lacks.update(_unguided(session, team, can_be_read))
    lacks.update(_unread(session, team, can_be_read))
    lacks.update(_half_read(session, team))
    lacks.update(_unfinished(session, team))
    signing = [(policy.Action.SIGN, asked_by(project, _SIGNING_TIER))]
    unsigned = states.get(ItemState.VERIFIED, 0)
    if unsigned and not any(policy.may(a, act, on, at=at) for a in team.actors for act, on in signing):
        lacks[("sign", team._words(team.nearest(signing), "signer", f"T{_SIGNING_TIER} signer"))] = unsigned
    return [Stopped(step, lack, count) for (step, lack), count in sorted(lacks.items())]


def ahead(team: ProjectTeam) -> list[str]:
    """What would stop later, whatever is read now: steps of the workflow for which nobody is here."""
    workflow = team.workflow
    steps = [("What is escalated", Step.ADJUDICATE, True)]
    if workflow.readers > 1:
        steps.insert(0, ("What readers see differently", Step.ADJUDICATE, False))
    if not workflow.adjudicator_finishes:
        steps.append(("What is settled", Step.VERIFY, False))
    said = [
        f"{what} could not go on here: {team.lack_of(workflow, step, escalated=escalated)}"
        for what, step, escalated in steps
        if not team.able(workflow, step, escalated=escalated)
    ]
    settle = team.able(workflow, Step.ADJUDICATE, escalated=workflow.readers == 1)
    verify = team.able(workflow, Step.VERIFY, escalated=False)
    if not workflow.adjudicator_finishes and settle and len(settle | verify) == 1:
        said.append("What is settled could not go on here: no second verifier")
    return said


def _unguided(session: Session, team: ProjectTeam, can_be_read: ColumnElement[bool]) -> Counter[tuple[str, str]]:
    """Ready items nobody is given because no guideline tells how to read them."""
    ready = (Item.project_id == team.project.id, Item.state == ItemState.READY, not_held())
    unguided = select(Item.modality, func.count()).where(*ready, ~can_be_read)
    rows = session.execute(unguided.group_by(Item.modality))
    return Counter({(Step.ANNOTATE.value, f"no guideline for {key} is published"): count for key, count in rows})


def _unread(session: Session, team: ProjectTeam, can_be_read: ColumnElement[bool]) -> Counter[tuple[str, str]]:
    """Ready items for which there are too few readers who have not worked on them."""
    ready = (Item.project_id == team.project.id, Item.state == ItemState.READY, not_held(), can_be_read)
    seats = team.workflow.readers
    stopped: Counter[tuple[str, str]] = Counter()
    if len(team.readers) < seats:
        count = session.scalar(select(func.count()).select_from(Item).where(*ready))
    else:
        mine = held() & Assignment.person_id.in_(sorted(team.readers))
        had = select(Assignment.item_id).join(Item, Item.id == Assignment.item_id).where(*ready, mine)
        left = func.count(Assignment.person_id.distinct()) > len(team.readers) - seats
        exhausted = had.group_by(Assignment.item_id).having(left).subquery()
        count = session.scalar(select(func.count()).select_from(exhausted))
    if count:
        stopped[Step.ANNOTATE.value, _readers_lack(team, seats)] += count
    return stopped


def _readers_lack(team: ProjectTeam, seats: int) -> str:
    if not team.readers:
        return team.lack_of_readers()
    if len(team.readers) < seats:
        return f"{len(team.readers)} of the {seats} readers needed"
    return "no other reader"


def _half_read(session: Session, team: ProjectTeam) -> Counter[tuple[str, str]]:
    """Items being read: a seat was left that nobody can take, or a reader has it who may not read any more."""
    stopped: Counter[tuple[str, str]] = Counter()
    pool = ReaderPool(session, team.project, sorted(team.readers), team.workflow, at=team.at)
    for row in rounds_with_vacancies(session, team.project.id):
        missing = row.readers - seats_taken(session, row.id)
        if len(set(pool.under(row.workflow)) - earlier_actors(session, row.item_id)) < missing:
            stopped[Step.ANNOTATE.value, _readers_lack(team, missing)] += 1
    own = policy.PolicySubject(
        "project", team.project.id, project_id=team.project.id, relations=frozenset({policy.OWN_ASSIGNMENT})
    )
    reading = [a.id for a in team.actors if policy.may(a, policy.Action.SUBMIT, own, at=team.at)]
    lost = select(func.count(func.distinct(Assignment.item_id))).join(Item, Item.id == Assignment.item_id)
    lost = lost.where(Assignment.step == Step.ANNOTATE, ~Assignment.person_id.in_(reading))
    unfinished = Assignment.state.in_((AssignmentState.OFFERED, AssignmentState.OPEN))
    here = (Item.project_id == team.project.id, Item.state == ItemState.IN_ANNOTATION, not_held())
    count = session.scalar(lost.where(*here, unfinished))
    if count:
        stopped[Step.ANNOTATE.value, "their reader may not read any more; take the tasks back"] += count
    return stopped


def _unfinished(session: Session, team: ProjectTeam) -> Counter[tuple[str, str]]:
    """Items that wait to be settled or verified and that everybody able to has worked on, given back, or never was.

    Most items that wait are like all others under their rules: these are counted by the database. One by one are
    looked at those that somebody has in hand, and those on which as many people worked as are able to end the step.
    """
    stopped: Counter[tuple[str, str]] = Counter()
    for step in (Step.ADJUDICATE, Step.VERIFY):
        here = (Item.project_id == team.project.id, Item.state.in_(AWAITED[step]), not_held())
        alike = _alike(session, here)
        able = {kind: team.able(frozen_workflow(kind[1]), step, escalated=kind[0]) for kind in alike}
        people = {person for some in able.values() for person in some}
        apart = _apart(session, here, step, people, min(map(len, filter(None, able.values())), default=0))
        for item_id, kind in _kinds(session, list(apart)):
            alike[kind] -= 1
            out, hand = apart[item_id]
            free = able[kind] - out
            if hand and not free & hand:
                stopped[step.value, f"their {_doer(step, escalated=kind[0])} may not go on; take the task back"] += 1
            elif not free:
                stopped[step.value, _nobody(team, kind, step, able[kind])] += 1
        for kind in alike:
            if not able[kind]:
                stopped[step.value, _nobody(team, kind, step, able[kind])] += alike[kind]
    return +stopped


#: whether an item is escalated, and the rules of its round as they are stored
_Kind = tuple[bool, str]


def _nobody(team: ProjectTeam, kind: _Kind, step: Step, able: frozenset[int]) -> str:
    """What is lacking where nobody is left who could end a step."""
    if able:
        return f"no second {_doer(step, escalated=kind[0])}"
    return team.lack_of(frozen_workflow(kind[1]), step, escalated=kind[0])


def _alike(session: Session, here: tuple[ColumnElement[bool], ...]) -> Counter[_Kind]:
    """How many of these items there are of each kind."""
    counted = select(Item.escalated, func.min(Round.workflow_json), func.count()).join(Round, Round.item_id == Item.id)
    rows = session.execute(counted.where(*here, newest()).group_by(Item.escalated, Round.workflow_sha256))
    return Counter({(escalated, rules): count for escalated, rules, count in rows})


def _kinds(session: Session, item_ids: Sequence[int]) -> Iterator[tuple[int, _Kind]]:
    """Each of these items with its kind."""
    items = select(Item.id, Item.escalated, Round.workflow_json).join(Round, Round.item_id == Item.id)
    for piece in pieces(item_ids):
        for item_id, escalated, rules in session.execute(items.where(Item.id.in_(piece), newest())):
            yield item_id, (escalated, rules)


def _apart(
    session: Session, here: tuple[ColumnElement[bool], ...], step: Step, able: set[int], least: int
) -> dict[int, tuple[set[int], set[int]]]:
    """Item → of those able to end the step at all, who cannot here any more; and in whose hand it is."""
    gone = (earlier_work() | given_back(step)) & Assignment.person_id.in_(sorted(able))
    hand = _people(session, here, in_hand(step))
    many = select(Assignment.item_id).join(Item, Item.id == Assignment.item_id).where(*here, gone)
    many = many.group_by(Assignment.item_id).having(func.count(Assignment.person_id.distinct()) >= least)
    out = _people(session, (*here, Item.id.in_(many)), gone)
    for piece in pieces(list(hand)):
        out |= _people(session, (*here, Item.id.in_(piece)), gone)
    return {item: (out.get(item, set()), hand.get(item, set())) for item in out.keys() | hand.keys()}


def _people(session: Session, here: tuple[ColumnElement[bool], ...], tasks: ColumnElement[bool]) -> dict[int, set[int]]:
    """Item → the people with such a task on it."""
    people: dict[int, set[int]] = defaultdict(set)
    query = select(Assignment.item_id, Assignment.person_id).join(Item, Item.id == Assignment.item_id)
    for item_id, person in session.execute(query.where(*here, tasks)):
        people[item_id].add(person)
    return people
