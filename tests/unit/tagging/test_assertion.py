"""The axes of assertion: golden sentences, scope, terminators, pseudo-cues, layouts."""

import pytest

from app.tagging.annotate import annotate_note

GOLDEN = [
    ("We cannot rule out PE.", "PE", {"polarity": "affirmed", "uncertain": True}),
    ("He was ruled out for MI.", "MI", {"polarity": "negated"}),
    ("r/o MI", "MI", {"polarity": "affirmed", "uncertain": True}),
    ("There is no change in effusion.", "effusion", {"polarity": "affirmed", "certainty": "certain"}),
    ("She denies FH of breast ca.", "breast ca", {"polarity": "negated", "experiencer": "family"}),
    ("There is evidence of pneumonia.", "pneumonia", {"polarity": "affirmed", "certainty": "certain"}),
    ("Dyspnoea on exertion.", "Dyspnoea", {"polarity": "affirmed", "conditional": True}),
    ("PMH: HTN, DM2, CHF", "CHF", {"temporality": "current", "historical": False}),
    ("He has a h/o CHF.", "CHF", {"temporality": "current", "course": "chronic"}),
    ("No rash after amoxicillin.", "rash", {"polarity": "negated"}),
    ("If rash develops stop amoxicillin.", "rash", {"hypothetical": True}),
    ("Mother had penicillin anaphylaxis.", "anaphylaxis", {"experiencer": "family"}),
    ("Allergy: penicillin (rash)", "rash", {"temporality": "past"}),
    ("Rash, likely due to amoxicillin.", "Rash", {"polarity": "affirmed", "certainty": "certain"}),
    ("Possible rash after amoxicillin.", "rash", {"uncertain": True, "polarity": "affirmed"}),
    ("Return if fever recurs.", "fever", {"hypothetical": True}),
]

SCOPES = [
    # lists
    ("She denies fever, chills or night sweats.", "night sweats", True),
    ("Extremities: No edema, cyanosis.", "cyanosis", True),
    ("Extremities: No edema, cyanosis.", "Extremities", False),
    ("No wheezes, rales, or   rhonchi.", "rhonchi", True),
    # terminators
    ("denies fever or edema, has stroke", "stroke", False),
    ("No fever but cough is present.", "cough", False),
    ("No fever; cough since Monday.", "cough", False),
    ("He denies pain and he has dyspnea.", "dyspnea", False),
    # what is said after
    ("PE was ruled out.", "PE", True),
    ("Fever: none.", "Fever", True),
    ("fever - no", "fever", True),
    ("Blood cultures and urine culture negative for MRSA.", "MRSA", True),
    # pseudo-cues and double negation
    ("No increase in effusion.", "effusion", False),
    ("Pneumonia was not ruled out.", "Pneumonia", False),
    ("He does not deny chest pain.", "chest pain", False),
    ("gram negative bacteremia", "bacteremia", False),
    # shorthand
    ("w/o fever", "fever", True),
    ("+fever -edema", "fever", False),
    ("+fever -edema", "edema", True),
    ("-ve for malaria", "malaria", True),
    ("(-) fever", "fever", True),
    # a cue inside a target says nothing about it; "non" denies one word
    ("skin without lesion", "skin without lesion", False),
    ("a non-malignant pheochromocytoma", "pheochromocytoma", False),
    ("no changes in hearing", "changes in hearing", True),
    # wrapped lines and short lines
    ("Denies fever\nchest pain x3 days", "chest pain", False),
    ("There is no evidence of\npneumonia.", "pneumonia", True),
    ("No fever.No cough", "cough", True),
    ("Negative   for\n   stroke", "stroke", True),
]


@pytest.mark.parametrize(("text", "target", "expected"), GOLDEN)
def test_golden_sentences_hold(assertion_of, text, target, expected):
    found = assertion_of(text, target).assertion
    assert {axis: found[axis] for axis in expected} == expected


@pytest.mark.parametrize(("text", "target", "negated"), SCOPES)
def test_a_denial_reaches_as_far_as_it_means(assertion_of, text, target, negated):
    assert assertion_of(text, target).assertion["negated"] is negated


