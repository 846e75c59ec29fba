"""Wrongly removed words through HTTP: who gets in, what no other role ever sees, and where an original never goes."""

import json
import logging
import re

import pytest
from sqlalchemy import select

from app.audit.models import Event
from app.core import clock
from app.corpus.document import get_document
from app.corpus.schema import LabelSchema
from app.corpus.source import seal_source
from app.corpus.vault import Vault
from app.privacy.removal.originals import WINDOW
from app.privacy.version.sealed import SealedMap, Why, seal_map
from app.review.hold import Hold
from app.review.item import Item, create_item, get_item
from tests.build import OPERATOR, doubt, make_document
from tests.conftest import PASSWORD
from tests.functional.web.conftest import Team

WORD, NAME = "Zostavaryx", "Quarrowbylle"
SOURCE = f"Given {WORD} by Dr {NAME}. No fever."
CLEAN = "Given Devally by Dr Brome. No fever."
ROWS = [[6, 16, 6, 13], [23, 35, 20, 25]]
BASE = "/privacy/projects/first"
OTHERS = ("boss", "lead", "ann", "ben", "vera", "sam", "olu", "stranger")


@pytest.fixture
def team(database, tmp_path):
    """On SQLite and on PostgreSQL."""
    team = Team(tmp_path, database)
    yield team
    team.database.dispose()


@pytest.fixture
def scene(team):
    """A note that ann and ben read, reported by ann, and one that is held."""
    vault = Vault.at(team.settings.master_key_path)

    def seal(session, document):
        key = vault.new_key(session, document.subject_id)
        session.add(seal_source(key, document.source_id, {"text": SOURCE, "known": {}, "salt": "00"}))
        why = {(a, b): Why("NAME", "model", certain=False) for a, b, _, _ in ROWS}
        seal_map(session, key, document.id, SealedMap([list(row) for row in ROWS], [[6, 13]], why))

    def unit(session, at):
        from app.corpus.project import get_project

        held = make_document(session, get_project(session, "first"), CLEAN, at=at)
        doubt(session, held, "residual-risk")
        seal(session, held)
        create_item(session, OPERATOR, held, session.get(LabelSchema, team.schema_id), at=at)
        read = get_document(session, get_item(session, item_id).document_id)
        seal(session, read)
        return read.id, held.id

    item_id, _ = team.item("ann", "ben", text=CLEAN)
    team.read_id, team.held_id = team.write(unit)
    team.item_id = item_id
    answer = team.post_json("ann", f"/api/v1/items/{item_id}/removal-reports", fragments=[[6, 13]])
    assert answer.status_code == 201, answer.text
    team.hold_id = answer.json["hold"]
    return team


def opened(team, name="pia", password=PASSWORD):
    return team.post(name, f"{BASE}/originals", username=name, password=password, next=BASE)


def pages(team):
    return [
        f"{BASE}/removals/{team.hold_id}",
        f"{BASE}/removed-words",
        f"{BASE}/removed-words?scope=all",
        f"{BASE}/kept-words",
        f"{BASE}/incidents",
        f"/privacy/documents/{team.held_id}",
        BASE,
    ]


def acts(team):
    return [
        (f"{BASE}/originals", {"username": "pia", "password": PASSWORD}),
        (f"{BASE}/originals/closing", {}),
        (f"{BASE}/removals/{team.hold_id}/restoration", {"fate-6-13": "put_back"}),
        (f"{BASE}/removals/{team.hold_id}/dismissal", {}),
        (f"{BASE}/removed-words", {"texts": str(team.held_id)}),
        (f"{BASE}/removed-words/acceptance", {"texts": str(team.held_id)}),
        (f"{BASE}/kept-words", {"ref": "0" * 64, "outcome": "confirmed"}),
        (f"/privacy/documents/{team.held_id}/decision", {"then": "as-is"}),
        (f"/privacy/documents/{team.held_id}/decision", {"then": "later"}),
    ]


@pytest.mark.parametrize("name", OTHERS)
def test_every_other_role_is_refused_and_sees_no_original(scene, name):
    assert opened(scene).status_code == 303  # open for pia, and for nobody else
    before = scene.read(lambda s: (s.get(Hold, scene.hold_id).closed_at, get_document(s, scene.held_id).verdict))
    for path in pages(scene):
        answer = scene.get(name, path)
        assert answer.status_code in (403, 404), path
        assert WORD not in answer.text
        assert NAME not in answer.text
    for path, form in acts(scene):
        answer = scene.post(name, path, **form)
        assert answer.status_code in (403, 404), path
        assert WORD not in answer.text
    assert (
        scene.read(lambda s: (s.get(Hold, scene.hold_id).closed_at, get_document(s, scene.held_id).verdict)) == before
    )
    if name in ("ann", "ben"):
        task = scene.item_seat(scene.item_id, name)
        shown = scene.get(name, f"/api/v1/assignments/{task}")
        assert WORD not in shown.text


