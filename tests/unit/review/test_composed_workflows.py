"""Workflows that a project composes: read strictly, stored once a version, applied to each item as its round begins."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import text

from app.accounts.credential import Qualification, Verification, grant_credential, list_credentials, revoke_credential
from app.accounts.person import get_person
from app.audit.events import Tag
from app.core import clock
from app.core.digest import sha256
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.corpus.project import change_settings, create_project
from app.review import staffing
from app.review.assignment import claim, get_assignment
from app.review.distribution import find_readers
from app.review.item import get_item, no_codes
from app.review.queries import UNFINISHED, feedback, own_tasks, own_work, queue
from app.review.round import current_round
from app.review.seeming import shown_state
from app.review.staffing import can_be_seated, lacks_of
from app.review.submission import submit
from app.review.workflows import OWN, WORKFLOWS, Step, Workflow, frozen_workflow
from app.review.workflows.applying import DrawSeed, is_drawn
from app.review.workflows.composed import ComposedWorkflow, newest_composed, put_in_force, read_workflow, workflow_of
from app.review.workflows.words import steps_in_words
from tests.build import OPERATOR, composed
from tests.team import T0, Team
from tests.unit.review.test_waiting import offered

SEED = "00" * 32
#: as they were frozen into rounds before workflows could be composed
DIGESTS = {
    "two_readers_adjudicator": "e45ac307a3039ca71141e6173d07b72fcea201732edc8c7e74ca8895aa08c8d9",
    "trainee_verifier": "603cb5e9885eaede907452bfb4b76db8630112ef969ca5bc2b2b9ba9d1445edd",
    "team_of_three": "9654ca3aed91b7eabcb0a97a469b35ab032edaf125300a0fb13964def6a9fda3",
}


def own(**changes):
    """A document as somebody composes it."""
    steps = [{"step": "annotate", "people": 2}, {"step": "adjudicate", "tier": 3}, {"step": "verify", "tier": 3}]
    return {"key": "ours", "title": "Ours", "steps": steps} | changes


def reading(**rule):
    steps = own()["steps"]
    return own(steps=[steps[0] | rule, *steps[1:]])


def force(team, document, name="lena"):
    return team.do(name, lambda s, who: put_in_force(s, who, team.project(s), read_workflow(document), at=team.at))


def team_under(database, document, **settings):
    team = Team(database, **settings)
    force(team, document)
    return team


def round_of(team, item):
    return team.read(lambda s: current_round(s, item.id))


def in_specialty(team, name, specialty, tier=3):
    """One more credential of somebody, in a specialty."""
    held = Qualification(tier=tier, profession="physician", country="DE", issued_at=T0 - clock.DAY, specialty=specialty,
                         expires_at=T0 + clock.DAY, issuing_body=specialty, register_number=name)  # fmt: skip

    person_id = team.person(name)

    def unit(session):
        person = get_person(session, person_id)
        return grant_credential(session, OPERATOR, person, held, Verification(team.checker, "register"), at=T0)

    return team.database.writing(unit)


# --- the document ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "digest"), DIGESTS.items())
def test_rounds_of_before_keep_their_digests(key, digest):
    assert WORKFLOWS.get(key).digest == digest


WRONG = [
    ("no-json", "workflow", "{"),
    ("missing", "steps", {"key": "ours", "title": "Ours"}),
    ("unknown-rule", "majority_votes", own(majority_votes=True)),
    ("unknown-rule", "steps.0.votes", reading(votes=2)),
    ("steps", "steps", own(steps=[])),
    ("bad-value", "steps.0.people", reading(people=0)),
    ("bad-value", "steps.0.tier", reading(tier="2")),
    ("bad-value", "steps.0.specialties.0", reading(specialties=["a, b"])),
    ("one-finisher", "verify", own(steps=[*own()["steps"][:2], {"step": "verify", "tier": 3, "people": 2}])),
    ("finisher-tier", "adjudicate", own(steps=[own()["steps"][0], {"step": "adjudicate"}, own()["steps"][2]])),
    ("too-many-readers", "annotate", reading(people=9) | {"doubled_percent": 1}),
    ("nothing-to-sample", "checked_percent", own(checked_percent=20)),
    ("nobody-checks", "checked_percent", reading(people=1) | {"agreed_pass": True}),
    ("bad-value", "doubled_percent", own(doubled_percent=101)),
    ("rule-without-condition", "complexity.0", own(complexity=[{"one_more": True}])),
    ("rule-without-effect", "complexity.0", own(complexity=[{"characters": 9}])),
    ("rule-asks-nothing", "complexity.0", reading(tier=3) | {"complexity": [{"characters": 9, "read_tier": 2}]}),
    ("rule-asks-nothing", "complexity.0", own(complexity=[{"characters": 9, "always_verified": True}])),
    ("unknown-rule", "applied", own(applied={"doubled": True})),
    ("key-taken", "key", own(key="team_of_three")),
]


@pytest.mark.parametrize(("code", "where", "document"), WRONG, ids=[f"{code}:{where}" for code, where, _ in WRONG])
def test_what_is_wrong_is_refused_by_name_and_place(code, where, document):
    with pytest.raises(Invalid) as refused:
        read_workflow(document)
    assert (code, where) in [(one.code, one.where) for one in refused.value.problems]


def test_everything_that_is_wrong_is_said_at_once_and_no_value_of_it():
    with pytest.raises(Invalid) as refused:
        read_workflow(own(title="", doubled_percent=-1, secret="Mr Smith"))
    assert {one.where for one in refused.value.problems} == {"title", "doubled_percent", "secret"}
    assert "Smith" not in str([one.to_dict() for one in refused.value.problems])
    steps = [{"step": "annotate", "people": 9}, {"step": "adjudicate", "tier": 1}, {"step": "verify", "tier": 2}]
    with pytest.raises(Invalid) as refused:
        read_workflow(own(steps=steps, doubled_percent=5, checked_percent=5))
    said = [one.code for one in refused.value.problems]
    assert said == ["finisher-tier", "finisher-tier", "too-many-readers", "nothing-to-sample"]


def test_each_ready_made_workflow_says_its_steps_in_words_and_may_be_composed_from():
    for workflow in WORKFLOWS:
        assert read_workflow(workflow.document) == workflow
        titles = [step.title for step in steps_in_words(workflow)]
        assert titles[0] == "Read" and {"Escalate", "Verify"} <= {*titles}
    words = " ".join(step.words for step in steps_in_words(read_workflow(own(
        doubled_percent=7, escalation_specialties=["Radiology"],
        complexity=[{"note_types": ["ECG"], "read_tier": 3}, {"suggestions": 40, "one_more": True}],
    ))))  # fmt: skip
    for said in ("about 7", "tier 4 in radiology", "of the type ECG", "readers of tier 3", "40 suggestions or more"):
        assert said in words


# --- stored and in force ---------------------------------------------------------------------------------


def test_a_version_is_a_row_and_an_event_and_the_project_works_by_it(database):
    team = Team(database)
    row = force(team, own(doubled_percent=10))
    workflow = team.read(lambda s: workflow_of(s, team.project(s)))
    assert (row.number, row.sha256, row.composed_by) == (1, sha256(row.document), team.person("lena"))
    assert (workflow.digest, workflow.doubled_percent) == (row.sha256, 10)
    (said,) = team.events(Tag.WORKFLOW_COMPOSED)
    assert said["data"] == {"number": 1, "key": "ours", "sha256": row.sha256}
    (changed,) = team.events(Tag.PROJECT_CHANGED)
    assert changed["data"]["after"] == {"workflow": OWN}
    with pytest.raises(Conflict, match="in force"):
        force(team, own(doubled_percent=10))
    assert force(team, own()).number == 2
    assert len(team.events(Tag.PROJECT_CHANGED)) == 1


def test_what_was_in_force_comes_back_by_its_name_alone(database):
    team = team_under(database, own())
    change = lambda **s: team.do("lena", lambda ss, who: change_settings(ss, who, team.project(ss), s, at=T0))  # noqa: E731
    change(workflow="team_of_three")
    assert team.read(lambda s: workflow_of(s, team.project(s))).key == "team_of_three"
    change(workflow=OWN)
    assert team.read(lambda s: workflow_of(s, team.project(s))).key == "ours"


def test_only_whoever_changes_the_project_puts_one_in_force(database):
    team = Team(database)
    for name in ("ann", "vera", "tess", "sam"):
        with pytest.raises((Forbidden, NotFound)):
            force(team, own(), name)
    assert team.read(lambda s: newest_composed(s, team.project_id)) is None


def test_a_project_without_one_names_none_as_its_own(database):
    team = Team(database)
    with pytest.raises(Invalid) as refused:
        team.do("lena", lambda s, who: change_settings(s, who, team.project(s), {"workflow": OWN}, at=T0))
    assert [one.code for one in refused.value.problems] == ["no-own-workflow"]
    with pytest.raises(Invalid):
        database.writing(lambda s: create_project(s, OPERATOR, "new", "New", settings={"workflow": OWN}, at=T0))


@pytest.mark.parametrize("change", ["UPDATE project_workflow SET document = '{}'", "DELETE FROM project_workflow",
                                    "UPDATE draw_seed SET seed = '00'", "DELETE FROM draw_seed"])  # fmt: skip
def test_versions_and_seeds_never_change(database, change):
    team = team_under(database, own(doubled_percent=50))
    team.ready_item()
    team.assign("ann", "ben", "cal")
    with pytest.raises(Exception, match=r"append-only|constraint"):
        database.writing(lambda s: s.execute(text(change)))


# --- applied to an item ----------------------------------------------------------------------------------


def test_a_draw_is_repeatable_and_a_larger_share_holds_the_smaller():
    drawn = {share: {n for n in range(1, 4001) if is_drawn(SEED, "doubled", n, share)} for share in (0, 1, 10, 11, 100)}
    assert drawn[0] == set() and len(drawn[100]) == 4000
    assert drawn[1] < drawn[10] < drawn[11]
    assert 330 < len(drawn[10]) < 470
    other = {n for n in range(1, 4001) if is_drawn(SEED, "checked", n, 10)}
    assert 15 < len(other & drawn[10]) < 70


def test_of_the_share_each_item_is_read_by_one_more_under_rules_frozen_into_its_round(database):
    team = team_under(database, own(doubled_percent=50))
    items = [team.ready_item() for _ in range(12)]
    assert team.assign("ann", "ben", "cal") == 12
    seed = team.read(lambda s: s.get(DrawSeed, team.project_id))
    rounds = {item.id: round_of(team, item) for item in items}
    asked = {item: row.readers for item, row in rounds.items()}
    assert asked == {item: 3 if is_drawn(seed.seed, "doubled", item, 50) else 2 for item in asked}
    assert {*asked.values()} == {2, 3}
    (said,) = team.events(Tag.DRAWS_SEEDED)
    assert said["data"] == {"seed_sha256": sha256(bytes.fromhex(seed.seed))} and seed.seed not in str(team.events())
    whole = team.read(lambda s: newest_composed(s, team.project_id))
    for event in team.events(Tag.ROUND_OPENED):
        row = rounds[event["data"]["item"]]
        assert event["data"]["composed_sha256"] == whole.sha256
        assert event["data"]["applied"] == {"rules": [], "doubled": row.readers == 3, "checked": False}
        assert row.workflow.composed == whole.workflow and row.workflow_sha256 == row.workflow.digest


LONG = "heads or tails, " * 9
RULES = [
    ({"characters": 100}, LONG, True),
    ({"characters": 100}, "heads", False),
    ({"characters": 100, "complexity": 1}, LONG, False),
    ({"note_types": ["ECG"]}, LONG, False),
    ({"suggestions": 1}, LONG, False),
]


@pytest.mark.parametrize(("when", "said", "holds"), RULES)
def test_what_makes_an_item_complex_asks_more_of_its_readers(database, when, said, holds):
    team = team_under(database, reading(people=1) | {"complexity": [when | {"read_tier": 4}]})
    item = team.ready_item(said)
    assert team.assign("ann") == (0 if holds else 1)
    assert team.assign("ann", "sly") == (1 if holds else 0)
    assert bool(team.task(item, "sly")) == holds


def test_one_more_reads_what_is_complex(database):
    team = team_under(database, reading(people=1) | {"complexity": [{"characters": 100, "one_more": True}]})
    items = [team.ready_item(said) for said in (LONG, "heads")]
    assert team.assign("ann", "ben") == 2
    assert [round_of(team, item).readers for item in items] == [2, 1]


def test_an_item_that_needs_more_than_anybody_has_waits(database):
    team = team_under(database, reading(people=1) | {"complexity": [{"characters": 100, "read_tier": 4}]})
    item = team.ready_item(LONG)
    assert team.assign("ann", "ben") == 0
    assert team.state(item) == "ready"


def test_whoever_settles_and_signs_what_is_complex_has_the_tier_its_rule_asks(database):
    team = team_under(database, own(complexity=[{"characters": 100, "finish_tier": 4}]))
    tasks = {}
    for said in (LONG, "heads"):
        item, ann, ben = team.item("ann", "ben", text=said)
        team.answer("ann", ann, c1="heads")
        team.answer("ben", ben, c1="heads")
        tasks[said] = item
    assert offered(team, "vera", Step.VERIFY) == [tasks["heads"].id]
    with pytest.raises(Forbidden):
        team.act("vera", claim, tasks[LONG], Step.VERIFY)
    team.take("sly", tasks[LONG])


@pytest.mark.parametrize(("percent", "state"), [(100, "verification"), (1, "passed_by_sampling")])
def test_the_quality_check_verifies_its_share_of_what_could_pass(database, percent, state, monkeypatch):
    monkeypatch.setattr("app.review.workflows.applying.secrets.token_hex", lambda _: SEED)
    team = team_under(database, reading(people=1) | {"agreed_pass": True, "checked_percent": percent})
    item, task = team.item("ann")
    team.answer("ann", task, c1="heads")
    assert is_drawn(SEED, "checked", item.id, percent) == (state == "verification")
    assert team.state(item) == state


def test_a_rule_of_complexity_takes_an_item_out_of_what_passes(database):
    rules = [{"characters": 100, "always_verified": True}]
    team = team_under(database, own(agreed_pass=True, complexity=rules))
    states = {}
    for said in (LONG, "heads"):
        item, ann, ben = team.item("ann", "ben", text=said)
        team.answer("ann", ann, c1="heads")
        team.answer("ben", ben, c1="heads")
        states[said] = team.state(item)
    assert states == {LONG: "verification", "heads": "passed_by_sampling"}


def seen_by(team, name, task):
    """All that the door to answers gives a reader of an item under way."""

    def look(session, actor):
        work = own_work(session, actor, get_assignment(session, task.id), at=T0)
        tasks = [(one.assignment.id, one.assignment.state, one.item.state) for one in
                 own_tasks(session, actor, UNFINISHED)]  # fmt: skip
        waiting = [queue(session, actor, team.project_id, step, at=T0) for step in (Step.ADJUDICATE, Step.VERIFY)]
        return repr((work, tasks, waiting, shown_state(session, get_item(session, task.item_id), None)))

    return team.do(name, look)


@pytest.mark.parametrize("document", [own(doubled_percent=100), own(complexity=[{"characters": 1, "one_more": True}])])
def test_a_third_reader_sees_nothing_until_all_have_submitted(database, document):
    """INV-3: doubled or complex, an item's readers are as blind as two are, and nothing is compared before the last."""
    team = team_under(database, document)
    item, *tasks = team.item("ann", "ben", "cal")
    ann, ben, cal = tasks
    team.open("cal", cal)
    before = seen_by(team, "cal", cal)
    team.answer("ann", ann, c1="heads")
    team.answer("ben", ben, c1="tails")
    assert seen_by(team, "cal", cal) == before
    assert team.state(item) == "in_annotation"
    for name, task in (("ann", ann), ("ben", ben)):
        with pytest.raises(Conflict):
            team.act(name, feedback, task, no_codes)
    team.put("cal", cal, c1="heads")
    team.act("cal", submit, cal)
    assert team.state(item) == "adjudication"


