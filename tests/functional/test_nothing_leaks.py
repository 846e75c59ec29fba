"""Canaries planted in notes, records and comments are nowhere in clear after a whole run."""

import io
import json
import logging
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import text as sql

from app.accounts.actor import OperatorActor, ProjectRole, ServerRole
from app.core import clock
from app.corpus.vault import Vault
from app.intake.load import Delivery, start_batch
from app.review.item import Item
from tests.functional.test_one_note_end_to_end import (
    PASSWORD,
    SCHEMA,
    Clinic,
    accept_guideline,
    answer,
    form,
    only_item,
    open_task,
    rash_start,
)
from tests.signing import seen_cases
from tests.terminology_data import stocked

pytestmark = pytest.mark.rare

ROOT = Path(__file__).parents[2]
OPERATOR = OperatorActor("tests")
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

    def __init__(self, database, folder):
        super().__init__(database, folder)
        self.said = []
        (folder / "temporary").mkdir()
        stocked(folder / "var")
        self.environment = os.environ | {
            "CHARTMARK_VAR": str(folder / "var"),
            "CHARTMARK_DATABASE_URL": database.url,
            "TMPDIR": str(folder / "temporary"),
        }

    def start(self, session, paths):
        """Queue a delivery for a worker, as the upload page does."""
        vault, at = Vault.at(self.app.extensions["settings"].master_key_path), clock.now()
        return start_batch(session, OPERATOR, vault, self.project(session), Delivery(paths), at=at)[1].id

    def process(self, *arguments, typed=None):
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *map(str, arguments)]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, check=False, input=typed)
        self.said.append(done.stdout + done.stderr)
        assert done.returncode == 0, done.stderr.decode()[-2000:]
        return done.stdout.decode()


@pytest.fixture
def run(database, tmp_path):
    return Run(database, tmp_path)


def test_no_canary_is_anywhere_in_clear_after_a_whole_run(run, caplog, tmp_path_factory):
    caplog.set_level(logging.DEBUG)
    deliver(run, tmp_path_factory.mktemp("delivery"))
    pages = read_and_provoke(run)
    settle(run)
    release = json.loads(run.run("release", "cut", "story"))
    run.run("release", "export", release["id"], "--format", "jsonl", run.folder / "out.zip")
    run.process("audit", "export", run.folder / "bundle")

    # The search finds what is there: the text's clinical words are in the database, in clear.
    assert leaks(NOTE.encode()) == list(CANARIES)
    found = {str(path.relative_to(run.folder)): leaks(path.read_bytes()) for path in files(run.folder)}
    assert {name: canaries for name, canaries in found.items() if canaries} == {}
    assert b"amoxicillin" in stored(run)
    assert leaks(stored(run)) == []
    assert not run.database.is_sqlite or any(name.endswith("-wal") for name in found), "the log was searched too"
    assert leaks(unzipped(run.folder / "out.zip")) == []
    assert leaks(b"".join(run.said)) == []
    assert leaks("\n".join(pages).encode()) == []
    assert leaks("\n".join(record.getMessage() + str(record.__dict__) for record in caplog.records).encode()) == []


def test_names_of_files_and_columns_and_reported_words_are_nowhere_either(run, caplog, tmp_path_factory):
    """Folder, archive and table are read by a worker; what is refused, held, redacted and withdrawn leaves no trace."""
    caplog.set_level(logging.DEBUG)
    delivery = tmp_path_factory.mktemp("delivery")
    run.run("project", "create", "story", "--set", "pipeline=chartmark_rules", "--set", "workflow=trainee_verifier",
            "--set", "strategy=one_reader", "--set", "machine_passed_may_be_assigned=true")  # fmt: skip
    run.person("ada", "Ada Admin", 0)
    run.person("lena", "Lena Lead", 2, ProjectRole.MANAGER)
    run.person("anna", "Anna", 1, ProjectRole.ANNOTATOR)
    run.person("pia", "Pia", 0, ProjectRole.PRIVACY_OFFICER)
    (delivery / "schema.json").write_text(json.dumps(SCHEMA))
    (delivery / "rules.md").write_text("# Rules\n\n## 4.2 Span of a rash\n\nTake the longest noun phrase.\n")
    run.run("schema", "load", delivery / "schema.json", "--project", "story")
    run.run("project", "guideline", "story", delivery / "rules.md", "--version", "1.0", "--by", "lena")
    for paths in hand_in(delivery):
        run.database.writing(lambda session, p=paths: run.start(session, p))
    assert leaks(stored(run)) == [], "while the jobs wait"
    run.process("jobs", "work", "--until-empty")
    run.process("project", "assign", "story")
    pages = [run.browser("lena").get(f"/projects/story/deliveries/{n}").text for n in (1, 2, 3, 4)]
    assert "note 1" in pages[0]
    assert "not UTF-8" in pages[0]
    pages += report_and_redact(run)
    pages += [run.browser("pia").get("/privacy/projects/story").text]
    pages += [run.browser("lena").get(f"/assignments/{CANARIES[2]}").text, run.run("jobs", "list", "story")]
    number = run.process("intake", "withdraw", 2).rpartition(" ")[2].strip()
    run.process("approvals", "approve", number, "--by", "pia", typed=f"{PASSWORD}\n".encode())
    run.process("audit", "export", run.folder / "bundle")
    run.process("audit", "verify", run.folder / "bundle")

    searched = [*CANARIES, MISSED]
    for said in (stored(run), *(path.read_bytes() for path in files(run.folder)), *run.said, *map(str.encode, pages)):
        assert [c for c in searched if c.lower().encode() in said.lower()] == []
    logged = "\n".join(record.getMessage() + str(record.__dict__) for record in caplog.records)
    assert [c for c in searched if c.lower() in logged.lower()] == []


