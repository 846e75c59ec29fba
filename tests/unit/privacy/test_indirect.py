"""What of indirect identifiers is printed, and when a release is refused."""

import json

import pytest

from app.accounts.actor import ProjectRole
from app.core.errors import Conflict
from app.corpus.document import get_document
from app.corpus.project import change_settings, get_project
from app.corpus.subject import Encounter
from app.privacy.anonymity.report import AnonymityGate, in_words, patient_rows, project_items, risk_report
from app.review.item import create_item
from tests.build import OPERATOR, make_document, make_project
from tests.unit.accounts.people import T0, make_person


def row(sex, band, findings=""):
    return {"sex": sex, "age_band": band, "setting": "inpatient", "note_type": "letter", "findings": findings}


# Domain B.5's worked test: classes of 5, 4, 2 and 1.
TWELVE = [row("F", "40-49")] * 5 + [row("M", "40-49")] * 4 + [row("F", "50-59")] * 2 + [row("M", "70-79")]


def test_the_worked_example():
    report = risk_report(TWELVE, 3)
    figures = [report[name] for name in ("k", "unique_fraction", "risk_average", "risk_max")]
    assert figures == [1, 0.0833, 0.3333, 1]
    assert report["meets"] is False
    assert report["l_diversity_findings"] == 1
    assert in_words(report["generalisation"]["3"]) == "age left out"
    assert report["generalisation"]["3"] == {"age_band": 2, "findings": 0, "note_type": 0, "setting": 0, "sex": 0}


def test_small_cells_are_not_printed_nor_told_by_the_sum():
    rows = [row("F", "40-49")] * 30 + [row("M", "40-49")] * 20 + [row("", "90+", "E75")] * 3
    report = risk_report(rows, 11)
    assert report["cells"]["sex"] == {"F": 30, "suppressed": "2 values"}
    assert "E75" not in json.dumps(report)
    assert report["patients_in_small_classes"] == "<11"


def test_findings_are_generalised_to_chapters():
    rows = [row("F", "40-49", f) for f in ("E11; I10", "E10; I11", "E13; I15")]
    assert risk_report(rows, 3)["generalisation"]["3"]["findings"] == 1


@pytest.mark.parametrize(("k_min", "passes"), [(0, True), (2, True), (3, False)])
def test_a_release_is_refused_with_the_figures_when_groups_are_too_small(database, k_min, passes):
    lead = make_person(database, "lead")

    def unit(session):
        project, schema = make_project(session, "first", {lead: [ProjectRole.MANAGER]}, at=T0)
        for sex in "FFMM":
            document = make_document(session, project, "No fever.", at=T0)
            session.get(Encounter, get_document(session, document.id).encounter_id).sex = sex
            create_item(session, OPERATOR, document, schema, at=T0)
        change_settings(session, OPERATOR, project, {"k_min": k_min}, at=T0)

    database.writing(unit)
    with database.reading() as session:
        project = get_project(session, "first")
        items = project_items(session, project)
        assert len(patient_rows(session, items)) == 4
        if passes:
            assert AnonymityGate().figures(session, project, items).get("k", 2) == 2
        else:
            with pytest.raises(Conflict, match="group of alike patients has 2, the project asks for 3") as refused:
                AnonymityGate().figures(session, project, items)
            assert refused.value.details["k"] == 2
