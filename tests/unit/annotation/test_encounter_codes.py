"""The encounter's code list as the coding rules read it."""

from app.annotation.coding.encounter import codes_in, encounter_codes, shared_flags

NOTE = "Fracture of left hip. No pneumonia."


def listed(code, sequence, **more):
    body = {"kind": "code_assignment", "system": "icd10cm", "release": "2026-04", "code": code}
    return body | {"sequence": sequence, "principal": False} | more


def entity(start, end, **assertion):
    return {"kind": "entity", "label": "problem", "fragments": [[start, end]], "assertion": assertion}


def test_the_principal_code_comes_first_and_the_rest_in_sequence():
    payload = {"elements": {"a": listed("I10", 1), "b": listed("J18.9", 3, principal=True), "c": listed("N18.6", 2)}}
    assert encounter_codes((payload, NOTE)).codes == ["J18.9", "I10", "N18.6"]


def test_a_rejected_code_does_not_stand():
    payload = {"elements": {"a": listed("I10", 1, status="rejected"), "b": listed("E11.9", 2)}}
    assert encounter_codes((payload, NOTE)).codes == ["E11.9"]
    assert codes_in(payload) == {("icd10cm", "E11.9")}


def test_texts_and_flags_come_from_the_evidence():
    elements = {"e1": entity(12, 20), "e2": entity(25, 34, polarity="negated")}
    elements |= {"a": listed("S72.001A", 1, evidence=["e1"]), "b": listed("J18.9", 2, evidence=["e2"])}
    found = encounter_codes(({"elements": elements}, NOTE))
    assert found.texts == {"S72.001A": "left hip", "J18.9": "pneumonia"}
    assert found.assertions == {"S72.001A": {}, "J18.9": {"negated": True}}


def test_one_plain_mention_is_enough_for_a_finding_to_be_present():
    assert shared_flags([{"polarity": "negated"}, {}]) == {}
    assert shared_flags([{"polarity": "negated", "temporality": "past"}, {"polarity": "negated"}]) == {"negated": True}


def test_codes_of_other_systems_are_kept_apart_because_no_rule_reads_them():
    payload = {"elements": {"a": listed("271807003", 1, system="snomed"), "b": listed("R21", 2)}}
    found = encounter_codes((payload, NOTE))
    assert (found.codes, found.others) == (["R21"], ["271807003"])


def test_every_code_of_an_answer_counts_once_whether_on_an_entity_or_in_the_list():
    coded = entity(0, 8) | {"codes": [{"system": "ICD-10-CM", "release": "2026-04", "code": "R21"}]}
    assert codes_in({"elements": {"e": coded, "a": listed("R21", 1)}}) == {("icd10cm", "R21")}


def test_the_notes_of_an_encounter_make_one_list_with_the_principal_code_of_any_first():
    first = {"elements": {"a": listed("I10", 1), "b": listed("E11.9", 2)}}
    second = {"elements": {"a": listed("J18.9", 1, principal=True), "b": listed("I10", 2)}}
    assert encounter_codes((first, NOTE), (second, NOTE)).codes == ["J18.9", "I10", "E11.9"]


def test_a_code_given_twice_in_one_note_is_left_to_be_seen():
    note = {"elements": {"a": listed("I10", 1), "b": listed("I10", 2)}}
    assert encounter_codes((note, NOTE)).codes == ["I10", "I10"]


def test_one_plain_mention_in_any_note_makes_a_finding_present():
    negated = {"elements": {"e": entity(25, 34, polarity="negated"), "a": listed("J18.9", 1, evidence=["e"])}}
    plain = {"elements": {"e": entity(0, 9), "a": listed("J18.9", 1, evidence=["e"])}}
    found = encounter_codes((negated, NOTE), (plain, "Pneumonia."))
    assert found.codes == ["J18.9"]
    assert found.assertions["J18.9"] == {}
    assert found.texts["J18.9"] == "pneumonia … Pneumonia"
