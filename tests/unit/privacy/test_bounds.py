"""Published sample sizes and bounds."""

import math
from functools import cache
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.exact import (
    PERFECT,
    binomial_cdf,
    finite_sample_size,
    lot_upper_bound,
    lower_bound,
    sample_size,
    sensitivity_from_planted,
    sensitivity_from_two,
    upper_bound,
)
from app.privacy.leak_audit.bounds import AuditResult, draw, draw_strata

KEY = b"k" * 32


@pytest.mark.parametrize(("n", "rate"), [(59, 0.05), (149, 0.02), (299, 0.01), (598, 0.005)])
def test_no_leak_in_n_documents_rules_out_this_rate(n, rate):
    assert upper_bound(0, n) <= rate < upper_bound(0, n - 1)


@pytest.mark.parametrize(
    ("confidence", "sizes"),
    [
        (0.90, {0.005: 460, 0.01: 230, 0.02: 114, 0.03: 76, 0.05: 45, 0.10: 22}),
        (0.95, {0.005: 598, 0.01: 299, 0.02: 149, 0.03: 99, 0.05: 59, 0.10: 29}),
        (0.99, {0.005: 919, 0.01: 459, 0.02: 228, 0.03: 152, 0.05: 90, 0.10: 44}),
    ],
)
def test_zero_acceptance_sample_sizes_are_the_tabulated_ones(confidence, sizes):
    assert {rate: sample_size(rate, confidence) for rate in sizes} == sizes


@pytest.mark.parametrize(
    ("allowed", "rate", "n"), [(1, 0.01, 473), (1, 0.02, 236), (1, 0.05, 93), (2, 0.05, 124), (3, 0.05, 153)]
)
def test_allowing_leaks_needs_a_larger_sample(allowed, rate, n):
    assert sample_size(rate, allowed=allowed) == n


@pytest.mark.parametrize(
    ("lot", "rate", "n"),
    [
        *[(50, 0.05, 31), (50, 0.1, 22), (100, 0.05, 45), (100, 0.02, 78), (100, 0.01, 95), (200, 0.05, 51)],
        *[(200, 0.02, 105), (500, 0.05, 56), (500, 0.02, 129), (500, 0.01, 225), (1000, 0.05, 57)],
        *[(1000, 0.02, 138), (1000, 0.01, 258)],
    ],
)
def test_finite_lots_need_fewer(lot, rate, n):
    assert finite_sample_size(lot, rate) == n


def test_the_bound_with_leaks_is_the_clopper_pearson_one():
    # 3 of 100, one-sided 95 %: 0.0757 (Beta quantile 0.95 of 4 and 97).
    assert upper_bound(3, 100) == pytest.approx(0.0757, abs=1e-4)
    assert binomial_cdf(3, 100, upper_bound(3, 100)) == pytest.approx(0.05, abs=1e-9)


def test_an_imperfect_checker_widens_the_bound():
    half = sensitivity_from_planted(4, 5)
    assert AuditResult(299, 0, 5000, half).bound == pytest.approx(upper_bound(0, 299) / 0.8)
    assert AuditResult(100, 2, 5000, sensitivity_from_planted(1, 2)).rate == pytest.approx(0.04)
    assert AuditResult(100, 0, 5000, sensitivity_from_planted(0, 20)).bound == 1.0
    assert AuditResult(0, 0, 0, PERFECT).bound == AuditResult(0, 0, 0, PERFECT).careful == 1.0


@pytest.mark.parametrize(("n", "percent"), [(59, 5), (299, 1)])
def test_the_published_bounds_are_those_of_perfect_checkers(n, percent):
    assert AuditResult(n, 0, 10**6, PERFECT).bound * 100 == pytest.approx(percent, abs=0.05)


def test_the_interval_of_the_sensitivity_is_the_clopper_pearson_one():
    # 45 of 50: 78.19 % to 96.67 % (Clopper & Pearson, as R's binom.test prints it).
    known = sensitivity_from_planted(45, 50)
    assert (known.low, known.estimate, known.high) == pytest.approx((0.7819, 0.9, 0.9667), abs=1e-4)
    # All of 20 found says no more than 83 %.
    assert sensitivity_from_planted(20, 20).low == pytest.approx(0.025 ** (1 / 20))


