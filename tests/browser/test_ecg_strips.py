"""The example modality in the browser: no page and no script of its own."""

import json

import pytest
from sqlalchemy import select

from app.audit.log import Event
from app.core import clock
from app.corpus.project import get_project
from app.corpus.schema import load_schema
from app.formats.model import ExchangeDocument
from app.formats.protocol import FORMATS
from app.review.modality import MODALITIES, Context
from app.review.submission import Submission, SubmissionBody
from tests.browser.notes_page import until
from tests.browser.world import OPERATOR
from tests.ecg import LINE, SCHEMA, STRIP, finding, interval, rest
from tests.exports import exported

SAVED = "document.querySelector('#save-state').textContent === 'All changes saved'"


@pytest.fixture(scope="module", autouse=True)
def registered(world):
    MODALITIES.declare(LINE)

    def unit(session):
        project = get_project(session, "browser")
        load_schema(session, OPERATOR, project, SCHEMA, at=clock.now())
        world.publish_guideline(session, "ecg_strips", "1.0", accepted_by=("ana", "sam", "vic"))

    world.write(unit)
    yield
    MODALITIES.remove("ecg_strips")


@pytest.fixture
def strip_task(world):
    return world.task("ecg_strips", STRIP, {})


def answers(task):
    return {body.get("label", body["kind"]): body for body in task.elements.values()}


def test_every_question_is_answered_on_the_generic_page_and_stands_in_the_log(strip_task, open_task):
    page = open_task(strip_task)
    assert page.locator("#questions tr").count() == 5
    page.keyboard.press("1")
    until(page, SAVED)
    page.get_by_role("button", name="Atrial fibrillation, leads: II", exact=True).click()
    until(page, SAVED)
    page.get_by_label("milliseconds of QT interval").fill("412")
    page.keyboard.press("Tab")
    until(page, SAVED)
    page.get_by_role("button", name="Nothing else is said").click()
    until(page, SAVED)
    said = answers(strip_task)
    assert (said["atrial_fibrillation"]["value"], said["atrial_fibrillation"]["leads"]) == ("present", ["II"])
    assert said["qt_interval"]["milliseconds"] == 412
    assert said["rest"]["value"] == "not_described"
    assert page.locator("#progress-words").inner_text().startswith("5 of 5 questions answered")
    told = strip_task.look(lambda s: [json.loads(one) for one in s.scalars(
        select(Event.body).where(Event.stream == f"assignment:{strip_task.id}"))])
    logged = [event["data"] for event in told if "label" in event["data"]]
    assert ("present", ["II"]) in [(one.get("value"), one.get("leads")) for one in logged]
    assert 412 in [one.get("milliseconds") for one in logged]


def reading(value):
    return {"elements": {"b": finding("bundle_branch_block", value), "q": interval("qt_interval", 412), "n": rest()}}


def frozen(session, item):
    """The readings as they were signed, in the order they came in."""
    query = select(SubmissionBody.body).join(Submission, Submission.id == SubmissionBody.submission_id)
    return [json.loads(body) for body in session.scalars(query.where(Submission.item_id == item).order_by(Submission.id))]


def test_a_disputed_question_is_adjudicated_and_what_was_settled_is_exported(world, strip_task, open_page):
    for name, value in (("ana", "present"), ("ben", "absent")):
        world.write(lambda session, n=name, v=value: world._read(session, n, reading(v), strip_task.item))
    case = world.write(lambda session: world.take(session, strip_task.item))
    page = open_page(case.url, **world.context("sam"))
    page.wait_for_selector("[data-ready]")
    text = page.locator("main").inner_text()
    assert all(words in text for words in ("Bundle branch block", "present", "absent"))
    page.keyboard.press("1")
    until(page, "document.querySelectorAll('.case.done').length === 1")
    (ruling,) = case.rulings
    modality = MODALITIES.get("ecg_strips")
    payloads = case.look(lambda session: frozen(session, strip_task.item))
    settled = modality.settle(payloads, [ruling], Context({"id": "e", "text": STRIP, "meta": {}}, SCHEMA))
    said = {body["kind"]: body.get("value", body.get("milliseconds")) for body in settled["elements"].values()}
    assert said["finding"] in ("present", "absent")
    files, lost = exported(FORMATS.get("jsonl"), [ExchangeDocument("e", STRIP, settled["elements"], "ecg_strips", {}, {})])
    assert json.loads(files["items.jsonl"])["elements"] == settled["elements"]
    assert lost == []
