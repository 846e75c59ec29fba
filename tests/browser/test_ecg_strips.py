"""The example modality in the browser: no page and no script of its own."""

import io
import json
import zipfile

import pytest
from sqlalchemy import select

from app.audit.log import Event
from app.core import clock
from app.corpus.project import get_project
from app.corpus.schema import load_schema
from app.release.cutting import cut
from app.release.export import ExportOrder, OutgoingRelease, export
from app.review.item import get_item
from tests.browser.notes_page import until
from tests.browser.world import OPERATOR, PASSWORD
from tests.ecg import SCHEMA, STRIP, finding, installed, interval, rest

SAVED = "document.querySelector('#save-state').textContent === 'All changes saved'"


@pytest.fixture(scope="module", autouse=True)
def registered(world):
    def unit(session):
        project = get_project(session, "browser")
        load_schema(session, OPERATOR, project, SCHEMA, at=clock.now())
        world.publish_guideline(session, "ecg_strips", "1.0", accepted_by=("ana", "sam", "vic"))

    with installed():
        world.write(unit)
        yield


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


def test_a_disputed_question_is_settled_and_signed_in_the_browser_and_released(world, strip_task, open_page):
    for name, value in (("ana", "present"), ("ben", "absent")):
        world.write(lambda session, n=name, v=value: world._read(session, n, reading(v), strip_task.item))
    case = world.write(lambda session: world.take(session, strip_task.item))
    page = open_page(case.url, **world.context("sam"))
    page.wait_for_selector("[data-ready]")
    text = page.locator("main").inner_text()
    assert all(words in text for words in ("Bundle branch block", "present", "absent"))
    taken = page.locator(".version").first.inner_text()
    page.keyboard.press("1")
    until(page, "document.querySelectorAll('.case.done').length === 1")
    page.keyboard.press("Control+Enter")
    page.keyboard.type("sam")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".signature")
    assert [name for name, _, _ in case.signatures] == ["Dr Sam Test"]
    assert world.state(strip_task.item) == "signed"

    elements = released(world, strip_task.item)
    said = {body.get("label", body["kind"]): body for body in elements.values()}
    assert said["bundle_branch_block"]["value"] == ("absent" if "absent" in taken else "present")
    assert said["qt_interval"]["milliseconds"] == 412
    assert said["rest"]["value"] == "not_described"
    assert world.state(strip_task.item) == "released"


def released(world, item):
    """The item's elements in the file of a release that the lead cuts."""

    def unit(session):
        return world.actor(session, "lena"), get_item(session, item).label

    (lena, label), at, out = world.write(unit), clock.now(), io.BytesIO()
    release = cut(world.database, lena, "browser", at=at)
    export(OutgoingRelease(world.database, lena, release.id, ExportOrder("jsonl"), at=at), out)
    content = out.getvalue()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        records = [json.loads(line) for line in archive.read("items.jsonl").splitlines()]
    return next(record for record in records if label in (record["id"], record.get("label")))["elements"]