# --- specialties -----------------------------------------------------------------------------------------


def test_a_step_asks_its_specialty_of_whoever_does_it_when_they_do_it(database):
    steps = own()["steps"]
    team = team_under(database, own(steps=[*steps[:2], steps[2] | {"specialties": ["Radiology"]}]))
    item = team.read_by_two("heads", "heads")
    with pytest.raises(Forbidden) as refused:
        team.act("vera", claim, item, Step.VERIFY)
    assert refused.value.code == "label-unfit"
    assert offered(team, "vera", Step.VERIFY) == []
    in_specialty(team, "vera", "radiology")
    assert offered(team, "vera", Step.VERIFY) == [item.id]
    assert team.take("vera", item).state == "open"


def test_a_tier_elsewhere_makes_up_for_no_specialty(database):
    """One credential has both: a T1 in radiology beside a T3 in something else is no T3 radiologist."""
    steps = own()["steps"]
    team = team_under(database, own(steps=[*steps[:2], steps[2] | {"specialties": ["radiology"]}]))
    item = team.read_by_two("heads", "heads")
    in_specialty(team, "vera", "radiology", tier=1)
    with pytest.raises(Forbidden):
        team.act("vera", claim, item, Step.VERIFY)


def test_what_is_escalated_goes_to_t4_of_its_own_specialties(database):
    team = Team(database, "critical")
    force(team, own(escalation_specialties=["Cardiology"]))
    item = team.read_by_two("heads", "tails")
    assert team.state(item) == "escalated"
    assert offered(team, "tess", Step.ADJUDICATE) == []
    in_specialty(team, "theo", "cardiology", tier=4)
    assert offered(team, "theo", Step.ADJUDICATE) == [item.id]


