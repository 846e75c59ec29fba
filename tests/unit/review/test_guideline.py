"""An item's guideline: accepted before anything is decided, kept through review, moved only by a person."""

import pytest
from sqlalchemy import select

from app.agreement.judgements import Choice, Ruling
from app.audit.events import Tag
from app.core.errors import Conflict, Forbidden, Invalid
from app.guidelines.acknowledgement import Acknowledgement, acknowledge
from app.guidelines.version import get_guideline, list_guidelines, publish
from app.review.adjudication import Decision, cases_of, close, rule
from app.review.guideline import count_elsewhere, keep_guideline, kept_guideline, move_item, move_items
from app.review.item import get_item
from app.review.submission import Submission, recall, submit
from app.review.verification import reject, verify
from app.review.workflows import Step
from tests.team import T0, Team

STRICT = "---\ncitations: required\n---\n# 1 Coins\n\nCite.\n"


def new_version(team, version, change="minor", body="# 2 Coins\n\nOtherwise.\n"):
    content = {"key": "coins", "modality": "toy", "version": version, "body": body}
    return team.do("lena", lambda s, lena: publish(s, lena, team.project_id, content, change=change, at=T0))


def accept(team, name, guideline):
    team.do(name, lambda s, who: acknowledge(s, who, get_guideline(s, guideline.id), at=T0))


def current(team):
    return team.read(lambda s: list_guidelines(s, team.project_id)[0])


def refused(team, name, service, task, *args, **options):
    """The act is refused for want of acceptance and leaves nothing."""
    before = team.count()
    with pytest.raises(Conflict) as conflict:
        team.act(name, service, task, *args, **options)
    assert conflict.value.code == "guideline-not-accepted"
    assert conflict.value.details["guideline"] == team.reload(task).guideline_version_id
    assert team.count() == before


def decision(team, task, **more):
    (case,) = team.read(lambda s: cases_of(s, get_item(s, task.item_id), task)).differences
    return Decision(Ruling(case.key, Choice.TAKE, 0, reason="guideline", **more))


def move(team, item, guideline, name="lena"):
    return team.act(name, move_item, item, team.read(lambda s: get_guideline(s, guideline.id)))


def version_of(team, task):
    return team.read(lambda s: get_guideline(s, team.reload(task).guideline_version_id).version)


@pytest.mark.parametrize("workflow", ["two_readers_adjudicator", "team_of_three"])
def test_reading_settling_and_verifying_each_need_the_guideline_accepted(database, workflow):
    team = Team(database, workflow=workflow)
    team.unread = {"ann", "ada", "vera"}
    item, ann, ben = team.item("ann", "ben")
    team.open("ann", ann)
    team.put("ann", ann, c1="heads")  # to read and to draft is free
    refused(team, "ann", submit, ann)
    accept(team, "ann", current(team))
    team.act("ann", submit, ann)
    team.answer("ben", ben, c1="tails")
    task = team.take("ada", item, Step.ADJUDICATE)
    refused(team, "ada", rule, task, decision(team, task))
    refused(team, "ada", close, task)
    accept(team, "ada", current(team))
    team.act("ada", rule, task, decision(team, task, citation="1"))
    team.act("ada", close, task)
    if workflow == "team_of_three":
        return
    checked = team.take("vera", item)
    refused(team, "vera", verify, checked)
    refused(team, "vera", reject, checked, "slip")
    accept(team, "vera", current(team))
    assert team.act("vera", verify, checked) is not None


def test_a_single_reader_and_its_verifier_need_it_too(database):
    team = Team(database, workflow="trainee_verifier")
    team.unread = {"ann", "vera"}
    item, ann = team.item("ann")
    team.open("ann", ann)
    refused(team, "ann", submit, ann)
    accept(team, "ann", current(team))
    team.act("ann", submit, ann)
    checked = team.take("vera", item)
    refused(team, "vera", verify, checked)


def test_acceptance_is_one_row_and_one_event_for_person_and_version(team):
    team.unread = {"ann"}
    for _ in range(3):
        accept(team, "ann", current(team))
    rows = team.read(lambda s: s.scalars(select(Acknowledgement)).all())
    assert [row.person_id for row in rows].count(team.person("ann")) == 1
    said = [e for e in team.events(Tag.GUIDELINE_ACKNOWLEDGED) if e["actor"]["id"] == team.person("ann")]
    assert len(said) == 1
    assert said[0]["stream"] == f"account:{team.person('ann')}"


@pytest.mark.parametrize(("change", "asks"), [("patch", False), ("minor", True), ("major", True)])
def test_a_patch_of_the_wording_asks_nobody_anew_and_any_other_version_does(team, change, asks):
    team.person("ann"), team.person("ben")
    new_version(team, "1.0.1", change)
    _, ann, _ = team.item("ann", "ben")
    team.open("ann", ann)
    if asks:
        return refused(team, "ann", submit, ann)
    team.act("ann", submit, ann)
    new_version(team, "2.0", "major")
    new_version(team, "2.0.1", "patch")
    _, later, _ = team.item("ann", "ben")
    team.open("ann", later)
    return refused(team, "ann", submit, later)  # a patch of what she never accepted


