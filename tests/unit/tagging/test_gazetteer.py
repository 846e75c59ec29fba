"""Gazetteers: which phrases are suggested, which codes they carry, what is written and read again."""

import pytest

from app.tagging.annotate import annotate_note
from app.tagging.reading.note import TokenisedNote
from app.tagging.terms import gazetteer as module
from app.tagging.terms.gazetteer import Gazetteer, Term

TOY = ("toy", "1", "A1", "Morning fever")
OTHER = ("other", "2026", "77", "Fever in the morning")
TERMS = [
    Term("PROBLEM", "morning fever", TOY),
    Term("SYMPTOM", "Morning Fevers", OTHER),
    Term("PROBLEM", "mild morning fever of spring", ("toy", "1", "A2", "Spring fever"), least=0),
    Term("MEDICATION", "zanubix", ("drugs", "3", "9", "Zanubix"), least=2),
    Term("MEDICATION", "zanubix forte", ("drugs", "3", "10", "Zanubix forte"), least=2),
    Term("LAB_TEST", "zanubix", ("tests", "4", "5", "Zanubix in serum"), least=0),
]


def found(gazetteer, text):
    return [(m.first, m.last, m.label, m.codes) for m in gazetteer.mentions(TokenisedNote(text))]


def test_a_phrase_of_two_systems_carries_the_codes_of_both_under_the_label_of_the_first():
    assert found(Gazetteer.of(TERMS), "Has morning  fevers.") == [(1, 3, "PROBLEM", (TOY, OTHER))]


def test_a_phrase_with_too_few_words_gives_codes_and_suggests_nothing():
    gazetteer = Gazetteer.of(TERMS)
    assert found(gazetteer, "On zanubix.") == []
    assert gazetteer.codes_of(["zanubix"], "MEDICATION")[0][2] == "9"
    assert [m[2] for m in found(gazetteer, "On zanubix forte.")] == ["MEDICATION"]


def test_a_silent_phrase_does_not_hide_the_one_within_it():
    assert [m[:2] for m in found(Gazetteer.of(TERMS), "Mild morning fever of spring.")] == [(1, 3)]


def test_codes_are_those_for_the_label_of_the_mention():
    gazetteer = Gazetteer.of(TERMS)
    assert [code[0] for code in gazetteer.codes_of(["zanubix"], "MEDICATION")] == ["drugs"]
    assert [code[0] for code in gazetteer.codes_of(["zanubix"], "VITAL_SIGN")] == ["tests"]
    assert gazetteer.codes_of(["zanubix"], "PROBLEM") == ()
    assert gazetteer.codes_of(["unheard"], "PROBLEM") == ()


def test_of_one_system_a_phrase_keeps_a_few_codes_each_once():
    terms = [Term("PROBLEM", "toothache", ("toy", "1", str(n // 2), "x")) for n in range(20)]
    codes = Gazetteer.of(terms).codes_of(["toothache"], "PROBLEM")
    assert [code[2] for code in codes] == ["0", "1", "2"]


def test_of_too_many_phrases_the_shortest_stay_and_those_that_suggest_come_first(monkeypatch):
    monkeypatch.setattr(module, "MAX_TERMS", 3)
    long = [Term("PROBLEM", f"a b c{n}") for n in range(20)]
    silent = [Term("PROBLEM", "d silent", least=0), Term("PROBLEM", "silent", least=0)]
    gazetteer = Gazetteer.of([*long, *silent, Term("PROBLEM", "e f"), Term("PROBLEM", "g")])
    assert len(gazetteer) == 3
    for phrase in (["g"], ["silent"], ["e", "f"]):
        assert gazetteer.table.number_of(phrase) is not None


def test_what_is_saved_is_loaded_the_same(tmp_path):
    made = Gazetteer.of(TERMS)
    made.save(tmp_path)
    read = Gazetteer.load(tmp_path)
    text = "Morning fever, mild morning fever of spring, zanubix forte, zanubix."
    assert found(read, text) == found(made, text)
    assert len(read) == len(made)
    assert read.codes_of(["zanubix"], "LAB_TEST") == made.codes_of(["zanubix"], "LAB_TEST")


@pytest.mark.parametrize("terms", [[], [Term("PROBLEM", "fever")]])
def test_a_gazetteer_without_terms_or_codes_is_saved_too(tmp_path, terms):
    Gazetteer.of(terms).save(tmp_path)
    assert len(found(Gazetteer.load(tmp_path), "fever")) == len(terms)


def test_mentions_of_the_rules_get_the_code_of_what_is_left_without_words_that_grade():
    terms = [Term("PROBLEM", "pain", TOY, least=0), Term("PROBLEM", "chest pain", OTHER, least=0)]
    said = annotate_note("Severe left chest pain.", [Gazetteer.of(terms)], None).entities
    (entity,) = [entity for entity in said if entity.label != "ANATOMY"]
    assert [code["code"] for code in entity.candidates] == ["77"]
    assert entity.candidates[0] == {"system": "other", "release": "2026", "code": "77", "term": "Fever in the morning"}


def test_under_an_eponym_the_head_word_is_no_candidate():
    terms = [Term("PROBLEM", "angina", TOY, least=0)]
    said = annotate_note("Ludwig's angina. Severe angina.", [Gazetteer.of(terms)], None).entities
    assert [bool(entity.candidates) for entity in said] == [False, True]


def test_a_piece_of_a_shared_head_is_coded_by_its_own_words():
    terms = [Term("PROBLEM", "breast cancer", TOY, least=0), Term("PROBLEM", "ovarian cancer", OTHER, least=0)]
    said = annotate_note("Breast and ovarian cancer.", [Gazetteer.of(terms)], None).entities
    assert sorted(entity.candidates[0]["code"] for entity in said if entity.label == "PROBLEM") == ["77", "A1"]


def test_a_known_short_form_is_coded_by_its_sense():
    terms = [Term("PROBLEM", "chronic obstructive pulmonary disease", TOY, least=0)]
    said = annotate_note("Has COPD.", [Gazetteer.of(terms)], None).entities
    assert [code["code"] for code in said[0].candidates] == ["A1"]