def test_a_reader_who_lost_the_specialty_opens_and_submits_nothing(database):
    team = Team(database)
    for name in ("ann", "ben"):
        in_specialty(team, name, "pathology", tier=1)
    force(team, reading(specialties=["pathology"]))
    cal = team.person("cal")
    assert cal not in team.read(lambda s: find_readers(s, team.project(s), at=T0))
    _, ann, ben = team.item("ann", "ben")
    team.open("ann", ann)
    team.put("ann", ann, c1="heads")

    def lose(session, person_id):
        for held in list_credentials(session, person_id):
            if held.specialty == "pathology":
                revoke_credential(session, OPERATOR, held, "left the field", at=T0)

    for name in ("ann", "ben"):
        person_id = team.person(name)
        database.writing(lambda s, person_id=person_id: lose(s, person_id))
    with pytest.raises(Forbidden):
        team.act("ann", submit, ann)
    with pytest.raises(Forbidden):
        team.open("ben", ben)


# --- could anybody finish it -----------------------------------------------------------------------------


def lacking(team, document):
    workflow = read_workflow(document)
    found = team.read(lambda s: lacks_of(s, team.project(s), workflow, at=T0))
    return [(lack.step, lack.lack) for lack in found]


def test_what_nobody_here_could_do_is_said_step_by_step(database):
    team = Team(database)
    everything = lacking(team, own())
    assert everything == [
        ("reading", "no reader"), ("settling", "no adjudicator"), ("what is escalated", "no T4"),
        ("verifying", "no verifier"),
    ]  # fmt: skip
    for name in ("ann", "low"):
        team.person(name)
    assert lacking(team, own()) == [
        ("reading", "1 of the 2 readers needed"), ("settling", "no T3 adjudicator"), ("what is escalated", "no T4"),
        ("verifying", "no T3 verifier"),
    ]  # fmt: skip
    for name in ("ben", "ada", "vera", "tess"):
        team.person(name)
    assert lacking(team, own()) == []
    steps = own()["steps"]
    asked = own(steps=[*steps[:2], steps[2] | {"specialties": ["radiology", "Pathology"]}])
    assert lacking(team, asked) == [("verifying", "no verifier in radiology or pathology")]


