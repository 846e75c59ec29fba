"""One patient is erased by two people: words planted wherever a patient's data can sit are found nowhere afterwards."""

import io
import json
import re
import zipfile
import zlib

import pytest
from sqlalchemy import select, text

from app.accounts.actor import ProjectRole, ServerRole
from app.accounts.loading import load_actor
from app.audit.selfcheck import check_whole
from app.core import clock
from app.core.db import Base
from app.corpus.project import get_project
from app.release.jobs import queue_export
from app.review import adjudication
from app.review.adjudication import RulingRow
from app.review.assignment import Assignment
from app.review.item import Item
from tests.functional.test_one_note_end_to_end import (
    PASSWORD,
    SCHEMA,
    Clinic,
    accept_guideline,
    form,
)
from tests.signing import seen_answer, seen_cases
from tests.terminology_data import stocked

#: a word no recogniser takes for a name, and what its place adds to it
MARK = "zorvexlim"
STAYS = "mild cough"
NOTE = """\
CLINIC NOTE
Patient: Zephrandine Quarrowbylle   MRN: QX77120456

She started amoxicillin 500 mg on Monday and calls it zorvexlimtext. On day three she developed a widespread rash,
likely due to amoxicillin. Two zorvexlimtwice, zorvexlimtwice. The drug was stopped and the rash settled.
"""
KNOWN = {"names": ["Zephrandine Quarrowbylle"], "ids": ["QX77120456"]}
SOURCE_WORDS = ("Zephrandine", "Quarrowbylle", "QX77120456")