# A word no rule and no model takes for a name: it gets through, and a reader reports it.
MISSED = "zorvexlim"


def hand_in(delivery):
    """A folder, an archive, a table and JSON lines, each with canaries in names and values; each delivery's paths."""
    name = f"{CANARIES[0]} {CANARIES[1]} {CANARIES[2]}"
    folder = delivery / name
    folder.mkdir()
    (folder / f"{name}.txt").write_text(NOTE)
    (folder / f"{name} bad.txt").write_bytes(b"Zephrandine \xff")
    with zipfile.ZipFile(delivery / f"{name}.zip", "w") as archive:
        archive.writestr(f"{name}/{name}.txt", NOTE.replace("CLINIC", "LATER"))
        archive.writestr(f"{name}/{name}.csv", f'id,text,{CANARIES[3]}\nz1,"{NOTE}",{CANARIES[4]}\n')
        archive.writestr(f"{CANARIES[5]}.zip", b"PK")
    table = delivery / f"{name}.csv"
    table.write_text(f"id,patient,text,seen by\nc1,{CANARIES[2]},No rash.,{CANARIES[0]}\nc2,x,,{CANARIES[1]}\n")
    lines = delivery / f"{name}.jsonl"
    lines.write_text(json.dumps({"id": "r1", "patient_id": "r", "text": f"A widespread rash. She told {MISSED} so."}))
    return [[folder], [delivery / f"{name}.zip"], [table], [lines]]


def report_and_redact(run):
    """The reader of the text with the missed word reports it; the officer redacts it. Returns what was answered."""

    def find(session):
        held = sql("SELECT document_id, text FROM document_body WHERE text LIKE :word")
        document, text = session.execute(held, {"word": f"%{MISSED}%"}).one()
        query = "SELECT a.id, i.id FROM item i JOIN assignment a ON a.item_id = i.id WHERE i.document_id = :d"
        return *session.execute(sql(query), {"d": document}).one(), text

    with run.database.reading() as session:
        task, item, text = find(session)
    anna, pia = run.browser("anna"), run.browser("pia")
    assert anna.get(f"/api/v1/assignments/{task}").status_code == 200
    start = text.index(MISSED)
    reported = anna.post(f"/api/v1/items/{item}/phi-reports", json={"fragments": [[start, start + len(MISSED)]]})
    assert reported.status_code in (200, 201), reported.text
    hidden = anna.get(f"/api/v1/assignments/{task}")
    assert hidden.status_code == 409
    queue = pia.get("/privacy/projects/story/incidents").text
    address = re.search(r"/privacy/projects/story/incidents/\d+", queue)[0]
    place = f"{start}-{start + len(MISSED)}"
    data = form(pia) | {"place": place, "type": f"{place}:NAME", "cause": "missed"}
    done = pia.post(f"{address}/redaction", data=data)
    assert done.status_code == 303, done.text
    run.process("jobs", "work", "--until-empty")
    gone = anna.get(f"/api/v1/assignments/{task}")
    return [reported.text, hidden.text, queue, done.text, done.headers["Location"], gone.text]


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
    shown = dora.get(f"/api/v1/items/{item.id}/adjudication").json
    accept_guideline(dora, shown)
    for case in shown["cases"]:
        longest = max(range(2), key=lambda n: case["versions"][n]["rash"]["fragments"][0][1] - rash_start(case, n))
        ruling = {"choice": "take", "version": longest, "reason": "guideline", "citation": "4.2", "confirmed": True}
        assert dora.put(f"/api/v1/items/{item.id}/rulings/{case['key']}", json=ruling).status_code == 200
    seen = seen_cases(dora.get(f"/api/v1/items/{item.id}/adjudication").json)
    closing = {"username": "dora", "password": PASSWORD, "meaning": "escalation", "seen": seen}
    assert dora.post(f"/api/v1/items/{item.id}/closing", json=closing).status_code == 201
    with run.database.reading() as session:
        assert session.get(Item, item.id).state == "signed"


def stored(run):
    """Every byte of an SQLite database and its log, or every row of a PostgreSQL one."""
    if run.database.is_sqlite:
        # Closing a file gives up the locks this process holds on it: no connection may rely on them.
        for database in (run.database, run.app.extensions["database"]):
            database.dispose()
        return b"".join(path.read_bytes() for path in sorted(run.folder.rglob("test.db*")))
    with run.database.engine.connect() as connection:
        names = connection.execute(sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
        # Scalars, whole: a row that prints itself leaves out the middle of long values.
        rows = [row for name in names for row in connection.scalars(sql(f'SELECT t::text FROM "{name}" t'))]
    return "".join(rows).encode()


def files(folder):
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def unzipped(path):
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())
