"""One ECG strip from a file to a verified release, in an installation that names its own modality."""

import io
import json
import zipfile

import pytest
from sqlalchemy import select

from app.accounts.actor import ProjectRole, ServerRole
from app.review.assignment import Assignment
from app.review.item import get_item
from tests.ecg import LINE, SCHEMA, STRIP, finding, installed, interval, rest
from tests.functional.test_one_note_end_to_end import PASSWORD, Clinic, accept_guideline, form, only_item, open_task
from tests.signing import seen_answer, seen_cases

pytestmark = pytest.mark.rare

# Block of the left bundle branch is what they see differently; a remark is a reader's own words.
AGREED = {
    "a": finding("atrial_fibrillation", "present", leads=["II", "V1"]),
    "s": finding("st_elevation", "absent", evidence=[[0, 11]]),
    "q": interval("qt_interval", 412, lead="II"),
    "n": rest(),
}
ANNA = AGREED | {"b": finding("bundle_branch_block", "present", leads=["V1"], remark="wide and canary-shaped in V1")}
BELA = AGREED | {"b": finding("bundle_branch_block", "cannot_tell")}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def clinic(request, database_templates, tmp_path):
    with installed(), database_templates.fresh(request.param, tmp_path) as database:
        yield Clinic(database, tmp_path, modalities=LINE)


def test_a_strip_goes_all_the_way(clinic):
    clinic.run("project", "create", "story", "--title", "Strips", "--set", "machine_passed_may_be_assigned=true")
    clinic.person("ada", "Ada Admin", 0)
    clinic.person("lena", "Lena Lead", 2, ProjectRole.MANAGER, ServerRole.MANAGER)
    clinic.person("anna", "Anna Reader", 1, ProjectRole.ANNOTATOR)
    clinic.person("bela", "Bela Reader", 1, ProjectRole.ANNOTATOR)
    clinic.person("cleo", "Dr Cleo Verifier", 3, ProjectRole.VERIFIER)
    clinic.person("dora", "Dr Dora Senior", 4, ProjectRole.ADJUDICATOR)
    (clinic.folder / "schema.json").write_text(json.dumps(SCHEMA))
    clinic.run("schema", "load", clinic.folder / "schema.json", "--project", "story")
    (clinic.folder / "rules.md").write_text("# Rules\n\n## 4.2 Leads\n\nName the leads that show it.\n")
    rules = ("--modality", "ecg_strips", "--version", "1.0", "--by", "lena")
    clinic.run("project", "guideline", "story", clinic.folder / "rules.md", *rules)

    # The record says what it is by its type; nobody tells the command.
    row = {"id": "e1", "patient_id": "p1", "note_type": "ECG strip", "text": STRIP}
    (clinic.folder / "strips.jsonl").write_text(json.dumps(row) + "\n")
    assert "stored 1" in clinic.run("intake", "load", "story", clinic.folder / "strips.jsonl")
    clinic.run("jobs", "work", "--until-empty")
    assert json.loads(clinic.run("project", "assign", "story"))["assigned"] == 1

    for name, elements in (("anna", ANNA), ("bela", BELA)):
        read(clinic, name, elements)
    item = clinic.database.writing(only_item)
    assert (item.modality, item.state) == ("ecg_strips", "adjudication")
    settle(clinic, item.id)
    verify(clinic, item.id)
    with clinic.database.reading() as session:
        assert get_item(session, item.id).state == "signed"

    # A release holds the settled answers, as a format of the product writes them.
    release = json.loads(clinic.run("release", "cut", "story"))
    clinic.run("release", "export", release["id"], "--format", "jsonl", clinic.folder / "out.zip")
    with zipfile.ZipFile(io.BytesIO((clinic.folder / "out.zip").read_bytes())) as archive:
        (record,) = map(json.loads, archive.read("items.jsonl").splitlines())
        assert json.loads(archive.read("losses.json")) == []
    by_question = {body.get("label", body["kind"]): body for body in record["elements"].values()}
    assert by_question["bundle_branch_block"]["value"] == "present"
    assert by_question["atrial_fibrillation"]["leads"] == ["II", "V1"]
    assert by_question["qt_interval"]["milliseconds"] == 412
    with clinic.database.reading() as session:
        assert get_item(session, item.id).state == "released"

    # The log says what each of them answered, closed field by closed field, and none of their words.
    clinic.run("audit", "export", clinic.folder / "bundle")
    assert "ok" in clinic.run("audit", "verify", clinic.folder / "bundle").lower()
    events = (clinic.folder / "bundle" / "events.jsonl").read_text()
    assert "canary" not in events
    assert_every_closed_answer_is_logged(clinic, events)


