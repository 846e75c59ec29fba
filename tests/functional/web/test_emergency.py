"""Breaking the glass, and who saw a text: one text, minutes, told at once, judged by somebody else, all in the log."""

import json
import re

import pytest
from sqlalchemy import select

from app.audit.events import Tag
from app.audit.models import Event, Leaf
from app.core import clock
from app.corpus.document import Document
from app.review.assignment import Assignment
from app.review.item import Item
from tests.conftest import PASSWORD
from tests.functional.web.conftest import TEXT, words

WHY = "the ward has the patient in front of it now"


@pytest.fixture
def held(team):
    """A text that ann and ben read, and vera does not."""
    item_id, _ = team.item("ann", "ben")
    team.label = team.read(
        lambda s: s.scalar(select(Document.label).join(Item, Item.document_id == Document.id).where(Item.id == item_id))
    )
    team.item_id = item_id
    return team


def open_it(team, name, **more):
    form = {"label": team.label, "reason": WHY, "minutes": "10", "username": name, "password": PASSWORD} | more
    return team.post(name, "/projects/first/emergency", **form)


def bodies(team, tag):
    rows = team.read(lambda s: list(s.scalars(select(Event.body).where(Event.tag == str(tag)).order_by(Event.id))))
    return [json.loads(body) for body in rows]


def test_a_verifier_reads_one_text_for_minutes_and_the_privacy_officer_knows_at_once(held, monkeypatch):
    opened = open_it(held, "vera")
    assert opened.status_code == 303, opened.text
    assert TEXT in held.get("vera", opened.headers["Location"]).text
    [event], views = bodies(held, Tag.EMERGENCY_OPENED), bodies(held, Tag.EMERGENCY_VIEWED)
    assert len(views) == 1
    assert WHY not in json.dumps(event)
    assert event["data"]["authentication"]["factors"] == ["username", "password"]
    sealed = held.read(lambda s: s.scalar(select(Leaf.idx).join(Event).where(Event.event_id == event["event_id"])))
    assert sealed is not None
    assert "under emergency access" in words(held.get("pia", "/account"))
    # It reads, and does nothing else.
    assert held.post_json("vera", f"/api/v1/items/{held.item_id}/phi-reports", fragments=[]).status_code == 403
    assert held.get("vera", f"/api/v1/items/{held.item_id}/adjudication").status_code in (403, 404, 409)
    assert held.get("sam", opened.headers["Location"]).status_code == 404  # another's access is nothing to him
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + 11 * clock.MINUTE)
    assert held.get("vera", opened.headers["Location"]).status_code == 403


@pytest.mark.parametrize(
    ("name", "more", "status"),
    [
        ("ann", {}, 403),  # T1
        ("lead", {}, 403),
        ("olu", {}, 403),
        ("stranger", {}, 404),
        ("vera", {"password": "not her password"}, 403),
        ("vera", {"reason": "curious"}, 422),
        ("vera", {"minutes": "61"}, 422),
        ("vera", {"minutes": "0"}, 422),
        ("vera", {"label": "no such text"}, 422),
    ],
)
def test_nobody_else_and_nothing_without_a_reason(held, name, more, status):
    assert open_it(held, name, **more).status_code in (status, 404 if status == 422 else status)
    assert bodies(held, Tag.EMERGENCY_OPENED) == []


def test_it_is_judged_by_a_privacy_officer_who_did_not_read(held):
    assert open_it(held, "vera").status_code == 303
    address = "/privacy/projects/first/emergencies"
    assert WHY in words(held.get("pia", address))
    for name in ("vera", "lead", "boss"):
        assert held.post(name, f"{address}/1/review", finding="justified").status_code in (403, 404)
    assert held.post("pia", f"{address}/1/review", finding="fine").status_code == 422
    assert held.post("pia", f"{address}/1/review", finding="unjustified").status_code == 303
    assert held.get("vera", "/emergency/1").status_code == 403  # over
    assert "Your emergency access was reviewed: unjustified" in words(held.get("vera", "/account"))
    assert held.post("pia", f"{address}/1/review", finding="justified").status_code == 409
    assert open_it(held, "pia").status_code == 303
    assert held.post("pia", f"{address}/2/review", finding="justified").status_code == 403


def test_five_in_an_hour_are_enough(held):
    answers = [open_it(held, "vera").status_code for _ in range(6)]
    assert answers == [303] * 5 + [429]
    assert [body["data"] for body in bodies(held, Tag.USE_LIMITED)] == [{"use": "emergencies"}]


def test_who_saw_a_text_and_the_texts_of_its_patient(held):
    document, patient = held.read(
        lambda s: s.execute(
            select(Document.id, Document.subject_id).join(Item, Item.document_id == Document.id)
        ).first()
    )
    tasks = held.read(lambda s: dict(s.execute(select(Assignment.person_id, Assignment.id)).all()))
    assert held.get("ann", f"/api/v1/assignments/{tasks[held.people['ann']]}").status_code == 200
    open_it(held, "vera")
    held.get("vera", "/emergency/1")
    assert held.get("pia", f"/privacy/documents/{document}").status_code == 200
    for address in (f"/privacy/documents/{document}/accesses", f"/privacy/patients/{patient}/accesses"):
        for name in ("pia", "olu"):
            page = held.get(name, address)
            told = re.findall(r"(ann|ben|vera|pia) \d+ ([a-z, ]+)", words(page))
            assert [(who, how.strip()) for who, how in told] == [
                ("pia", "read in the privacy office"),
                ("vera", "read under emergency access"),
                ("vera", "emergency access opened"),
                ("ann", "read, step annotate"),
            ]
        for name in ("ann", "lead", "boss", "stranger"):
            assert held.get(name, address).status_code in (403, 404)
