"""Unitizing alpha and gamma: published figures, sampling that is as sure as it says, and the traps of a continuum."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.agreement.metrics.data import MarkedSpan, Reading, Spans
from app.agreement.metrics.gamma import Gamma, best_alignment
from app.agreement.metrics.unitizing import UnitizingAlpha, expected_disagreement, observed_disagreement

# Krippendorff 1995, p. 57: continuum of 24 places; D_o and D_e of the limit of fine places, and alpha. Expected
# disagreement has a slip in print (a plus for a minus, put right in 2004), which shows in the third decimal.
PUBLISHED = {
    "A": ([(2, 10), (14, 20)], [(4, 8), (15, 17)], 0.03125, 0.06990, 0.553),
    "B": ([(0, 18)], [(0, 2), (2, 3), (3, 4), (4, 5), (5, 6), (6, 9), (9, 10)], 2.26736, 1.17731, -0.926),
    "C": (
        [(2, 8), (10, 12), (14, 18), (20, 22)], [(0, 2), (4, 8), (10, 14), (16, 18), (20, 22)], 0.02777, 0.08642, 0.679,
    ),
    "D": (
        [(0, 2), (2, 10), (10, 14), (14, 20), (20, 24)], [(0, 4), (4, 8), (8, 15), (15, 17), (17, 24)],
        0.38715, 0.41445, 0.066,
    ),
}  # fmt: skip


def stretched(units, factor):
    return [(start * factor, end * factor) for start, end in units]


def spans(*marks):
    return [MarkedSpan(label, ((start, end),)) for start, end, label in marks]


def two(one, other, length=None, **more):
    texts = {"d": "x" * length} if length else {}
    return Spans({"d": {"A": Reading(one), "B": Reading(other)}} | more, texts)


def value(metric, data):
    return metric.prepare(data).estimate().value


@pytest.mark.parametrize("name", PUBLISHED)
def test_disagreements_are_those_of_krippendorff_1995(name):
    one, other, observed, expected, alpha = PUBLISHED[name]
    assert observed_disagreement(one, other) / 24**2 == pytest.approx(observed, abs=1e-5)
    fine = 50_000
    length = 24 * fine
    mine, theirs = stretched(one, fine), stretched(other, fine)
    found = expected_disagreement(mine, theirs, length) / length**2
    assert found == pytest.approx(expected, abs=0.005)
    assert 1 - observed_disagreement(mine, theirs) / length**2 / found == pytest.approx(alpha, abs=0.02)


def test_coarse_places_are_those_of_the_published_series():
    one, other, *_ = PUBLISHED["C"]
    halves = [[(start // 2, end // 2) for start, end in units] for units in (one, other)]
    assert expected_disagreement(*halves, 12) / 12**2 == pytest.approx(0.05494, abs=1e-5)


def test_krippendorff_2004_by_category_and_together():
    """Content Analysis, p. 254: two observers, two categories, places 150 to 450; printed from rounded D_o and D_e."""
    one = spans((75, 145, "c"), (220, 250, "c"), (30, 90, "k"), (150, 200, "k"))
    other = spans((70, 150, "c"), (205, 225, "c"), (250, 270, "c"), (30, 90, "k"), (150, 200, "k"))
    assert value(UnitizingAlpha(), two(one, other, 300)) == pytest.approx(0.8591, abs=5e-4)
    only = [[span for span in marks if span.label == "c"] for marks in (one, other)]
    assert value(UnitizingAlpha(), two(*only, 300)) == pytest.approx(0.7286, abs=1e-4)


def test_gamma_of_the_reference_example():
    """Two readers, three units each, every edge one place off: pairs cost 0.0625; gamma about .88 (domain C.3)."""
    one = spans((1, 5, "a"), (6, 10, "b"), (11, 15, "a"))
    other = spans((2, 6, "a"), (7, 11, "b"), (12, 16, "a"))
    figure = Gamma().prepare(two(one, other, 16)).estimate()
    assert figure.details["observed"] == pytest.approx(3 * 0.0625, abs=1e-3)
    assert figure.value == pytest.approx(0.88, abs=0.05)
    assert value(Gamma(), two(one, one, 16)) == 1.0


def test_the_best_alignment_is_the_best_of_all():
    rng = np.random.default_rng(3)

    def marks(n):
        starts = rng.integers(0, 30, n)
        return np.column_stack([starts, starts + rng.integers(1, 8, n), rng.integers(0, 2, n)]).astype(float)

    def cost(a, b):
        return ((abs(a[0] - b[0]) + abs(a[1] - b[1])) / (a[1] - a[0] + b[1] - b[0])) ** 2 + float(a[2] != b[2])

    for _ in range(60):
        one, other = marks(rng.integers(1, 5)), marks(rng.integers(1, 5))
        least = len(one) + len(other)
        for size in range(1, min(len(one), len(other)) + 1):
            for rows in itertools.combinations(range(len(one)), size):
                for columns in itertools.permutations(range(len(other)), size):
                    pairs = sum(cost(one[i], other[j]) for i, j in zip(rows, columns, strict=True))
                    least = min(least, pairs + len(one) + len(other) - 2 * size)
        assert best_alignment(one, other) == pytest.approx(least, abs=1e-5)


def test_samples_of_gamma_are_within_two_hundredths_of_many_samples():
    """The error that is promised, against many draws of another seed."""
    rng = np.random.default_rng(11)
    for n in (1, 2, 5, 20, 60):
        starts = np.sort(rng.integers(0, 1400, n))
        one = [MarkedSpan("ab"[i % 2], ((int(s), int(s) + 12),)) for i, s in enumerate(starts)]
        other = [MarkedSpan("ab"[i % 2], ((int(s) + 3, int(s) + 14),)) for i, s in enumerate(starts) if i % 4 != 1]
        other = other or spans((0, 12, "b"))
        length = 1500
        observed, expected = Gamma().cost(one, other, length)
        left, right = (
            np.array([(s.fragments[0][0], s.fragments[0][1], ord(s.label)) for s in marks], dtype=float)
            for marks in (one, other)
        )
        draws = []
        for push in rng.uniform(0, length, 1500):
            moved = left.copy()
            moved[:, 0] = (left[:, 0] + push) % length
            moved[:, 1] = moved[:, 0] + (left[:, 1] - left[:, 0])
            draws.append(best_alignment(moved, right))
        long_run = 1 - observed / 1000 / np.mean(draws)
        assert 1 - observed / expected == pytest.approx(long_run, abs=0.02), n


def test_a_near_miss_costs_little_a_miss_all_and_chance_is_about_nought():
    exact = spans(*((100 * n, 100 * n + 20, "a") for n in range(10)))
    near = spans(*((100 * n + 2, 100 * n + 22, "a") for n in range(10)))
    wide = spans(*((100 * n + 50, 100 * n + 70, "a") for n in range(10)))
    assert value(Gamma(), two(exact, near, 1000)) > 0.95
    assert value(Gamma(), two(exact, wide, 1000)) < 0.05
    assert value(UnitizingAlpha(), two(exact, near, 1000)) > 0.95
    rng = np.random.default_rng(5)
    random = [spans(*((int(s), int(s) + 20, "a") for s in rng.integers(0, 980, 10))) for _ in range(80)]
    corpus = Spans(
        {f"d{n}": {"A": Reading(random[2 * n]), "B": Reading(random[2 * n + 1])} for n in range(40)},
        {f"d{n}": "x" * 1000 for n in range(40)},
    )
    assert value(Gamma(), corpus) == pytest.approx(0, abs=0.05)
    assert value(UnitizingAlpha(), corpus) == pytest.approx(0, abs=0.1)


def test_what_nobody_marked_is_no_figure_and_a_reader_who_marked_nothing_agrees_with_nobody():
    nothing = two([], [], 100)
    for metric in (Gamma(), UnitizingAlpha()):
        estimate = metric.prepare(nothing).estimate()
        assert (estimate.value, estimate.reason) == (None, "no_data")
        assert value(metric, two(spans((0, 5, "a")), [], 100)) <= 0
    # one mark over the whole text by both: however it is laid, it is the same
    estimate = UnitizingAlpha().prepare(two(spans((0, 9, "a")), spans((0, 9, "a")), 9)).estimate()
    assert estimate.value == 1.0
    without = Gamma().prepare(two(spans((0, 5, "a")), spans((0, 5, "a"))))
    assert "ends_with_the_last_mark" in without.warnings


marked = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9), st.sampled_from("ab")), max_size=6)


@settings(max_examples=60, deadline=None)
@given(marked, marked)
def test_costs_are_whole_numbers_that_do_not_depend_on_who_comes_first(one, other):
    left, right = (spans(*((s, s + n, label) for s, n, label in marks)) for marks in (one, other))
    for metric in (Gamma(), UnitizingAlpha()):
        costs = metric.cost(left, right, 70)
        assert costs == metric.cost(right, left, 70)
        assert all(type(cost) is int and cost >= 0 for cost in costs)