def test_an_item_keeps_the_version_of_its_first_reading_to_the_end(team):
    for name in ("ada", "vera", "cal", "dee"):
        team.person(name)  # who joins later accepts the newest; these have accepted the first
    item, ann, ben = team.item("ann", "ben")
    team.answer("ann", ann, c1="heads")
    new_version(team, "2", "major")
    team.answer("ben", ben, c1="tails")
    task = team.take("ada", item, Step.ADJUDICATE)
    team.act("ada", rule, task, decision(team, task))
    team.act("ada", close, task)
    checked = team.take("vera", item)
    team.act("vera", reject, checked, "slip")
    team.assign("cal", "dee")
    again = team.task(item, "cal")
    team.open("cal", again)
    assert {version_of(team, t) for t in (ann, ben, task, checked, again)} == {"1"}
    _, fresh, _ = team.item("ann", "ben")
    team.open("ann", fresh)
    assert version_of(team, fresh) == "2"
    kept = team.read(lambda s: kept_guideline(s, get_item(s, item.id), again))
    assert (kept.guideline.version, kept.in_force, kept.moved_from) == ("1", "2", None)


def test_two_readers_who_open_at_once_keep_one_version(team):
    item, ann, _ = team.item("ann", "ben")
    stale = team.reload(item)
    team.open("ann", ann)
    new_version(team, "2")
    assert stale.guideline_version_id is None

    def opened(session):
        # What Ben's transaction read of the item before Ann's wrote it; on SQLite a writer begins alone and reads then.
        row = get_item(session, item.id) if team.database.is_sqlite else session.merge(stale, load=False)
        return keep_guideline(session, row).version

    assert team.database.writing(opened) == "1"


def test_a_person_moves_an_item_and_whoever_goes_on_accepts_the_new_version(team):
    item, ann, ben = team.item("ann", "ben")
    team.answer("ann", ann, c1="heads")
    team.open("ben", ben)
    second = new_version(team, "2")
    with pytest.raises(Forbidden):
        move(team, item, second, "ben")
    assert move(team, item, second) is True
    assert move(team, item, second) is False
    (moved,) = team.events(Tag.ITEM_GUIDELINE_MOVED)
    assert (moved["data"]["to"], moved["actor"]["id"]) == (second.id, team.person("lena"))
    refused(team, "ben", submit, ben)
    accept(team, "ben", second)
    team.act("ann", recall, ann)  # what she answered stays under 1; what she answers now does not
    refused(team, "ann", submit, ann)
    accept(team, "ann", second)
    team.act("ann", submit, ann)
    versions = team.read(lambda s: [row.guideline_version_id for row in s.scalars(select(Submission))])
    assert versions == [moved["data"]["from"], second.id]
    kept = team.read(lambda s: kept_guideline(s, get_item(s, item.id), team.reload(ben)))
    assert (kept.guideline.version, kept.moved_from, kept.moved_at) == ("2", "1", T0)


def test_rulings_made_before_a_move_must_cite_what_the_new_version_has(team):
    item = team.read_by_two("heads", "tails")
    task = team.take("ada", item, Step.ADJUDICATE)
    team.act("ada", rule, task, decision(team, task, citation="1"))
    second = new_version(team, "2")
    move(team, item, second)
    accept(team, "ada", second)
    with pytest.raises(Invalid, match="section"):
        team.act("ada", close, task)
    team.act("ada", rule, task, decision(team, task, citation="2"))
    team.act("ada", close, task)


def test_a_settled_item_an_unread_one_and_a_foreign_guideline_are_not_moved(team):
    fresh, *_ = team.item("ann", "ben")
    item = team.read_by_two("heads", "heads")
    team.act("vera", verify, team.take("vera", item))
    second = new_version(team, "2")
    for one, code in ((fresh, "not-begun"), (item, "state")):
        with pytest.raises(Conflict) as conflict:
            move(team, one, second)
        assert conflict.value.code == code
    foreign = {"key": "songs", "modality": "songs", "version": "1", "body": "# 1 Songs"}
    songs = team.do("lena", lambda s, lena: publish(s, lena, team.project_id, foreign, at=T0))
    with pytest.raises(Invalid):
        move(team, item, songs)


def test_everything_in_review_can_be_moved_at_once(team):
    team.read_by_two("heads", "tails")
    _, ann, _ = team.item("ann", "ben")
    team.open("ann", ann)
    team.item("ann", "ben")
    second = new_version(team, "2")
    assert team.read(lambda s: count_elsewhere(s, get_guideline(s, second.id))) == 2
    assert team.act("lena", move_items, second) == 2
    assert team.act("lena", move_items, second) == 0


def test_a_guideline_may_require_every_ruling_to_cite_it(team):
    strict = new_version(team, "1.1", body=STRICT)
    for name in ("ann", "ben", "ada"):
        accept(team, name, strict)
    task = team.take("ada", team.read_by_two("heads", "tails"), Step.ADJUDICATE)
    with pytest.raises(Invalid) as missing:
        team.act("ada", rule, task, decision(team, task))
    assert missing.value.code == "citation-required"
    team.act("ada", rule, task, decision(team, task, citation="1"))
    team.act("ada", close, task)
