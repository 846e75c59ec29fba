"""Signatures: whoever ends a step signs it, in the sense of that step, and the last step alone signs the item."""

import json
from dataclasses import replace

import pytest

from app.audit.events import Tag
from app.core import clock
from app.core.digest import sha256
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.plugins import PARTS
from app.release.release import signatures_in
from app.review import states
from app.review.hold import HoldKind, lift_hold, open_hold
from app.review.item import Item, count_by_state
from app.review.meaning import STATEMENTS, Act, Meaning
from app.review.signature import Signature, final_signature, signatures_of, valid_for
from app.review.signing import Closing, sign_closing
from app.review.submission import readings, settled_answer
from app.review.verification import verify
from app.review.workflows import WORKFLOWS, Step
from tests.signing import AUTH, confirm, end_step, settle, turn_down
from tests.team import T0, Team

DEFAULT, TRAINEE, THREE, *_ = PARTS["workflow"]


@pytest.fixture
def three(database):
    """Two readers, and a third who settles and finishes."""
    return Team(database, workflow=THREE)


@pytest.fixture
def trainee(database):
    """One reader, one verifier."""
    return Team(database, workflow=TRAINEE)


@pytest.fixture
def agreed(team):
    """An item two readers agree on."""
    return team.read_by_two("heads", "heads")


def made(team, item):
    """Step, meaning and whether the workflow ended, of every signature of an item."""
    rows = team.read(lambda s: signatures_of(s, item.id))
    return [(row.step, row.meaning, row.ends_workflow) for row in rows]


def release(team):
    return team.cut("lena")


# --- every workflow, to a release ------------------------------------------------------------------------


def test_in_the_default_workflow_the_adjudicator_signs_and_the_verifier_finishes(team):
    item = team.read_by_two("heads", "tails")
    signed = settle(team, "ada", item).signature
    own = team.read(lambda s: settled_answer(s, item.id))
    assert (team.state(item), signed.record_sha256) == ("verification", own.body_sha256)
    assert made(team, item) == [("adjudicate", "adjudication", False)]
    confirm(team, "vera", item)
    assert team.state(item) == "signed"
    assert made(team, item) == [("adjudicate", "adjudication", False), ("verify", "verification", True)]
    figures = json.loads(release(team).manifest)["gates"]["signatures"]
    assert figures == {"endings": {"two_readers_adjudicator: verify, verification": 1}}


def test_a_senior_reviewer_who_settles_a_critical_case_signs_it_as_such(critical_team):
    team = critical_team
    item = team.read_by_two("heads", "tails")
    assert team.state(item) == "escalated"
    signature = settle(team, "tess", item).signature
    assert (signature.meaning, signature.signer_name, team.state(item)) == ("escalation", "Dr Tess", "verification")
    assert json.loads(signature.manifest)["statement"] == STATEMENTS["escalation"] != STATEMENTS["adjudication"]
    confirm(team, "vera", item)
    assert made(team, item) == [("adjudicate", "escalation", False), ("verify", "verification", True)]
    release(team)
    assert team.state(item) == "released"


def test_a_verifier_who_changes_a_critical_label_signs_her_answer_and_not_the_item(critical_team):
    team = critical_team
    item = team.read_by_two("heads", "heads")
    team.put("vera", team.take("vera", item), c1="tails")
    own = end_step(team, "vera", item, Act.VERIFY, reason="slip").signature
    assert (team.state(item), own.ends_workflow) == ("escalated", False)
    settle(team, "tess", item, version=1)
    confirm(team, "vito", item)
    assert [meaning for _, meaning, _ in made(team, item)] == ["verification", "escalation", "verification"]
    assert [ends for _, _, ends in made(team, item)] == [False, False, True]
    release(team)


def test_in_a_team_of_three_one_signature_settles_and_finishes(three):
    item = three.read_by_two("heads", "tails")
    settle(three, "ada", item)
    assert three.state(item) == "signed"
    assert made(three, item) == [("adjudicate", "adjudication", True)]
    assert [e["data"]["signature"] for e in three.events(Tag.ITEM_ADVANCED, event="signed")] == [1]
    release(three)
    assert three.state(item) == "released"


def test_in_a_team_of_three_what_was_agreed_ends_with_its_verification(three):
    item = three.read_by_two("heads", "heads")
    confirm(three, "ada", item)
    assert made(three, item) == [("verify", "verification", True)]
    release(three)