def read(clinic, name, elements):
    """Answer every question, and finish."""
    task, _ = open_task(clinic, name)
    browser = clinic.browser(name)
    shown = browser.get(f"/api/v1/assignments/{task}").json
    accept_guideline(browser, shown)
    actions = [{"element_id": key, "body": body} for key, body in elements.items()]
    headers = {"If-Match": f'"{shown["version"]}"'}
    saved = browser.patch(f"/api/v1/assignments/{task}/draft", json={"actions": actions}, headers=headers)
    assert saved.status_code == 200, saved.json
    done = browser.post(f"/api/v1/assignments/{task}/submission", json={"count": len(elements)})
    assert done.status_code == 201, done.json


def settle(clinic, item):
    """Dora takes Anna's side in the one case there is, and signs."""
    dora, address = clinic.browser("dora"), f"/api/v1/items/{item}"
    assert dora.post(f"/items/{item}/adjudication", data=form(dora)).status_code == 303
    shown = dora.get(f"{address}/adjudication").json
    accept_guideline(dora, shown)
    (case,) = shown["cases"]
    assert case["labels"] == ["bundle_branch_block"]
    present = next(n for n in range(2) if any(b["value"] == "present" for b in case["versions"][n].values()))
    ruling = {"choice": "take", "version": present, "reason": "guideline", "citation": "4.2", "confirmed": True}
    assert dora.put(f"{address}/rulings/{case['key']}", json=ruling).status_code == 200
    shown = dora.get(f"{address}/adjudication").json
    closing = {"username": "dora", "password": PASSWORD, "meaning": "adjudication", "seen": seen_cases(shown)}
    signed = dora.post(f"{address}/closing", json=closing)
    assert (signed.status_code, signed.json["signature"]["sealed"]) == (201, True)


def verify(clinic, item):
    """Cleo finds it right, and signs: with that the workflow ends."""
    cleo = clinic.browser("cleo")
    taken = cleo.post(f"/items/{item}/verification", data=form(cleo)).headers["Location"]
    shown = cleo.get(f"/api/v1{taken}").json
    accept_guideline(cleo, shown)
    said = {"username": "cleo", "password": PASSWORD, "meaning": "verification", "seen": seen_answer(shown)}
    signed = cleo.post(f"/api/v1/items/{item}/verification", json=said)
    assert (signed.json["state"], signed.json["signature"]["ends_workflow"]) == ("signed", True)


def assert_every_closed_answer_is_logged(clinic, events):
    """What was put, and what the log says was put: the same but for free words."""
    lines = [json.loads(line) for line in events.splitlines()]
    for name, elements in (("anna", ANNA), ("bela", BELA)):
        with clinic.database.reading() as session:
            task = session.scalar(select(Assignment.id).where(Assignment.person_id == clinic.people[name]))
        own = [one["data"] for one in lines if one["stream"] == f"assignment:{task}" and "element" in one["data"]]
        put = {data["element"]: data for data in own}
        for key, body in elements.items():
            closed = {field: value for field, value in body.items() if field != "remark"}
            assert {field: put[key].get(field) for field in closed} == closed
