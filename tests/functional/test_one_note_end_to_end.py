"""The story of the product: one note from a file to a verified release. Readable by a clinician."""

import io
import json
import re
import zipfile

import pytest

from app.accounts.actor import OperatorActor, ProjectRole, ServerRole
from app.accounts.credential import Qualification, Verification, grant_credential
from app.accounts.person import NewPerson, create_person, get_person, verify_identity
from app.accounts.reset import choose_password, issue_link
from app.accounts.role import grant_role
from app.core import clock
from app.corpus.member import add_member
from app.terminology.releases import ensure_builtin
from tests.signing import seen_answer, seen_cases

PASSWORD = "seven quiet herons wade"
OPERATOR = OperatorActor("story")

NOTE = """\
CLINIC NOTE
Patient: Rosalind Quarrow   MRN: 77120456

Ms Quarrow started amoxicillin 500 mg on Monday. On day three she developed a widespread rash,
likely due to amoxicillin. No fever. The drug was stopped and the rash settled.
"""

SCHEMA = {
    "key": "story",
    "title": "Story",
    "modality": "notes",
    "version": "1.0",
    "labels": [
        {"key": "MEDICATION", "title": "Medication", "tag": "RX", "color": 2, "class": "routine"},
        {"key": "SYMPTOM", "title": "Symptom", "tag": "SX", "color": 1, "class": "routine"},
        {"key": "ADVERSE_EVENT", "title": "Adverse event", "tag": "AE", "color": 4, "class": "critical"},
    ],
    "relations": [
        {"key": "causes", "title": "causes", "head": ["MEDICATION"], "tail": ["ADVERSE_EVENT"], "class": "significant"}
    ],
}


@pytest.fixture(params=["sqlite", pytest.param("split", marks=pytest.mark.postgres)])
def clinic(request, database_templates, tmp_path):
    with database_templates.fresh(request.param, tmp_path) as database:
        yield Clinic(database, tmp_path)


class Clinic:
    """A small hospital's installation: its people, its project, and a browser for each of them."""

    def __init__(self, database, folder, **settings):
        from app.factory import create_app
        from app.settings import Settings

        self.folder, self.database = folder, database
        self.app = create_app(Settings(var=str(folder / "var"), database_url=database.url, **settings))
        self.runner = self.app.test_cli_runner()
        ensure_builtin(self.app.extensions["settings"].terminology_dir)
        self.people, self.browsers = {}, {}

    def person(self, username, name, tier, *roles):
        at = clock.now()

        def unit(session):
            person = create_person(session, OPERATOR, NewPerson(username, name), at=at)
            token = issue_link(session, OPERATOR, person, at=at)
            for role in roles:
                if isinstance(role, ServerRole):
                    grant_role(session, OPERATOR, person, role, at=at)
                else:
                    add_member(session, OPERATOR, self.project(session), person.id, role, at=at)
            return person.id, token

        person_id, token = self.database.writing(unit)
        choose_password(self.database, token, PASSWORD, at=at)
        self.people[username] = person_id
        if tier:
            self.database.writing(lambda session: self._qualify(session, person_id, tier, at))

    def _qualify(self, session, person_id, tier, at):
        person, checker = get_person(session, person_id), self.people["ada"]
        verify_identity(session, OPERATOR, person, checker, "passport seen", at=at)
        held = Qualification(
            tier=tier, profession="physician", country="DE", issued_at=at - clock.DAY,
            expires_at=at + clock.DAY, issuing_body="chamber", register_number=f"R-{person_id}",
        )  # fmt: skip
        grant_credential(session, OPERATOR, person, held, Verification(checker, "register"), at=at)

    def project(self, session):
        from app.corpus.project import get_project

        return get_project(session, "story")

    def run(self, *arguments, code=0, typed=None):
        """A command of the shell; its standard output."""
        result = self.runner.invoke(args=[str(a) for a in arguments], input=typed)
        assert result.exit_code == code, result.output
        return result.stdout

    def browser(self, username):
        if username not in self.browsers:
            client = self.app.test_client()
            page = client.get("/sign-in").text
            form = {"username": username, "password": PASSWORD, "csrf_token": token(page)}
            assert client.post("/sign-in", data=form).status_code == 303
            client.environ_base["HTTP_X_CSRF_TOKEN"] = token(client.get("/account").text)
            self.browsers[username] = client
        return self.browsers[username]


def token(page):
    return re.search(r'name="csrf-token" content="([0-9a-f]{64})"', page)[1]


