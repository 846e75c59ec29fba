"""A verifier accepts, changes or rejects; who may, and where the item goes."""

import pytest

from app.agreement.judgements import Choice, Ruling
from app.audit.events import Tag
from app.core import clock
from app.core.errors import Conflict, Forbidden, Invalid
from app.review.adjudication import Decision, cases_of, close, rule
from app.review.assignment import Assignment, claim
from app.review.draft import assemble
from app.review.item import get_item, no_codes
from app.review.queries import feedback
from app.review.round import current_round
from app.review.submission import payload_of, settled_answer
from app.review.verification import reject, verify
from app.review.workflows import Step
from tests.team import T0


def agreed(team, verifier="vera"):
    """An item both read as heads, taken by a verifier."""
    item = team.read_by_two("heads", "heads")
    return item, team.take(verifier, item)


def face(team, item):
    gold = team.read(lambda s: settled_answer(s, item.id))
    return team.read(lambda s: payload_of(s, gold.id))["elements"]["c1"]["face"]


def settle(team, name, item, wanted):
    """Adjudicate the only case of an item in favour of a face."""
    task = team.take(name, item, Step.ADJUDICATE)
    cases = team.read(lambda s: cases_of(s, get_item(s, item.id), task))
    (case,) = cases.differences
    said = [version["c1"]["face"] for version in case.versions]
    ruling = Ruling(case.key, Choice.TAKE, said.index(wanted), reason="guideline")
    team.act(name, rule, task, Decision(ruling, confirmed=True))
    team.act(name, close, task)
    return said


def test_the_verifier_starts_from_the_answer_and_accepts_it(team):
    item, task = agreed(team)
    assert team.read(lambda s: assemble(s, task.id)) == {"elements": {"c1": {"face": "heads"}}}
    gold = team.act("vera", verify, task)
    assert (team.state(item), gold.person_id, face(team, item)) == ("verified", team.person("vera"), "heads")
    assert team.events(Tag.ITEM_ADVANCED, event="accepted")


def test_a_change_needs_a_reason_and_is_told_apart_from_acceptance(team):
    item, task = agreed(team)
    team.put("vera", task, c1="tails")
    with pytest.raises(Invalid) as refused:
        team.act("vera", verify, task)
    assert refused.value.code == "reason"
    assert team.state(item) == "verification"
    team.act("vera", verify, task, reason="slip")
    assert (team.state(item), face(team, item)) == ("verified", "tails")
    (event,) = team.events(Tag.ITEM_ADVANCED, event="changed")
    assert (event["data"]["reason"], event["data"]["labels"]) == ("slip", ["coin"])


def test_a_changed_critical_label_is_for_t4_who_settles_between_the_two_answers(critical_team):
    team = critical_team
    item, task = agreed(team)
    team.put("vera", task, c1="tails")
    assert team.act("vera", verify, task, reason="slip") is None
    assert (team.reload(item).state, team.reload(item).escalated) == ("escalated", True)
    with pytest.raises(Forbidden):
        team.act("ada", claim, item, Step.ADJUDICATE)
    assert settle(team, "tess", item, "heads") == ["heads", "tails"]
    assert (team.state(item), face(team, item)) == ("verification", "heads")
    team.act("vito", verify, team.take("vito", item))
    assert (team.state(item), face(team, item)) == ("verified", "heads")


def test_what_t4_settled_is_not_quietly_changed_by_t3(critical_team):
    team = critical_team
    item = team.read_by_two("heads", "tails")
    settle(team, "tess", item, "heads")
    task = team.take("vera", item)
    team.put("vera", task, c1="tails")
    assert team.act("vera", verify, task, reason="guideline") is None
    assert team.state(item) == "escalated"
    with pytest.raises(Forbidden) as refused:
        team.act("tess", claim, item, Step.ADJUDICATE)
    assert refused.value.code == "own-work"
    settle(team, "theo", item, "tails")
    assert face(team, item) == "tails"


def test_another_t4_may_change_it_and_then_it_stands(critical_team):
    team = critical_team
    item = team.read_by_two("heads", "tails")
    settle(team, "tess", item, "heads")
    task = team.take("theo", item)
    team.put("theo", task, c1="tails")
    with pytest.raises(Invalid) as refused:
        team.act("theo", verify, task, reason="guideline")
    assert refused.value.code == "second-key"
    team.act("theo", verify, task, reason="guideline", confirmed=True)
    assert (team.state(item), face(team, item)) == ("verified", "tails")
    (event,) = team.events(Tag.ITEM_ADVANCED, event="changed")
    assert event["data"]["second_key"] is True


