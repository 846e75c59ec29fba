"""Canaries planted in notes, records and comments are nowhere in clear after a whole run."""

import io
import json
import logging
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from app.accounts.actor import ProjectRole, ServerRole
from app.review.item import Item
from tests.functional.test_one_note_end_to_end import (
    PASSWORD,
    SCHEMA,
    Clinic,
    answer,
    form,
    only_item,
    open_task,
    rash_start,
)
from tests.signing import seen_cases

ROOT = Path(__file__).parents[2]
# Words of no language and no list: wherever one stands, it came from the note.
CANARIES = ("Zephrandine", "Quarrowbylle", "QX77120456", "zq.canary@hospital-zq.com", "4155550177", "Vennimoorgate")
NOTE = """\
CLINIC NOTE
Patient: Zephrandine Quarrowbylle   MRN: QX77120456   Tel: 4155550177
Address: 12 Vennimoorgate Street, e-mail zq.canary@hospital-zq.com

Ms Quarrowbylle started amoxicillin 500 mg on Monday. On day three she developed a widespread rash,
likely due to amoxicillin. No fever. The drug was stopped and the rash settled. Zephrandine was told so.
"""
KNOWN = {
    "names": ["Zephrandine Quarrowbylle"],
    "ids": ["QX77120456"],
    "addresses": ["12 Vennimoorgate Street"],
    "contacts": ["zq.canary@hospital-zq.com", "4155550177"],
}


def leaks(data):
    """Which canaries stand in these bytes, in any letter case, as UTF-8 or UTF-16."""
    lower = data.lower()
    return [c for c in CANARIES if c.lower().encode() in lower or c.lower().encode("utf-16-le") in lower]


class Run(Clinic):
    """A clinic whose stages run as processes of their own; everything they say is kept."""

    def __init__(self, database, folder, monkeypatch):
        super().__init__(database, folder, monkeypatch)
        self.said = []
        (folder / "temporary").mkdir()
        self.environment = os.environ | {
            "CHARTMARK_VAR": str(folder / "var"),
            "CHARTMARK_DATABASE_URL": database.url,
            "TMPDIR": str(folder / "temporary"),
        }

    def process(self, *arguments, typed=None):
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *map(str, arguments)]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, check=False, input=typed)
        self.said.append(done.stdout + done.stderr)
        assert done.returncode == 0, done.stderr.decode()[-2000:]
        return done.stdout.decode()


@pytest.fixture
def run(sqlite_database, tmp_path, monkeypatch):
    return Run(sqlite_database, tmp_path, monkeypatch)


def test_no_canary_is_anywhere_in_clear_after_a_whole_run(run, caplog, tmp_path_factory):
    caplog.set_level(logging.DEBUG)
    deliver(run, tmp_path_factory.mktemp("delivery"))
    pages = read_and_provoke(run)
    settle(run)
    release = json.loads(run.run("release", "cut", "story"))
    run.run("release", "export", release["id"], "--format", "jsonl", run.folder / "out.zip")
    run.process("audit", "export", run.folder / "bundle")

    # The search finds what is there: the text's clinical words are in the database, in clear.
    assert any(b"amoxicillin" in path.read_bytes() for path in files(run.folder))
    assert leaks(NOTE.encode()) == list(CANARIES)
    found = {str(path.relative_to(run.folder)): leaks(path.read_bytes()) for path in files(run.folder)}
    assert {name: canaries for name, canaries in found.items() if canaries} == {}
    assert any(name.endswith("-wal") for name in found), "the write-ahead log was searched too"
    assert leaks(unzipped(run.folder / "out.zip")) == []
    assert leaks(b"".join(run.said)) == []
    assert leaks("\n".join(pages).encode()) == []
    assert leaks("\n".join(record.getMessage() + str(record.__dict__) for record in caplog.records).encode()) == []


