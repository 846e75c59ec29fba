"""The set of an encounter: folded, combined, with a principal candidate and present on admission."""

import pytest

from app.terminology.proposals.code_set import CodeEvidence, propose_set
from tests.terminology_data import icd10cm


def said(code, note=0, kind="admission", section="assessment", place=0, sentence=""):
    return CodeEvidence(code, note, kind, f"s{place}", place, section, sentence)


def made(*evidence, setting="inpatient"):
    return propose_set(icd10cm(), evidence, setting)


def test_a_code_of_several_notes_stands_once_with_all_its_evidence():
    (code,) = made(said("J18.9"), said("J18.9", 1, "discharge"))
    assert [one.note for one in code.evidence] == [0, 1]


def test_the_specific_code_stands_for_the_unspecific_one():
    assert [code.code for code in made(said("I50.9"), said("I50.23", place=9))] == ["I50.23"]


@pytest.mark.parametrize(
    ("codes", "whole"),
    [
        (["I10", "I50.33"], {"I11.0", "I50.33"}),
        (["I10", "N18.31"], {"I12.9", "N18.31"}),
        (["I10", "I50.33", "N18.31"], {"I13.0", "I50.33", "N18.31"}),
        (["E11.9", "N18.31"], {"E11.22", "N18.31"}),
        (["I20.0", "I25.10"], {"I25.110"}),
        (["I10", "J18.9"], {"I10", "J18.9"}),
    ],
)
def test_conditions_that_are_presumed_linked_are_combined(codes, whole):
    assert {code.code for code in made(*(said(code, place=n) for n, code in enumerate(codes)))} == whole


def test_a_symptom_goes_with_the_diagnosis_that_explains_it_and_stays_alone():
    symptom = said("R07.9", section="chief_complaint")
    assert [code.code for code in made(symptom, said("I21.4", place=5))] == ["I21.4"]
    assert [code.code for code in made(symptom)] == ["R07.9"]


def test_sepsis_stands_before_its_infection_and_final_diagnoses_go_by_their_order():
    first, second = made(said("N39.0", 1, "discharge", place=1), said("A41.51", 1, "discharge", place=2))
    assert (first.code, first.rank, second.rank) == ("A41.51", 1, 2)
    assert "sepsis" in first.why
    final = [said("J96.01", 1, "discharge", place=3), said("J44.1", 1, "discharge", place=9)]
    first, *_ = made(said("I10", place=1), *final)
    assert first.code == "J96.01"


@pytest.mark.parametrize(
    ("evidence", "poa"),
    [
        (said("N17.9", sentence="Acute kidney injury."), "Y"),
        (said("N17.9", 1, "discharge", sentence="On day 3 he developed acute kidney injury."), "N"),
        (said("N17.9", 1, "discharge", sentence="Acute kidney injury on admission."), "Y"),
        (said("N17.9", 1, "progress", "", sentence="Acute kidney injury."), "U"),
        (said("Z85.3", 1, "discharge"), "exempt"),
    ],
)
def test_present_on_admission_follows_section_and_time(evidence, poa):
    (code,) = made(evidence)
    assert (code.poa, bool(code.poa_why)) == (poa, True)


def test_what_came_up_during_the_stay_is_no_principal_diagnosis_and_other_settings_have_no_indicator():
    later = said("A04.72", 1, "discharge", place=0, sentence="C. difficile colitis developed on day 4.")
    first, second = made(later, said("L03.116", place=7))
    assert (first.code, second.rank) == ("L03.116", 0)
    assert made(said("I10"), setting="outpatient")[0].poa is None