def test_a_rejected_item_is_read_anew_by_others(team):
    item, task = agreed(team)
    with pytest.raises(Invalid):
        team.act("vera", reject, task, "do not like it")
    team.act("vera", reject, task, "guideline-silent")
    assert team.state(item) == "ready"
    assert team.assign("ann", "ben") == 0
    assert team.assign("ann", "cal", "ben", "dee") == 1
    assert team.read(lambda s: current_round(s, item.id)).number == 2
    for name in ("cal", "dee"):
        team.answer(name, team.task(item, name), c1="tails")
    assert team.state(item) == "verification"
    # The second round's answer is verified, by the first verifier if she likes: it is not her work.
    again = team.take("vera", item)
    assert team.read(lambda s: assemble(s, again.id)) == {"elements": {"c1": {"face": "tails"}}}
    team.act("vera", verify, again)
    assert face(team, item) == "tails"


def test_a_round_after_an_adjudicated_one_is_verified_by_its_own_answers(team):
    item = team.read_by_two("heads", "tails")
    settle(team, "ada", item, "heads")
    team.act("vera", reject, team.take("vera", item), "ambiguous")
    assert team.assign("cal", "dee") == 1
    for name in ("cal", "dee"):
        team.answer(name, team.task(item, name), c1="tails")
    task = team.take("vito", item)
    assert team.read(lambda s: assemble(s, task.id))["elements"]["c1"]["face"] == "tails"
    with pytest.raises(Forbidden):
        team.act("ada", claim, item, Step.VERIFY)


@pytest.mark.parametrize(("name", "code"), [("low", "tier-too-low"), ("ann", "role-missing"), ("lena", "role-missing")])
def test_who_may_not_verify(team, name, code):
    item = team.read_by_two("heads", "heads")
    with pytest.raises(Forbidden) as refused:
        team.act(name, claim, item, Step.VERIFY)
    assert refused.value.code == code


def test_nobody_verifies_own_reading_or_own_settlement(team):
    item, sly, ben = team.item("sly", "ben")
    team.answer("sly", sly, c1="heads")
    team.answer("ben", ben, c1="tails")
    settle(team, "ada", item, "heads")
    for name in ("sly", "ada"):
        with pytest.raises(Forbidden) as refused:
            team.act(name, claim, item, Step.VERIFY)
        assert refused.value.code == "own-work"


def test_a_credential_that_ends_before_the_act_refuses_it(team):
    item, task = agreed(team)
    team.at = T0 + clock.DAY
    for act in (verify, lambda *a, **k: reject(*a, "slip", **k)):
        with pytest.raises(Forbidden) as refused:
            team.act("vera", act, task)
        assert refused.value.code == "credential-expired"
    assert team.state(item) == "verification"


def test_verifying_twice_is_refused(team):
    item, task = agreed(team)
    team.act("vera", verify, task)
    with pytest.raises((Conflict, Forbidden)):
        team.act("vera", verify, task)
    assert team.state(item) == "verified"


def test_an_item_that_does_not_wait_is_not_taken(team):
    item, _, _ = team.item("ann", "ben")
    for name, step in (("vera", Step.VERIFY), ("ada", Step.ADJUDICATE)):
        with pytest.raises(Conflict) as refused:
            team.act(name, claim, item, step)
        assert refused.value.code == "state"


def test_nothing_is_verified_through_a_readers_task_or_the_other_way_round(team):
    _, ann, _ = team.item("ann", "ben")
    team.open("ann", ann)
    with pytest.raises(Conflict):
        team.act("ann", verify, ann)
    with pytest.raises(Conflict):
        team.act("ann", reject, ann, "slip")


def test_feedback_waits_until_the_item_is_settled_though_an_answer_is_frozen(team):
    """Blindness holds through adjudication, verification and a rejection: a frozen answer is not a settled one."""
    item = team.read_by_two("heads", "tails")
    reading = team.task(item, "ann")

    def refused():
        with pytest.raises(Conflict) as told:
            team.do("ann", lambda s, ann: feedback(s, ann, s.get(Assignment, reading.id), no_codes, at=team.at))
        return told.value.code == "not-settled"

    assert team.state(item) in ("adjudication", "escalated")
    assert refused()
    settle(team, "ada", item, "heads")
    assert team.state(item) == "verification"
    assert team.read(lambda s: settled_answer(s, item.id)) is not None
    assert refused()
    task = team.take("vera", item)
    team.act("vera", reject, task, "guideline")
    assert team.state(item) == "ready"
    assert refused()
