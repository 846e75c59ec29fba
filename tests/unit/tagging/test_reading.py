"""Words, sentences, sections and phrases."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tagging.reading.note import TokenisedNote
from app.tagging.reading.phrases import PhraseTable
from app.tagging.reading.sentences import sentence_starts
from app.tagging.reading.words import normal


@pytest.mark.parametrize(
    ("word", "form"),
    [
        ("Tumours", "tumor"),
        ("Crohn’s", "crohn"),
        ("oedema", "edema"),
        ("diarrhoea", "diarrhea"),
        ("diagnoses", "diagnosis"),
        ("metastases", "metastasis"),
        ("masses", "mass"),
        ("biopsies", "biopsy"),
        ("diabetes", "diabete"),
        ("pus", "pus"),
        ("hours", "hour"),
        ("haemorrhage", "hemorrhage"),
    ],
)
def test_inflected_and_british_forms_meet(word, form):
    assert normal(word) == form


def sentences(text):
    starts = [*sentence_starts(text), len(text)]
    return [text[a:b].strip() for a, b in pairwise(starts)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Seen by Dr. Smith. No fever.", ["Seen by Dr. Smith.", "No fever."]),
        ("Take 1 tab p.o. b.i.d. with food.", ["Take 1 tab p.o. b.i.d. with food."]),
        ("Temp 37.5 today. Stable.", ["Temp 37.5 today.", "Stable."]),
        ("No fever.No cough", ["No fever.", "No cough"]),
        ("Denies fever\nchest pain x3 days", ["Denies fever", "chest pain x3 days"]),
        ("Problems:\n1. Gout\n2. Asthma", ["Problems:", "1. Gout", "2. Asthma"]),
        ("Ruled out for MI. r/o PE", ["Ruled out for MI.", "r/o PE"]),
        ("fever\r\n\r\ncough", ["fever", "cough"]),
    ],
)
def test_sentences_end_where_a_clinician_ends_them(text, expected):
    assert sentences(text) == expected


def test_a_wrapped_line_goes_on():
    text = (
        "The patient was seen in the clinic this morning and there is no evidence of\n"
        "pneumonia or effusion on the film that was taken yesterday in the evening.\n"
        "He went home."
    )
    assert len(sentences(text)) == 2


@given(st.text(alphabet="aB. \n\r:;-1(\t", max_size=80))
def test_sentences_are_in_order_and_within_the_text(text):
    starts = sentence_starts(text)
    assert starts[0] == 0
    assert starts == sorted(set(starts))
    assert all(0 <= start < max(1, len(text)) for start in starts)


def categories(text):
    return [section.category for section in TokenisedNote(text).sections.found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("HISTORY OF PRESENT ILLNESS: pain\nALLERGIES: none", ["history_present_illness", "allergies"]),
        (
            "SUBJECTIVE:, Pain.,MEDICATIONS: , Aspirin.,ALLERGIES: , NKDA",
            ["history_present_illness", "medications", "allergies"],
        ),
        ("## Assessment and Plan\n1. Gout", ["assessment_plan"]),
        ("Impression\nNo acute disease", ["impression"]),
        ("PE: HEENT: normal. Lungs: clear.", ["physical_exam"]),
        ("FAMILY HISTORY: Gout\nSOMETHING ODD: text", ["family_history", "other"]),
        ("The plan: he goes home", []),
    ],
)
def test_titles_are_found_in_real_layouts(text, expected):
    assert categories(text) == expected


def test_a_section_covers_its_title_and_body():
    text = "ALLERGIES: nuts\nPLAN: rest"
    first, second = TokenisedNote(text).sections.found
    assert text[slice(*first.title)] == "ALLERGIES"
    assert text[first.start : first.end] == "ALLERGIES: nuts\n"
    assert second.end == len(text)


@given(
    st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=4), max_size=12),
    st.lists(st.sampled_from("abcde"), max_size=30),
)
def test_the_longest_phrase_at_each_place_is_found(phrases, words):
    table = PhraseTable.of(phrases)
    known = {tuple(p) for p in phrases}
    covered = 0
    for first, last, number in table.longest(words):
        assert first >= covered
        assert tuple(words[first:last]) == tuple(phrases[number])
        assert not any(tuple(words[first:end]) in known for end in range(last + 1, len(words) + 1))
        covered = last
