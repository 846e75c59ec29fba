"""Sampling plans against the published tables, and their chances against exact sums."""

import pytest

from app.quality.acceptance.lots import in_order
from app.quality.acceptance.plans import inspection_after, limiting_quality, single_plan, zero_acceptance

# Lot size, AQL in per mille, sample, acceptance number: cells of MIL-STD-105E table II-A and domain D.3.
NORMAL = [
    (60, 10, 13, 0), (400, 10, 50, 1), (1000, 10, 80, 2), (2000, 10, 125, 3), (5000, 10, 200, 5), (20_000, 10, 315, 7),
    (130, 25, 20, 1), (200, 25, 32, 2), (400, 25, 50, 3), (1000, 25, 80, 5), (2000, 25, 125, 7), (5000, 25, 200, 10),
    (130, 6.5, 20, 0), (1000, 6.5, 80, 1), (2000, 6.5, 125, 2), (5000, 6.5, 200, 3), (20_000, 65, 200, 21),
]  # fmt: skip
TIGHTENED = [(130, 10, 20, 0), (1000, 10, 80, 1), (2000, 10, 125, 2), (5000, 25, 200, 8), (5000, 40, 200, 12)]


def test_single_plans_are_those_of_the_tables():
    for lot, aql, size, accept in NORMAL:
        assert (single_plan(lot, aql).size, single_plan(lot, aql).accept) == (size, accept), (lot, aql)
    for lot, aql, size, accept in TIGHTENED:
        plan = single_plan(lot, aql, tightened=True)
        assert (plan.size, plan.accept) == (size, accept), (lot, aql)


def test_an_arrow_changes_the_size_of_the_sample_and_a_small_lot_is_checked_whole():
    assert (single_plan(120, 10).size, single_plan(120, 10).accept) == (13, 0)  # F: the plan above
    assert (single_plan(200, 10).size, single_plan(200, 10).accept) == (50, 1)  # G: the plan below
    assert single_plan(30, 6.5).size == 20  # D: the first plan below
    assert single_plan(12, 10).size == 12  # n ≥ lot: all of it
    with pytest.raises(ValueError, match="AQL"):
        single_plan(100, 7)


def test_the_chance_of_acceptance_is_exact():
    plan = single_plan(1000, 10)
    assert [round(plan.chance(p), 4) for p in (0.01, 0.025, 0.05, 0.10)] == [0.9534, 0.6767, 0.2306, 0.0107]
    assert [round(single_plan(2000, 10).chance(p), 4) for p in (0.01, 0.025, 0.05, 0.10)] == [
        0.9626, 0.6189, 0.1238, 0.0010,
    ]  # fmt: skip
    # of a lot of 50 with 5 wrong, all 10 drawn right: C(45,10) / C(50,10)
    assert round(zero_acceptance(50, 0.1).chance(0.1, 50), 4) <= 0.05


def test_zero_acceptance_and_limiting_quality_are_the_smallest_that_suffice():
    # domain D.3, hypergeometric
    sizes = {(50, 0.05): 31, (50, 0.10): 22, (100, 0.05): 45, (200, 0.02): 105, (500, 0.02): 129, (1000, 0.01): 258}
    assert {key: zero_acceptance(*key).size for key in sizes} == sizes
    assert limiting_quality(200, 0.05).chance(0.05, 200) <= 0.10


def test_inspection_is_tightened_after_two_of_five_and_stops_after_five_refused():
    assert inspection_after([True, False, True, True, False]) == "tightened"
    assert inspection_after([False, True, True, True, True, True, False]) == "normal"
    assert inspection_after([False, False] + [True] * 5) == "normal"
    assert inspection_after([False, False] + [False] * 5) == "stopped"


def test_a_sample_is_the_same_for_the_same_seed_and_another_for_another():
    first = in_order("00" * 32, 1, range(100))
    assert first == in_order("00" * 32, 1, reversed(range(100)))
    assert sorted(first) == list(range(100)) != first
    assert first != in_order("01" * 32, 1, range(100))
    assert first != in_order("00" * 32, 2, range(100))
