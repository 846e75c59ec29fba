"""Where libraries disagree: one table of what is said, and why there is no value."""

import pytest

from app.agreement.metrics.alpha import AlphaInterval, AlphaNominal, AlphaOrdinal, AlphaRatio
from app.agreement.metrics.data import Ratings
from app.agreement.metrics.evaluate import evaluate
from app.agreement.metrics.gwet import AC1, AC2
from app.agreement.metrics.kappa import Cohen, KappaQuadratic, Percent, Scott
from app.agreement.metrics.multirater import Conger, Fleiss, Light, LightQuadratic
from app.agreement.metrics.specific import SpecificPositive

from .published import from_table, from_units

EMPTY = from_units([])
CONSTANT = from_units(["aa", "aa", "aa"])
ONE_CONSTANT = from_units(["aa", "ab", "aa"])
OPPOSITE = from_units(["ab", "ba", "ab", "ba"])
UNEQUAL = from_units(["aab", "ab", "bbb"])
ALONE = from_units(["a.", "b.", ".a"])


@pytest.mark.parametrize(
    ("metric", "data", "value", "reason"),
    [
        (Cohen, EMPTY, None, "no_data"),
        (Fleiss, EMPTY, None, "no_data"),
        (AlphaNominal, EMPTY, None, "no_data"),
        (AC1, EMPTY, None, "no_data"),
        (Percent, EMPTY, None, "no_data"),
        (SpecificPositive, EMPTY, None, "no_data"),
        (Cohen, CONSTANT, None, "no_variation"),
        (Scott, CONSTANT, None, "no_variation"),
        (Fleiss, CONSTANT, None, "no_variation"),
        (Conger, CONSTANT, None, "no_variation"),
        (Light, CONSTANT, None, "no_variation"),
        (AlphaNominal, CONSTANT, None, "no_variation"),
        (AC1, CONSTANT, None, "no_variation"),
        (Percent, CONSTANT, 1.0, ""),
        (Cohen, ONE_CONSTANT, 0.0, ""),
        (Cohen, OPPOSITE, -1.0, ""),
        (Scott, OPPOSITE, -1.0, ""),
        (Fleiss, OPPOSITE, -1.0, ""),
        (Fleiss, UNEQUAL, None, "unequal_raters"),
        (Fleiss, ALONE, None, "no_data"),
        (Cohen, ALONE, None, "no_data"),
        (AlphaNominal, ALONE, None, "no_data"),
        (AC1, ALONE, None, "no_data"),
        (Light, ALONE, None, "no_data"),
        (Cohen, from_units(["aab", "abb"]), None, "needs_two_raters"),
        (Cohen, from_units(["a", "b"]), None, "no_data"),
        (KappaQuadratic, from_units(["ab", "bb"]), None, "order_undeclared"),
        (LightQuadratic, from_units(["ab", "bb"]), None, "order_undeclared"),
        (AlphaOrdinal, from_units(["ab", "bb"]), None, "order_undeclared"),
        (AC2, from_units(["ab", "bb"]), None, "order_undeclared"),
        (AlphaInterval, from_units(["ab", "bb"]), None, "not_numeric"),
        (AlphaRatio, Ratings.from_cells([("i", "a", "-1"), ("i", "b", "1")]), None, "not_numeric"),
        (AlphaInterval, Ratings.from_cells([("i", "a", "inf"), ("i", "b", "1")]), None, "not_numeric"),
    ],
)
def test_a_figure_or_the_reason_why_there_is_none(metric, data, value, reason):
    estimate = metric().prepare(data).estimate()
    assert estimate.reason == reason
    assert estimate.value == (None if value is None else pytest.approx(value))


def test_certain_agreement_by_chance_still_shows_what_was_observed():
    assert Cohen().prepare(CONSTANT).estimate().details["observed"] == 1.0


def test_a_rater_who_never_varies_is_warned_about():
    assert Cohen().prepare(ONE_CONSTANT).estimate().warnings == ("one_rater_constant",)


def test_kappa_uses_complete_pairs_and_counts_the_rest_while_alpha_uses_all_it_can():
    data = from_units(["aa", "ab", "a.", "bb", ".b"])
    kappa = Cohen().prepare(data)
    assert (kappa.n, kappa.excluded) == (3, {"not_rated_by_both": 2})
    three = from_units(["aa.", "ab.", "abb", "b.b", "..b"])
    alpha = AlphaNominal().prepare(three)
    assert (alpha.n, alpha.excluded) == (9, {"rated_once": 1})


def test_many_raters_see_cohens_kappa_of_each_pair():
    pairs = Cohen().prepare(from_units(["aab", "bbb", "abb", "aaa"])).estimate().details["pairs"]
    assert [pair["raters"] for pair in pairs] == [["r0", "r1"], ["r0", "r2"], ["r1", "r2"]]
    assert all(pair["n"] == 4 for pair in pairs)


def test_an_unused_category_changes_ac1_but_no_kappa():
    table = [[20, 5], [10, 15]]
    wider = [[20, 5, 0], [10, 15, 0], [0, 0, 0]]
    for metric in (Cohen, Scott, AlphaNominal):
        same = [metric().prepare(from_table(t)).estimate().value for t in (table, wider)]
        assert same[0] == pytest.approx(same[1])
    assert AC1().prepare(from_table(table)).estimate().value != pytest.approx(
        AC1().prepare(from_table(wider)).estimate().value
    )


def test_alphabetical_order_is_no_order_but_a_declared_one_and_numbers_are():
    cells = [("1", "a", "mild"), ("1", "b", "severe"), ("2", "a", "none"), ("2", "b", "none")]
    assert not Ratings.from_cells(cells).ordered
    declared = Ratings.from_cells(cells, categories=("none", "mild", "severe"))
    assert declared.ordered
    assert declared.categories == ("none", "mild", "severe")
    assert Ratings.from_cells([("1", "a", "10"), ("1", "b", "9")]).categories == ("9", "10")


def test_a_value_outside_the_declared_set_undoes_its_order():
    cells = [("1", "a", "mild"), ("1", "b", "odd")]
    assert not Ratings.from_cells(cells, categories=("none", "mild")).ordered


def test_measurements_with_thousands_of_values_are_not_tabulated():
    cells = [(str(i), rater, str(i * 2 + k)) for i in range(1000) for k, rater in enumerate("ab")]
    result = evaluate(Cohen(), Ratings.from_cells(cells), resamples=10)
    assert (result["value"], result["reason"]) == (None, "too_many_categories")
