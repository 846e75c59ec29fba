"""What every agreement metric owes its reader: bounds, symmetry, perfection, invariance, no NaN."""

import itertools
import json
import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.agreement.metrics.data import Link, MarkedSpan, Ratings, Reading, Spans
from app.agreement.metrics.evaluate import evaluate
from app.agreement.metrics.names import ALIASES, metric_named, metrics_for
from app.agreement.metrics.protocol import METRICS
from app.factory import compose

compose()

ORDERED = [m for m in METRICS if getattr(m, "needs_order", False) or getattr(m, "needs_numbers", False)]
TABLES = [metric for metric in METRICS if metric.unit != "span"]
NOMINAL = [metric for metric in TABLES if metric not in ORDERED and not metric.key.startswith("psa")]
SPANS = [metric for metric in METRICS if metric.unit == "span"]
by_key = {"ids": lambda metric: metric.key}

values = st.lists(st.tuples(*[st.sampled_from("0123")] * 2), min_size=2, max_size=25)
spans = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 6), st.sampled_from(["A", "B"])), max_size=5, unique=True)
notes = st.lists(st.tuples(spans, spans), min_size=1, max_size=4)


def ratings(rows, raters="ab", categories=tuple("0123")):
    cells = [(f"i{i}", raters[r], value) for i, row in enumerate(rows) for r, value in enumerate(row)]
    return Ratings.from_cells(cells, categories=categories, positive="1" if "1" in categories else None)


def reading(marks):
    found = [MarkedSpan(label, ((start, start + length),)) for start, length, label in marks]
    links = [Link("r", one, other) for one, other in itertools.pairwise(found)]
    return Reading(found, links)


def marked(pairs, raters=("a", "b")):
    return Spans({f"d{i}": dict(zip(raters, map(reading, pair), strict=True)) for i, pair in enumerate(pairs)})


def value(metric, data):
    return metric.prepare(data).estimate().value


def same(one, other):
    return other is None if one is None else one == pytest.approx(other, abs=1e-9)


def test_there_is_a_metric_for_each_unit_and_every_alias_leads_to_one():
    assert {metric.unit for metric in METRICS} == {"rating", "span", "token"}
    for alias, key in ALIASES.items():
        assert metric_named(alias) is METRICS.get(key)
        assert alias not in METRICS
    assert metric_named("Krippendorff_Ordinal").key == "alpha-ordinal"
    assert all(metrics_for(unit) for unit in ("rating", "span", "token"))


@pytest.mark.parametrize("metric", METRICS, **by_key)
def test_it_says_what_it_is_and_where_it_is_from(metric):
    assert metric.title
    assert metric.source
    assert metric.bounds[0] < metric.bounds[1] == 1


@pytest.mark.parametrize("metric", TABLES, **by_key)
@settings(max_examples=40, deadline=None)
@given(values)
def test_swapped_raters_and_shuffled_items_change_nothing(metric, rows):
    once = value(metric, ratings(rows))
    assert same(once, value(metric, ratings([row[::-1] for row in rows])))
    shuffled = rows[:]
    random.Random(1).shuffle(shuffled)
    assert same(once, value(metric, ratings(shuffled)))


@pytest.mark.parametrize("metric", TABLES, **by_key)
@settings(max_examples=40, deadline=None)
@given(values)
def test_it_stays_within_its_bounds_or_says_why_there_is_no_value(metric, rows):
    estimate = metric.prepare(ratings(rows)).estimate()
    low, high = metric.bounds
    if estimate.value is None:
        assert estimate.reason
    else:
        assert math.isfinite(estimate.value)
        # Alpha and weighted coefficients may fall below −1 on tiny tables; nothing exceeds 1.
        assert estimate.value <= high + 1e-9
        assert estimate.value >= low - 1e-9 or metric.key.startswith(("alpha", "ac2", "randolph", "ac1"))