def test_one_note_from_file_to_verified_release(clinic):
    # A lead starts a project. As nothing else is said: two blind readers, somebody who settles, somebody who verifies.
    clinic.run(
        "project", "create", "story", "--title", "Rash study",
        "--set", "pipeline=chartmark_rules", "--set", "machine_passed_may_be_assigned=true",
    )  # fmt: skip
    clinic.person("ada", "Ada Admin", 0)
    clinic.person("lena", "Lena Lead", 2, ProjectRole.MANAGER, ServerRole.MANAGER)
    clinic.person("anna", "Anna Reader", 1, ProjectRole.ANNOTATOR)
    clinic.person("bela", "Bela Reader", 1, ProjectRole.ANNOTATOR)
    clinic.person("cleo", "Dr Cleo Verifier", 3, ProjectRole.VERIFIER, ProjectRole.ADJUDICATOR)
    clinic.person("dora", "Dr Dora Senior", 4, ProjectRole.ADJUDICATOR)
    (clinic.folder / "schema.json").write_text(json.dumps(SCHEMA))
    clinic.run("schema", "load", clinic.folder / "schema.json", "--project", "story")
    (clinic.folder / "rules.md").write_text("# Rules\n\n## 4.2 Span of a rash\n\nTake the longest noun phrase.\n")
    clinic.run("project", "guideline", "story", clinic.folder / "rules.md", "--version", "1.0", "--by", "lena")

    # Nothing proposes labels here before a person stands for it: she accepts the pipeline with her password.
    clinic.run("preannotate", "accept", "chartmark_rules", "--by", "lena", typed="not hers\n", code=1)
    accepted = clinic.run("preannotate", "accept", "chartmark_rules", "--by", "lena", typed=f"{PASSWORD}\n")
    assert json.loads(accepted)["signed_by"] == "lena"

    # One note comes in; the machine removes what identifies Ms Quarrow and proposes labels.
    row = {"id": "n1", "patient_id": "p1", "text": NOTE, "known": {"names": ["Rosalind Quarrow"], "ids": ["77120456"]}}
    (clinic.folder / "notes.jsonl").write_text(json.dumps(row) + "\n")
    assert "stored 1" in clinic.run("intake", "load", "story", clinic.folder / "notes.jsonl")
    clinic.run("jobs", "work", "--until-empty")
    assert json.loads(clinic.run("project", "assign", "story"))["assigned"] == 1

    # Anna and Bela read it blind. They agree on the drug and differ on the rash, a critical label.
    anna, text = open_task(clinic, "anna")
    assert "Quarrow" not in text
    assert "77120456" not in text
    answer(clinic, "anna", anna, text, rash="widespread rash", certainty="probable")
    assert clinic.browser("bela").get(f"/api/v1/assignments/{anna}").status_code in (403, 404)
    bela, _ = open_task(clinic, "bela")
    answer(clinic, "bela", bela, text, rash="rash", certainty="possible")

    # A critical label in dispute is not for the T3 adjudicator, and never for a vote: T4 settles it.
    item = clinic.database.writing(lambda session: only_item(session))
    assert item.state == "escalated"
    assert clinic.browser("cleo").post(f"/items/{item.id}/adjudication").status_code == 403
    assert clinic.browser("anna").post(f"/items/{item.id}/adjudication").status_code == 403
    dora = clinic.browser("dora")
    assert dora.post(f"/items/{item.id}/adjudication", data=form(dora)).status_code == 303
    shown = dora.get(f"/api/v1/items/{item.id}/adjudication").json
    accept_guideline(dora, shown)
    cases = shown["cases"]
    for case in cases:
        longest = max(range(2), key=lambda n: case["versions"][n]["rash"]["fragments"][0][1] - rash_start(case, n))
        ruling = {"choice": "take", "version": longest, "reason": "guideline", "citation": "4.2"}
        refused = dora.put(f"/api/v1/items/{item.id}/rulings/{case['key']}", json=ruling)
        if case["critical"]:
            assert refused.json["error"]["code"] == "second-key"
        accepted = dora.put(f"/api/v1/items/{item.id}/rulings/{case['key']}", json=ruling | {"confirmed": True})
        assert accepted.status_code == 200, accepted.json

    # She signs what she settled: name and password again, under the words she reads and no others.
    shown = dora.get(f"/api/v1/items/{item.id}/adjudication").json
    assert shown["signing"]["settle"]["statement"].startswith("As senior reviewer I settled the differences")
    closing = {"username": "dora", "password": "wrong", "meaning": "escalation", "seen": seen_cases(shown)}
    assert dora.post(f"/api/v1/items/{item.id}/closing", json=closing).status_code == 403
    settled = dora.post(f"/api/v1/items/{item.id}/closing", json=closing | {"password": PASSWORD})
    assert settled.status_code == 201, settled.json
    assert (settled.json["signature"]["name"], settled.json["signature"]["sealed"]) == ("Dr Dora Senior", True)

    # Her signature settles the dispute and does not finish the item: she may not verify herself, and nothing is
    # released before somebody else has looked.
    assert settled.json["state"] == "verification"
    assert dora.post(f"/items/{item.id}/verification", data=form(dora)).status_code == 403
    clinic.run("release", "cut", "story", code=1)

    # Cleo verifies, and signs that. This is the signature with which the workflow ends.
    cleo = clinic.browser("cleo")
    taken = cleo.post(f"/items/{item.id}/verification", data=form(cleo)).headers["Location"]
    shown = cleo.get(f"/api/v1{taken}").json
    accept_guideline(cleo, shown)
    verifying = {"username": "cleo", "password": PASSWORD, "meaning": "verification", "seen": seen_answer(shown)}
    signed = cleo.post(f"/api/v1/items/{item.id}/verification", json=verifying)
    assert signed.status_code == 201, signed.json
    assert (signed.json["state"], signed.json["signature"]["ends_workflow"]) == ("signed", True)

    # The lead cuts a release; its files are the same whenever they are written.
    release = json.loads(clinic.run("release", "cut", "story"))
    assert json.loads(release_manifest(clinic))["gates"]["signatures"]["endings"] == {
        "two_readers_adjudicator: verify, verification": 1
    }
    for name in ("one.zip", "two.zip"):
        clinic.run("release", "export", release["id"], "--format", "adverse-events", clinic.folder / name)
    one, two = ((clinic.folder / n).read_bytes() for n in ("one.zip", "two.zip"))
    assert one == two
    with zipfile.ZipFile(io.BytesIO(one)) as archive:
        counts = json.loads(archive.read("counts.json"))
        pair = json.loads(archive.read("assessments.jsonl").splitlines()[0])
    # "rash, likely due to amoxicillin" is a certain rash with a probable attribution: included.
    assert (counts["events_included"], counts["events_excluded"]) == (1, 0)
    assert pair["certainty"] == "probable"

    # An auditor who does not trust the server checks the whole record with one file.
    clinic.run("audit", "export", clinic.folder / "bundle")
    assert "ok" in clinic.run("audit", "verify", clinic.folder / "bundle").lower()
    assert "Quarrow" not in (clinic.folder / "bundle" / "events.jsonl").read_text()


