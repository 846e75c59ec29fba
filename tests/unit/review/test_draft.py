"""Drafts: one action one row and one event, versions, quotes, names of elements."""

import pytest

from app.audit.events import Tag
from app.core.errors import Conflict, Invalid
from app.review.draft import DraftElement, ElementChange, assemble, change_draft
from app.review.modality import MODALITIES
from app.review.queries import own_work
from tests.unit.review.words import Words


@pytest.fixture
def task(team):
    _, ann, _ = team.item("ann", "ben")
    team.open("ann", ann)
    return ann


def change(team, task, *changes, version=0, who="ann"):
    return team.act(who, change_draft, task, list(changes), expected_version=version).version


def test_each_action_is_one_version_and_one_event(team, task):
    assert team.put("ann", task, c1="heads", c2="tails") == 2
    assert team.put("ann", task, version=2, c1="tails") == 3
    assert team.put("ann", task, version=3, c2=None) == 4
    tags = (Tag.ELEMENT_ADDED, Tag.ELEMENT_CHANGED, Tag.ELEMENT_REMOVED)
    versions = [[event["data"]["version"] for event in team.events(tag)] for tag in tags]
    assert versions == [[1, 2], [3], [4]]
    assert team.read(lambda s: assemble(s, task.id)) == {"elements": {"c1": {"face": "tails"}}}


def test_another_tab_was_faster(team, task):
    team.put("ann", task, c1="heads")
    before = team.count()
    with pytest.raises(Conflict) as refused:
        team.put("ann", task, c1="tails")
    assert refused.value.code == "stale-version"
    assert refused.value.details == {"version": 1}
    assert team.count() == before


def test_removing_twice_changes_nothing_the_second_time(team, task):
    team.put("ann", task, c1="heads")
    assert team.put("ann", task, version=1, c1=None) == 2
    before = team.count()
    assert change(team, task, ElementChange("c1", None), version=2) == 2
    assert team.count() == before


def test_a_bad_action_takes_the_good_ones_beside_it_back(team, task):
    before = team.count()
    with pytest.raises(Invalid):
        change(team, task, ElementChange("c1", {"face": "heads"}), ElementChange("c2", {"face": "edge"}))
    assert (team.count(DraftElement), team.count()) == (0, before)
    assert team.reload(task).draft_version == 0


@pytest.mark.parametrize("name", ["", "has blank", "-first", "a" * 41, "naïve", "a\nb", "John Smith 1950"])
def test_an_elements_name_cannot_carry_text_into_the_log(team, task, name):
    with pytest.raises(Invalid) as refused:
        change(team, task, ElementChange(name, {"face": "heads"}))
    assert refused.value.code == "element-id"
    assert name not in str(refused.value) or not name


def test_nobody_else_changes_a_draft(team, task):
    for name in ("ben", "lena", "tess"):
        with pytest.raises(Exception, match=r"yours|roles"):
            change(team, task, ElementChange("c1", {"face": "heads"}), who=name)
    assert team.count(DraftElement) == 0


def test_a_task_that_is_not_open_takes_no_action(team):
    _, ann, _ = team.item("ann", "ben")
    with pytest.raises(Conflict) as refused:
        team.put("ann", ann, c1="heads")
    assert refused.value.code == "not-open"
    team.answer("ann", ann, c1="heads")
    with pytest.raises(Conflict):
        team.put("ann", ann, version=1, c1="tails")


def test_blind_readers_share_no_version_and_no_stream(team):
    _, ann, ben = team.item("ann", "ben")
    team.open("ann", ann)
    team.open("ben", ben)
    team.put("ann", ann, c1="heads")
    assert team.put("ben", ben, c1="heads") == 1
    streams = [event["stream"] for event in team.events(Tag.ELEMENT_ADDED)]
    assert streams == [f"assignment:{ann.id}", f"assignment:{ben.id}"]
    assert team.act("ben", own_work, ben).version == 1


class TestQuotes:
    """What the client saw under its offsets must be what the server has there."""

    @pytest.fixture(autouse=True)
    def words(self, toy_modality, monkeypatch):
        monkeypatch.setitem(MODALITIES._parts, "toy", Words())

    def put(self, team, task, fragments, quotes):
        return change(team, task, ElementChange("w", {"fragments": fragments}, quotes))

    def test_the_right_quote_is_taken(self, team, task):
        assert self.put(team, task, [[0, 5], [9, 14]], ("heads", "tails")) == 1

    @pytest.mark.parametrize(
        ("fragments", "quotes"),
        [
            ([[0, 5]], ("Heads",)),
            ([[0, 4]], ("heads",)),
            ([[0, 5]], ("heads", "tails")),
            ([[0, 5], [9, 14]], ("tails", "heads")),
            ([[90, 95]], ("heads",)),
            ([["0", 5]], ("heads",)),
            ([], ("heads",)),
        ],
    )
    def test_a_wrong_quote_is_refused_without_repeating_it(self, team, task, fragments, quotes):
        with pytest.raises(Invalid) as refused:
            self.put(team, task, fragments, quotes)
        assert refused.value.code == "quote-mismatch"
        assert "heads" not in str(refused.value)
        assert "heads" not in str([p.to_dict() for p in refused.value.problems])
        assert team.count(DraftElement) == 0