@pytest.mark.parametrize("metric", TABLES, **by_key)
@settings(max_examples=30, deadline=None)
@given(values)
def test_perfect_agreement_is_one(metric, rows):
    perfect = [(row[0], row[0]) for row in rows]
    assert value(metric, ratings(perfect)) in (None, pytest.approx(1.0))
    varied = [("0", "0"), ("1", "1"), *perfect]
    expected = None if metric.key == "psa-negative" else pytest.approx(1.0)
    assert value(metric, ratings(varied)) == expected


@pytest.mark.parametrize("metric", NOMINAL, **by_key)
@settings(max_examples=40, deadline=None)
@given(values, st.permutations("wxyz"))
def test_other_names_for_the_categories_change_nothing(metric, rows, names):
    renamed = [tuple(names[int(v)] for v in row) for row in rows]
    assert same(value(metric, ratings(rows)), value(metric, ratings(renamed, categories=tuple(sorted(names)))))


# A ratio scale has a zero, which reversing moves.
@pytest.mark.parametrize("metric", [m for m in ORDERED if m.key != "alpha-ratio"], **by_key)
def test_reversing_the_order_changes_nothing(metric):
    rows = [("0", "1"), ("3", "3"), ("2", "1"), ("0", "0"), ("3", "1")]
    turned = [tuple(str(3 - int(v)) for v in row) for row in rows]
    assert same(value(metric, ratings(rows)), value(metric, ratings(turned)))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.sampled_from("012"), min_size=3, max_size=3), min_size=1, max_size=20))
def test_alpha_follows_from_fleiss_exactly_on_complete_data(rows):
    """α = 1 − (1 − κ)(1 − 1 / (N n)): Krippendorff's small-sample form of Fleiss' kappa."""
    data = ratings(rows, raters="abc", categories=("0", "1", "2"))
    kappa, alpha = value(METRICS.get("fleiss"), data), value(METRICS.get("alpha-nominal"), data)
    if kappa is None:
        assert alpha is None
    else:
        assert alpha == pytest.approx(1 - (1 - kappa) * (1 - 1 / (len(rows) * 3)), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(values)
def test_for_two_raters_fleiss_is_scott_and_conger_and_light_are_cohen(rows):
    data = ratings(rows)
    assert same(value(METRICS.get("fleiss"), data), value(METRICS.get("scott"), data))
    for key in ("conger", "light"):
        assert same(value(METRICS.get(key), data), value(METRICS.get("cohen"), data))


@pytest.mark.parametrize("metric", SPANS, **by_key)
@settings(max_examples=40, deadline=None)
@given(notes)
def test_span_figures_are_symmetric_bounded_and_one_when_equal(metric, pairs):
    once = value(metric, marked(pairs))
    assert same(once, value(metric, marked([pair[::-1] for pair in pairs])))
    assert same(once, value(metric, marked(pairs[::-1])))
    assert once is None or max(metric.bounds[0], -1e9) <= once <= 1
    assert value(metric, marked([(one, one) for one, _ in pairs])) in (None, 1.0)


@pytest.mark.parametrize("metric", METRICS, **by_key)
def test_the_published_figure_is_json_without_nan(metric):
    rows = [("0", "1"), ("1", "1"), ("2", "2"), ("0", "0")]
    data = marked([([(0, 3, "A"), (5, 3, "B")], [(0, 3, "A")])]) if metric.unit == "span" else ratings(rows)
    figure = evaluate(metric, data, resamples=50)
    json.dumps(figure, allow_nan=False)
    assert figure["metric"] == metric.key
    assert (figure["value"] is None) == bool(figure["reason"])


@pytest.mark.parametrize("metric", METRICS, **by_key)
def test_no_data_is_a_reason_not_a_crash(metric):
    nothing = Spans({}) if metric.unit == "span" else Ratings.from_cells([])
    figure = evaluate(metric, nothing, resamples=10)
    assert figure["value"] is None
    assert figure["reason"]
