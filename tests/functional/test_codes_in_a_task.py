"""Codes where people work: rules over the list in one's draft, candidates with context, the project's report."""

import json

import pytest

from app.accounts.actor import ProjectRole, ServerRole
from app.accounts.loading import load_actor
from app.audit.events import Tag
from app.core import clock
from app.corpus.document import get_document
from app.corpus.project import get_project
from app.corpus.schema import LabelSchema
from app.corpus.subject import Encounter
from app.corpus.suggestion import add_suggestion
from app.guidelines.version import current_guideline
from app.review.assignment import get_assignment
from app.review.item import get_item
from app.review.submission import SubmissionKind, freeze
from tests.build import as_if, make_project, make_task, without_guards
from tests.terminology_data import store
from tests.unit.accounts.people import give_credential
from tests.unit.annotation.test_encounter_codes import entity, listed

NOTE = "FAMILY HISTORY\nbreast cancer in mother.\nFracture of left hip, possible pneumonia.\n"
HIP = entity(NOTE.index("Fracture"), NOTE.index("hip") + 3)
CANCER = entity(NOTE.index("breast"), NOTE.index("cancer") + 6)


@pytest.fixture
def clinic(app, person, sign_in, tmp_path):
    (tmp_path / "terminology").symlink_to(store())
    return Clinic(app, person, sign_in)


class Clinic:
    """Ann and Ben read the same note of an outpatient; the project's pipeline told its sections."""

    def __init__(self, app, person, sign_in):
        self.app, self.database, self.at = app, app.extensions["database"], clock.now()
        boss = person("boss", ServerRole.ADMIN)
        self.ids = {name: person(name).id for name in ("ann", "ben")}
        for one in self.ids.values():
            give_credential(self.database, one, boss.id, tier=4)
        self.database.writing(self._build)
        self.browsers = {name: sign_in(name) for name in self.ids}

    def _build(self, session):
        roles = [ProjectRole.MANAGER, ProjectRole.ANNOTATOR]
        project, schema = make_project(session, "study", dict.fromkeys(self.ids.values(), roles), at=self.at)
        item, tasks = make_task(session, project, schema, list(self.ids.values()), at=self.at, text=NOTE)
        self.tasks = dict(zip(self.ids, (task.id for task in tasks), strict=True))
        document = get_document(session, item.document_id)
        encounter = session.get(Encounter, document.encounter_id)
        encounter.setting, encounter.code_release, encounter.sex = "outpatient", "2026-04", "M"
        sections = [{"category": "family_history", "start": 0, "end": NOTE.index("Fracture"), "title": [0, 14]}]
        provenance = {"pipeline": project.setting("pipeline"), "version": "1", "digest": "0" * 64}
        as_if(session)
        add_suggestion(session, document.id, provenance, {"entities": [], "sections": sections}, at=self.at)

    def save(self, who, **elements):
        browser, task = self.browsers[who], self.tasks[who]
        version = browser.get(f"/api/v1/assignments/{task}").get_json()["version"]
        actions = [{"element_id": key, "body": body} for key, body in elements.items()]
        headers = {"X-CSRF-Token": browser.csrf(), "If-Match": f'"{version}"'}
        answer = browser.patch(f"/api/v1/assignments/{task}/draft", json={"actions": actions}, headers=headers)
        assert answer.status_code == 200, answer.text

    def check(self, who, task=None):
        browser = self.browsers[who]
        address = f"/api/v1/assignments/{task or self.tasks[who]}/code-checks"
        return browser.post(address, json={}, headers={"X-CSRF-Token": browser.csrf()})

    def rules(self, who):
        return {(f["rule"], f["severity"]) for f in self.check(who).get_json()["findings"]}

    def candidates(self, who, element):
        address = f"/api/v1/assignments/{self.tasks[who]}/elements/{element}/candidates"
        return self.browsers[who].get(address).get_json()["hits"]

    def gold(self, who, **elements):
        def unit(session):
            as_if(session, Tag.DRAFT_STARTED)
            task = get_assignment(session, self.tasks[who])
            task.guideline_version_id = current_guideline(session, task.project_id, "notes").id
            actor = load_actor(session, self.ids[who], at=self.at)
            freeze(session, actor, task, {"elements": elements}, SubmissionKind.SETTLED, at=self.at)

        self.database.writing(unit)

    def another_note(self):
        """A second note of the encounter, read by Ann alone as the reader "ann again"."""

        def unit(session):
            first = get_item(session, get_assignment(session, self.tasks["ann"]).item_id)
            project, schema = get_project(session, "study"), session.get(LabelSchema, first.schema_id)
            item, (task,) = make_task(session, project, schema, [self.ids["ann"]], at=self.at, text=NOTE)
            document = get_document(session, item.document_id)
            without_guards(session, "document")
            document.encounter_id = get_document(session, first.document_id).encounter_id
            self.ids["ann again"], self.tasks["ann again"] = self.ids["ann"], task.id

        self.database.writing(unit)

    def run(self, *arguments):
        answer = self.app.test_cli_runner().invoke(args=list(arguments))
        assert answer.exit_code == 0, answer.output
        return [json.loads(line) for line in answer.stdout.splitlines()]


