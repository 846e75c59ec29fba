"""Who may read, settle and sign besides role and tier: conflicts of interest, trainings, rules of labels, a signed
guideline, and what a version that changes a label's meaning sends back."""

import pytest

from app.accounts.person import get_person
from app.accounts.training import Training, record_training
from app.core.errors import ChartmarkError, Conflict, Forbidden
from app.corpus.project import change_settings
from app.guidelines.signing import add_signature
from app.guidelines.version import list_guidelines, publish
from app.review.affected import impact_of, requeue_affected
from app.review.assignment import claim
from app.review.conflict import list_conflicts
from app.review.distribution import find_readers
from app.review.recusal import recuse
from app.review.submission import submit
from app.review.workflows import Step
from tests.build import OPERATOR
from tests.team import T0, Team


@pytest.fixture
def make(database):
    return lambda **settings: Team(database, **settings)


def train(team, name, course):
    person = team.person(name)
    stated = Training(course, "school", T0 - 1000)
    team.database.writing(lambda s: record_training(s, OPERATOR, get_person(s, person), stated, at=T0))


def readers(team):
    return team.read(lambda s: find_readers(s, team.project(s), at=T0))


def set_(team, **settings):
    team.database.writing(lambda s: change_settings(s, OPERATOR, team.project(s), settings, at=T0))


def test_whoever_knows_the_patient_gives_the_task_back_and_gets_no_other_text_of_theirs(make):
    team = make()
    item, ann, _ = team.item("ann", "ben")
    team.act("ann", recuse, ann, "conflict-of-interest", relationship="family")
    assert team.reload(ann).state == "declined"
    [row] = team.read(lambda s: list_conflicts(s, team.project_id))
    assert (row.person_id, row.relationship) == (team.person("ann"), "family")
    # The seat goes to somebody else, never back.
    assert team.assign("ann", "ben") == 0
    assert team.assign("ann", "cal") == 1
    assert team.state(item) == "in_annotation"


def test_a_task_that_is_finished_is_not_given_back(make):
    team = make()
    _, ann, _ben = team.item("ann", "ben")
    team.answer("ann", ann, c1="heads")
    with pytest.raises(Conflict):
        team.act("ann", recuse, ann, "unable")


def test_nobody_settles_the_text_of_a_patient_they_know(make):
    team = make()
    item = team.read_by_two("heads", "tails")
    task = team.act("ada", claim, item, Step.ADJUDICATE)
    team.act("ada", recuse, task, "conflict-of-interest", relationship="treating")
    with pytest.raises(Forbidden) as refused:
        team.act("ada", claim, item, Step.ADJUDICATE)
    assert refused.value.code == "conflict-of-interest"
    team.act("abe", claim, item, Step.ADJUDICATE)


def test_a_training_the_project_asks_for_is_asked_at_assignment_and_again_at_the_answer(make):
    team = make(required_training=["GCP  Refresher"])
    people = {team.person(name) for name in ("ann", "ben")}
    assert not people & set(readers(team))
    train(team, "ann", "gcp refresher")
    train(team, "ben", "GCP refresher")
    assert set(readers(team)) == people
    _, ann, _ben = team.item("ann", "ben")
    team.open("ann", ann)
    team.put("ann", ann, c1="heads")
    set_(team, required_training=["gcp refresher", "new course"])
    with pytest.raises(Forbidden) as refused:
        team.act("ann", submit, ann)
    assert refused.value.code == "training-missing"


def test_a_specialty_the_project_asks_for_is_asked_again_at_the_answer(make):
    team = make()
    _, ann, _ben = team.item("ann", "ben")
    team.open("ann", ann)
    team.put("ann", ann, c1="heads")
    set_(team, specialties=["radiology"])
    with pytest.raises(Forbidden) as refused:
        team.act("ann", submit, ann)
    assert refused.value.code == "credential-unfit"


@pytest.mark.parametrize(("rule", "may"), [
    ("coin: numismatics", False), ("coin: /FR", False), ("coin: /DE", True), ("note: numismatics", True),
])  # fmt: skip
def test_a_rule_of_a_label_is_for_those_who_settle_what_holds_it(make, rule, may):
    team = make(label_credentials=[rule])
    item = team.read_by_two("heads", "tails")
    if may:
        team.act("ada", claim, item, Step.ADJUDICATE)
        return
    with pytest.raises(Forbidden) as refused:
        team.act("ada", claim, item, Step.ADJUDICATE)
    assert refused.value.code == "label-unfit"


@pytest.mark.parametrize("rule", ["coin", "coin:", ": radiology", "coin: radiology/Germany", "coin: a/b/DE"])
def test_a_rule_that_says_nothing_is_refused(make, rule):
    with pytest.raises(ChartmarkError):
        make(label_credentials=[rule])


def test_nothing_is_assigned_before_a_clinician_has_signed_where_the_project_asks(make):
    team = make(guideline_signatures=1)
    team.ready_item()
    with pytest.raises(Conflict) as refused:
        team.assign("ann", "ben")
    assert refused.value.code == "guideline-unsigned"
    [guideline] = team.read(lambda s: list_guidelines(s, team.project_id))
    for name in ("ann", "low"):  # a trainee, a T2
        with pytest.raises(Forbidden):
            team.act(name, add_signature, guideline, {"factors": ["username", "password"]})
    team.act("vera", add_signature, guideline, {"factors": ["username", "password"]})
    assert team.assign("ann", "ben") == 1


def version(team, number, change, affects=()):
    body = {"key": "coins", "modality": "toy", "version": number, "body": f"# 1 Coins\n\nVersion {number}.\n"}
    more = {"change": change, "affects": affects}
    return team.do("lena", lambda s, lena: publish(s, lena, team.project_id, body, **more, at=T0))


def test_a_major_version_sends_exactly_the_answers_with_its_labels_back_and_once(make):
    team = make()
    with_label, without = team.read_by_two("heads", "heads"), team.read_by_two(None, None)
    assert {team.state(with_label), team.state(without)} == {"verification"}
    nothing = version(team, "2", "major", ["paper"])
    lead = team.do("lena", lambda _s, actor: actor)
    assert requeue_affected(team.database, lead, nothing.id, at=T0) == 0
    major = version(team, "3", "major", ["coin"])
    assert team.read(lambda s: impact_of(s, major)).again == (with_label.id,)
    assert requeue_affected(team.database, lead, major.id, at=T0) == 1
    assert requeue_affected(team.database, lead, major.id, at=T0) == 0
    assert (team.state(with_label), team.state(without)) == ("ready", "verification")
    assert team.reload(with_label).guideline_version_id == major.id


def test_only_a_major_version_changes_what_labels_mean(make):
    with pytest.raises(ChartmarkError):
        version(make(), "1.1", "minor", ["coin"])
