"""Coding rules over an answer: with the encounter's own facts, and what is not known left undecided."""

import pytest

from app.quality.coding import check_codes, encounter_facts
from app.review.modality import Context
from tests.terminology_data import icd10cm
from tests.unit.annotation.test_encounter_codes import entity, listed

NOTE = "Fracture of left hip. Possible pneumonia. Mother had breast cancer."
META = {"setting": "inpatient", "code_release": "2026-04", "sex": "F", "age_band": "60-69"}


def findings(*elements, **meta):
    payload = {"elements": {f"x{n}": body for n, body in enumerate(elements)}}
    context = Context(document={"id": 1, "text": NOTE, "meta": META | meta}, schema={})
    return check_codes(payload, context, [icd10cm()])


def said(found):
    return {(finding.rule, finding.severity) for finding in found}


@pytest.mark.parametrize(
    ("band", "ages"), [("30-39", (30, 39.999)), ("0", (0, 0.999)), ("90+", (90, 130)), ("", None), ("old", None)]
)
def test_a_band_is_a_range_of_ages(band, ages):
    facts = encounter_facts({"age_band": band})
    assert ((facts["age"], facts["age_to"]) if "age" in facts else None) == ages


def test_an_empty_list_has_nothing_to_be_said_of():
    assert findings() == []


def test_the_first_day_of_the_applicable_release_stands_for_the_date():
    assert encounter_facts(META)["date"] == "2026-04-01"
    assert findings(listed("I10", 1)) == []


def test_outside_every_installed_release_validity_is_not_assessed():
    assert ("validity", "not_assessed") in said(findings(listed("I10", 1), code_release="2019-10"))
    assert ("validity", "not_assessed") in said(findings(listed("I10", 1), code_release=""))


def test_the_side_in_the_text_is_held_against_the_code():
    found = findings(entity(0, 20), listed("S72.001A", 1, evidence=["x0"]))
    assert ("laterality", "warning") in said(found)
    assert "hip" not in " ".join(finding.message for finding in found), "no words of the note but the side"


@pytest.mark.parametrize(
    ("setting", "severity"), [("inpatient", "hint"), ("outpatient", "warning"), ("unknown", "not_assessed")]
)
def test_an_uncertain_diagnosis_depends_on_the_setting(setting, severity):
    uncertain = entity(31, 40, certainty="possible")
    found = findings(uncertain, listed("J18.9", 1, evidence=["x0"]), setting=setting)
    assert ("uncertain_diagnosis", severity) in said(found)


def test_a_band_wholly_outside_warns_and_one_over_the_edge_decides_nothing():
    # O80 is for 9 to 64 years (Medicare Code Editor, maternity).
    assert ("age_sex", "warning") in said(findings(listed("O80", 1), age_band="70-79"))
    assert ("age_sex", "not_assessed") in said(findings(listed("O80", 1), age_band="60-69"))
    assert "age_sex" not in {rule for rule, _ in said(findings(listed("O80", 1), age_band="30-39"))}


def test_a_code_for_the_other_sex_warns():
    assert ("age_sex", "warning") in said(findings(listed("O80", 1), sex="M", age_band="30-39"))


def test_codes_no_rule_reads_are_named_as_not_assessed():
    found = findings(listed("271807003", 1, system="snomed"))
    assert [(f.rule, f.severity, f.codes) for f in found] == [("system", "not_assessed", ["271807003"])]
