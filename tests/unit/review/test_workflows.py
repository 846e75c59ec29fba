"""Workflows: typed documents known by their digest, frozen into the round that begins under them."""

import json
import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.audit.events import Tag
from app.core.digest import sha256
from app.core.errors import Conflict, Forbidden, NotFound
from app.corpus.project import change_settings
from app.plugins import PARTS
from app.review.assignment import claim, decline
from app.review.distribution import find_readers
from app.review.item import Item, count_by_state
from app.review.round import current_round, open_round
from app.review.submission import settled_answer
from app.review.verification import VerifierChange, answer_to_verify, reject, verify
from app.review.waiting import load_team, stopped_items
from app.review.workflows import WORKFLOWS, Step, Workflow, frozen_workflow
from tests.build import OPERATOR, composed
from tests.team import T0, Team
from tests.unit.review.test_verification import settle
from tests.unit.review.test_waiting import offered

APP = Path(__file__).parents[3] / "app"


def switch(team, **settings):
    team.do("lena", lambda s, lena: change_settings(s, lena, team.project(s), settings, at=team.at))


def round_of(team, item):
    return team.read(lambda s: current_round(s, item.id))


# --- the document ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", PARTS["workflow"])
def test_a_ready_made_workflow_reads_back_from_its_document_with_the_same_digest(key):
    workflow = WORKFLOWS.get(key)
    again = frozen_workflow(workflow.document)
    assert again == workflow
    assert again.digest == sha256(workflow.document)


def test_any_changed_rule_is_another_digest():
    base = composed()
    others = [
        composed(readers=3), composed(tiers=(2, 3, 3)), composed(tiers=(1, 4, 3)), composed(tiers=(1, 3, 4)),
        composed(adjudicator_finishes=True), composed(agreed_pass=True), composed("other"),
    ]  # fmt: skip
    assert len({base.digest, *(other.digest for other in others)}) == len(others) + 1


def _changed(**changes):
    return json.loads(composed().document) | changes


STEPS = json.loads(composed().document)["steps"]
REFUSED = [
    ("no steps", _changed(steps=[])),
    ("a step is missing", _changed(steps=STEPS[:2])),
    ("a step twice", _changed(steps=[STEPS[0], *STEPS])),
    ("steps out of order", _changed(steps=STEPS[::-1])),
    ("nobody reads", _changed(steps=[STEPS[0] | {"people": 0}, *STEPS[1:]])),
    ("two adjudicators", _changed(steps=[STEPS[0], STEPS[1] | {"people": 2}, STEPS[2]])),
    ("a verifier who may not sign", _changed(steps=[*STEPS[:2], STEPS[2] | {"tier": 2}])),
    ("a tier there is not", _changed(steps=[STEPS[0] | {"tier": 5}, *STEPS[1:]])),
    ("a rule nobody knows", _changed(majority_votes=True)),
    ("a flag that is no flag", _changed(agreed_pass="yes")),
    ("a key with spaces", _changed(key="two readers")),
]


@pytest.mark.parametrize(("why", "document"), REFUSED, ids=[why for why, _ in REFUSED])
def test_a_document_that_is_no_workflow_is_refused(why, document):
    with pytest.raises(ValidationError):
        Workflow.model_validate_json(json.dumps(document))


def test_nothing_compares_the_key_of_a_workflow():
    """A composed workflow works like a ready-made one, so no code may know one by name."""
    names = "|".join(PARTS["workflow"])
    named = {
        path.relative_to(APP).as_posix()
        for path in APP.rglob("*.py")
        if re.search(rf"\"({names})\"|workflow(_key|\.key) *[!=]=", path.read_text(encoding="utf-8"))
    }
    # Declared, made, the default of a setting, and the demo's projects.
    assert named <= {
        "plugins.py", "review/workflows/ready_made.py", "corpus/project.py", "corpus/settings.py", "demo/load.py",
    }  # fmt: skip


# --- who reads -------------------------------------------------------------------------------------------


def test_how_many_read_is_said_by_the_workflow_alone(database):
    team = Team(database, workflow="trainee_verifier")
    item = team.ready_item()
    assert team.assign("ann", "ben") == 1
    assert round_of(team, item).readers == 1


@pytest.mark.parametrize("strategy", ["one_reader", "two_readers"])
def test_the_retired_strategy_is_read_and_changes_nothing(database, strategy):
    team = Team(database, strategy=strategy)
    item, _, _ = team.item("ann", "ben")
    assert round_of(team, item).readers == 2
    assert team.read(team.project).setting("strategy") == strategy


def test_three_readers_of_a_composed_workflow_are_those_with_the_least_to_do(database, workflow):
    team = Team(database, workflow=workflow(readers=3))
    team.item("ann", "ben", "cal")
    item = team.ready_item()
    assert team.assign("ann", "ben", "cal", "dee") == 1
    assert team.task(item, "dee") is not None
    assert sum(team.task(item, name) is not None for name in ("ann", "ben", "cal")) == 2


def test_readers_have_the_tier_their_workflow_asks(database, workflow):
    team = Team(database, workflow=workflow(tiers=(2, 3, 3)))
    for name in ("ann", "sly"):
        team.person(name)
    assert team.read(lambda s: find_readers(s, team.project(s), at=team.at)) == [team.person("sly")]


# --- frozen into the round -------------------------------------------------------------------------------


