"""A ruling may not smuggle: what of a significant or critical label one person alone may not decide."""

import pytest

from app.agreement.judgements import Choice, Ruling
from app.audit.events import Tag
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.review.adjudication import Decision, RulingRow, cases_of, close, rule
from app.review.assignment import claim
from app.review.confirmation import confirm_element, confirmed_elements
from app.review.draft import assemble
from app.review.item import get_item
from app.review.queries import queue
from app.review.submission import payload_of, settled_answer
from app.review.verification import verify
from app.review.workflows import Step
from tests.team import Team
from tests.unit.modalities.notes.notes import SCHEMA, TEXT, entity, relation

DRUG, WIDER = entity(11, 22, "DRUG"), entity(5, 22, "DRUG")
RASH = entity(0, 4, "ADE")
ONE_READER = {"workflow": "trainee_verifier"}


@pytest.fixture
def notes(database):
    return Team(database, schema=SCHEMA)


def disputed(team, judge="ada", first=None, second=None):
    """A routine span edge in dispute, taken by an adjudicator: her task and the case."""
    item = team.read_as(TEXT, ann=first or {"d": DRUG}, ben=second or {"d": WIDER})
    assert team.state(item) == "adjudication"
    task = team.take(judge, item, Step.ADJUDICATE)
    return item, task, case_of(team, task)


def case_of(team, task):
    return team.read(lambda s: cases_of(s, get_item(s, task.item_id), task)).differences[0]


def own(case, elements, confirmed=True):
    return Decision(Ruling(case.key, Choice.OWN, elements=elements, reason="guideline", citation="1"), confirmed)


def final(team, item):
    gold = team.read(lambda s: settled_answer(s, item.id))
    return team.read(lambda s: payload_of(s, gold.id))["elements"]


class TestOwnVersions:
    @pytest.mark.parametrize(
        "stray",
        [
            entity(27, 35, "ADE"),
            entity(27, 35, "DRUG"),
            relation("x", "x"),
            {"kind": "comment", "text": "see also"},
            {"kind": "code_assignment", "system": "ICD-10-CM", "release": "2026", "code": "L27.0", "sequence": 1,
             "principal": True},
        ],
        ids=["critical elsewhere", "routine elsewhere", "hangs on nothing here", "a comment", "a code"],
    )  # fmt: skip
    def test_an_own_version_stays_within_its_case(self, notes, stray):
        _, task, case = disputed(notes)
        with pytest.raises(Invalid) as refused:
            notes.act("ada", rule, task, own(case, {"d": DRUG, "x": stray}))
        assert [(p.code, p.where) for p in refused.value.problems] == [("stray", "x")]
        assert notes.count(RulingRow) == 0

    def test_what_hangs_on_the_case_belongs_to_it(self, notes):
        _, task, case = disputed(notes)
        elements = {"d": DRUG, "e": entity(5, 10, "DRUG"), "r": relation("d", "e")}
        notes.act("ada", rule, task, own(case, elements, confirmed=False))
        assert set(final_of(notes, task)) == {"d", "e", "r"}

    def test_a_label_of_weight_needs_the_second_key_wherever_it_comes_from(self, notes):
        _, task, case = disputed(notes)
        with pytest.raises(Invalid) as refused:
            notes.act("ada", rule, task, own(case, {"d": entity(11, 22, "ADE")}, confirmed=False))
        assert refused.value.code == "second-key"
        notes.act("ada", rule, task, own(case, {"d": entity(11, 22, "ADE")}))
        (event,) = notes.events(Tag.CASE_RULED)
        assert event["data"]["second_key"] is True

    def test_a_significant_case_needs_it_as_well_as_a_critical_one(self, notes):
        item = notes.read_as(TEXT, ann={"p": entity(0, 4)}, ben={})
        task = notes.take("tess", item, Step.ADJUDICATE)
        decision = Decision(Ruling(case_of(notes, task).key, Choice.TAKE, 0, reason="slip"))
        with pytest.raises(Invalid) as refused:
            notes.act("tess", rule, task, decision)
        assert refused.value.code == "second-key"


def final_of(team, task):
    team.act("ada", close, task)
    return final(team, get(team, task))


def get(team, task):
    return team.read(lambda s: get_item(s, task.item_id))


LOST = {
    "gone": {"d": DRUG},
    "moved": {"d": DRUG, "a": entity(11, 22, "ADE")},
    "negated": {"d": DRUG, "a": entity(0, 4, "ADE", assertion={"polarity": "negated"})},
}