class World(Clinic):
    """A clinic in which one patient's words are everywhere they can be, and another patient's beside them."""

    def __init__(self, database, folder, **settings):
        stocked(folder / "var")
        super().__init__(database, folder, **settings)
        self._set_up()
        self._read()
        self._settle()
        self._more()

    def _set_up(self):
        self.run("project", "create", "story", "--set", "pipeline=chartmark_rules",
                 "--set", "machine_passed_may_be_assigned=true")  # fmt: skip
        self.person("ada", "Ada Admin", 0)
        self.person("lena", "Lena Lead", 2, ProjectRole.MANAGER, ServerRole.MANAGER)
        self.person("anna", "Anna Reader", 1, ProjectRole.ANNOTATOR)
        self.person("bela", "Bela Reader", 1, ProjectRole.ANNOTATOR)
        self.person("cleo", "Dr Cleo Verifier", 3, ProjectRole.VERIFIER, ProjectRole.ADJUDICATOR)
        self.person("dora", "Dr Dora Senior", 4, ProjectRole.ADJUDICATOR)
        self.person("pia", "Pia Privacy", 0, ProjectRole.PRIVACY_OFFICER)
        (self.folder / "schema.json").write_text(json.dumps(SCHEMA))
        (self.folder / "rules.md").write_text("# Rules\n\n## 4.2 Span of a rash\n\nTake the longest noun phrase.\n")
        self.run("schema", "load", self.folder / "schema.json", "--project", "story")
        self.run("project", "guideline", "story", self.folder / "rules.md", "--version", "1.0", "--by", "lena")
        self.run("preannotate", "accept", "chartmark_rules", "--by", "lena", typed=f"{PASSWORD}\n")
        self.load("p1", NOTE, 1)
        self.load("p2", f"A {STAYS} for two days. No rash.", 2)

    def load(self, patient, note, number):
        """Deliver from outside the installation, whose files are searched."""
        delivered = self.folder.parent / f"{self.folder.name}-delivered-{number}.jsonl"
        row = {"id": f"n{number}", "patient_id": patient, "text": note, "known": KNOWN if patient == "p1" else {}}
        delivered.write_text(json.dumps(row) + "\n")
        self.run("intake", "load", "story", delivered)
        self.run("jobs", "work", "--until-empty")
        delivered.unlink()
        self.run("project", "assign", "story")

    def task(self, username):
        """The reader's task on the marked text."""
        query = "SELECT a.id FROM assignment a JOIN item i ON i.id = a.item_id WHERE a.person_id = :p AND i.id = 1"
        return self.ask(query, p=self.people[username])[0][0]

    def ask(self, query, **values):
        with self.database.reading() as session:
            return [tuple(row) for row in session.execute(text(query), values)]

    def _read(self):
        for name, words in (("anna", "widespread rash"), ("bela", "rash")):
            browser, task = self.browser(name), self.task(name)
            shown = browser.get(f"/api/v1/assignments/{task}").json
            clean = shown["document"]["text"]
            start = clean.index(words)
            entity = {"kind": "entity", "fragments": [[start, start + len(words)]], "label": "ADVERSE_EVENT"}
            actions = [{"element_id": key, "body": b | {"status": "rejected"}} for key, b in shown["elements"].items()]
            actions += [
                {"element_id": "rash", "body": entity | {"status": "confirmed"}, "quote": [words]},
                {"element_id": "said", "body": {"kind": "comment", "text": f"  {MARK}comment of {name}  "}},
            ]
            headers = {"If-Match": f'"{shown["version"]}"', "Idempotency-Key": f"answer-{name}"}
            path = f"/api/v1/assignments/{task}"
            saved = browser.patch(f"{path}/draft", json={"actions": actions}, headers=headers)
            assert saved.status_code == 200, saved.json
            accept_guideline(browser, shown)
            if name == "anna":
                self._ask_about(browser, task)
            done = browser.post(f"{path}/submission", json={"count": len(shown["elements"]) + 2})
            assert done.status_code == 201, done.json

    def _ask_about(self, browser, task):
        asked = browser.post(
            f"/api/v1/assignments/{task}/questions", json={"text": f"Is {MARK}question a rash?", "blocking": False}
        )
        assert asked.status_code in (200, 201), asked.json
        lena = self.browser("lena")
        said = {"text": f"Yes, {MARK}answered it is.", **form(lena)}
        number = self.ask("SELECT id FROM question")[0][0]
        page = lena.get("/projects/story/questions").text
        path = re.search(rf'action="(/projects/story/questions/{number}[^"]*)"', page)[1]
        answered = lena.post(path, data=said)
        assert answered.status_code == 303, answered.text

    def _settle(self):
        dora = self.browser("dora")
        assert dora.post("/items/1/adjudication", data=form(dora)).status_code == 303
        shown = dora.get("/api/v1/items/1/adjudication").json
        accept_guideline(dora, shown)
        for case in shown["cases"]:
            ruling = {"choice": "take", "version": 0, "reason": "guideline", "citation": "4.2", "confirmed": True}
            done = dora.put(f"/api/v1/items/1/rulings/{case['key']}", json=ruling)
            assert done.status_code == 200, done.json
        self._rule()
        shown = dora.get("/api/v1/items/1/adjudication").json
        closing = {"username": "dora", "meaning": "escalation", "seen": seen_cases(shown), "password": PASSWORD}
        settled = dora.post("/api/v1/items/1/closing", json=closing)
        assert settled.status_code == 201, settled.json
        cleo = self.browser("cleo")
        taken = cleo.post("/items/1/verification", data=form(cleo)).headers["Location"]
        shown = cleo.get(f"/api/v1{taken}").json
        accept_guideline(cleo, shown)
        verifying = {"username": "cleo", "password": PASSWORD, "meaning": "verification", "seen": seen_answer(shown)}
        signed = cleo.post("/api/v1/items/1/verification", json=verifying)
        assert signed.status_code == 201, signed.json

    def _rule(self):
        """An own version with words in it, taken back."""

        def unit(session):
            query = select(Assignment.id).where(Assignment.person_id == self.people["dora"])
            said = {"said": {"kind": "comment", "text": f"{MARK}ruling"}}
            row = RulingRow(
                assignment_id=session.scalar(query), case_key="planted", choice="withdrawn", version=None,
                elements_json=json.dumps(said), reason="", citation="", confirmed=False, at=clock.now(),
            )  # fmt: skip
            dora = load_actor(session, self.people["dora"], at=clock.now())
            adjudication._store(session, dora, session.get(Item, 1), row, (), at=clock.now())

        self.database.writing(unit)

    def _more(self):
        """A second note of the patient, with an open draft and an open question; a release; exports; emergency."""
        self.load("p1", f"Later she said {MARK}second, and coughed.", 3)
        anna = self.browser("anna")
        query = "SELECT a.id FROM assignment a JOIN item i ON i.id = a.item_id JOIN document d ON d.id = i.document_id "
        query += "WHERE a.person_id = :p AND d.subject_id = 1 AND i.id <> 1"
        ((self.open_task,),) = self.ask(query, p=self.people["anna"])
        shown = anna.get(f"/api/v1/assignments/{self.open_task}").json
        actions = [{"element_id": "c", "body": {"kind": "comment", "text": f"{MARK}draft"}}]
        headers = {"If-Match": f'"{shown["version"]}"', "Idempotency-Key": "draft-anna"}
        saved = anna.patch(f"/api/v1/assignments/{self.open_task}/draft", json={"actions": actions}, headers=headers)
        assert saved.status_code == 200, saved.json
        asked = {"text": f"What is {MARK}open?", "blocking": True}
        assert anna.post(f"/api/v1/assignments/{self.open_task}/questions", json=asked).status_code in (200, 201)
        self.release = json.loads(self.run("release", "cut", "story"))
        self.out = self.folder.parent / f"{self.folder.name}-out.zip"
        self.run("release", "export", self.release["id"], "--format", "jsonl", self.out)
        self._waiting_export()
        self._emergency()

    def _waiting_export(self):
        """An export that a job has written and nobody fetched."""
        def unit(session):
            lena = load_actor(session, self.people["lena"], at=clock.now())
            queue_export(session, lena, get_project(session, "story"), None, "jsonl", at=clock.now())

        self.database.writing(unit)
        self.run("jobs", "work", "--until-empty")
        self.exports = self.app.extensions["settings"].exports_dir
        assert list(self.exports.glob("*.zip")), "an export waits"

    def _emergency(self):
        cleo = self.browser("cleo")
        label = self.ask("SELECT label FROM document WHERE id = 1")[0][0]
        asked = {"label": label, "reason": f"In the ward they ask what {MARK}emergency was", "minutes": "5"}
        asked |= {"username": "cleo", "password": PASSWORD, **form(cleo)}
        answer = cleo.post("/projects/story/emergency", data=asked)
        assert answer.status_code == 303, answer.text

    @property
    def pseudonym(self):
        return self.ask("SELECT pseudonym FROM subject WHERE id = 1")[0][0]

    def erase(self):
        """Pia asks, lena approves."""
        pia, lena = self.browser("pia"), self.browser("lena")
        asked = {"pseudonym": self.pseudonym, "reason": "request", "reference": "DSR-12/2026", **form(pia)}
        answer = pia.post("/privacy/projects/story/erasures", data=asked)
        assert answer.status_code == 303, answer.text
        number = self.ask("SELECT id FROM approval WHERE act = 'erasure' ORDER BY id DESC")[0][0]
        own = {"username": "pia", "password": PASSWORD, **form(pia)}
        assert pia.post(f"/approvals/{number}/approval", data=own).status_code in (403, 409)
        assert not self.ask("SELECT 1 FROM subject_erasure")
        own = {"username": "lena", "password": PASSWORD, **form(lena)}
        done = lena.post(f"/approvals/{number}/approval", data=own)
        assert done.status_code == 303, done.text

    def places(self, words=(MARK, *SOURCE_WORDS)):
        """Every column and file in which one of the words stands, in every form we store."""
        return sorted({*columns_with(self.database, words), *files_with(self.folder, words)})