def test_the_cue_and_its_scope_are_shown(assertion_of):
    text = "There is no evidence of acute pneumonia."
    because = next(b for b in assertion_of(text, "pneumonia").because if b["axis"] == "polarity")
    assert text[because["start"] : because["end"]] == "no evidence of"
    assert text[slice(*because["scope"])] == "acute pneumonia."


@pytest.mark.parametrize(
    ("text", "target", "flag"),
    [
        ("Her father died of stroke.", "stroke", "family"),
        ("FAMILY HISTORY: Diabetes, stroke.", "stroke", "family"),
        ("Previous stroke.", "stroke", "historical"),
        ("Pneumonia 3 years ago.", "Pneumonia", "historical"),
        ("Probable pneumonia.", "pneumonia", "uncertain"),
        ("Atelectasis versus pneumonia.", "Atelectasis", "uncertain"),
        ("Atelectasis versus pneumonia.", "pneumonia", "uncertain"),
        ("? pneumonia", "pneumonia", "uncertain"),
        ("Low suspicion for PE.", "PE", "uncertain"),
        ("Pneumonia is unlikely.", "Pneumonia", "uncertain"),
        ("Watch for bleeding.", "bleeding", "hypothetical"),
    ],
)
def test_each_flag_has_its_cues(assertion_of, text, target, flag):
    assert assertion_of(text, target).assertion[flag] is True


@pytest.mark.parametrize(
    "text",
    ["Mother states that he has fever.", "He lives with his mother. Fever.", "Per mother, fever since noon."],
)
def test_a_relative_who_only_speaks_is_not_the_one_who_is_ill(assertion_of, text):
    assert assertion_of(text, "fever").assertion["experiencer"] == "patient"


@pytest.mark.parametrize("text", ["Presented for fever in the past week.", "Prior to admission he had fever."])
def test_the_recent_past_is_not_history(assertion_of, text):
    assert assertion_of(text, "fever").assertion["historical"] is False


def test_in_a_newborns_note_the_mother_is_a_patient_of_her_own(assertion_of):
    text = "Neonate of a mother with asthma."
    assert assertion_of(text, "asthma").assertion["experiencer"] == "mother"


@pytest.mark.parametrize("text", ["The rash resolved within 5 days.", "Resolved rash.", "Rash has resolved."])
def test_what_is_over_has_the_course_resolved(assertion_of, text):
    found = assertion_of(text, "rash").assertion
    assert (found["course"], found["polarity"]) == ("resolved", "affirmed")


def test_signs_may_stand_apart_in_a_list(assertion_of):
    assert assertion_of("+ cough, - fever", "fever").assertion["negated"] is True
    assert assertion_of("+ cough, - fever", "cough").assertion["negated"] is False


@pytest.mark.parametrize(
    ("text", "target", "axis", "value"),
    [
        ("h/o CAD s/p CABG, DM2 on metformin", "DM2", "temporality", "current"),
        ("h/o CAD s/p CABG, DM2 on metformin", "CABG", "temporality", "past"),
        ("Previous MI, new rash.", "rash", "temporality", "current"),
        ("Treated for presumed dehydration she became febrile.", "febrile", "certainty", "certain"),
        ("Presumed migraine, but now has fever.", "fever", "certainty", "certain"),
        ("Considering the cirrhosis we stopped the drug.", "cirrhosis", "certainty", "certain"),
        ("He was suspected to have endocarditis.", "endocarditis", "certainty", "possible"),
        ("Stable cardiomegaly.", "cardiomegaly", "course", "active"),
        ("Old healed rib fractures.", "rib fractures", "temporality", "past"),
        ("Old healed rib fractures.", "rib fractures", "course", "resolved"),
    ],
)
def test_a_scope_ends_where_its_clause_or_its_list_ends(text, target, axis, value):
    start = text.index(target)
    [entity] = annotate_note(text, [], [(start, start + len(target))]).entities
    assert entity.assertion[axis] == value
