"""Relations, and what is known of adverse events."""

import pytest

from app.tagging.annotate import annotate_note


def test_a_drug_has_its_dose_route_frequency_and_reason(tag):
    links = tag("Vancomycin 1 g IV q12h for cellulitis, lisinopril 20 mg po daily.").links()
    assert {
        ("has_dose", "Vancomycin", "1 g"),
        ("has_route", "Vancomycin", "IV"),
        ("has_frequency", "Vancomycin", "q12h"),
        ("has_reason", "Vancomycin", "cellulitis"),
        ("has_dose", "lisinopril", "20 mg"),
        ("has_frequency", "lisinopril", "daily"),
    } <= links
    assert ("has_dose", "Vancomycin", "20 mg") not in links


def test_an_amount_may_stand_before_its_drug(tag):
    assert ("has_dose", "morphine", "5 mg") in tag("He was given 5 mg of morphine.").links()


def test_a_test_has_its_value_and_a_problem_its_place(tag):
    assert ("has_value", "Creatinine", "1.4 mg/dL") in tag("Creatinine was 1.4 mg/dL.").links()
    assert ("located_in", "Pain", "leg") in tag("Pain in the left leg.").links()


@pytest.mark.parametrize(
    ("text", "drug", "event", "certainty"),
    [
        ("Adenosine-induced ventricular fibrillation.", "Adenosine", "ventricular fibrillation", "certain"),
        ("Rash, likely due to amoxicillin.", "amoxicillin", "Rash", "probable"),
        ("Rash possibly caused by amoxicillin.", "amoxicillin", "Rash", "possible"),
        ("He developed hepatitis after isoniazid.", "isoniazid", "hepatitis", "possible"),
        ("After amoxicillin he developed a rash.", "amoxicillin", "rash", "possible"),
        ("Codeine intoxication in the neonate.", "Codeine", "intoxication", "certain"),
        ("Allergies: penicillin (rash)", "penicillin", "rash", "certain"),
    ],
)
def test_an_adverse_event_is_linked_to_its_drug_with_the_certainty_of_the_cue(tag, text, drug, event, certainty):
    found = tag(text)
    covered = [e.to_dict(text)["text"] for e in found.said.entities]
    causes = [r for r in found.said.relations if r.type == "causes"]
    assert [(covered[r.head], covered[r.tail], r.certainty) for r in causes] == [(drug, event, certainty)]
    assert found.one(event).label == "ADVERSE_EVENT"
    assert text[causes[0].cue["start"] : causes[0].cue["end"]] == causes[0].cue["text"]


def test_what_a_drug_is_given_for_is_no_adverse_event(tag):
    assert tag("A man with asthma received prednisone.").one("asthma").label == "PROBLEM"
    assert tag("Prednisone for asthma.").one("asthma").label == "PROBLEM"


def test_seriousness_is_read_from_its_cues(tag):
    details = tag("Admitted for warfarin-related GI bleed.").one("GI bleed").adverse_event
    assert details["subtype"] == "drug_reaction"
    assert [cue["value"] for cue in details["seriousness"]] == ["hospitalisation"]


def test_an_event_that_goes_when_the_drug_is_held_is_a_positive_dechallenge(tag):
    details = tag("Warfarin-induced bleeding. Warfarin was held, bleeding resolved.").all("bleeding")[0].adverse_event
    assert details["dechallenge"]["answer"] == "positive"
    assert details["rechallenge"]["answer"] == "unknown"


def test_an_event_that_comes_back_is_a_positive_rechallenge(tag):
    text = "Isoniazid-induced hepatitis. Isoniazid was restarted and hepatitis recurred."
    assert tag(text).all("hepatitis")[0].adverse_event["rechallenge"]["answer"] == "positive"


def test_order_in_time_is_proposed(tag):
    links = tag("Fever after surgery. Stroke in 2010.").links()
    assert ("after", "Fever", "surgery") in links
    assert ("overlaps", "Stroke", "2010") in links


def test_each_line_of_a_list_of_drugs_has_its_own_way_of_giving(tag):
    links = tag("1. Furosemide 40 mg by mouth daily. 2. Lantus 20 units subcutaneously at bedtime.").links()
    assert {
        ("has_route", "Furosemide", "by mouth"),
        ("has_frequency", "Furosemide", "daily"),
        ("has_route", "Lantus", "subcutaneously"),
        ("has_frequency", "Lantus", "at bedtime"),
    } <= links


def test_vital_signs_in_a_row_have_their_values(tag):
    links = tag("T 98.6 BP 142/88 HR 92").links()
    assert {("has_value", "BP", "142/88"), ("has_value", "HR", "92"), ("has_value", "T", "98.6")} <= links


def test_a_duration_behind_a_symptom_is_not_that_of_a_drug_before_it():
    text = "On metformin 1000 mg BID, presents with chest pain x 2 hrs."
    assert "has_duration" not in {relation.type for relation in annotate_note(text, [], None).relations}
    text = "Ciprofloxacin for cystitis x 7 days."
    assert "has_duration" in {relation.type for relation in annotate_note(text, [], None).relations}
