"""Evidence, not a vote: what stays, what goes, and what is masked because it is likely and not certain."""

import pytest

from app.deidentify.engine import SourceText, deidentify_subject
from app.deidentify.lexicon.shapes import Known, lexicon
from app.deidentify.note import Note
from app.deidentify.policy import Policy
from app.deidentify.replace.surrogates import Surrogates
from app.deidentify.verdict import NEEDS_REVIEW, PASSED, judge
from app.factory import compose
from app.privacy.engines import full_engine
from tests.quality.deid_cases import DAMAGING, names_removed, read_cases, texts_kept


@pytest.fixture(scope="module")
def engine():
    compose()
    return full_engine()


def found(engine, text):
    (spans,) = engine.find([Note(text)])
    return [span for span in spans if span.type in DAMAGING]


def measured(engine, name):
    cases = read_cases(name)
    return cases, [engine.find([Note(case.text)])[0] for case in cases]


def test_names_that_are_words_are_removed_where_their_place_says_so(engine):
    removed, whole = names_removed(*measured(engine, "deid_names_that_are_words"))
    assert removed / whole >= 0.9


def test_the_same_words_stay_where_they_are_words(engine):
    kept, whole = texts_kept(*measured(engine, "deid_words_as_words"))
    assert kept / whole >= 0.98


def test_texts_that_name_nobody_stay_whole(engine):
    kept, whole = texts_kept(*measured(engine, "deid_kept"))
    assert kept / whole >= 0.9


def test_what_letters_name_goes_and_further_clean_texts_stay(engine):
    removed, marked = names_removed(*measured(engine, "deid_letters"))
    kept, whole = texts_kept(*measured(engine, "deid_kept_second"))
    assert removed / marked >= 0.82 and kept / whole >= 0.85


def test_substances_variants_and_methods_stay_and_people_in_the_same_places_go(engine):
    removed, marked = names_removed(*measured(engine, "deid_kept_third"))
    kept, whole = texts_kept(*measured(engine, "deid_kept_third"))
    assert removed == marked and kept / whole >= 0.9


@pytest.mark.parametrize(
    "text",
    [
        "Keppra, Lasix, Allegra given.",
        "Adenocarcinoma of the prostate.",
        "Amphotericin B-induced seizures.",
        "Child-Pugh B.",
        "Salter-Harris II.",
        "A Veress needle was inserted and the abdomen insufflated.",
        "A purse-string suture (Ethicon Inc., Somerville, NJ) was placed in the valve.",
    ],
)
def test_medicine_stays(engine, text):
    assert found(engine, text) == []


@pytest.mark.parametrize(
    "text",
    ["Mrs Keppra was seen.", "Patient: Allegra Lasix", "Dr Akhtar Pain reviewed the scan.", "d/w MK about the scan"],
)
def test_a_title_a_label_and_initials_outweigh_the_lexicon(engine, text):
    assert found(engine, text)


def test_what_is_likely_and_not_certain_is_masked_and_never_given_a_surrogate(engine):
    text = "The wound was seen with Vashkoreth today, pain is less."
    (clean,) = deidentify_subject([SourceText("n", text)], Policy(mode="surrogate"), key=b"k" * 32, engine=engine)
    assert clean.text == "The wound was seen with [NAME?] today, pain is less."
    assert [span.certain for span in clean.spans] == [False]


def test_a_clinical_word_is_not_carried_over_to_other_places(engine):
    notes = [Note("Dr. Keppra saw him."), Note("Keppra 500 mg was continued for seizures.")]
    first, second = engine.find(notes)
    assert first
    assert [span for span in second if span.type == "NAME"] == []


def test_a_surrogate_has_no_other_reading():
    made = Surrogates(b"k" * 32, "s")
    names = {made.replace(name, "NAME") for name in ("Okonkwo", "Beata", "Lindqvist", "Szymborska", "Adeyemi", "Tomas")}
    assert names
    for name in names:
        assert not lexicon().get(name.lower(), 0) & (Known.ORDINARY | Known.CLINICAL | Known.THING | Known.EPONYM)


def test_a_held_text_names_its_doubts_most_doubtful_first():
    note = Note("He came with Okonkwo and said that Adeyemi and then Lindqvist and later Beata had pain in 123456.")
    verdict = judge(note, [], Policy())
    assert verdict.outcome == NEEDS_REVIEW
    assert note.text[slice(*verdict.suspects[0])] == "Okonkwo"
    assert judge(Note("No chest pain today."), [], Policy()).outcome == PASSED