class TestClosing:
    def smuggle(self, team):
        """Ada settles a routine case and makes a critical label of it on the way."""
        item, task, case = disputed(team)
        team.act("ada", rule, task, own(case, {"d": entity(11, 22, "ADE")}))
        return item, task

    def test_a_new_critical_label_is_escalated_and_t4_settles_between_all_answers(self, notes):
        item, task = self.smuggle(notes)
        gold = notes.act("ada", close, task)
        item = notes.reload(item)
        assert (item.state, item.escalated) == ("escalated", True)
        (event,) = notes.events(Tag.ITEM_ADVANCED, event="escalated")
        assert event["data"] | {"labels": ["ADE"], "gold": gold.body_sha256} == event["data"]
        for name in ("abe", "ada"):
            with pytest.raises(Forbidden):
                notes.act(name, claim, item, Step.ADJUDICATE)
        assert notes.do("tess", lambda s, a: queue(s, a, notes.project_id, Step.ADJUDICATE, at=notes.at))
        senior = notes.take("tess", item, Step.ADJUDICATE)
        case = case_of(notes, senior)
        assert (len(case.versions), case.labels) == (3, ("ADE", "DRUG"))
        hers = next(i for i, v in enumerate(case.versions) if any(b["label"] == "ADE" for b in v.values()))
        take = Ruling(case.key, Choice.TAKE, hers, reason="guideline", citation="1")
        with pytest.raises(Invalid) as refused:
            notes.act("tess", rule, senior, Decision(take))
        assert refused.value.code == "second-key"
        notes.act("tess", rule, senior, Decision(take, confirmed=True))
        notes.act("tess", close, senior)
        assert notes.state(item) == "verification"
        notes.act("vera", verify, notes.take("vera", item))
        assert notes.state(item) == "verified"
        assert [body["label"] for body in final(notes, item).values()] == ["ADE"]

    def test_in_a_team_of_three_it_is_not_finished_by_whoever_smuggled(self, database):
        team = Team(database, schema=SCHEMA, workflow="team_of_three")
        item, task = self.smuggle(team)
        team.act("ada", close, task)
        assert team.state(item) == "escalated"
        senior = team.take("tess", item, Step.ADJUDICATE)
        ruling = Ruling(case_of(team, senior).key, Choice.TAKE, 0, reason="slip")
        team.act("tess", rule, senior, Decision(ruling, confirmed=True))
        team.act("tess", close, senior)
        assert team.state(item) == "verified"

    def test_a_ruling_that_was_replaced_smuggles_nothing(self, notes):
        item, task = self.smuggle(notes)
        case = case_of(notes, task)
        notes.act("ada", rule, task, Decision(Ruling(case.key, Choice.TAKE, 0, reason="slip")))
        notes.act("ada", close, task)
        assert notes.state(item) == "verification"

    def test_a_senior_reviewers_own_version_always_needs_the_second_key(self, notes):
        item, task, case = disputed(notes, "tess")
        with pytest.raises(Invalid):
            notes.act("tess", rule, task, own(case, {"d": entity(11, 22, "ADE")}, confirmed=False))
        notes.act("tess", rule, task, own(case, {"d": entity(11, 22, "ADE")}))
        notes.act("tess", close, task)
        assert notes.state(item) == "verification"

    @pytest.mark.parametrize("kind", LOST)
    def test_an_agreed_critical_label_shown_with_a_routine_relation_is_t4s_from_the_start(self, notes, kind):
        both = {"d": DRUG, "a": RASH}
        item = notes.read_as(TEXT, ann=both | {"r": relation("d", "a")}, ben=both)
        assert notes.state(item) == "escalated"
        task = notes.take("tess", item, Step.ADJUDICATE)
        with pytest.raises(Invalid) as refused:
            notes.act("tess", rule, task, own(case_of(notes, task), LOST[kind], confirmed=False))
        assert refused.value.code == "second-key"
        notes.act("tess", rule, task, own(case_of(notes, task), LOST[kind]))
        notes.act("tess", close, task)
        assert notes.state(item) == "verification"


class TestVerifying:
    def agreed(self, team, verifier="vera", **elements):
        item = team.read_as(TEXT, ann=elements, ben=elements)
        return item, team.take(verifier, item)

    @pytest.mark.parametrize(
        "change",
        [
            {"n": entity(27, 35)},
            {"p": None},
            {"p": entity(27, 35)},
            {"p": entity(0, 22)},
            {"p": entity(0, 4, assertion={"polarity": "negated"})},
        ],
        ids=["new", "gone", "moved", "wider", "negated"],
    )
    def test_a_significant_label_is_not_a_verifiers_to_change(self, notes, change):
        item, task = self.agreed(notes, p=entity(0, 4), d=DRUG)
        notes.write("vera", task, change)
        assert notes.act("vera", verify, task, reason="slip") is None
        assert notes.state(item) == "escalated"

    def test_a_smaller_edge_of_it_or_a_routine_label_is(self, notes):
        item, task = self.agreed(notes, p=entity(0, 10), d=DRUG)
        notes.write("vera", task, {"p": entity(0, 4), "d": WIDER})
        notes.act("vera", verify, task, reason="slip")
        assert notes.state(item) == "verified"

    def test_two_readers_saw_it_so_nothing_is_confirmed_singly(self, notes):
        item, task = self.agreed(notes, a=RASH)
        notes.act("vera", verify, task)
        assert notes.state(item) == "verified"


class TestAgreedItemsThatPass:
    @pytest.mark.parametrize(
        ("elements", "state"), [({"d": DRUG}, "passed_by_sampling"), ({"a": RASH}, "verification")]
    )
    def test_only_an_item_without_a_label_of_weight_passes_unseen(self, database, workflow, elements, state):
        notes = Team(database, schema=SCHEMA, workflow=workflow(agreed_pass=True))
        assert notes.state(notes.read_as(TEXT, ann=elements, ben=elements)) == state


