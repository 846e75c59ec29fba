"""Whatever people read, rule, withdraw and edit: no label of weight is released that one person alone decided.

Random readings, rulings, withdrawn rulings, verifiers' edits and confirmations are played through the
services, on the real modalities and the toy, until an item is verified; then each significant or critical
judgement of the final answer must stand in two blind readings, or have been decided by a T4 with a second
key, or, of a single reader, have been confirmed by itself.
"""

import json
import random

import pytest
from sqlalchemy import select

from app.agreement.judgements import REASONS, Choice, Ruling
from app.audit.events import Tag
from app.core.digest import canonical_json
from app.core.errors import Conflict, Forbidden, Invalid
from app.review.adjudication import Decision, RulingRow, cases_of, close, rule, withdraw_ruling
from app.review.assignment import Assignment, claim
from app.review.confirmation import confirm_element, confirmed_elements
from app.review.draft import assemble
from app.review.item import get_item
from app.review.round import current_round
from app.review.submission import Submission, payload_of, readings, settled_answer, submit
from app.review.verification import verify
from app.review.workflows import OWN, Step
from tests.team import Team
from tests.unit.modalities.notes.notes import SCHEMA, TEXT, entity, relation
from tests.unit.review.test_composed_workflows import force, own

RUNS = 25
REPORT = {
    "key": "chest", "title": "Chest", "modality": "reports", "version": "1",
    "labels": [
        {"key": "Effusion"}, {"key": "Pneumothorax", "class": "critical"}, {"key": "Nodule", "class": "significant"},
    ],
}  # fmt: skip
IMAGE = {
    "key": "fields", "title": "Fields", "modality": "imaging", "version": "1",
    "labels": [
        {"key": "kind", "keyword": "Modality", "class": "critical"}, {"key": "KVP"},
        {"key": "BodyPartExamined", "class": "significant"},
    ],
}  # fmt: skip


def seen(label, value):
    return {"kind": "observation", "label": label, "value": value}


def field(keyword, **more):
    return {"kind": "field", "keyword": keyword, "verdict": "confirmed", **more}


#: schema, text, and what people may say: a list of alternatives (None: nothing) for each element
WORLDS = {
    "notes": (SCHEMA, TEXT, {
        "a": [RASH := entity(0, 4, "ADE"), RASH, RASH, entity(0, 10, "ADE"), entity(37, 45, "ADE"),
              entity(0, 4, "ADE", assertion={"polarity": "negated"}), None],
        "p": [entity(27, 35), entity(27, 35), entity(30, 35), None],
        "d": [entity(11, 22, "DRUG"), entity(5, 22, "DRUG"), entity(11, 22, "ADE"), None],
        "e": [entity(37, 45, "DRUG"), entity(37, 50, "DRUG"), None],
        "r": [relation("d", "e"), relation("d", "a", "causes"), None, None],
        "s": [relation("e", "p"), None],
    }),
    "reports": (REPORT, "Small effusion.", {
        "o": [seen("Effusion", "positive"), seen("Effusion", "negative"), None],
        "x": [seen("Pneumothorax", "positive"), seen("Pneumothorax", "negative"), None, None],
        "n": [seen("Nodule", "uncertain"), seen("Nodule", "positive"), None],
        "c": [{"kind": "critical", "label": "Pneumothorax", "category": 1}, None, None],
        "rest": [{"kind": "rest", "value": "not_mentioned"}],
    }),
    "imaging": (IMAGE, canonical_json({"fields": {"Modality": "MR", "KVP": "120", "BodyPartExamined": "KNEE"}}), {
        "m": [field("Modality"), field("Modality"), field("Modality", verdict="corrected", value="CT")],
        "k": [field("KVP"), field("KVP", verdict="corrected", value="100")],
        "b": [field("BodyPartExamined"), field("BodyPartExamined"),
              field("BodyPartExamined", verdict="unusable", reason="cut off")],
    }),
    "toy": (None, "heads or tails", {
        "c1": [{"face": "heads"}, {"face": "heads"}, {"face": "tails"}, None], "c2": [{"face": "tails"}, None],
    }),
}  # fmt: skip


def whole(elements):
    """Without relations whose ends are not there, or not what the relation is for."""
    kept = {key: body for key, body in elements.items() if body}

    def fits(body):
        ends = [kept.get(body[end], {}).get("label") for end in ("head", "tail") if end in body]
        return all(ends) and (body.get("type") != "causes" or (ends[0] == "DRUG" and ends[1] == "ADE"))

    return {key: body for key, body in kept.items() if fits(body)}