def release_manifest(clinic):
    from sqlalchemy import select

    from app.release.release import Release

    with clinic.database.reading() as session:
        return session.scalars(select(Release.manifest)).one()


def rash_start(case, version):
    return case["versions"][version]["rash"]["fragments"][0][0]


def form(browser):
    return {"csrf_token": browser.environ_base["HTTP_X_CSRF_TOKEN"]}


def only_item(session):
    from sqlalchemy import select

    from app.review.item import Item

    return session.scalars(select(Item)).one()


def open_task(clinic, username):
    """The reader's own task and the text it shows."""
    from sqlalchemy import select

    from app.review.assignment import Assignment

    query = select(Assignment.id).where(Assignment.person_id == clinic.people[username])
    with clinic.database.reading() as session:
        task = session.scalar(query)
    return task, clinic.browser(username).get(f"/api/v1/assignments/{task}").json["document"]["text"]


def answer(clinic, username, task, text, *, rash, certainty):
    """Reject what the machine proposed, and say: drug, rash, the one causes the other."""
    browser = clinic.browser(username)
    shown = browser.get(f"/api/v1/assignments/{task}").json
    assert shown["elements"], "the machine proposed something"
    actions = [{"element_id": key, "body": body | {"status": "rejected"}} for key, body in shown["elements"].items()]
    for key, label, words in (("drug", "MEDICATION", "amoxicillin"), ("rash", "ADVERSE_EVENT", rash)):
        start = text.index(words)
        body = {"kind": "entity", "fragments": [[start, start + len(words)]], "label": label, "status": "confirmed"}
        actions.append({"element_id": key, "body": body, "quote": [words]})
    link = {"kind": "relation", "type": "causes", "head": "drug", "tail": "rash", "certainty": certainty}
    actions.append({"element_id": "link", "body": link})
    headers = {"If-Match": f'"{shown["version"]}"', "Idempotency-Key": f"answer-{username}-{task}"}
    saved = browser.patch(f"/api/v1/assignments/{task}/draft", json={"actions": actions}, headers=headers)
    assert saved.status_code == 200, saved.json
    finish = {"count": len(shown["elements"]) + 3}
    refused = browser.post(f"/api/v1/assignments/{task}/submission", json=finish)
    assert refused.json["error"]["code"] == "guideline-not-accepted", "read the rules first"
    accept_guideline(browser, shown)
    done = browser.post(f"/api/v1/assignments/{task}/submission", json=finish)
    assert done.status_code == 201, done.json


def accept_guideline(browser, shown):
    """Say that one has read and accepts the guideline of the page shown."""
    accepted = browser.post(f"/api/v1/guidelines/{shown['guideline']['id']}/acknowledgement", json={})
    assert accepted.status_code == 200, accepted.text
