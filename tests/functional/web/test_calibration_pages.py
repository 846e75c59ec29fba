"""Calibration through the pages: a set, its gold, a blind round, own answers beside gold; and silent copies."""

import io
import json

import pytest
from sqlalchemy import select

from app.accounts.actor import ProjectRole
from app.accounts.loading import load_actor
from app.corpus.member import add_member
from app.corpus.project import change_settings, get_project
from app.guidelines.acknowledgement import acknowledge
from app.guidelines.version import current_guideline
from app.quality.gold.making import add_settled
from app.quality.seeding import sowing
from app.quality.seeding.scoring import fold_copies
from app.review.assignment import Assignment
from app.review.copies import ItemCopy
from app.review.distribution import assign_ready
from app.review.item import create_item, get_item
from app.review.states import advance
from tests.build import OPERATOR, make_document
from tests.functional.web.conftest import TEXT, problem, words
from tests.unit.accounts.people import give_credential, make_person

ADDRESS = "/projects/first/quality/calibration"
RIGHT = {"e1": problem(7, 17)}


def newcomer(team, name):
    """A reader who joins later and has seen nothing."""
    team.people[name] = make_person(team.database, name)
    give_credential(team.database, team.people[name], team.people["boss"], tier=1)

    def unit(session, at):
        add_member(session, OPERATOR, get_project(session, "first"), team.people[name], ProjectRole.ANNOTATOR, at=at)
        session.flush()
        actor = load_actor(session, team.people[name], at=at)
        acknowledge(session, actor, current_guideline(session, team.project_id, "notes"), at=at)

    team.write(unit)


def settled(team):
    item, (one, other) = team.item("ann", "ben")
    team.answer("ann", one, **RIGHT)
    team.answer("ben", other, **RIGHT)
    team.settle(item)
    return item


def label(team, item):
    return team.read(lambda s: get_item(s, item).label)


def fold(team):
    team.write(lambda s, at: fold_copies(s, team.project_id, 100, {}))


@pytest.fixture
def made(team):
    """A set with two texts, and Cal, who has not seen them."""
    items = [settled(team), settled(team)]
    assert team.post("lead", ADDRESS, title="First week", modality="notes").status_code == 303
    for item in items:
        added = team.post("lead", f"{ADDRESS}/1/gold", label=label(team, item), author="")
        assert added.status_code == 303, words(added)
    newcomer(team, "cal")
    return team


def test_a_set_is_made_read_blind_and_shown_beside_gold_only_when_all_is_read(made):
    cal = made.people["cal"]
    begun = made.post("lead", f"{ADDRESS}/1/rounds", people=str(cal), texts="2")
    assert begun.status_code == 303, words(begun)
    first, second = made.read(lambda s: s.scalars(select(Assignment.id).where(Assignment.person_id == cal)).all())
    assert "0 of 2 read" in words(made.get("cal", "/work/calibration"))
    made.get("cal", f"/assignments/{first}")
    made.answer("cal", first, **RIGHT)
    refused = made.get("cal", f"/work/feedback/{first}")
    assert refused.status_code == 409
    made.answer("cal", second)
    beside = words(made.get("cal", f"/work/feedback/{second}"))
    assert "Settled answer" in beside
    assert "chest pain" in beside
    assert "the same as yours" in words(made.get("cal", f"/work/feedback/{first}"))
    fold(made)
    shown = words(made.get("cal", "/work/calibration"))
    assert "Not passed" in shown
    assert "Marks, overlapping (F1)" in shown
    page = words(made.get("lead", f"{ADDRESS}/1"))
    assert "not passed" in page
    assert "has not passed" in words(made.get("lead", ADDRESS))
    assert made.get("ben", f"/work/feedback/{first}").status_code in (403, 404)


def test_broken_input_is_refused_with_what_is_wrong_and_nothing_half_stored(made):
    for path, data, said in (
        (ADDRESS, {"title": "", "modality": "notes"}, "1 to 200"),
        (ADDRESS, {"title": "x", "modality": "poems"}, "what kind"),
        (f"{ADDRESS}/1/gold", {"label": "nothing", "author": ""}, "no text"),
        (f"{ADDRESS}/1/gold", {"label": "nothing", "author": "x"}, "no text"),
        (f"{ADDRESS}/1/rounds", {"people": "999", "texts": "2"}, "readers of the project"),
        (f"{ADDRESS}/1/rounds", {"people": str(made.people["cal"]), "texts": "many"}, "whole number"),
        (f"{ADDRESS}/1/rounds", {"people": str(made.people["cal"]), "texts": "9"}, "2 texts of this set"),
        (f"{ADDRESS}/1/rounds", {"people": str(made.people["ann"]), "texts": "2"}, "0 texts of this set"),
    ):
        answer = made.post("lead", path, **data)
        assert answer.status_code in (409, 422, 400), (path, data, answer.status_code)
        assert said in words(answer), words(answer)
    assert made.get("lead", f"{ADDRESS}/7").status_code == 404
    assert made.get("ann", ADDRESS).status_code == 403
    assert made.post("vera", ADDRESS, title="x", modality="notes").status_code == 403


