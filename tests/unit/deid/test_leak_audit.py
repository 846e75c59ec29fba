"""Published sample sizes and bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.deid.proof.leak_audit import (
    audit,
    binomial_cdf,
    draw,
    draw_strata,
    finite_sample_size,
    sample_size,
    sensitivity_from_planted,
    sensitivity_from_two,
    upper_bound,
)

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
    assert audit("lot", 299, 0, sensitivity=0.8).bound == pytest.approx(upper_bound(0, 299) / 0.8)
    assert audit("lot", 0, 0, sensitivity=1.0).bound == 1.0
    assert audit("lot", 100, 2, sensitivity=0.5).rate == pytest.approx(0.04)


def test_sensitivity_comes_from_planted_identifiers_or_from_two_checkers():
    assert sensitivity_from_planted(45, 50) == 0.9
    # Each found 8 of the other's 10: .8 alone, .96 together.
    assert sensitivity_from_two(2, 2, 8) == pytest.approx(0.96)
    with pytest.raises(ValueError, match="common find"):
        sensitivity_from_two(3, 4, 0)


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
