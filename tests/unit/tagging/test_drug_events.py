"""Drug and event: a sentence per class of rule, and what may not be read as a cause."""

from pathlib import Path

import pytest

from app.factory import compose
from app.pipelines.gold import read_gold
from app.tagging.annotate import annotate_note
from app.tagging.evaluation.evaluate import evaluate

GOLD = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="module", autouse=True)
def _readers():
    compose()


class Bare:
    """The rules without a code system."""

    key, version = "bare", "1"

    def digest(self):
        return ""

    def annotate(self, text, *, targets=None, meta=None):
        return annotate_note(text, [], targets)


def causes(found):
    covered = [e.to_dict(found.text)["text"] for e in found.said.entities]
    return {(covered[r.head], covered[r.tail], r.certainty) for r in found.said.relations if r.type == "causes"}


@pytest.mark.parametrize(
    ("text", "drug", "event", "certainty"),
    [
        ("AKI likely due to contrast.", "contrast", "AKI", "probable"),  # effect
        ("Amiodarone caused hypothyroidism.", "Amiodarone", "hypothyroidism", "certain"),  # cause
        ("Lithium-associated tremor.", "Lithium", "tremor", "probable"),  # touching
        ("Hives from cefazolin.", "cefazolin", "Hives", "certain"),  # origin
        ("Delirium was associated with lorazepam.", "lorazepam", "Delirium", "probable"),  # either
        ("Lisinopril was stopped because of cough.", "Lisinopril", "cough", "certain"),  # stopped
        ("Because of a rash, allopurinol was discontinued.", "allopurinol", "rash", "certain"),
        ("She could not tolerate gabapentin due to sedation.", "gabapentin", "sedation", "certain"),
        ("He had dizziness while taking tamsulosin.", "tamsulosin", "dizziness", "possible"),  # time
        ("Following phenytoin he developed hives.", "phenytoin", "hives", "possible"),
        ("Seizures occurred after withdrawal of baclofen.", "baclofen", "Seizures", "possible"),
        ("Hepatitis recurred when isoniazid was restarted.", "isoniazid", "Hepatitis", "probable"),
        ("Hepatitis in a patient treated with isoniazid.", "isoniazid", "Hepatitis", "possible"),  # persons
        ("Acetaminophen overdose.", "Acetaminophen", "overdose", "certain"),  # named
        ("He is allergic to codeine (nausea).", "codeine", "nausea", "certain"),  # set off
        ("We describe a case of pneumonitis with nitrofurantoin.", "nitrofurantoin", "pneumonitis", "possible"),
        ("Fever unlikely due to vancomycin.", "vancomycin", "Fever", "unlikely"),
        ("No rash after amoxicillin.", "amoxicillin", "rash", "possible"),
    ],
)
def test_each_class_of_rule_links_its_drug_and_event(tag, text, drug, event, certainty):
    assert (drug, event, certainty) in causes(tag(text))


@pytest.mark.parametrize(
    "text",
    [
        "67 yo M w/ h/o CAD s/p CABG, DM2 on metformin 1000 mg BID, presents with substernal chest pain.",
        "Hypertension, treated with amlodipine 5 mg daily.",
        "The pain improved after ibuprofen.",
        "Pneumonia, now on day 3 of levofloxacin.",
        "The rash is unrelated to amoxicillin.",
        "Side effects of lisinopril including cough were discussed with the patient.",
        "He stopped taking lisinopril and his hypertension is now uncontrolled.",
        "AKI due to dehydration; lisinopril held.",
        "We will hold metformin before the CT because of her chronic kidney disease.",
        "Urinary tract infection sensitive to ciprofloxacin.",
        "Since starting insulin her polyuria has resolved.",
    ],
)
def test_treatment_talk_and_denial_are_no_cause_and_no_adverse_event(tag, text):
    found = tag(text)
    assert causes(found) == set()
    assert "ADVERSE_EVENT" not in {e.label for e in found.said.entities}


@pytest.mark.parametrize(
    ("text", "drug", "problem"),
    [
        ("DM2 on metformin 1000 mg BID.", "metformin", "DM2"),
        ("She takes levothyroxine 75 mcg daily for hypothyroidism.", "levothyroxine", "hypothyroidism"),
        ("His fever resolved after two days of ceftriaxone.", "ceftriaxone", "fever"),
        ("After furosemide 80 mg IV his edema was better.", "furosemide", "edema"),
        ("Depression: continue sertraline 50 mg daily.", "sertraline", "Depression"),
        ("Home meds include omeprazole (GERD).", "omeprazole", "GERD"),
    ],
)
def test_what_a_drug_is_for_is_its_reason(tag, text, drug, problem):
    assert ("has_reason", drug, problem) in tag(text).links()


def test_onset_course_and_dechallenge_are_read_and_shown():
    text = "She developed a rash three days after starting amoxicillin, which resolved after the drug was discontinued."
    rash = next(e for e in annotate_note(text, [], None).entities if e.label == "ADVERSE_EVENT")
    said = rash.adverse_event
    assert (said["onset"]["value"], text[said["onset"]["start"] : said["onset"]["end"]]) == ("P3D", "three days")
    assert (said["dechallenge"]["answer"], said["outcome"], said["action_taken"]) == (
        "positive",
        "recovered",
        "withdrawn",
    )
    assert rash.assertion["course"] == "resolved"
    shown = {(b["axis"], text[b["start"] : b["end"]]) for b in rash.because}
    assert {("dechallenge", "resolved"), ("onset", "three days")} <= shown


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Fatal bleeding due to warfarin.", "death"),
        ("Life-threatening hives from cefazolin.", "life_threatening"),
        ("Bleeding due to warfarin required hospitalization.", "hospitalisation"),
        ("Cisplatin caused hearing loss, which was permanent.", "disabling"),
        ("Rhabdomyolysis due to simvastatin.", "medically_important"),
    ],
)
def test_seriousness_has_its_criterion(text, value):
    events = [e for e in annotate_note(text, [], None).entities if e.adverse_event]
    assert value in {cue["value"] for e in events for cue in e.adverse_event["seriousness"]}


def test_a_reason_for_admission_before_the_event_does_not_make_it_serious():
    text = "Admitted for pneumonia, then hives from cefazolin."
    events = [e for e in annotate_note(text, [], None).entities if e.adverse_event]
    assert all(not e.adverse_event["seriousness"] for e in events)


def test_an_operation_done_for_a_disease_is_not_before_it(tag):
    assert not {kind for kind, _, _ in tag("CAD s/p CABG.").links()} & {"before", "after"}


def test_two_names_of_a_drug_share_a_dose_and_two_drugs_do_not(tag):
    assert ("has_dose", "quetiapine", "900 mg") in tag("He takes quetiapine (Seroquel) 900 mg daily.").links()
    assert ("has_dose", "aspirin", "25 mg") not in tag("Aspirin and metoprolol 25 mg.").links()


@pytest.mark.parametrize(("file", "recall"), [("drug_events", 0.95), ("drug_events_held_out", 0.75)])
def test_few_false_causes_on_our_own_sentences(file, recall):
    report = evaluate(Bare(), read_gold(GOLD / f"{file}.jsonl"))["relations"]
    assert report["causes"]["precision"] >= 0.95
    assert report["causes"]["recall"] >= recall
    assert report["has_reason"]["precision"] >= 0.8
