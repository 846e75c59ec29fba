"""Scores by hand, and intervals by the published formula."""

import pytest

from app.deidentify.evaluation import DeidentificationEvaluation, Marked, f_beta, marked, wilson
from app.deidentify.phi_types import BY_KEY, TABLE, canonical, family

TEXT = "Mr Smith, John came on 3 May 2024."


def scores(gold, found):
    evaluation = DeidentificationEvaluation()
    evaluation.add("d1", TEXT, gold, found)
    return evaluation.report()


def test_strict_wants_type_and_borders_relaxed_wants_overlap_and_kind():
    gold = [Marked(3, 14, "NAME"), Marked(23, 33, "DATE")]
    report = scores(gold, [Marked(3, 8, "NAME"), Marked(23, 33, "DATE")])
    strict, relaxed = report["levels"]["strict"], report["levels"]["relaxed"]
    assert (strict["ALL"]["recall"], strict["NAME"]["recall"], strict["DATE"]["f1"]) == (0.5, 0.0, 1.0)
    assert relaxed["ALL"]["recall"] == 1.0


def test_tokens_left_uncovered_are_leaks_and_are_listed_by_place():
    report = scores([Marked(3, 14, "NAME")], [Marked(3, 8, "NAME"), Marked(15, 19, "LOCATION")])
    binary = report["levels"]["binary"]["PHI"]
    assert (binary["recall"], binary["precision"]) == (0.5, 0.5)
    assert (report["documents_with_a_leak"], report["any_leak_rate"]) == (1, 1.0)
    assert report["errors"] == [
        {"id": "d1", "error": "missed", "start": 3, "end": 14, "type": "NAME"},
        {"id": "d1", "error": "surplus", "start": 15, "end": 19, "type": "LOCATION"},
    ]
    assert "Smith" not in str(report)


def test_confusing_two_numbers_is_a_hit_of_the_kind_and_no_strict_hit():
    report = scores([Marked(23, 33, "MRN")], [Marked(23, 33, "ACCOUNT")])
    assert report["levels"]["relaxed"]["MRN"]["recall"] == 1.0
    assert report["levels"]["strict"]["MRN"]["recall"] == 0.0


def test_nothing_to_find_is_no_perfect_score():
    assert scores([], [])["levels"]["strict"] == {}


def test_wilson_interval_of_ten_of_ten_and_of_one_of_ten():
    assert wilson(10, 10) == [0.7225, 1.0]
    assert wilson(1, 10) == [0.0179, 0.4042]
    assert wilson(0, 0) is None


def test_f2_weighs_recall():
    assert f_beta(0.5, 1.0, 2) == pytest.approx(5 * 0.5 / (4 * 0.5 + 1))
    assert f_beta(None, 1.0, 1) is None


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("PERSON", "NAME"),
        ("DOCTOR", "NAME"),
        ("GPE", "LOCATION"),
        ("STREET_ADDRESS", "LOCATION"),
        ("HOSPITAL", "ORGANIZATION"),
        ("DATE_TIME", "DATE"),
        ("PHONE_NUMBER", "PHONE"),
        ("MEDICALRECORD", "MRN"),
        ("CREDIT_CARD", "ACCOUNT"),
        ("us_ssn", "SSN"),
        ("SOMETHING", "SOMETHING"),
    ],
)
def test_types_of_other_schemes_are_mapped(theirs, ours):
    assert marked([{"start": 0, "end": 1, "type": theirs}]) == [Marked(0, 1, ours)]


def test_no_alias_means_two_types_and_every_safe_harbor_letter_is_covered():
    aliases = [alias for t in TABLE for alias in (t.key, *t.aliases)]
    assert len(aliases) == len(set(aliases))
    assert {t.letter for t in TABLE} == set("ABCDEFGHIJKLMNOPQR")
    assert canonical("NAME") in BY_KEY
    assert family("MRN") == family("SSN") == "id"
