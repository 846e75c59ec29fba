"""A row of a release is traced back to its delivery: who, when, with what, under which guideline, and in what words."""

import json

import pytest
from sqlalchemy import event

from app.accounts.credential import get_credential, list_credentials, revoke_credential
from app.accounts.policy import ActForbidden, ActHidden
from app.core.errors import Conflict, NotFound
from app.factory import create_app
from app.release.lineage import Wanted, get_lineage
from app.review.assignment import offer
from app.review.item import get_item
from app.review.modality import MODALITIES
from app.review.round import current_round
from app.review.workflows import Step
from tests.build import OPERATOR
from tests.lineage_story import tell
from tests.signing import confirm, settle
from tests.team import T0, Team
from tests.toy import Toy


def lineage(team, name, label, **wanted):
    return team.do(name, lambda s, actor: get_lineage(s, actor, "toys", Wanted(label, **wanted), at=team.at))


def tasks(told, step):
    """By person: in which order they were asked is chance."""
    found = [task for one in told["rounds"] for task in one["tasks"] if task["step"] == step]
    return sorted(found, key=lambda task: task["by"])


@pytest.fixture(autouse=True)
def toy_modality():
    create_app()  # the real parts first, whichever test comes first
    MODALITIES._parts["toy"] = Toy()
    yield
    MODALITIES._parts.pop("toy")


@pytest.fixture
def released(database):
    return tell(Team(database))


def test_everything_behind_a_row_is_in_one_answer(released):
    team, item, release = released
    told = lineage(team, "lena", item.label, release=1)
    assert (told["release"]["number"], told["release"]["by"]) == (1, team.person("lena"))
    assert told["release"]["manifest_sha256"] == release.manifest_sha256
    ann, ben = tasks(told, "annotate")
    assert (ann["by"], ben["by"]) == (team.person("ann"), team.person("ben"))
    assert ann["suggestion"] == ben["suggestion"] | {"id": ann["suggestion"]["id"]}
    assert (ann["suggestion"]["pipeline"], ann["suggestion"]["version"]) == ("toy", "7")
    assert ann["changes"] == [
        {"element": "s1", "did": "kept", "was": {"face": "heads"}, "became": {"face": "heads"}}
    ]  # fmt: skip
    assert ben["changes"] == [
        {"element": "s1", "did": "changed", "was": {"face": "heads"}, "became": {"face": "tails"}}
    ]  # fmt: skip
    (settling,) = tasks(told, "adjudicate")
    taken_back, stands = settling["rulings"]
    assert (taken_back["stands"], stands["stands"]) == (False, True)
    assert (stands["reason"], stands["citation"], stands["second_key"]) == ("guideline", "1.2", True)
    assert stands["took"]["by"] == team.person("ben")
    assert ben["answers"][0]["elements"] == {"s1": {"face": "tails"}}
    assert settling["answers"][0]["guideline"]["version"] == "1"
    assert told["people"][str(team.person("ben"))] == {"username": "ben", "name": "Dr Ben"}
    assert [one["meaning"] for one in told["signatures"]][-1] == "verification"
    assert told["origin"]["delivery"]["reader"] == "text"
    assert told["text"]["sha256"] and told["origin"]["source"]["sha256"]
    json.dumps(told)


def test_a_credential_stands_as_it_was_at_the_act_whatever_became_of_it(released):
    team, item, _ = released
    before = lineage(team, "lena", item.label)
    (held,) = team.read(lambda s: list_credentials(s, team.person("ben")))
    team.database.writing(
        lambda s: revoke_credential(s, OPERATOR, get_credential(s, held.id), "licence returned", at=T0 + 1)
    )
    assert lineage(team, "lena", item.label) == before
    (then,) = tasks(before, "annotate")[1]["answers"][0]["qualification"]["credentials"]
    assert (then["id"], then["register_number"], then["tier"]) == (held.id, "ben", 1)