@pytest.fixture(params=["sqlite", pytest.param("split", marks=pytest.mark.postgres)])
def world(request, database_templates, tmp_path):
    """On SQLite and on PostgreSQL, there as the application's role, which may change little."""
    folder = tmp_path / "clinic"
    (folder / "var").mkdir(parents=True)
    with database_templates.fresh(request.param, folder / "var") as database:
        yield World(database, folder)


def forms(word):
    """A word as bytes: UTF-8, UTF-16, as escapes of JSON, and hexadecimal."""
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in word)
    for said in {word, word.upper(), word.lower()}:
        yield from (said.encode(), said.encode("utf-16-le"), said.encode("utf-16-be"), said.encode().hex().encode())
    yield escaped.encode()


def holds(data, words):
    """Whether a word stands in the bytes, or in what they are compressed from."""
    if any(one in data for word in words for one in forms(word)):
        return True
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return any(holds(archive.read(name), words) for name in archive.namelist())
    try:
        return data[:1] == b"\x78" and holds(zlib.decompress(data), words)
    except zlib.error:
        return False


def columns_with(database, words):
    with database.reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)).mappings():
                for name, value in row.items():
                    data = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    if holds(data, words):
                        yield f"{table.name}.{name}"


def files_with(folder, words):
    for path in folder.rglob("*"):
        if path.is_file() and holds(path.read_bytes(), words):
            yield str(path.relative_to(folder))


PLANTED = {
    "document_body.text", "draft_element.body", "question.body", "question.answer", "ruling.elements_json",
    "submission_body.body", "emergency_access.reason", "idempotency_key.answer",
}  # fmt: skip


def test_every_planted_word_is_found_before_and_none_after(world):
    before = world.places()
    assert set(before) >= PLANTED, sorted(PLANTED - set(before))
    assert [place for place in before if place.startswith("var/exports/")], "an export waits with the words"
    world.erase()
    assert world.places() == []
    assert "document_body.text" in set(columns_with(world.database, [STAYS])), "another patient's words stay"
    assert world.ask("SELECT count(*) FROM audit_erasure WHERE table_name = 'submission_body'")[0][0] == 4
    assert world.ask("SELECT state FROM question") == [("answered",), ("answered",)]