def test_originals_are_shown_only_after_the_password_and_no_longer_than_their_time(scene, monkeypatch):
    assert WINDOW == 15 * clock.MINUTE
    # A session that nobody uses would end as soon; so the window is made shorter here.
    monkeypatch.setattr("app.privacy.removal.originals.WINDOW", clock.MINUTE)
    shown = pages(scene)[:4] + pages(scene)[5:6]
    for path in shown:
        answer = scene.get("pia", path)
        assert answer.status_code == 200
        assert WORD not in answer.text
    refused = opened(scene, password="not it")
    assert "originals-refused" in refused.headers["Location"]
    assert WORD not in scene.get("pia", shown[0]).text
    assert "originals-open" in opened(scene).headers["Location"]
    for path in (shown[0], shown[1], shown[4]):
        answer = scene.get("pia", path)
        assert WORD in answer.text
        assert answer.headers["Cache-Control"] == "no-store"
    later = clock.now() + clock.MINUTE
    monkeypatch.setattr("app.core.clock.now", lambda: later)
    for path in shown:
        answer = scene.get("pia", path)
        assert answer.status_code == 200  # still signed in
        assert WORD not in answer.text
    late = scene.post("pia", f"{BASE}/removals/{scene.hold_id}/restoration", **{"fate-6-13": "put_back"})
    assert late.status_code == 403
    assert WORD not in late.text


def test_put_away_originals_are_gone_at_once(scene):
    opened(scene)
    assert WORD in scene.get("pia", f"{BASE}/removed-words").text
    assert scene.post("pia", f"{BASE}/originals/closing", next=f"{BASE}/removed-words").status_code == 303
    assert WORD not in scene.get("pia", f"{BASE}/removed-words").text


def test_an_original_never_reaches_a_log_an_address_an_event_or_an_error(scene, caplog):
    caplog.set_level(logging.DEBUG)
    opened(scene)
    addresses = []
    for path in pages(scene):
        text = scene.get("pia", path).text
        addresses += re.findall(r'(?:href|action)="([^"]*)"', text)
    words = scene.get("pia", f"{BASE}/removed-words").text
    keys = re.findall(r'name="(fate-[0-9a-f]+\.[a-z]+)" value="put_back"', words)
    wrong = [
        scene.post("pia", f"{BASE}/removed-words", texts=str(scene.held_id), **{keys[0]: WORD}),
        scene.post("pia", f"{BASE}/removed-words", texts=WORD),
        scene.post("pia", f"{BASE}/removals/{scene.hold_id}/restoration", **{f"fate-{WORD}": "put_back"}),
        scene.post("pia", f"{BASE}/kept-words", ref=WORD, outcome="confirmed"),
    ]
    assert [answer.status_code for answer in wrong] == [422, 422, 422, 404]
    assert all(WORD not in re.sub(r"<main.*", "", answer.text, flags=re.S) for answer in wrong)
    assert all(WORD not in (re.search(r'<div class="trouble".*?</div>', a.text, re.S) or [""])[0] for a in wrong)
    done = scene.post("pia", f"{BASE}/removed-words", texts=f"{scene.held_id}", **{keys[0]: "put_back"})
    assert done.status_code == 303
    addresses.append(done.headers["Location"])
    answer = scene.post("pia", f"{BASE}/removals/{scene.hold_id}/restoration", **{"fate-6-13": "put_back"})
    assert answer.status_code == 303, answer.text
    addresses.append(answer.headers["Location"])
    kept = scene.get("pia", f"{BASE}/kept-words").text
    ref = re.search(r'name="ref" value="([0-9a-f]{64})"', kept)[1]
    assert scene.post("pia", f"{BASE}/kept-words", ref=ref, outcome="confirmed").status_code == 303
    events = scene.read(lambda s: s.scalars(select(Event.body)).all())
    said = json.loads(events[-1])
    assert said["data"]["outcome"] == "confirmed"
    for where in ("\n".join(events), "\n".join(addresses), caplog.text):
        assert WORD.casefold() not in where.casefold()
        assert NAME.casefold() not in where.casefold()


def test_a_report_holds_the_item_for_everybody_and_counts_are_shown_to_the_project(scene):
    task = scene.item_seat(scene.item_id, "ben")
    held = scene.get("ben", f"/api/v1/assignments/{task}")
    assert held.status_code == 409
    assert "held back" in held.text  # and not why: ben reads blind
    assert "removal" not in held.text
    overview = scene.get("lead", "/projects/first").text
    assert "1 wrong removal (0 put back)" in " ".join(overview.split())
    opened(scene)
    scene.post("pia", f"{BASE}/removals/{scene.hold_id}/restoration", **{"fate-6-13": "put_back"})
    assert "1 wrong removal (1 put back)" in " ".join(scene.get("lead", "/projects/first").text.split())
    item = scene.read(lambda s: s.scalars(select(Item).order_by(Item.id.desc())).first())
    assert item.state == "imported"
    said = scene.app.test_cli_runner().invoke(args=["deid", "mistakes", "first", "--json"])
    assert said.exit_code == 0, said.output
    assert json.loads(said.output) == {
        "identifiers_reported": 0,
        "identifiers_redacted": 0,
        "identifiers_dismissed": 0,
        "removals_reported": 1,
        "removals_put_back": 1,
        "removals_upheld": 0,
        "places_put_back": 1,
        "places_removed": 0,
    }


def test_nobody_outside_the_project_reports(scene):
    answer = scene.post_json("stranger", f"/api/v1/items/{scene.item_id}/removal-reports", fragments=[[6, 13]])
    assert answer.status_code == 404