def test_the_list_in_ones_own_draft_is_checked_with_the_encounters_facts(clinic):
    clinic.save("ann", e1=HIP, c1=listed("S72.001A", 1, principal=True, evidence=["e1"]), c2=listed("O80", 2))
    assert {("laterality", "warning"), ("age_sex", "warning")} <= clinic.rules("ann")
    answer = clinic.check("ann").get_json()
    assert all(set(f) == {"rule", "severity", "codes", "message", "source"} for f in answer["findings"])
    assert "Fracture" not in json.dumps(answer)


def test_an_empty_list_has_no_findings_and_another_reader_sees_nothing_of_mine(clinic):
    clinic.save("ann", c1=listed("S72.001A", 1, principal=True))
    clinic.save("ben")
    assert clinic.rules("ben") == set()
    assert clinic.check("ben", task=clinic.tasks["ann"]).status_code in (403, 404)


def test_an_uncertain_diagnosis_of_an_outpatient_is_warned_of(clinic):
    start = NOTE.index("pneumonia")
    clinic.save("ann", e1=entity(start, start + 9, certainty="possible"), c1=listed("J18.9", 1, evidence=["e1"]))
    assert ("uncertain_diagnosis", "warning") in clinic.rules("ann")


def test_the_section_an_entity_stands_in_leads_its_candidates(clinic):
    clinic.save("ann", e1=CANCER)
    assert clinic.candidates("ann", "e1")[0]["code"] == "Z80.3"


def test_codes_of_the_project_are_counted_and_shown_with_the_candidates(clinic):
    clinic.save("ann", e1=HIP)
    hits = clinic.candidates("ann", "e1")
    assert {hit["used"] for hit in hits} == {0}
    last = hits[-1]["code"]
    clinic.gold("ben", c1=listed(last, 1))
    after = clinic.candidates("ann", "e1")
    assert {hit["code"]: hit["used"] for hit in after}[last] == 1
    assert [h["code"] for h in after].index(last) <= len(hits) - 1


def test_the_report_names_findings_by_answer_and_counts_them(clinic):
    clinic.gold("ann", e1=HIP, c1=listed("S72.001A", 1, evidence=["e1"]), c2=listed("E11", 2))
    one, counts = clinic.run("project", "codes", "study", "--rebuild", "--json")
    assert {"laterality", "billable"} <= {finding["rule"] for finding in one["findings"]}
    assert counts["counts"]["answers"] == 1
    assert counts["counts"]["by_rule"]["billable"] == 1
    assert "Fracture" not in json.dumps(one)


def test_the_notes_of_an_encounter_are_checked_as_one_list(clinic):
    """Each note by itself is fine; together they say two types of diabetes (Excludes1)."""
    clinic.another_note()
    clinic.gold("ann", c1=listed("E10.9", 1, principal=True), c2=listed("I10", 2))
    clinic.gold("ann again", c1=listed("E11.9", 1), c2=listed("I10", 2))
    one, counts = clinic.run("project", "codes", "study", "--json")
    assert len(one["items"]) == 2
    assert one["codes"] == 3, "what both notes give counts once"
    rules = {finding["rule"]: finding["codes"] for finding in one["findings"]}
    assert "excludes1" in rules
    assert "duplicate" not in rules
    assert (counts["counts"]["encounters"], counts["counts"]["answers"]) == (1, 2)


def proposal(clinic, who, element):
    address = f"/api/v1/assignments/{clinic.tasks[who]}/elements/{element}/candidates"
    return clinic.browsers[who].get(address).get_json()["proposal"]


def test_the_proposal_follows_the_assertion_a_reader_gave_and_says_its_rule(clinic):
    clinic.save("ann", e1=CANCER | {"assertion": {"experiencer": "family"}})
    said = proposal(clinic, "ann", "e1")
    assert (said["code"], said["rule"]) == ("Z80.3", "family")
    assert "I.C.21.c.4" in said["source"]
    clinic.save("ann", e1=CANCER | {"assertion": {"polarity": "negated"}})
    assert proposal(clinic, "ann", "e1")["code"] == ""


def test_the_set_of_an_encounter_has_ones_own_codes_and_nothing_of_another_reader(clinic):
    code = {"system": "icd10cm", "release": "2026-04", "code": "S72.002A"}
    clinic.save("ann", e1=HIP | {"codes": [code]})
    clinic.save("ben", e1=HIP)

    def codes(who):
        answer = clinic.browsers[who].get(f"/api/v1/assignments/{clinic.tasks[who]}/code-set")
        return [(one["code"], one["rank"], one["evidence"]) for one in answer.get_json()["codes"]]

    assert codes("ann") == [("S72.002A", 1, ["e1"])]
    assert codes("ben") == []
