"""Coefficients against published worked examples; every row names its source."""

import pytest

from app.agreement.metrics.alpha import AlphaInterval, AlphaNominal, AlphaOrdinal, AlphaRatio
from app.agreement.metrics.data import Ratings
from app.agreement.metrics.gwet import AC1, AC2
from app.agreement.metrics.kappa import Cohen, KappaLinear, KappaQuadratic, Percent, Scott, weighted_kappa
from app.agreement.metrics.multirater import Conger, Fleiss, Light, Randolph
from app.agreement.metrics.specific import SpecificNegative, SpecificPositive

from .published import (
    BINARY,
    FLEISS_1971,
    FOURTEEN_RATERS,
    KRIPPENDORFF_4,
    KRIPPENDORFF_1980_139,
    LETTERS,
    TABLES,
    WARRENS_2010,
    from_counts,
    from_table,
    from_units,
    transposed,
)


def value(metric, data):
    return metric().prepare(data).estimate().value


# Source; p_o, p_e, kappa, SE, SE0, kappa max, linear, quadratic, pi, alpha, AC1.
TWO_RATERS = [
    ("Cohen 1960 p. 37",
     .29, .35, -.092308, .056641, .070249, .846154, .022727, .134328, -.100775, -.095271, -.0480),
    ("Cohen 1960 p. 45",
     .70, .41, .491525, .051002, .051979, .830508, .473684, .454545, .487179, .488462, .5760),
    ("Artstein & Poesio 2008 p. 558",
     .70, .54, .347826, .095008, .097608, .782609, .347826, .347826, .340659, .343956, .449541),
    ("Artstein & Poesio 2008 p. 568",
     .88, .396, .801325, .051973, .075369, .801325, .835526, .877651, .799532, .800535, .828743),
    ("Landis & Koch 1977",
     .635593, .281241, .493006, .056743, .050139, .622702, .648810, .783822, .473515, .475746, .526304),
    ("SAS FREQ", .684211, .387812, .4842, .1380, .1484, .570136, .4701, .450161, .453237, .467626, .555988),
    ("Brennan & Prediger 1981 p. 689",
     .60, .45, .272727, .060488, .061523, .454545, .210526, .152542, .223301, .227184, .461279),
    ("Zwick 1988 ex. 3",
     .60, .24, .473684, .060150, .054188, .736842, .50, .512987, .459459, .462162, .469027),
    ("textbook 2 x 2", .70, .50, .40, .126996, .138564, .80, .40, .40, .393939, .40, .405941),
]  # fmt: skip


@pytest.mark.parametrize("row", TWO_RATERS, ids=lambda row: row[0])
def test_two_raters_as_published(row):
    name, observed, expected, kappa, se, se0, maximum, linear, quadratic, pi, alpha, ac1 = row
    data = from_table(TABLES[name])
    estimate = Cohen().prepare(data).estimate()
    assert estimate.value == pytest.approx(kappa, abs=6e-5)
    assert estimate.details["observed"] == pytest.approx(observed, abs=1e-6)
    assert estimate.details["expected"] == pytest.approx(expected, abs=1e-6)
    assert estimate.details["se"] == pytest.approx(se, abs=6e-5)
    assert estimate.details["se0"] == pytest.approx(se0, abs=6e-5)
    assert estimate.details["maximum"] == pytest.approx(maximum, abs=1e-6)
    assert value(KappaLinear, data) == pytest.approx(linear, abs=6e-5)
    assert value(KappaQuadratic, data) == pytest.approx(quadratic, abs=1e-6)
    assert value(Scott, data) == pytest.approx(pi, abs=1e-6)
    assert value(AlphaNominal, data) == pytest.approx(alpha, abs=1e-6)
    assert value(AC1, data) == pytest.approx(ac1, abs=6e-5)
    assert value(Percent, data) == pytest.approx(observed, abs=1e-6)