class Play:
    """One item on its way, by dice."""

    def __init__(self, team, text, pool, dice):
        self.team, self.pool, self.dice = team, pool, dice
        self.readers = team.names
        self.base = self.said()
        self.item = self.read(text)
        self.t4_with_key = []

    def said(self):
        return whole({key: self.dice.choice(bodies) for key, bodies in self.pool.items()})

    def read(self, text):
        item, *tasks = self.team.item(*self.readers, text=text)
        # Mostly alike, or nearly everything would be for T4.
        vary = set(self.dice.sample(list(self.pool), self.dice.randint(1, max(1, len(self.pool) // 2))))
        for name, task in zip(self.readers, tasks, strict=True):
            self.team.open(name, task)
            said = self.base | {key: body for key, body in self.said().items() if key in vary}
            self.team.write(name, task, whole(said))
            self.team.act(name, submit, task)
        return self.team.reload(item)

    def attempt(self, *args, **options):
        """Whether an act was let through."""
        try:
            self.team.act(*args, **options)
        except (Invalid, Conflict, Forbidden):
            return False
        return True

    def take(self, step, names):
        for name in self.dice.sample(names, len(names)):
            if self.attempt(name, claim, self.item, step):
                return name, self.team.take(name, self.item, step)
        return None, None

    def step(self):
        """One person's turn; False when nobody is left who may."""
        state = self.team.state(self.item)
        if state == "verification":
            name, task = self.take(Step.VERIFY, ["vera", "vito", "theo", "tess"])
            return task is not None and self.verify(name, task)
        names = ["tess", "theo"] if state == "escalated" else ["ada", "abe", "tess"]
        name, task = self.take(Step.ADJUDICATE, names)
        return task is not None and self.adjudicate(name, task)

    def adjudicate(self, name, task):
        cases = self.team.read(lambda s: cases_of(s, get_item(s, self.item.id), task)).differences
        for _ in range(4):
            for case in cases:
                self.rule(name, task, case)
            if self.attempt(name, close, task):
                return True
        for case in cases:
            take = Ruling(case.key, Choice.TAKE, 0, reason=REASONS[0])
            self.team.act(name, rule, task, Decision(take, confirmed=True))
        return self.attempt(name, close, task)

    def rule(self, name, task, case):
        own = whole({key: self.dice.choice(bodies) for key, bodies in self.pool.items() if self.dice.random() < 0.5})
        ruling = self.dice.choice([
            Ruling(case.key, Choice.TAKE, self.dice.randrange(len(case.versions)), reason=REASONS[0]),
            Ruling(case.key, Choice.OWN, elements=own, reason=REASONS[0]),
            Ruling(case.key, Choice.OWN, elements=self.nearby(case), reason=REASONS[0]),
            Ruling(case.key, Choice.OWN, elements=self.nearby(case), reason=REASONS[0]),
            Ruling(case.key, Choice.NONE, reason=REASONS[0]),
        ])  # fmt: skip
        confirmed = self.dice.random() < 0.8
        if self.attempt(name, rule, task, Decision(ruling, confirmed)) and self.dice.random() < 0.2:
            self.team.act(name, withdraw_ruling, task, case.key)

    def nearby(self, case):
        """An own version made of a reader's, with other things said in the same place."""
        version = dict(self.dice.choice(case.versions))
        for key in list(version):
            if self.dice.random() < 0.5:
                version[key] = self.dice.choice(self.pool.get(key, [version[key]])) or version[key]
            if "fragments" in version[key] and self.dice.random() < 0.5:
                version[key] = version[key] | {"label": "ADE"}
        return whole(version)

    def verify(self, name, task):
        for _ in range(3):
            if self.dice.random() < 0.4:
                key = self.dice.choice(list(self.pool))
                draft = self.team.read(lambda s: assemble(s, task.id))["elements"]
                self.team.write(name, task, {key: whole(draft | {key: self.dice.choice(self.pool[key])}).get(key)})
            for key in self.team.read(lambda s: assemble(s, task.id))["elements"]:
                if self.dice.random() < 0.7:
                    version = self.team.reload(task).draft_version
                    self.team.act(name, confirm_element, task, key, expected_version=version)
            if self.attempt(name, verify, task, reason=REASONS[0], confirmed=self.dice.random() < 0.5):
                return True
        draft = self.team.read(lambda s: assemble(s, task.id))["elements"]
        self.team.write(name, task, dict.fromkeys(draft.keys() - whole(draft).keys()))
        for key in self.team.read(lambda s: assemble(s, task.id))["elements"]:
            self.team.act(name, confirm_element, task, key, expected_version=self.team.reload(task).draft_version)
        return self.attempt(name, verify, task, reason=REASONS[0], confirmed=True)


# The oracle: written from the sentence in the docstring, not from the code it judges.


def judgements(schema, payload):
    """`{id: (what, where, said)}` of the elements whose own label weighs."""
    parts = [*schema["labels"], *schema.get("relations", [])]
    heavy = {part.get("keyword", part["key"]) for part in parts if part.get("class", "routine") != "routine"}
    found = {}
    for key, body in payload["elements"].items():
        label = body.get("label") or body.get("keyword") or body.get("type") or "coin"
        if label not in heavy:
            continue
        ends = [payload["elements"][body[end]]["fragments"] for end in ("head", "tail") if end in body]
        said = {k: v for k, v in body.items() if k in ("assertion", "value", "verdict", "category", "face")}
        where = [body["fragments"]] if "fragments" in body else ends or [[[0, 1]]]
        name = key if label == "coin" else ""
        found[key] = (f"{body.get('kind')} {label} {name} {json.dumps(said, sort_keys=True)}", where)
    return found


def stands(one, reading):
    """Whether a reading says the same of overlapping text, at every end."""
    what, where = one
    return any(
        what == other and all(
            any(a < d and c < b for a, b in here for c, d in there) for here, there in zip(where, places, strict=True)
        )
        for other, places in reading.values()
    )  # fmt: skip


def unanswered_for(play, session):
    """Judgements of weight in the final answer that nobody entitled stands for."""
    team, item = play.team, get_item(session, play.item.id)
    gold = settled_answer(session, item.id)
    final = judgements(team.schema, payload_of(session, gold.id))
    read = [judgements(team.schema, payload_of(session, r.id)) for r in readings(session, gold.round_id)]
    senior = [team.person(name) for name in ("tess", "theo")]
    decided = []
    for row in session.scalars(select(Submission).where(Submission.item_id == item.id, Submission.kind == "gold")):
        rulings = session.scalars(select(RulingRow).where(RulingRow.assignment_id == row.assignment_id)).all()
        if row.person_id in senior and (any(r.confirmed for r in rulings) or row.id in keyed_verifications(team, gold)):
            decided.append(judgements(team.schema, payload_of(session, row.id)))
    task = session.get(Assignment, gold.assignment_id)
    single = set(confirmed_elements(session, task.id)) if task.step == Step.VERIFY else set()
    return [
        key
        for key, one in final.items()
        if not (len(read) > 1 and all(stands(one, reading) for reading in read))
        and not any(stands(one, answer) for answer in decided)
        and not (len(read) == 1 and key in single and stands(one, read[0]))
    ]


def of_weight_in_readings(play, session):
    """What weighs in the answers to an item that passed."""
    answers = readings(session, current_round(session, play.item.id).id)
    return [key for one in answers for key in judgements(play.team.schema, payload_of(session, one.id))]


def keyed_verifications(team, gold):
    """The final answer's id, where its verifier gave the second key."""
    events = team.events(Tag.ITEM_ADVANCED, event="changed", gold=gold.body_sha256)
    return [gold.id] if any(event["data"]["second_key"] for event in events) else []


#: a workflow a project composed: some of it passes by sampling, every item is read by a third
COMPOSED = own(agreed_pass=True, checked_percent=50, complexity=[{"characters": 1, "one_more": True}])
READERS = {"two_readers_adjudicator": 2, "trainee_verifier": 1, "team_of_three": 2, OWN: 3}


@pytest.mark.parametrize(
    "workflow", [pytest.param(key, marks=[pytest.mark.rare] if key == OWN else []) for key in READERS]
)
@pytest.mark.parametrize("world", WORLDS)
def test_every_label_of_weight_was_read_twice_decided_by_t4_or_confirmed_singly(sqlite_database, world, workflow):
    schema, text, pool = WORLDS[world]
    named = {} if workflow == OWN else {"workflow": workflow}
    team = Team(sqlite_database, "critical", schema=schema, **named)
    if workflow == OWN:
        force(team, COMPOSED)
    team.schema = schema or {"labels": [{"key": "coin", "class": "critical"}]}
    team.names = ["ann", "ben", "cal"][: READERS[workflow]]
    dice, ends = random.Random(f"{world} {workflow}"), []
    for _ in range(RUNS):
        play = Play(team, text, pool, dice)
        for _ in range(6):
            if team.state(play.item) in ("verified", "ready") or not play.step():
                break
        ends.append(team.state(play.item))
        if ends[-1] == "verified":
            assert team.read(lambda s, p=play: unanswered_for(p, s)) == []
        if ends[-1] == "passed_by_sampling":
            assert workflow == OWN and team.read(lambda s, p=play: of_weight_in_readings(p, s)) == []
    assert ends.count("verified") > RUNS // 3, ends
