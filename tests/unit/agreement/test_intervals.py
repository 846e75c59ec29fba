import numpy as np
import pytest

from app.agreement.metrics.evaluate import evaluate
from app.agreement.metrics.intervals import bootstrap, jackknife, wilson
from app.agreement.metrics.kappa import Cohen, Percent
from app.agreement.metrics.protocol import Estimate, Sums

from .published import TABLES, from_table, from_units

COHEN_45 = from_table(TABLES["Cohen 1960 p. 45"])


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        (0, 10, 0, 0.277533),
        (9, 10, 0.595850, 0.982124),
        (95, 100, 0.888250, 0.978456),
        (190, 200, 0.910422, 0.972617),
        (59, 59, 0.938871, 1),
        (475, 500, 0.927232, 0.965906),
    ],
)
def test_wilson_intervals_as_tabulated(k, n, low, high):
    assert wilson(k, n) == pytest.approx((low, high), abs=1e-6)


def test_the_bootstrap_of_cohens_example_meets_the_analytic_error():
    interval = bootstrap(Cohen().prepare(COHEN_45), resamples=10_000)
    assert (interval.low, interval.high) == pytest.approx((0.390, 0.592), abs=0.01)
    assert interval.standard_error == pytest.approx(0.0511, abs=0.002)


def test_the_same_seed_gives_the_same_interval_and_another_one_another():
    sums = Cohen().prepare(COHEN_45)
    assert bootstrap(sums, seed=1) == bootstrap(sums, seed=1)
    assert bootstrap(sums, seed=1) != bootstrap(sums, seed=2)


def test_whole_documents_are_drawn_so_that_spans_of_one_note_stay_together():
    """Twenty ratings in two notes that say the same are as sure as two notes, not as twenty."""
    cells = [(f"{d}{i}", rater, value) for d in "xy" for i in range(10)
             for rater, value in (("a", "1"), ("b", "1" if d == "x" else "0"))]  # fmt: skip
    from app.agreement.metrics.data import Ratings

    home = {item: item[0] for item, _, _ in cells}
    clustered = bootstrap(Percent().prepare(Ratings.from_cells(cells, documents=home)))
    single = bootstrap(Percent().prepare(Ratings.from_cells(cells)))
    assert (clustered.documents, single.documents) == (2, 20)
    assert (clustered.low, clustered.high) == (0, 1)
    assert single.high - single.low < 0.5


def test_few_documents_get_a_warning_and_a_jackknife():
    result = evaluate(Percent(), from_units(["aa", "ab", "bb", "aa"]))
    assert "few_documents" in result["warnings"]
    assert result["interval"]["jackknife_se"] == pytest.approx(0.25)


def test_one_document_has_no_interval():
    result = evaluate(Percent(), from_units(["ab"]))
    assert (result["value"], result["interval"]["low"], result["interval"]["reason"]) == (
        0,
        None,
        "one_document",
    )


def test_resamples_without_a_value_are_counted_not_hidden():
    interval = bootstrap(Cohen().prepare(from_units(["aa", "aa", "aa", "aa", "ab", "bb"])))
    assert 0 < interval.undefined < 1000
    assert interval.low is not None


def test_the_jackknife_of_a_mean_is_its_standard_error():
    values = np.array([1.0, 4.0, 2.0, 7.0])
    rows = np.column_stack([values, np.ones(4)])
    sums = Sums(rows, lambda total: Estimate(total[0] / total[1]), 4)
    assert jackknife(sums) == pytest.approx(values.std(ddof=1) / 2)