def test_each_act_says_where_in_the_log_it_is(released):
    team, item, _ = released
    told = lineage(team, "lena", item.label)
    acts = [told["release"], *told["signatures"]]
    acts += [one for task in tasks(told, "annotate") for one in task["answers"]]
    acts += [one for task in tasks(told, "adjudicate") for one in task["rulings"]]
    named = [act["log"]["event"] for act in acts]
    known = {body["event_id"] for body in team.events()}
    assert set(named) <= known
    assert all(act["log"]["leaf"] is None for act in acts)  # nothing is sealed in this test


def test_whoever_may_not_read_the_log_is_told_numbers_and_classes(released):
    team, item, _ = released
    text = json.dumps(lineage(team, "tess", item.label))
    for name in ("ann", "ben", "ada", "vera", "lena"):
        assert f'"{name}"' not in text
        assert f"Dr {name.title()}" not in text
    assert "chamber" not in text
    told = json.loads(text)
    (then,) = tasks(told, "annotate")[0]["answers"][0]["qualification"]["credentials"]
    assert then == {"tier": 1, "profession": "physician", "specialty": "", "country": "DE"}
    assert told["signatures"][-1]["name"] == f"person {team.person('vera')}"


def test_who_reads_and_who_is_a_stranger_see_nothing(released):
    team, item, _ = released
    for name in ("ann", "vera", "priv"):
        with pytest.raises(ActForbidden):
            lineage(team, name, item.label)
    with pytest.raises(ActHidden):
        lineage(team, "sam", item.label)


def test_an_item_that_is_not_settled_has_no_lineage_yet(released):
    team, _, _ = released
    item, ann, _ = team.item("ann", "ben")
    team.answer("ann", ann, c1="heads")
    with pytest.raises(Conflict, match="not settled"):
        lineage(team, "lena", item.label)


def test_who_still_has_a_task_on_the_text_is_told_nothing_whatever_roles_he_has(released):
    team, item, _ = released
    team.person("tess")
    team.do("lena", lambda s, _: open_task_for(s, team, item))
    with pytest.raises(Conflict, match="a task on this text"):
        lineage(team, "tess", item.label)
    assert lineage(team, "lena", item.label)


def open_task_for(session, team, item):
    """As if a copy of the text had been given to Tess."""
    offer(session, OPERATOR, get_item(session, item.id), current_round(session, item.id),
          person_id=team.people["tess"], step=Step.ANNOTATE, at=T0)  # fmt: skip


def test_what_no_release_holds_is_not_found(released):
    team, item, _ = released
    for label, wanted in (("nothing", {}), (item.label, {"release": 2}), (item.label, {"element": "e9"})):
        with pytest.raises(NotFound):
            lineage(team, "lena", label, **wanted)


def test_one_element_is_traced_alone(released):
    team, item, _ = released
    told = lineage(team, "lena", item.label, element="s1")
    assert {key for task in tasks(told, "annotate") for one in task["answers"] for key in one["elements"]} == {"s1"}
    assert told["element"] == "s1"


CEILING = 23


def test_it_takes_no_more_statements_for_many_elements_and_readers(database):
    """Whoever asks is loaded outside; the second item has three times the readers' elements."""
    team = Team(database)
    asked = []
    for coins in ({"c1"}, {f"c{n}" for n in range(30)}):
        item, ann, ben = team.item("ann", "ben")
        team.answer("ann", ann, **dict.fromkeys(coins, "heads"))
        team.answer("ben", ben, **dict.fromkeys(coins, "tails"))
        settle(team, "ada", team.reload(item))
        if team.state(item) == "verification":
            confirm(team, "vera", item)
        asked.append(count(team, item.label))
    assert asked[0] == asked[1] <= CEILING, asked


def count(team, label):
    sent = []

    def note(_connection, _cursor, statement, *_):
        sent.append(statement)

    def unit(session, actor):
        event.listen(team.database.engine, "before_cursor_execute", note)
        try:
            get_lineage(session, actor, "toys", Wanted(label), at=team.at)
        finally:
            event.remove(team.database.engine, "before_cursor_execute", note)

    team.person("lena")
    team.do("lena", unit)
    return len(sent)
