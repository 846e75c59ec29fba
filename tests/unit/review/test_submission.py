"""Blind answers frozen, recalled, compared; where an item goes from there."""

import json

import pytest

from app.accounts.actor import ServiceActor
from app.accounts.credential import Qualification, Verification, grant_credential
from app.accounts.loading import load_actor
from app.accounts.person import get_person
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core import clock
from app.core.digest import canonical_json, salted_sha256
from app.core.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from app.corpus.suggestion import add_suggestion
from app.review import states
from app.review.assignment import Assignment
from app.review.draft import assemble
from app.review.queries import own_work
from app.review.relations import earlier_actors
from app.review.submission import Submission, SubmissionBody, latest_of, payload_of, readings, recall, submit
from tests.build import OPERATOR, as_if
from tests.team import T0, Team
from tests.toy import Toy


def test_an_answer_is_frozen_with_its_author_guideline_and_digest(team):
    _, ann, _ = team.item("ann", "ben")
    frozen = team.answer("ann", ann, c1="heads", c2="tails")
    body = team.read(lambda s: s.get(SubmissionBody, frozen.id))
    assert body.body == canonical_json({"elements": {"c1": {"face": "heads"}, "c2": {"face": "tails"}}})
    assert frozen.body_sha256 == salted_sha256(body.salt, body.body)
    said = json.loads(frozen.credentials_json)
    assert said["roles"] == ["annotator"]
    assert said["tier"] == 1
    assert len(said["credentials"]) == 1
    assert (frozen.elements, frozen.ordinal, frozen.kind) == (2, 1, "reading")
    assert frozen.guideline_version_id is not None
    (event,) = team.events(Tag.SUBMISSION_FROZEN)
    assert event["data"]["sha256"] == frozen.body_sha256
    assert "heads" not in json.dumps(event)


def test_two_answers_alike_have_digests_of_their_own(team):
    """An answer has few possible contents: without a salt of its own an erased one could be guessed."""
    _, ann, ben = team.item("ann", "ben")
    frozen = [team.answer(name, task, c1="heads") for name, task in (("ann", ann), ("ben", ben))]
    bodies = [team.read(lambda s, one=one: s.get(SubmissionBody, one.id)) for one in frozen]
    assert len({one.body for one in bodies}) == 1
    assert len({one.body_sha256 for one in frozen}) == len({one.salt for one in bodies}) == 2


def test_the_item_waits_until_the_last_reader_has_submitted(team):
    item, ann, ben = team.item("ann", "ben")
    team.answer("ann", ann, c1="heads")
    assert team.state(item) == "in_annotation"
    team.answer("ben", ben, c1="heads")
    assert team.state(item) == "verification"


def test_a_difference_without_weight_goes_to_an_adjudicator(team):
    item = team.read_by_two("heads", "tails")
    assert (item.state, item.escalated) == ("adjudication", False)


@pytest.mark.parametrize("weight", ["significant", "critical"])
@pytest.mark.parametrize("second", ["tails", None])
def test_a_weighty_label_in_dispute_is_for_t4_and_never_voted_on(sqlite_database, weight, second):
    team = Team(sqlite_database, weight)
    item = team.read_by_two("heads", second)
    assert (item.state, item.escalated) == ("escalated", True)
    assert team.events(Tag.ITEM_ADVANCED, event="escalated")[0]["data"]["labels"] == ["coin"]


def test_nothing_seen_by_both_is_agreement(team):
    assert team.read_by_two(None, None).state == "verification"


def test_submitting_twice_yields_one_answer(team):
    _, ann, _ = team.item("ann", "ben")
    team.answer("ann", ann, c1="heads")
    before = team.count()
    with pytest.raises(Conflict) as refused:
        team.act("ann", submit, ann)
    assert refused.value.code == "state"
    assert (team.count(Submission), team.count()) == (1, before)


def test_what_the_modality_refuses_is_not_submitted(team, monkeypatch):
    _, ann, _ = team.item("ann", "ben")
    team.open("ann", ann)
    monkeypatch.setattr(Toy, "check", lambda *_: [Problem("open-thing", "c1", "is open")])
    with pytest.raises(Invalid) as refused:
        team.act("ann", submit, ann)
    assert [p.code for p in refused.value.problems] == ["open-thing"]
    monkeypatch.setattr(Toy, "check", lambda *_: [Problem("warn-thing", "c1", "look again")])
    assert team.act("ann", submit, ann).ordinal == 1


def test_an_unopened_task_has_nothing_to_submit(team):
    _, ann, _ = team.item("ann", "ben")
    with pytest.raises(Conflict):
        team.act("ann", submit, ann)


def test_another_person_can_neither_submit_nor_read_the_task(team):
    _, ann, _ = team.item("ann", "ben")
    team.open("ann", ann)
    for name, error in (("ben", Forbidden), ("lena", Forbidden), ("sam", NotFound)):
        with pytest.raises(error):
            team.act(name, submit, ann)
        with pytest.raises(error):
            team.act(name, own_work, ann)


def test_a_credential_that_ends_while_one_works_stops_the_submission_and_keeps_the_draft(team):
    _, ann, _ = team.item("ann", "ben")
    team.open("ann", ann)
    team.put("ann", ann, c1="heads")
    team.at = T0 + clock.DAY
    with pytest.raises(Forbidden) as refused:
        team.act("ann", submit, ann)
    assert refused.value.code == "credential-expired"
    with pytest.raises(Forbidden):
        team.put("ann", ann, version=1, c2="tails")
    work = team.act("ann", own_work, ann)
    assert work.payload == {"elements": {"c1": {"face": "heads"}}}
    assert team.count(Submission) == 0