def test_a_round_holds_the_rules_it_began_under_and_its_event_their_digest(database):
    team = Team(database)
    item, _, _ = team.item("ann", "ben")
    row = round_of(team, item)
    default = WORKFLOWS.get("two_readers_adjudicator")
    assert (row.workflow_key, row.workflow_sha256, row.workflow) == (default.key, default.digest, default)
    assert sha256(row.workflow_json) == row.workflow_sha256
    (said,) = team.events(Tag.ROUND_OPENED, item=item.id)
    assert (said["data"]["workflow"], said["data"]["workflow_sha256"]) == (default.key, default.digest)


def test_an_item_under_way_keeps_its_rules_when_the_project_changes_its_own(database):
    """Two readers under the default: the third person still verifies, though the project is a team of three now."""
    team = Team(database)
    item = team.read_by_two("heads", "tails")
    switch(team, workflow="team_of_three")
    settle(team, "ada", item, "heads")
    assert team.state(item) == "verification"
    anew = team.read_by_two("heads", "tails")
    settle(team, "abe", anew, "heads")
    assert team.state(anew) == "verified"


def test_the_next_round_of_an_item_begins_under_the_rules_of_then(database):
    team = Team(database)
    item = team.read_by_two("heads", "heads")
    switch(team, workflow="trainee_verifier")
    team.act("vera", reject, team.take("vera", item), "slip")
    assert team.assign("cal", "dee") == 1
    assert (round_of(team, item).number, round_of(team, item).readers) == (2, 1)


def test_the_tier_that_ends_a_step_is_that_of_the_round(database, workflow):
    """A T3 verifier sees, takes and ends what began under T3, and nothing of what began under T4."""
    team = Team(database, workflow=workflow(tiers=(1, 3, 4)))
    strict = team.read_by_two("heads", "heads")
    switch(team, workflow="two_readers_adjudicator")
    usual = team.read_by_two("heads", "heads")
    assert offered(team, "vera", Step.VERIFY) == [usual.id]
    assert offered(team, "tess", Step.VERIFY) == [strict.id, usual.id]
    with pytest.raises(Forbidden):
        team.act("vera", claim, strict, Step.VERIFY)
    team.act("vera", verify, team.take("vera", usual))
    assert team.state(usual) == "verified"


def test_what_nobody_can_end_is_asked_of_each_items_own_rules(database, workflow):
    team = Team(database, workflow=workflow(tiers=(1, 3, 4)))
    team.read_by_two("heads", "heads")
    switch(team, workflow="two_readers_adjudicator")
    team.read_by_two("heads", "heads")
    team.person("vera")
    project = team.read(team.project)
    states = team.read(lambda s: count_by_state(s, project.id))
    said = team.read(lambda s: stopped_items(s, load_team(s, project, at=team.at), states))
    assert [(one.step, one.lack, one.items) for one in said] == [("verify", "no T4 verifier", 1)]


def test_a_seat_that_was_left_goes_to_somebody_the_rounds_own_rules_let_read(database, workflow):
    team = Team(database, workflow=workflow(tiers=(2, 3, 3), readers=1))
    item, task = team.item("sly")
    switch(team, workflow="trainee_verifier")
    team.act("sly", decline, task, "unable")
    assert team.assign("ann") == 0
    assert team.reload(item).state == "in_annotation"


def test_an_unknown_workflow_is_no_rule_to_begin_under(database):
    team = Team(database)
    team.ready_item()
    team.person("ann")
    WORKFLOWS.add(composed("gone"))
    switch(team, workflow="gone")
    WORKFLOWS.remove("gone")
    with pytest.raises(NotFound, match="gone"):
        team.assign("ann")


# --- rework ----------------------------------------------------------------------------------------------


def cites(team, item):
    return round_of(team, item).cites_submission_id


def test_a_first_round_cites_nothing_and_the_database_lets_no_later_one_do_so(database):
    team = Team(database)
    item, _, _ = team.item("ann", "ben")
    assert cites(team, item) is None
    with pytest.raises(Conflict, match="rework_cites"):
        team.database.writing(lambda s: open_round(s, OPERATOR, s.get(Item, item.id), composed(), at=T0))


def test_a_round_after_a_rejection_cites_what_the_readers_had_agreed_on(database):
    team = Team(database)
    item = team.read_by_two("heads", "heads")
    task = team.take("vera", item)
    rejected = team.read(lambda s: answer_to_verify(s, task).id)
    team.act("vera", reject, task, "slip")
    assert team.assign("cal", "dee") == 1
    said = team.events(Tag.ROUND_OPENED, item=item.id)[-1]["data"]
    assert (said["number"], said["cites"], cites(team, item)) == (2, rejected, rejected)


def test_a_round_after_a_rejected_ruling_cites_the_settled_answer(database):
    team = Team(database)
    item = team.read_by_two("heads", "tails")
    settle(team, "ada", item, "heads")
    settled = team.read(lambda s: settled_answer(s, item.id))
    team.act("vera", reject, team.take("vera", item), "slip")
    assert team.assign("cal", "dee") == 1
    assert cites(team, item) == settled.id


def test_what_a_verifier_changed_and_why_is_a_row(database):
    team = Team(database)
    item = team.read_by_two("heads", "heads")
    task = team.take("vera", item)
    before = team.read(lambda s: answer_to_verify(s, task).id)
    team.put("vera", task, version=task.draft_version, c1="tails")
    changed = team.act("vera", verify, task, reason="slip")
    row = team.read(lambda s: s.get(VerifierChange, changed.id))
    assert (row.verified_submission_id, row.reason) == (before, "slip")
    accepted = team.read_by_two("heads", "heads")
    answer = team.act("vera", verify, team.take("vera", accepted))
    assert team.read(lambda s: s.get(VerifierChange, answer.id)) is None
