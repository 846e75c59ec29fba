"""What is found, with which label, and how it is cut."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.tagging.annotate import annotate_note
from app.tagging.labels import LABELS


@pytest.mark.parametrize(
    ("text", "covered", "label"),
    [
        ("He has left upper quadrant pain.", "left upper quadrant pain", "SYMPTOM"),
        ("The left ventricle was markedly dilated.", "dilated", "SYMPTOM"),
        ("Elevated troponin was noted.", "Elevated troponin", "PROBLEM"),
        ("Acute interstitial nephritis developed.", "Acute interstitial nephritis", "PROBLEM"),
        ("Diagnosed with type 2 diabetes mellitus.", "type 2 diabetes mellitus", "PROBLEM"),
        ("Carcinoma of the left breast", "Carcinoma of the left breast", "PROBLEM"),
        ("Started zoliprilat yesterday.", "zoliprilat", "MEDICATION"),
        ("Given frobumab weekly.", "frobumab", "MEDICATION"),
        ("Foobarin 20 mg daily", "Foobarin", "MEDICATION"),
        ("Xyzzol-induced rash", "Xyzzol", "MEDICATION"),
        ("He took lisinoprl this morning.", "lisinoprl", "MEDICATION"),
        ("He has pneumonnia.", "pneumonnia", "PROBLEM"),
        (
            "The biopsy of a node in the neck showed a T-cell\nlymphoma of low grade.",
            "T-cell\nlymphoma",
            "PROBLEM",
        ),
        ("Underwent laparoscopic cholecystectomy.", "laparoscopic cholecystectomy", "PROCEDURE"),
        ("Creatinine 1.4 mg/dL", "1.4 mg/dL", "LAB_VALUE"),
        ("BP 120/80 mmHg", "120/80 mmHg", "LAB_VALUE"),
        ("Foley catheter in place", "Foley catheter", "DEVICE"),
        ("Seen on 2019-03-04.", "2019-03-04", "TIME"),
        ("Amoxicillin for 10 days", "10 days", "DURATION"),
        ("Aspirin 81 mg p.o. q.d.", "p.o.", "ROUTE"),
    ],
)
def test_a_mention_has_its_label_and_its_bounds(tag, text, covered, label):
    assert tag(text).one(covered).label == label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("PAST MEDICAL HISTORY: MS, asthma", "PROBLEM"),
        ("MEDICATIONS: MS 15 mg po", "MEDICATION"),
        ("On exam MS alert and oriented", "PROCEDURE"),
    ],
)
def test_an_ambiguous_short_form_is_read_by_section_and_neighbours(tag, text, label):
    assert tag(text).one("MS").label == label


def test_a_short_form_the_note_defines_keeps_its_meaning(tag):
    found = tag("Pigmented villonodular synovitis (PVNS) was seen. PVNS recurs.")
    assert [e.label for e in found.all("PVNS")] == ["PROBLEM", "PROBLEM"]


def test_a_shared_head_gives_a_discontinuous_mention(tag):
    found = tag("Family risk of breast and ovarian cancer.")
    assert found.one("breast cancer").fragments == [[15, 21], [34, 40]]
    assert found.one("ovarian cancer")


def test_both_sides_of_a_pair_are_suggested(tag):
    found = tag("The left and right lung are clear.")
    assert found.one("left lung").label == found.one("right lung").label == "ANATOMY"


def test_calcium_is_a_drug_only_where_it_is_given(tag):
    assert tag("Calcium 9.1, sodium 140").one("Calcium").label == "LAB_TEST"
    assert tag("Calcium 500 mg daily").one("Calcium").label == "MEDICATION"


def test_a_title_is_no_finding(tag):
    assert "ALLERGIES" not in tag("ALLERGIES: none").labels()


@pytest.mark.parametrize("word", ["diagnosis", "program", "April", "reservoir", "structure", "suicide note"])
def test_words_that_only_look_clinical_are_left_alone(tag, word):
    assert not tag(f"The {word} is here.").said.entities or word.startswith("suicide")


ALPHABET = st.sampled_from(
    [
        "no ",
        "fever",
        "MS",
        " (",
        ")",
        "\n",
        "aspirin ",
        "20 mg ",
        "left and right ",
        "lung",
        ": ",
        "PLAN",
        "é",
        "😀",
        " ",
        ".",
        "-",
        "5/6 ",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(ALPHABET, max_size=25).map("".join))
def test_offsets_lie_within_the_text_and_fragments_within_the_mention(text):
    said = annotate_note(text, [], None)
    for entity in said.entities:
        assert 0 <= entity.start < entity.end <= len(text)
        assert entity.label in LABELS
        assert entity.fragments[0][0] == entity.start
        assert entity.fragments[-1][1] == entity.end
        assert all(a < b for a, b in entity.fragments)
        for because in entity.because:
            assert 0 <= because["start"] < because["end"] <= len(text)
    for relation in said.relations:
        assert 0 <= relation.head < len(said.entities)
        assert 0 <= relation.tail < len(said.entities)


@pytest.mark.parametrize(
    ("text", "bare", "label"),
    [
        ("Lap band adjustment.", "band", "LAB_TEST"),
        ("Sponge and needle counts were correct.", "counts", "LAB_TEST"),
        ("At the level of the umbilicus.", "level", "LAB_TEST"),
        ("Come back in two weeks.", "back", "ANATOMY"),
        ("He had it five years back.", "back", "ANATOMY"),
        ("Taken to the anesthesia suite.", "anesthesia", "PROCEDURE"),
        ("The procedure went well.", "procedure", "PROCEDURE"),
        ("The 30-degree lens was used.", "lens", "ANATOMY"),
        ("Seen at the time of discharge.", "discharge", "SYMPTOM"),
        ("A/P: 1. Pneumonia 2. Anemia", "1", "LAB_VALUE"),
        ("#1 Pneumonia", "1", "LAB_VALUE"),
        ("Epinephrine 1:200,000 was given.", "1:200", "TIME"),
    ],
)
def test_everyday_words_and_enumerators_are_no_entities(text, bare, label):
    found = annotate_note(text, [], None).entities
    assert not [e for e in found if e.label == label and text[e.start : e.end].startswith(bare)]


@pytest.mark.parametrize(
    ("text", "span", "label"),
    [
        ("WBC 12.0, bands 5 %.", "bands", "LAB_TEST"),
        ("Pain in his back.", "back", "ANATOMY"),
        ("Platelet counts fell.", "Platelet counts", "LAB_TEST"),
        ("Placement of a stent.", "Placement", "PROCEDURE"),
        ("General anesthesia was given.", "General anesthesia", "PROCEDURE"),
        ("He had a cath yesterday.", "cath", "PROCEDURE"),
        ("0.25% bupivacaine was injected.", "0.25%", "DOSE"),
        ("Worsening dyspnea.", "dyspnea", "SYMPTOM"),
        ("Stable angina.", "Stable angina", "PROBLEM"),
    ],
)
def test_the_same_words_are_entities_in_the_right_company(text, span, label):
    assert (span, label) in {(text[e.start : e.end], e.label) for e in annotate_note(text, [], None).entities}