def test_a_rejection_signs_the_rejected_answer_and_the_reason_and_finishes_nothing(trainee):
    item, ann = trainee.item("ann")
    trainee.answer("ann", ann, c1="heads")
    rejected = trainee.read(lambda s: readings(s, ann.round_id))[0]
    signature = turn_down(trainee, "vera", item, reason="ambiguous").signature
    manifest = json.loads(signature.manifest)
    assert (manifest["record_id"], manifest["record_sha256"]) == (rejected.id, rejected.body_sha256)
    assert (manifest["meaning"], manifest["reason"], manifest["ends_workflow"]) == ("rejection", "ambiguous", False)
    assert "correct" not in manifest["statement"]
    assert trainee.state(item) == "ready"
    with pytest.raises(Conflict):
        release(trainee)
    trainee.assign("ben")
    trainee.answer("ben", trainee.task(item, "ben"), c1="tails")
    confirm(trainee, "vera", item)
    (entry,) = json.loads(release(trainee).manifest)["items"]
    assert [s["meaning"] for s in entry["signatures"]] == ["verification"]
    assert [(s["meaning"], s["reason"]) for s in entry["earlier_signatures"]] == [("rejection", "ambiguous")]


def test_a_signature_that_somebody_must_still_verify_ends_no_workflow(team):
    item = team.read_by_two("heads", "tails")
    settled = settle(team, "ada", item).signature
    assert team.read(lambda s: valid_for(signatures_of(s, item.id), settled.record_sha256))
    assert team.read(lambda s: final_signature(signatures_of(s, item.id), settled.record_sha256)) is None
    last = confirm(team, "vera", item).signature
    assert team.read(lambda s: final_signature(signatures_of(s, item.id), last.record_sha256)).id == last.id


def test_a_proof_of_presence_is_for_everything_a_signer_asks_for():
    asked = Closing(7, Act.REJECT, "rejection", "0" * 64, "slip")
    others = {"item_id": 8, "act": Act.VERIFY, "meaning": "", "seen": "1" * 64}
    others |= {"reason": "oversight", "confirmed": True}
    assert others.keys() == Closing.__dataclass_fields__.keys()
    intents = {replace(asked, **{name: value}).intent().signed_sha256 for name, value in others.items()}
    assert len(intents | {asked.intent().signed_sha256}) == len(others) + 1


def test_a_rejection_of_what_an_adjudicator_settled_names_that_answer(team):
    item = team.read_by_two("heads", "tails")
    settled = settle(team, "ada", item).signature
    rejected = turn_down(team, "vera", item).signature
    assert rejected.record_sha256 == settled.record_sha256
    # One digest, two signatures: only the one that does not reject stands for it.
    standing = team.read(lambda s: valid_for(signatures_of(s, item.id), settled.record_sha256))
    assert [one.id for one in standing] == [settled.id]
    assert team.state(item) == "ready"


def test_a_rejection_without_a_reason_is_none(team, agreed):
    with pytest.raises(Invalid) as refused:
        turn_down(team, "vera", agreed, reason="")
    assert refused.value.code == "reason"
    assert (team.count(Signature), team.state(agreed)) == (0, "verification")


@pytest.mark.parametrize("act", [Act.VERIFY, Act.REJECT])
def test_a_reason_is_one_of_the_list_and_never_words_of_the_note(team, agreed, act):
    team.take("vera", agreed)
    with pytest.raises(Invalid) as refused:
        end_step(team, "vera", agreed, act, reason="Mrs Quarrow was right")
    assert refused.value.code == "reason"
    assert team.count(Signature) == 0


# --- the gate of a release -------------------------------------------------------------------------------


def test_an_item_without_the_signature_its_workflow_ends_with_is_not_released(team, agreed):
    """Whatever else puts it into the state: the gate asks for the signature itself."""
    team.act("vera", verify, team.take("vera", agreed))
    team.do("lena", lambda s, lena: states.advance(s, lena, s.get(Item, agreed.id), "signed", at=T0))
    with pytest.raises(Conflict) as refused:
        release(team)
    assert (refused.value.code, refused.value.details["items"]) == ("not-signed-off", [agreed.id])


def test_an_adjudicators_signature_releases_nothing_where_a_verifier_must_follow(team):
    item = team.read_by_two("heads", "tails")
    settle(team, "ada", item)

    def push(session, lena):
        for event in ("accepted", "signed"):
            states.advance(session, lena, session.get(Item, item.id), event, at=T0)

    team.do("lena", push)
    with pytest.raises(Conflict) as refused:
        release(team)
    assert refused.value.code == "not-signed-off"