def deliver(run, delivery):
    """A project, its people, and one note that goes in through processes of their own."""
    run.run("project", "create", "story", "--set", "workflow=team_of_three", "--set", "pipeline=chartmark_rules",
            "--set", "machine_passed_may_be_assigned=true")  # fmt: skip
    run.person("ada", "Ada Admin", 0)
    run.person("lena", "Lena Lead", 2, ProjectRole.MANAGER, ServerRole.MANAGER)
    for name in ("anna", "bela"):
        run.person(name, name.title(), 1, ProjectRole.ANNOTATOR)
    run.person("dora", "Dr Dora Senior", 4, ProjectRole.ADJUDICATOR)
    (delivery / "schema.json").write_text(json.dumps(SCHEMA))
    (delivery / "rules.md").write_text("# Rules\n\n## 4.2 Span of a rash\n\nTake the longest noun phrase.\n")
    row = {"id": CANARIES[2], "patient_id": CANARIES[2], "text": NOTE, "known": KNOWN}
    broken = {"id": "n2", "patient_id": CANARIES[2], "text": 7, "ward_clerk": CANARIES[1]}
    (delivery / "notes.jsonl").write_text(json.dumps(row) + "\n")
    (delivery / "broken.jsonl").write_text(json.dumps(broken) + "\n")
    run.run("schema", "load", delivery / "schema.json", "--project", "story")
    run.run("project", "guideline", "story", delivery / "rules.md", "--version", "1.0", "--by", "lena")
    run.process("preannotate", "accept", "chartmark_rules", "--by", "lena", typed=f"{PASSWORD}\n".encode())
    run.process("intake", "load", "story", delivery / "notes.jsonl")
    run.run("intake", "load", "story", delivery / "broken.jsonl", code=1)
    run.process("jobs", "work", "--until-empty")
    run.process("project", "assign", "story")


def read_and_provoke(run):
    """Both readers answer; one types identifiers where they do not belong. Returns all that was answered."""
    anna, text = open_task(run, "anna")
    browser = run.browser("anna")
    typed = f"Is the MRN {CANARIES[2]} or {CANARIES[3]} part of this? Call {CANARIES[4]}."
    comment = {"actions": [{"element_id": "c1", "body": {"kind": "comment", "text": typed}}]}
    wrong = {"actions": [{"element_id": "x", "body": {"kind": "entity", "fragments": [[0, 6]], "label": "SYMPTOM",
             "status": "confirmed"}, "quote": [CANARIES[0]]}]}  # fmt: skip
    version = {"If-Match": f'"{browser.get(f"/api/v1/assignments/{anna}").json["version"]}"'}
    draft = f"/api/v1/assignments/{anna}/draft"
    refused = [
        browser.post(f"/api/v1/assignments/{anna}/questions", json={"text": typed}),
        browser.patch(draft, json=comment, headers=version | {"Idempotency-Key": "canary-comment-1"}),
        browser.patch(draft, json=wrong, headers=version | {"Idempotency-Key": "canary-quote-01"}),
    ]
    for one in refused:
        assert one.status_code == 422, one.text
    answer(run, "anna", anna, text, rash="widespread rash", certainty="probable")
    bela, _ = open_task(run, "bela")
    answer(run, "bela", bela, text, rash="rash", certainty="possible")
    return [text, *(one.text for one in refused)]


def settle(run):
    """The senior reviewer settles the dispute and signs."""
    dora, item = run.browser("dora"), run.database.writing(only_item)
    assert dora.post(f"/items/{item.id}/adjudication", data=form(dora)).status_code == 303
    for case in dora.get(f"/api/v1/items/{item.id}/adjudication").json["cases"]:
        longest = max(range(2), key=lambda n: case["versions"][n]["rash"]["fragments"][0][1] - rash_start(case, n))
        ruling = {"choice": "take", "version": longest, "reason": "guideline", "citation": "4.2", "confirmed": True}
        assert dora.put(f"/api/v1/items/{item.id}/rulings/{case['key']}", json=ruling).status_code == 200
    seen = seen_cases(dora.get(f"/api/v1/items/{item.id}/adjudication").json)
    closing = {"username": "dora", "password": PASSWORD, "meaning": "adjudication", "seen": seen}
    assert dora.post(f"/api/v1/items/{item.id}/closing", json=closing).status_code == 201
    with run.database.reading() as session:
        assert session.get(Item, item.id).state == "signed"


def files(folder):
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def unzipped(path):
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())