def test_weights_of_ones_own_choice_as_artstein_and_poesio_2008_p_568():
    import numpy as np

    table = np.array(TABLES["Artstein & Poesio 2008 p. 568"], dtype=float)
    weights = np.array([[0, 1, .5], [1, 0, .5], [.5, .5, 0]])  # fmt: skip
    estimate = weighted_kappa(table, weights)
    assert 1 - estimate.details["observed"] == pytest.approx(0.090, abs=5e-4)
    assert 1 - estimate.details["expected"] == pytest.approx(0.490, abs=5e-4)
    assert estimate.value == pytest.approx(0.8163, abs=5e-5)


@pytest.mark.parametrize(
    ("name", "observed", "kappa", "pi", "ac1"),
    [
        ("Gwet 2008 prevalence", .85, None, None, .808),
        ("paradox, balanced", .85, .699519, .699248, .700748),
        ("paradox, prevalent", .85, .318182, .314286, .808),
    ],
)  # fmt: skip
def test_the_same_observed_agreement_gives_other_kappas_when_one_category_prevails(
    name, observed, kappa, pi, ac1
):
    data = from_table(TABLES[name])
    assert value(Percent, data) == pytest.approx(observed)
    assert value(AC1, data) == pytest.approx(ac1, abs=5e-4)
    if kappa is not None:
        assert value(Cohen, data) == pytest.approx(kappa, abs=1e-6)
        assert value(Scott, data) == pytest.approx(pi, abs=1e-6)


def test_specific_agreement_as_artstein_and_poesio_2008_p_558():
    data = from_table(TABLES["Artstein & Poesio 2008 p. 558"], categories=("STAT", "IReq"))
    each = SpecificPositive().prepare(data).estimate()
    assert each.value is None
    assert each.reason == "positive_undeclared"
    assert each.details["categories"] == {
        "STAT": pytest.approx(.571, abs=5e-4), "IReq": pytest.approx(.769, abs=5e-4)
    }  # fmt: skip


@pytest.mark.parametrize(
    ("negatives", "kappa"), [(0, -0.111111), (100, 0.797980), (1000, 0.878988), (100_000, 0.888789)]
)
def test_kappa_tends_to_f1_as_negatives_grow(negatives, kappa):
    """Hripcsak & Rothschild 2005: a = 80, b = c = 10."""
    data = from_table([[80, 10], [10, negatives]], categories=("yes", "no"))
    assert value(SpecificPositive, data) == pytest.approx(0.888889, abs=1e-6)
    assert value(Cohen, data) == pytest.approx(kappa, abs=1e-6)


def test_negative_specific_agreement_counts_the_other_category():
    data = from_table([[5, 1], [2, 10]], categories=("yes", "no"))
    assert value(SpecificPositive, data) == pytest.approx(10 / 13)
    assert value(SpecificNegative, data) == pytest.approx(20 / 23)


def test_fleiss_1971_thirty_patients_six_raters():
    data = from_units(FLEISS_1971.split())
    estimate = Fleiss().prepare(data).estimate()
    assert estimate.details["observed"] == pytest.approx(0.555556, abs=1e-6)
    assert estimate.details["expected"] == pytest.approx(0.219938, abs=1e-6)
    assert estimate.value == pytest.approx(0.430245, abs=1e-6)
    assert estimate.details["categories"] == pytest.approx(
        [0.244755, 0.244755, 0.52, 0.471127, 0.566118], abs=1e-6
    )
    assert estimate.details["se"] ** 2 == pytest.approx(0.000756, abs=1e-6)
    assert estimate.details["se0"] == pytest.approx(0.024374, abs=1e-6)
    assert estimate.value / estimate.details["se0"] == pytest.approx(17.65, abs=0.01)
    assert value(Randolph, data) == pytest.approx(0.444444, abs=1e-6)
    assert value(AlphaNominal, data) == pytest.approx(0.433410, abs=1e-6)


def test_fourteen_raters_five_categories():
    """The worked example of the encyclopaedia article on Fleiss' kappa."""
    rows = [[int(n) for n in row.split()] for row in FOURTEEN_RATERS.split("/")]
    estimate = Fleiss().prepare(from_counts(rows)).estimate()
    assert estimate.details["observed"] == pytest.approx(0.378022, abs=1e-6)
    assert estimate.details["expected"] == pytest.approx(0.212755, abs=1e-6)
    assert estimate.value == pytest.approx(0.209931, abs=1e-6)