@pytest.mark.parametrize("key", PARTS["workflow"])
def test_no_workflow_ends_with_a_rejection_and_every_one_with_a_verification(key):
    workflow = WORKFLOWS.get(key)
    assert Meaning.REJECTION not in workflow.endings
    assert Meaning.VERIFICATION in workflow.endings
    assert (Meaning.ADJUDICATION in workflow.endings) == workflow.adjudicator_finishes


# --- what a signature says and is bound to ---------------------------------------------------------------


def test_the_manifest_says_who_what_when_and_why(team, agreed):
    signature = confirm(team, "vera", agreed).signature
    gold = team.read(lambda s: settled_answer(s, agreed.id))
    manifest = json.loads(signature.manifest)
    # The fields of domain E: printed name, date and time, meaning (21 CFR 11.50(a)).
    assert (manifest["signer_name"], manifest["signer_id"]) == ("Dr Vera", team.person("vera"))
    assert manifest["signed_at"] == clock.iso(T0)
    assert (manifest["v"], manifest["step"], manifest["meaning"]) == (2, "verify", "verification")
    assert manifest["statement"] == STATEMENTS["verification"]
    assert manifest["record_sha256"] == gold.body_sha256 == signature.record_sha256
    assert (manifest["record_type"], manifest["record_id"], manifest["record_version"]) == ("submission", gold.id, 1)
    assert (manifest["workflow"], manifest["ends_workflow"], manifest["reason"]) == (DEFAULT, True, "")
    assert manifest["assignment"] == team.task(agreed, "vera").id
    assert AUTH["authentication"].items() <= manifest["auth"].items()
    assert len(manifest["auth"]["seen_sha256"]) == 64
    assert manifest["guideline_version"] == gold.guideline_version_id
    assert manifest["schema"] == agreed.schema_id
    (held,) = manifest["signer_credentials"]
    assert {"id", "profession", "specialty", "country", "tier"} <= set(held)
    assert signature.manifest_sha256 == sha256(signature.manifest)


def test_the_event_binds_record_meaning_and_manifest(team, agreed):
    signed = confirm(team, "vera", agreed)
    (event,) = team.events(Tag.SIGNATURE_MADE)
    assert event["event_id"] == signed.event_id
    manifest = json.loads(signed.signature.manifest)
    said = ("record_sha256", "item", "assignment", "step", "meaning", "reason", "workflow", "ends_workflow")
    assert {name: event["data"][name] for name in said} == {name: manifest[name] for name in said}
    assert event["data"]["manifest_sha256"] == signed.signature.manifest_sha256


@pytest.mark.parametrize("meaning", ["adjudication", "escalation", "rejection", "approval", "anything"])
def test_who_read_another_statement_signs_nothing(team, agreed, meaning):
    team.take("vera", agreed)
    with pytest.raises(Invalid) as refused:
        end_step(team, "vera", agreed, Act.VERIFY, meaning=meaning)
    assert refused.value.code == "meaning"
    assert (team.count(Signature), team.state(agreed)) == (0, "verification")


def test_a_senior_reviewer_does_not_sign_as_an_ordinary_adjudicator(critical_team):
    item = critical_team.read_by_two("heads", "tails")
    critical_team.take("tess", item, Step.ADJUDICATE)
    with pytest.raises(Invalid) as refused:
        end_step(critical_team, "tess", item, Act.SETTLE, meaning="adjudication")
    assert refused.value.code == "meaning"


def test_what_was_not_seen_is_not_signed(team, agreed):
    team.take("vera", agreed)
    for act in (Act.VERIFY, Act.REJECT):
        closing = Closing(agreed.id, act, seen="0" * 64, reason="slip")
        with pytest.raises(Conflict) as refused:
            team.do("vera", lambda s, vera, c=closing: sign_closing(s, vera, c, at=T0, **AUTH))
        assert refused.value.code == "record-changed"
    assert (team.count(Signature), team.state(agreed)) == (0, "verification")


def test_a_step_is_closed_and_signed_once(team, agreed):
    confirm(team, "vera", agreed)
    with pytest.raises((Conflict, Forbidden)):
        end_step(team, "vera", agreed, Act.VERIFY)
    assert team.count(Signature) == 1