def test_the_careful_bound_takes_the_lower_end_and_leaves_half_the_error_to_each():
    careful = AuditResult(90, 0, 10**6, sensitivity_from_planted(20, 20)).careful
    assert careful == pytest.approx((1 - 0.025 ** (1 / 90)) / 0.025 ** (1 / 20))
    assert careful < 0.05  # what a plan as proposed can show


def test_the_careful_bound_holds_as_often_as_it_says():
    """Simulated: true rate 4 %, checkers find 85 %; the bound may fail in at most 5 % of audits."""
    draw_from, held, audits = Random(7), 0, 1000
    careful = cache(lambda seen, found: AuditResult(150, seen, 10**6, sensitivity_from_planted(found, 30)).careful)
    for _ in range(audits):
        seen = sum(draw_from.random() < 0.04 * 0.85 for _ in range(150))
        found = sum(draw_from.random() < 0.85 for _ in range(30))
        held += careful(seen, found) >= 0.04
    assert held / audits >= 0.95


def test_sensitivity_comes_from_planted_identifiers_or_from_two_checkers():
    assert sensitivity_from_planted(45, 50).estimate == 0.9
    # Each found 8 of the other's 10: .8 alone, .96 together.
    two = sensitivity_from_two(2, 2, 8)
    assert two.estimate == pytest.approx(0.96)
    alone = lower_bound(8, 10, 1 - 0.0125)
    assert two.low == pytest.approx(1 - (1 - alone) ** 2)
    assert two.low < two.estimate < two.high <= 1
    with pytest.raises(ValueError, match="common find"):
        sensitivity_from_two(3, 4, 0)


@pytest.mark.parametrize(("lot", "rate"), [(50, 0.1), (100, 0.05), (200, 0.02), (500, 0.01), (1000, 0.05)])
def test_the_bound_of_a_lot_and_its_sample_size_say_the_same(lot, rate):
    n = finite_sample_size(lot, rate)
    assert lot_upper_bound(0, n, lot) < rate <= lot_upper_bound(0, n - 1, lot)


def test_a_lot_checked_whole_holds_what_was_found_and_no_more():
    assert lot_upper_bound(3, 70, 70) == 3 / 70
    assert lot_upper_bound(0, 70, 70) == 0


@pytest.mark.parametrize(("leaks", "checked", "lot"), [(0, 59, 70), (2, 30, 40), (5, 60, 400), (1, 12, 25)])
def test_the_bound_of_a_lot_is_the_largest_count_that_is_not_refuted(leaks, checked, lot):
    """Against every possible count, with the probabilities summed anew."""

    def chance(leaking):
        ways = sum(math.comb(leaking, i) * math.comb(lot - leaking, checked - i) for i in range(leaks + 1))
        return ways / math.comb(lot, checked)

    possible = [m for m in range(leaks, lot - checked + leaks + 1) if chance(m) > 0.05]
    assert lot_upper_bound(leaks, checked, lot) == max(possible) / lot


def test_in_a_large_lot_both_bounds_agree_and_in_a_small_one_the_lots_is_lower():
    assert lot_upper_bound(0, 59, 200_000) == pytest.approx(upper_bound(0, 59), rel=1e-3)
    assert lot_upper_bound(0, 59, 70) < upper_bound(0, 59) / 2


def test_the_draw_can_be_repeated_and_does_not_depend_on_order():
    ids = [f"d{i}" for i in range(500)]
    first = draw(ids, 59, key=KEY, lot="2026-11")
    assert first == draw(reversed(ids), 59, key=KEY, lot="2026-11")
    assert len(set(first)) == 59
    assert first != draw(ids, 59, key=KEY, lot="2026-12")
    assert first != draw(ids, 59, key=b"other" * 7, lot="2026-11")


def test_every_stratum_is_drawn_from():
    drawn = draw_strata({"letters": ["a", "b"], "notes": [f"n{i}" for i in range(9)]}, 3, key=KEY, lot="x")
    assert (len(drawn["letters"]), len(drawn["notes"])) == (2, 3)


@given(st.integers(1, 400), st.data())
def test_more_leaks_never_lower_the_bound(n, data):
    k = data.draw(st.integers(0, n - 1))
    assert k / n <= upper_bound(k, n) <= upper_bound(k + 1, n) <= 1