def test_the_credential_is_judged_at_the_act_even_for_an_actor_loaded_before(team):
    _, ann, _ = team.item("ann", "ben")
    team.open("ann", ann)
    early = team.read(lambda s: load_actor(s, team.person("ann"), at=T0))
    with pytest.raises(Forbidden):
        team.database.writing(lambda s: submit(s, early, s.get(Assignment, ann.id), at=T0 + clock.DAY))


def test_a_service_account_never_submits(team):
    _, ann, _ = team.item("ann", "ben")
    team.open("ann", ann)
    for actor in (ServiceActor("model"), OPERATOR):
        with pytest.raises(Forbidden):
            team.database.writing(lambda s, a=actor: submit(s, a, s.get(Assignment, ann.id), at=T0))


def test_a_recalled_answer_stays_and_the_next_one_counts(team):
    item, ann, ben = team.item("ann", "ben")
    first = team.answer("ann", ann, c1="heads")
    team.act("ann", recall, ann)
    assert team.read(lambda s: readings(s, ann.round_id)) == []
    team.put("ann", ann, version=1, c1="tails")
    second = team.act("ann", submit, ann)
    assert (first.ordinal, second.ordinal) == (1, 2)
    assert team.read(lambda s: payload_of(s, first.id))["elements"]["c1"]["face"] == "heads"
    assert team.read(lambda s: latest_of(s, ann.id)).id == second.id
    team.answer("ben", ben, c1="tails")
    assert team.state(item) == "verification"


def test_nothing_is_recalled_once_another_has_submitted(team):
    _, ann, ben = team.item("ann", "ben")
    team.answer("ann", ann, c1="heads")
    with pytest.raises(Forbidden):
        team.act("ben", recall, ann)
    team.answer("ben", ben, c1="heads")
    with pytest.raises(Conflict) as refused:
        team.act("ann", recall, ann)
    assert refused.value.code == "too-late"


def test_an_item_that_was_withdrawn_takes_no_more_answers(team):
    item, ann, ben = team.item("ann", "ben")
    for name, task in (("ann", ann), ("ben", ben)):
        team.open(name, task)
    team.do("lena", lambda s, lena: states.advance(s, lena, s.get(type(item), item.id), "withdrawn", at=T0))
    with pytest.raises(Conflict):
        team.act("ann", submit, ann)
    with pytest.raises(Conflict):
        team.put("ben", ben, c1="heads")
    assert team.count(Submission) == 0


def test_a_draft_starts_from_what_the_projects_pipeline_proposed(database):
    team = Team(database, pipeline="chartmark_rules")
    item, ann, _ = team.item("ann", "ben")
    provenance = {"pipeline": "chartmark_rules", "version": "1", "digest": "0"}
    team.do("lena", lambda s, _: _suggest(s, item, provenance))
    team.open("ann", ann)
    assert team.read(lambda s: assemble(s, ann.id)) == {"elements": {"s1": {"face": "heads"}}}
    assert team.events(Tag.DRAFT_STARTED)[0]["data"]["pipeline"] == "chartmark_rules"


def _suggest(session, item, provenance):
    as_if(session)
    add_suggestion(session, item.document_id, provenance, {"faces": ["heads"]}, at=T0)
    record(session, Tag.ITEM_CREATED, stream="test", actor=OPERATOR, subject=Subject("item", item.id), at=T0)


def test_a_project_with_one_reader_goes_straight_to_its_verifier(database):
    team = Team(database, workflow="trainee_verifier")
    item, ann = team.item("ann")
    team.answer("ann", ann, c1="heads")
    assert team.state(item) == "verification"
    assert team.read(lambda s: earlier_actors(s, item.id)) == {team.person("ann")}


def test_the_frozen_snapshot_holds_only_credentials_that_are_valid_at_that_moment(team):
    _, ann, _ = team.item("ann", "ben")

    def expired(session):
        held = Qualification(
            tier=1, profession="nurse", country="DE", issued_at=T0 - 3 * clock.DAY, expires_at=T0 - clock.DAY,
            issuing_body="chamber", register_number="2",
        )  # fmt: skip
        person = get_person(session, team.person("ann"))
        grant_credential(session, OPERATOR, person, held, Verification(team.checker, "register"), at=T0 - 2 * clock.DAY)

    team.database.writing(expired)
    answer = team.answer("ann", ann, c1="heads")
    said = json.loads(answer.credentials_json)["credentials"]
    assert [held["profession"] for held in said] == ["physician"]


def test_with_three_readers_the_first_cannot_recall_once_the_second_has_submitted(database, workflow):
    """The item still waits for the third, so only the answers of the others tell."""
    team = Team(database, workflow=workflow(readers=3))
    item, ann, ben, _ = team.item("ann", "ben", "cal")
    team.answer("ann", ann, c1="heads")
    team.act("ann", recall, ann)
    team.act("ann", submit, ann)
    team.answer("ben", ben, c1="heads")
    assert team.state(item) == "in_annotation"
    with pytest.raises(Conflict) as refused:
        team.act("ann", recall, ann)
    assert refused.value.code == "too-late"