def test_the_record_still_holds_and_says_erased(world):
    world.run("audit", "export", world.folder.parent / "before", "--profile", "content", "--texts")
    assert "ok" in world.run("audit", "verify", world.folder.parent / "before").lower()
    world.erase()
    said = world.run("audit", "export", world.folder.parent / "after", "--profile", "content", "--texts")
    verified = world.run("audit", "verify", world.folder.parent / "after")
    assert "6 texts and answers erased" in verified, said
    assert "OK: everything holds" in verified
    services = world.app.extensions
    with world.app.app_context():
        from app.cli import machine

        assert check_whole(services["database"], machine.machine().signer(), at=clock.now()) == []
    assert list(files_with(world.folder.parent / "after", (MARK, *SOURCE_WORDS))) == []
    ((reason, reference, event),) = world.ask("SELECT reason, reference, event_id FROM subject_erasure")
    assert (reason, reference) == ("request", "DSR-12/2026")
    ((body,),) = world.ask("SELECT body FROM audit_event WHERE event_id = :e", e=event)
    assert json.loads(body)["actor"]["approval"] == json.loads(body)["data"]["approval"]


def test_releases_are_recalled_later_ones_leave_the_patient_out_and_pages_stay_open(world):
    world.erase()
    assert json.loads(world.run("release", "list", "story"))["recalled"]
    refused = world.runner.invoke(args=["release", "export", str(world.release["id"]), "--format", "jsonl", "x.zip"])
    assert refused.exit_code == 1
    assert "recalled" in refused.output
    copies = world.run("privacy", "copies", "story", world.pseudonym)
    assert {json.loads(line)["what"] for line in copies.splitlines()} == {"release 1", "unfinished work"}
    for name in ("lena", "pia"):
        for path in pages_of(world.browser(name)):
            answer = world.browser(name).get(path)
            assert answer.status_code in (200, 303, 403, 404), (path, answer.status_code)
            assert not holds(answer.data, (MARK, *SOURCE_WORDS)), path
    assert world.browser("anna").get("/work").status_code in (200, 404)
    assert world.browser("anna").get(f"/api/v1/assignments/{world.open_task}").status_code in (403, 404, 409)
    world.run("jobs", "work", "--until-empty")
    again = world.folder.parent / "again.jsonl"
    again.write_text(json.dumps({"id": "n9", "patient_id": "p1", "text": "She came back."}) + "\n")
    assert "destroyed" in world.run("intake", "load", "story", again, code=1)


def pages_of(browser):
    """What the pages of the project and of privacy lead to, two steps deep."""
    seen, waiting = set(), ["/projects/story", "/privacy", "/privacy/projects/story/erasures"]
    for _ in range(2):
        found = set()
        for path in waiting:
            seen.add(path)
            page = browser.get(path)
            found |= set(re.findall(r'href="(/(?:projects|privacy)[^"#]*)"', page.text))
        waiting = sorted(found - seen)
    return sorted(seen | set(waiting))


def test_a_patient_is_found_by_the_outside_id_and_only_by_standard_input(world):
    [found] = [json.loads(line) for line in world.run("privacy", "find", typed="p1\n").splitlines()]
    assert found == {"project": "story", "pseudonym": world.pseudonym, "texts": 2}
    world.run("privacy", "find", typed="nobody\n", code=1)
    waits = world.run("privacy", "erase", "story", world.pseudonym, "--reason", "ordered")
    number = waits.rpartition(" ")[2].strip()
    done = json.loads(world.run("approvals", "approve", number, "--by", "pia", typed=f"{PASSWORD}\n"))
    assert (done["texts"], done["sources"], done["releases_recalled"]) == (2, 2, [1])
    world.run("privacy", "erase", "story", world.pseudonym, "--reason", "ordered", code=1)
    assert world.pseudonym in world.run("privacy", "erasures", "story")
    assert world.places() == []


def test_with_sealed_texts_everything_goes_on_and_a_backup_can_be_tried(database_templates, tmp_path):
    """Reading, adjudication, verification, release, exports and emergency access of the story, all on sealed texts."""
    folder = tmp_path / "clinic"
    (folder / "var").mkdir(parents=True)
    with database_templates.fresh("sqlite", folder / "var") as database:
        world = World(database, folder, seal_texts="1")
        assert "document_body.text" not in world.places()
        assert holds(world.out.read_bytes(), [MARK]), "exports hold the texts"
        world.run("audit", "export", tmp_path / "bundle", "--profile", "content", "--texts")
        assert "ok" in world.run("audit", "verify", tmp_path / "bundle").lower()
        assert MARK in (tmp_path / "bundle" / "bodies.jsonl").read_text()
        for shared in ("terminology", "preannotate"):
            (folder / "var" / shared).unlink()  # links to what the test process has built
        with world.app.app_context():
            world.run("backup", tmp_path / "backup.tar")
            assert "3 documents" in world.run("restore", "--rehearse", tmp_path / "backup.tar")
        world.erase()
        assert world.places() == []