class TestSingleConfirmation:
    @pytest.fixture
    def alone(self, database):
        return Team(database, schema=SCHEMA, **ONE_READER)

    def taken(self, team, **elements):
        item = team.read_as(TEXT, ann=elements)
        assert team.state(item) == "verification"
        return item, team.take("vera", item)

    def confirm(self, team, task, key, name="vera"):
        team.act(name, confirm_element, task, key, expected_version=team.reload(task).draft_version)

    def confirmed(self, team, task):
        return sorted(team.read(lambda s: confirmed_elements(s, task.id)))

    def test_each_element_of_weight_of_a_single_reader_is_confirmed_before_the_answer_is_accepted(self, alone):
        item, task = self.taken(alone, a=RASH, d=DRUG, r=relation("d", "a", "causes"), p=entity(27, 35))
        for done, left in (([], ["a", "p", "r"]), (["a"], ["p", "r"]), (["p"], ["r"])):
            for key in done:
                self.confirm(alone, task, key)
            with pytest.raises(Invalid) as refused:
                alone.act("vera", verify, task)
            assert refused.value.code == "not-confirmed"
            assert sorted(problem.where for problem in refused.value.problems) == left
        self.confirm(alone, task, "r")
        alone.act("vera", verify, task)
        assert alone.state(item) == "verified"
        facts = [event["data"] for event in alone.events(Tag.ELEMENT_CONFIRMED)]
        assert [fact["element"] for fact in facts] == ["a", "p", "r"]
        assert all(fact["assignment"] == task.id for fact in facts)
        assert "Rash" not in str(facts)

    def test_what_is_changed_afterwards_is_to_be_confirmed_again(self, alone):
        _, task = self.taken(alone, p=entity(0, 10), d=DRUG)
        self.confirm(alone, task, "p")
        alone.write("vera", task, {"d": WIDER})
        assert self.confirmed(alone, task) == ["p"]
        alone.write("vera", task, {"p": entity(0, 4)})
        assert self.confirmed(alone, task) == []
        with pytest.raises(Invalid):
            alone.act("vera", verify, task, reason="slip")

    def test_twice_is_once(self, alone):
        _, task = self.taken(alone, a=RASH)
        self.confirm(alone, task, "a")
        self.confirm(alone, task, "a")
        assert len(alone.events(Tag.ELEMENT_CONFIRMED)) == 1

    def test_only_what_stands_in_an_open_verification_of_ones_own_is_confirmed(self, alone):
        _, task = self.taken(alone, a=RASH)
        with pytest.raises(NotFound):
            self.confirm(alone, task, "nothing")
        with pytest.raises(Conflict) as stale:
            alone.act("vera", confirm_element, task, "a", expected_version=7)
        assert stale.value.code == "stale-version"
        with pytest.raises(Forbidden):
            self.confirm(alone, task, "a", "vito")
        other, mine = alone.item("ben", text=TEXT)
        alone.open("ben", mine)
        alone.write("ben", mine, {"a": RASH})
        with pytest.raises(Conflict):
            self.confirm(alone, mine, "a", "ben")
        self.confirm(alone, task, "a")
        alone.act("vera", verify, task)
        with pytest.raises((Conflict, Forbidden)):
            self.confirm(alone, task, "a")
        assert alone.state(other) == "in_annotation"

    def test_a_credential_below_the_workflows_tier_confirms_nothing(self, alone):
        item = alone.read_as(TEXT, ann={"a": RASH})
        with pytest.raises(Forbidden) as refused:
            alone.act("low", claim, item, Step.VERIFY)
        assert refused.value.code == "tier-too-low"

    @pytest.mark.parametrize("change", [{"a": None}, {"a": entity(11, 15, "ADE")}, {"n": entity(27, 35, "ADE")}])
    def test_a_verifier_who_removes_moves_or_adds_one_sends_the_item_to_t4(self, alone, change):
        item, task = self.taken(alone, a=RASH, p=entity(27, 35))
        alone.write("vera", task, change)
        assert alone.act("vera", verify, task, reason="slip") is None
        assert alone.state(item) == "escalated"
        senior = alone.take("tess", item, Step.ADJUDICATE)
        cases = alone.read(lambda s: cases_of(s, get_item(s, item.id), senior)).differences
        for case in cases:
            take = Ruling(case.key, Choice.TAKE, 1, reason="guideline", citation="1")
            alone.act("tess", rule, senior, Decision(take, confirmed=True))
        alone.act("tess", close, senior)
        # The problem of the single reader, which nobody disputed, still waits for its own confirmation.
        last = alone.take("vito", item)
        with pytest.raises(Invalid) as refused:
            alone.act("vito", verify, last)
        assert "p" in [problem.where for problem in refused.value.problems]
        for key in alone.read(lambda s: assemble(s, last.id))["elements"]:
            self.confirm(alone, last, key, "vito")
        alone.act("vito", verify, last)
        assert alone.state(item) == "verified"
