"""A signature is bound to what the signer had before them; when that changed, nothing is signed (21 CFR 11.70)."""

import json

import pytest

from app.review.item import get_item
from app.review.signature import signatures_of
from tests.conftest import PASSWORD
from tests.functional.web.conftest import problem
from tests.functional.web.test_work_pages import _one_reader
from tests.signing import seen_answer, seen_cases


def state_of(team, item):
    return team.read(lambda session: (get_item(session, item).state, len(signatures_of(session, item))))


@pytest.fixture
def to_verify(team):
    """An item Vera took to verify; its id and that of her task."""
    item, (mine,) = team.item("ann")
    team.write(_one_reader)
    team.answer("ann", mine, e1=problem(7, 17))
    return item, team.post("vera", f"/items/{item}/verification").headers["Location"].rsplit("/", 1)[1]


def test_a_verifier_does_not_sign_what_another_tab_changed(team, to_verify):
    item, task = to_verify
    vera, address = team.browser("vera"), f"/api/v1/assignments/{task}"
    shown = vera.get(address).json
    headers = {"X-CSRF-Token": vera.token, "If-Match": f'"{shown["version"]}"'}
    action = {"element_id": "e1", "body": problem(7, 17, polarity="negated")}
    assert vera.patch(f"{address}/draft", json={"actions": [action]}, headers=headers).status_code == 200
    refused = team.verify(item, shown)
    assert (refused.status_code, refused.json["error"]["code"]) == (409, "record-changed")
    assert state_of(team, item) == ("verification", 0)
    assert team.verify(item, vera.get(address).json, reason="slip").status_code in (201, 202)
    assert state_of(team, item) == ("signed", 1)


def test_a_verifier_does_not_sign_for_another_answer_than_the_one_shown(team, to_verify):
    item, task = to_verify
    shown = team.get("vera", f"/api/v1/assignments/{task}").json
    assert len(shown["submissions"]) == 1
    assert team.verify(item, shown | {"submissions": ["0" * 64]}).status_code == 409
    assert team.verify(item, shown, seen="").status_code == 409
    assert state_of(team, item) == ("verification", 0)


def test_the_manifest_says_what_the_signer_saw(team, to_verify):
    item, task = to_verify
    shown = team.get("vera", f"/api/v1/assignments/{task}").json
    assert team.verify(item, shown).status_code in (201, 202)
    manifest = team.read(lambda session: json.loads(signatures_of(session, item)[0].manifest))
    assert manifest["auth"]["seen_sha256"] == seen_answer(shown)


def test_the_readers_task_says_nothing_of_other_answers(team):
    _, (mine, _) = team.item("ann", "ben")
    assert team.get("ann", f"/api/v1/assignments/{mine}").json["submissions"] == []


@pytest.fixture
def to_settle(team):
    """An item Sam took to settle, with one case; its id."""
    item, (mine, other) = team.item("ann", "ben")
    team.answer("ann", mine, e1=problem(7, 17))
    team.answer("ben", other)
    assert team.post("sam", f"/items/{item}/adjudication").status_code == 303
    return item


def rule(team, item, **decision):
    sam = team.browser("sam")
    (case,) = sam.get(f"/api/v1/items/{item}/adjudication").json["cases"]
    body = {"reason": "slip", "confirmed": True, **decision}
    address, headers = f"/api/v1/items/{item}/rulings/{case['key']}", {"X-CSRF-Token": sam.token}
    ruled = sam.put(address, json=body, headers=headers)
    assert ruled.status_code == 200, ruled.text
    return sam.get(f"/api/v1/items/{item}/adjudication").json


def close(team, item, seen):
    body = {"username": "sam", "password": PASSWORD, "meaning": "adjudication", "seen": seen}
    return team.post_json("sam", f"/api/v1/items/{item}/closing", **body)


def test_an_adjudicator_does_not_sign_decisions_another_tab_changed(team, to_settle):
    item = to_settle
    shown = rule(team, item, choice="take", version=0)
    now = rule(team, item, choice="none")
    refused = close(team, item, seen_cases(shown))
    assert (refused.status_code, refused.json["error"]["code"]) == (409, "record-changed")
    assert state_of(team, item)[1] == 0
    signed = close(team, item, seen_cases(now))
    assert signed.status_code in (201, 202), signed.text


def test_an_adjudicator_does_not_sign_over_other_answers_than_those_compared(team, to_settle):
    shown = rule(team, to_settle, choice="take", version=1)
    assert len(shown["submissions"]) == 2
    for others in (shown["submissions"][:1], shown["submissions"][::-1], [*shown["submissions"], "0" * 64]):
        assert close(team, to_settle, seen_cases(shown | {"submissions": others})).status_code == 409
    assert close(team, to_settle, "").status_code == 409
    assert state_of(team, to_settle)[1] == 0


def test_a_rejection_is_signed_with_both_components_and_says_so(team, to_verify):
    item, task = to_verify
    shown = team.get("vera", f"/api/v1/assignments/{task}").json
    said = {"decision": "reject", "reason": "ambiguous", "meaning": shown["signing"]["reject"]["meaning"]}
    assert team.verify(item, shown, **said | {"password": "wrong"}).status_code == 403
    assert team.verify(item, shown, **said | {"meaning": "verification"}).status_code == 422
    assert team.verify(item, shown, **said | {"decision": "rejct"}).status_code == 422
    assert state_of(team, item) == ("verification", 0)
    answer = team.verify(item, shown, **said)
    assert answer.status_code in (201, 202), answer.text
    made = {key: answer.json["signature"][key] for key in ("meaning", "reason", "sha256", "ends_workflow")}
    assert made == {
        "meaning": "rejection", "reason": "ambiguous", "sha256": shown["submissions"][0], "ends_workflow": False,
    }  # fmt: skip
    assert state_of(team, item) == ("ready", 1)
    manifest = team.read(lambda session: json.loads(signatures_of(session, item)[0].manifest))
    assert manifest["statement"] == shown["signing"]["reject"]["statement"]