def test_what_only_items_that_need_most_lack_is_said_of_them(database):
    team = Team(database)
    for name in ("ann", "ben", "ada", "vera", "tess"):
        team.person(name)
    assert lacking(team, own(doubled_percent=5)) == [
        ("reading, of items that need most", "2 of the 3 readers needed")
    ]
    rule = {"characters": 100, "read_tier": 3}
    assert lacking(team, own(complexity=[rule])) == [("reading, of items that need most", "no T3 reader")]


def test_nobody_sits_on_two_seats_of_an_item(database):
    team = Team(database)
    for name in ("ann", "sly"):
        team.person(name)
    assert [step for step, _ in lacking(team, own())] == [
        "reading and verifying what is agreed", "reading, settling and verifying",
        "reading, settling by T4 and verifying",
    ]  # fmt: skip
    assert lacking(team, own())[0][1] == "3 different people are needed, and of these 2 none may do two"


def test_seats_find_people_where_there_is_any_way():
    assert can_be_seated([{1, 2}, {1, 2}, {1, 3}])
    assert can_be_seated([{1, 2, 3}, {1, 2}, {1}])
    assert not can_be_seated([{1, 2}, {1, 2}, {1, 2}])
    assert not can_be_seated([{1}, set()])


def test_a_lack_is_a_sentence():
    lack = staffing.StepLack("verifying", "no T3 verifier")
    assert lack.words == "Nobody could finish this with today's members: verifying: no T3 verifier"
    assert replace(lack, lack="x") != lack


def test_a_round_of_before_reads_back_as_it_was(database):
    """A stored document without the newer rules is the same document again."""
    old = json.loads(composed().document)
    assert not {"complexity", "doubled_percent", "applied"} & old.keys() and "specialties" not in old["steps"][0]
    assert frozen_workflow(json.dumps(old)) == composed() == Workflow.model_validate_json(composed().document)
    assert database.writing(lambda s: s.query(ComposedWorkflow).count()) == 0