def test_the_database_holds_one_signature_of_a_task_and_no_meaning_of_another_step(team, agreed):
    signature = confirm(team, "vera", agreed).signature
    columns = {c.name: getattr(signature, c.name) for c in Signature.__table__.columns if c.name != "id"}
    other = team.task(agreed, "ann").id
    for wrong in ({}, *({"assignment_id": other, "meaning": meaning} for meaning in ("adjudication", "rejection"))):
        with pytest.raises(Exception, match="constraint"):
            team.database.writing(lambda s, w=wrong: s.execute(Signature.__table__.insert().values(**columns | w)))


# --- who may ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "code"), [("ann", "role-missing"), ("low", "tier-too-low"), ("lena", "role-missing")])
@pytest.mark.parametrize("act", Act)
def test_who_may_not_sign(team, agreed, name, code, act):
    with pytest.raises(Forbidden) as refused:
        team.do(name, lambda s, actor: sign_closing(s, actor, Closing(agreed.id, act), at=T0, **AUTH))
    assert refused.value.code == code


def test_a_stranger_learns_nothing_of_the_item(team, agreed):
    with pytest.raises(NotFound):
        team.do("sam", lambda s, sam: sign_closing(s, sam, Closing(agreed.id, Act.VERIFY), at=T0, **AUTH))


def test_nobody_signs_for_a_task_that_is_anothers(team, agreed):
    team.take("vera", agreed)
    with pytest.raises(NotFound):
        end_step(team, "vito", agreed, Act.VERIFY)


def test_an_adjudicator_whose_identity_nobody_verified_closes_nothing(team):
    item = team.read_by_two("heads", "tails")
    task = team.take("ada", item, Step.ADJUDICATE)

    def unit(session, ada):
        unknown = replace(ada, identity_verified=False)
        return sign_closing(session, unknown, Closing(item.id, Act.SETTLE), at=T0, **AUTH)

    with pytest.raises(Forbidden) as refused:
        team.do("ada", unit)
    assert refused.value.code == "identity-not-verified"
    assert (team.reload(task).state, team.count(Signature)) == ("open", 0)


@pytest.mark.parametrize("act", [Act.VERIFY, Act.REJECT])
def test_an_expired_credential_signs_nothing(team, agreed, act):
    team.take("vera", agreed)
    team.at = T0 + clock.DAY
    with pytest.raises(Forbidden) as refused:
        closing = Closing(agreed.id, act, reason="slip")
        team.do("vera", lambda s, vera: sign_closing(s, vera, closing, at=team.at, **AUTH))
    assert refused.value.code == "credential-expired"
    assert team.count(Signature) == 0


def test_a_held_item_is_not_signed(team, agreed):
    team.take("vera", agreed)
    kind = HoldKind.QUARANTINE
    hold = team.do("priv", lambda s, priv: open_hold(s, priv, agreed.id, agreed.project_id, kind, at=T0))
    with pytest.raises(Conflict) as refused:
        end_step(team, "vera", agreed, Act.VERIFY)
    assert refused.value.code == "held"
    team.act("priv", lift_hold, hold)
    end_step(team, "vera", agreed, Act.VERIFY)


def test_the_database_refuses_to_change_a_signature(team, agreed):
    confirm(team, "vera", agreed)
    with pytest.raises(Exception, match=r"append|refused"):
        team.database.writing(lambda s: s.connection().exec_driver_sql("UPDATE signature SET reason = 'slip'"))


def test_a_release_names_only_signatures_of_the_answer_it_holds(team, agreed):
    """INV-11: what was signed before the item was read anew does not count for the new answer."""
    confirm(team, "vera", agreed)

    def reopen(session, lena):
        for event in ("sent_to_rereview", "reopened"):
            states.advance(session, lena, session.get(Item, agreed.id), event, at=T0)

    team.do("lena", reopen)
    team.assign("cal", "dee")
    for name in ("cal", "dee"):
        team.answer(name, team.task(agreed, name), c1="tails")
    second = confirm(team, "vito", agreed).signature
    cut_now = release(team)
    (entry,) = json.loads(cut_now.manifest)["items"]
    assert [s["id"] for s in entry["signatures"]] == [second.id]
    assert [s["record_sha256"] for s in entry["earlier_signatures"]] != [second.record_sha256]
    assert entry["submission_sha256"] == second.record_sha256
    assert len(team.read(lambda s: signatures_in(s, cut_now))) == 2
    assert team.read(lambda s: count_by_state(s, team.project_id)) == {"released": 1}