@pytest.mark.parametrize(
    ("data", "fleiss", "free"),
    [
        (from_counts([[7, 1], [3, 5]]), .161905, .214286),
        (from_counts([[6, 1, 0], [0, 7, 0]]), .708333, .785714),
        (from_units(["YYY", "YYN", "YYN", "YYY"]), -.2, 1 / 3),
    ],
)  # fmt: skip
def test_randolph_2005_examples(data, fleiss, free):
    assert value(Fleiss, data) == pytest.approx(fleiss, abs=1e-6)
    assert value(Randolph, data) == pytest.approx(free, abs=1e-6)


@pytest.mark.parametrize(
    ("metric", "published"), [(Randolph, 0.8358), (Fleiss, 0.8324), (Conger, 0.8326), (Light, 0.8325)]
)
def test_warrens_2010_eight_raters(metric, published):
    """Shown as in the source, which is off by up to one unit in the last place."""
    assert value(metric, from_units(WARRENS_2010)) == pytest.approx(published, abs=1e-4)


@pytest.mark.parametrize(
    ("metric", "four", "p139"),
    [
        (AlphaNominal, .743421, .641732), (AlphaOrdinal, .815388, .499424),
        (AlphaInterval, .849107, .546917), (AlphaRatio, .797403, .483254),
    ],
)  # fmt: skip
def test_alpha_as_krippendorff_2011_and_1980(metric, four, p139):
    assert value(metric, from_units(transposed(KRIPPENDORFF_4))) == pytest.approx(four, abs=1e-6)
    assert value(metric, from_units(KRIPPENDORFF_1980_139)) == pytest.approx(p139, abs=1e-6)


def test_alpha_shows_the_disagreement_it_is_made_of():
    estimate = AlphaInterval().prepare(from_units(transposed(KRIPPENDORFF_4))).estimate()
    assert estimate.details["observed_disagreement"] == pytest.approx(0.433, abs=5e-4)
    assert estimate.details["expected_disagreement"] == pytest.approx(2.872, abs=5e-4)


def test_alpha_of_two_observers_as_krippendorff_2011():
    assert value(AlphaNominal, from_units(BINARY)) == pytest.approx(0.095238, abs=1e-6)
    estimate = AlphaNominal().prepare(from_units(LETTERS)).estimate()
    assert estimate.value == pytest.approx(0.734104, abs=1e-6)
    assert estimate.details["observed_disagreement"] == pytest.approx(0.1667, abs=5e-5)
    assert estimate.details["expected_disagreement"] == pytest.approx(0.6268, abs=5e-5)


@pytest.mark.parametrize(
    ("table", "ac1", "ac2"),
    [
        ([[20, 5, 1, 0], [4, 15, 6, 1], [0, 5, 18, 4], [0, 1, 3, 12]], 0.58046, 0.84028),
        (
            [[15, 4, 1, 0, 0], [3, 12, 4, 1, 0], [1, 3, 14, 3, 1], [0, 1, 3, 10, 2], [0, 0, 1, 2, 8]],
            0.57997,
            0.87005,
        ),
    ],
)
def test_gwet_ac1_and_quadratic_ac2(table, ac1, ac2):
    assert value(AC1, from_table(table)) == pytest.approx(ac1, abs=5e-6)
    assert value(AC2, from_table(table)) == pytest.approx(ac2, abs=5e-6)


def test_kappa_of_five_words_as_in_the_documentation_of_scikit_learn():
    one, other = ("neg", "pos", "neg", "neu", "pos"), ("neg", "pos", "neg", "neu", "neg")
    cells = [(str(i), rater, said[i]) for rater, said in (("a", one), ("b", other)) for i in range(5)]
    assert value(Cohen, Ratings.from_cells(cells)) == pytest.approx(0.6875)
