"""The one code proposed for a span: by words, surroundings, assertion, setting; how often it is right."""

import hashlib

import pytest

from app.terminology.proposals.propose import AssertedSpan, propose_all
from app.terminology.proposals.rules import rules, state_of
from tests.codes_gold import FOLDER, passages
from tests.terminology_data import icd10cm

PAST, FAMILY, NEGATED = {"temporality": "past"}, {"experiencer": "family"}, {"polarity": "negated"}
POSSIBLE, IF = {"certainty": "possible"}, {"hypothetical": True}


def proposed(text, words, assertion=None, *, section="", setting="inpatient"):
    start = text.index(words)
    span = AssertedSpan([[start, start + len(words)]], assertion or {}, section, setting)
    (said,) = propose_all(icd10cm(), text, [span])
    return said


@pytest.mark.parametrize(
    ("text", "words", "known", "code"),
    [
        ("Acute hypoxemic respiratory failure.", "Acute hypoxemic respiratory failure", {}, "J96.01"),
        ("PMH: hypertension.", "hypertension", {"section": "past_medical_history"}, "I10"),
        ("h/o asthma", "asthma", {"assertion": PAST}, "J45.909"),
        ("NSTEMI two weeks ago, stented.", "NSTEMI", {"assertion": PAST}, "I21.4"),
        ("NSTEMI five weeks ago, stented.", "NSTEMI", {"assertion": PAST}, "I25.2"),
        ("Prior NSTEMI.", "NSTEMI", {"assertion": PAST}, "I25.2"),
        ("Breast cancer, on adjuvant tamoxifen.", "Breast cancer", {}, "C50.919"),
        ("Breast cancer, mastectomy 2011, no recurrence.", "Breast cancer", {}, "Z85.3"),
        ("History of breast cancer.", "breast cancer", {"assertion": PAST}, ""),
        ("Dysarthria since his stroke.", "Dysarthria", {}, "I69.322"),
        ("Dysarthria since his cerebellar haemorrhage, an old stroke.", "Dysarthria", {}, ""),
        ("Stroke in 2015.", "Stroke", {"assertion": PAST}, "Z86.73"),
        ("Right clavicle fracture, healing well.", "Right clavicle fracture", {}, "S42.001D"),
        ("Right clavicle fracture after a fall today.", "Right clavicle fracture", {}, ""),
        ("Mother had breast cancer.", "breast cancer", {"assertion": FAMILY}, "Z80.3"),
        ("Mother: no breast cancer.", "breast cancer", {"assertion": FAMILY | NEGATED}, ""),
        ("No pneumonia.", "pneumonia", {"assertion": NEGATED}, ""),
        ("Pneumonia, resolved.", "Pneumonia", {"assertion": {"course": "resolved"}}, "J18.9"),
        ("Pneumonia, resolved.", "Pneumonia", {"assertion": {"course": "resolved"}, "setting": "outpatient"}, "Z87.01"),
        ("Probable pneumonia.", "pneumonia", {"assertion": POSSIBLE}, "J18.9"),
        ("Probable pneumonia.", "pneumonia", {"assertion": POSSIBLE, "setting": "outpatient"}, ""),
        ("Probable pneumonia.", "pneumonia", {"assertion": POSSIBLE, "setting": "emergency"}, ""),
        ("Probable pneumonia.", "pneumonia", {"assertion": POSSIBLE, "setting": "unknown"}, ""),
        ("Suspected COVID-19.", "COVID-19", {"assertion": POSSIBLE}, ""),
        ("Return if fever recurs.", "fever", {"assertion": IF}, ""),
        ("Ludwig's angina.", "Ludwig's angina", {}, ""),
        ("Pneumonia vaccine given.", "Pneumonia", {}, ""),
        ("Pulmonary embolism 2013.", "Pulmonary embolism", {"assertion": PAST}, "Z86.711"),
        ("Neutropenia due to chemotherapy.", "Neutropenia", {}, ""),
    ],
)
def test_the_code_follows_class_assertion_and_setting(text, words, known, code):
    assert proposed(text, words, **known).code == code


def test_a_suspicion_that_the_note_rules_out_is_not_coded():
    text = "Possible pneumonia. CT: no pneumonia."
    spans = [AssertedSpan([[9, 18]], POSSIBLE, "", "inpatient"), AssertedSpan([[27, 36]], NEGATED, "", "inpatient")]
    first, second = propose_all(icd10cm(), text, spans)
    assert (first.code, first.rule, second.code) == ("", "uncertain_ruled_out", "")
    assert propose_all(icd10cm(), text, spans[:1])[0].code == "J18.9"


def test_every_refusal_says_why_and_by_which_source():
    said = proposed("No pneumonia.", "pneumonia", NEGATED)
    assert "denied" in said.why
    assert "Official Guidelines" in said.source


def test_every_rule_cites_a_section_and_answers_with_a_billable_code():
    release = icd10cm()
    assert not [rule.key for rule in rules() if not rule.why or "ICD-10-CM Official Guidelines I" not in rule.source]
    answers = {rule.answer for rule in rules()} - {"keep", "none"}
    codes = [release.concept(answer) for answer in answers if not answer.startswith("7:")]
    assert all(code is not None and code.billable and code.active for code in codes)


def test_the_certainty_of_somebody_elses_disease_does_not_matter():
    assert state_of(FAMILY | POSSIBLE, "") == "family"
    assert state_of({"experiencer": "donor"}, "") == "elsewhere"
    assert state_of({}, "past_medical_history") == "past"


def test_golds_are_those_that_were_committed_before_the_rules():
    lines = (FOLDER / "DIGESTS").read_text().splitlines()
    told = {name: digest for digest, name in (line.split() for line in lines)}
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in FOLDER.glob("*.txt")} == told


@pytest.mark.parametrize(
    ("name", "precision"), [("proposal_gold", 0.95), ("proposal_gold_unseen", 0.95), ("proposal_gold_final", 0.9)]
)
def test_proposals_are_right_and_not_too_few(name, precision):
    needed, pairs = 0, []
    for passage in passages(name):
        said = propose_all(icd10cm(), passage.text, passage.spans)
        needed += sum(map(bool, passage.codes))
        pairs += [(code, p.code) for code, p in zip(passage.codes, said, strict=True) if p.code]
    assert sum(code == own for code, own in pairs) / len(pairs) >= precision
    assert len(pairs) / needed >= 0.5