def test_a_senior_brings_gold_in_from_a_file_all_rows_or_none(made):
    def text(session, at):
        document = make_document(session, get_project(session, "first"), TEXT, at=at)
        from app.corpus.schema import LabelSchema

        item = create_item(session, OPERATOR, document, session.get(LabelSchema, made.schema_id), at=at)
        advance(session, OPERATOR, item, "deid_accepted", at=at)
        return document.label

    good, bad = made.write(text), made.write(text)
    rows = [{"label": good, "elements": RIGHT}, {"label": bad, "elements": {"e1": problem(5, 900)}}]

    def send(some):
        raw = "\n".join(json.dumps(row) for row in some).encode()
        return made.post("sam", f"{ADDRESS}/1/files", file=(io.BytesIO(raw), "gold.jsonl"))

    assert send(rows).status_code in (409, 422, 400)
    assert "brought in" not in words(made.get("lead", f"{ADDRESS}/1"))
    assert send(rows[:1]).status_code == 303
    assert "brought in" in words(made.get("lead", f"{ADDRESS}/1"))


def test_http_tells_a_reader_nothing_of_a_silent_copy(team):
    """Id, keys, headers, ETag and answers of every request a reader makes of a task: a copy's and an item's."""
    for name in ("cal", "dee", "eve"):
        newcomer(team, name)
    item = settled(team)

    def seed(session, at):
        project = get_project(session, "first")
        change_settings(session, OPERATOR, project, {"gold_per_mille": 200}, at=at)
        add_settled(session, OPERATOR, project, get_item(session, item), None, at=at)
        document = make_document(session, project, TEXT, at=at)
        from app.corpus.schema import LabelSchema

        new = create_item(session, OPERATOR, document, session.get(LabelSchema, team.schema_id), at=at)
        advance(session, OPERATOR, new, "deid_accepted", at=at)
        people = [team.people["cal"], team.people["dee"]]
        real, sowing.drawn = sowing.drawn, lambda below: 0
        try:
            assert assign_ready(session, OPERATOR, project, people, at=at).items == 1
        finally:
            sowing.drawn = real
        return new.id

    real = team.write(seed)
    mine = ItemCopy.person_id == team.people["cal"]
    copied = team.read(lambda s: s.scalars(select(ItemCopy.item_id).where(mine)).one())
    seats = [team.item_seat(number, "cal") for number in (real, copied)]
    shown = [team.get("cal", f"/api/v1/assignments/{seat}") for seat in seats]
    assert shape(shown[0].json) == shape(shown[1].json)
    assert [answer.json["item"]["id"] for answer in shown] == [None, None]
    assert [answer.json["document"]["id"] for answer in shown] == [None, None]
    assert headers(shown[0]) == headers(shown[1])
    bodies = {"actions": [{"element_id": "e1", "body": RIGHT["e1"]}]}
    cal = team.browser("cal")
    for seat in seats:
        tag = {"X-CSRF-Token": cal.token, "If-Match": '"0"'}
        saved = cal.patch(f"/api/v1/assignments/{seat}/draft", json=bodies, headers=tag)
        assert saved.json["version"] == 1, saved.text
    ended = [team.post_json("cal", f"/api/v1/assignments/{seat}/submission") for seat in seats]
    assert [answer.status_code for answer in ended] == [201, 201]
    assert ended[0].json.keys() == ended[1].json.keys()
    after = [team.get("cal", f"/api/v1/assignments/{seat}").json for seat in seats]
    assert [one["item"]["state"] for one in after] == ["in_annotation"] * 2
    assert after[0]["may"] == after[1]["may"]
    assert [team.get("cal", f"/assignments/{seat}").status_code for seat in seats] == [200, 200]
    # nor can they reach the pages that know, nor read the log
    for path in (ADDRESS, "/projects/first/quality/drift", "/projects/first/audit"):
        assert team.get("cal", path).status_code in (403, 404)
    counted = words(team.get("cal", "/projects/first"))
    assert "copy" not in counted


def shape(value):
    """Names and kinds of everything in an answer."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shape(inner) for inner in value]
    return type(value).__name__


def headers(answer):
    return sorted(name for name, _ in answer.headers)


