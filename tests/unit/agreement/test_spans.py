"""Spans, characters, tokens and relations; the worked example and the traps around it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.agreement.matching import maximum_matching, overlap, overlapping_pairs
from app.agreement.metrics.data import Link, MarkedSpan, Reading, Spans
from app.agreement.metrics.kappa import Cohen, Percent
from app.agreement.metrics.relations import RelationF1, RelationF1Conditional
from app.agreement.metrics.spans import (
    Dice,
    DiceUntyped,
    F1Relaxed,
    F1RelaxedUntyped,
    F1Strict,
    F1StrictUntyped,
)
from app.agreement.metrics.tokens import TokenKappa, TokenKappaMarked, token_ratings


def span(start, end, label="PROBLEM"):
    return MarkedSpan(label, ((start, end),))


def reading(*spans, links=()):
    return Reading(list(spans), list(links))


def two(one, other, text="x" * 100):
    return Spans({"d": {"A": one, "B": other}}, {"d": text} if text else {})


# domain.md C.3: the span worked example over a text of 100 characters.
A = reading(span(0, 10), span(20, 28, "DRUG"), span(40, 55), span(60, 64, "TEST"))
B = reading(span(0, 10), span(20, 28), span(44, 55), span(70, 75, "DRUG"))
WORKED = two(A, B)


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        (F1Strict, 0.25),
        (F1StrictUntyped, 0.50),
        (F1Relaxed, 0.50),
        (F1RelaxedUntyped, 0.75),
        (Dice, 0.591549),
    ],
)
def test_the_worked_example(metric, value):
    assert metric().prepare(WORKED).estimate().value == pytest.approx(value, abs=1e-6)


def test_kappa_over_characters_of_the_worked_example_is_inflated_by_unmarked_ones():
    table = token_ratings(WORKED, characters=True)
    assert Percent().prepare(table).estimate().value == pytest.approx(0.79)
    whole = TokenKappa().prepare(table)
    assert whole.estimate().value == pytest.approx(0.586370, abs=1e-6)
    assert whole.warnings == ("inflated_by_unmarked_tokens",)
    marked = TokenKappaMarked().prepare(table)
    assert marked.estimate().value == pytest.approx(0.080292, abs=1e-6)
    assert (marked.n, marked.excluded) == (42, {"unmarked": 58})


def test_one_long_span_matches_one_short_span_not_all_under_it():
    data = two(reading(span(0, 30)), reading(span(0, 10), span(11, 20), span(21, 30)))
    assert F1Relaxed().prepare(data).estimate().value == pytest.approx(2 / 4)


def test_the_matching_is_the_largest_even_where_the_greatest_overlap_would_block_it():
    # a overlaps x most, but only a can take y.
    data = two(reading(span(0, 10), span(8, 12)), reading(span(1, 12), span(0, 1)))
    assert F1Relaxed().prepare(data).estimate().value == pytest.approx(1.0)


def test_precision_and_recall_swap_with_the_readers():
    pair = F1Strict().prepare(two(reading(span(0, 10)), reading(span(0, 10), span(20, 30)))).estimate()
    swapped = F1Strict().prepare(two(reading(span(0, 10), span(20, 30)), reading(span(0, 10)))).estimate()
    first, second = pair.details["pairs"][0], swapped.details["pairs"][0]
    assert (first["precision"], first["recall"]) == (0.5, 1.0) == (second["recall"], second["precision"])
    assert pair.value == swapped.value


def test_nothing_marked_by_anybody_is_no_f1_and_a_dice_of_one_that_says_so():
    data = two(reading(), reading())
    assert F1Strict().prepare(data).estimate().reason == "no_data"
    dice = DiceUntyped().prepare(data)
    assert (dice.estimate().value, dice.n, dice.estimate().warnings) == (1.0, 0, ("nothing_marked",))


def test_a_document_only_one_reader_has_is_left_out_and_counted():
    data = Spans({"d": {"A": reading(span(0, 5)), "B": reading(span(0, 5))}, "e": {"A": reading(span(0, 9))}})
    sums = F1Strict().prepare(data)
    assert (sums.estimate().value, sums.excluded) == (1.0, {"document_of_one_reader": 1})


def test_several_readers_give_the_mean_of_their_pairs():
    data = Spans({"d": {"A": reading(span(0, 5)), "B": reading(span(0, 5)), "C": reading(span(6, 9))}})
    assert F1Strict().prepare(data).estimate().value == pytest.approx(1 / 3)


def test_discontinuous_spans_match_strictly_only_piece_by_piece():
    broken, whole = MarkedSpan("P", ((0, 3), (8, 12))), MarkedSpan("P", ((0, 12),))
    data = two(reading(broken), reading(whole))
    assert F1Strict().prepare(data).estimate().value == 0
    assert F1Relaxed().prepare(data).estimate().value == 1
    assert Dice().prepare(data).estimate().value == pytest.approx(2 * 7 / 19)


def test_relations_count_type_ends_and_direction():
    a, b, c = span(0, 5), span(10, 15, "DRUG"), span(20, 25)
    one = reading(a, b, c, links=[Link("causes", b, a), Link("near", a, c)])
    turned = reading(a, b, c, links=[Link("causes", a, b), Link("near", a, c)])
    assert RelationF1().prepare(two(one, turned)).estimate().value == 0.5
    assert RelationF1().prepare(two(one, one)).estimate().value == 1


def test_the_conditional_relation_figure_leaves_out_what_the_entities_already_miss():
    a, b, c = span(0, 5), span(10, 15, "DRUG"), span(20, 25)
    one = reading(a, b, c, links=[Link("causes", b, a), Link("near", a, c)])
    other = reading(a, b, links=[Link("causes", b, a)])
    assert RelationF1().prepare(two(one, other)).estimate().value == pytest.approx(2 / 3)
    assert RelationF1Conditional().prepare(two(one, other)).estimate().value == 1


def test_languages_without_spaces_are_compared_by_character():
    thai = "ไม่มีไข้"
    table = token_ratings(two(reading(span(0, 3)), reading(span(0, 4)), thai))
    assert len(table.codes) == len(thai)
    words = token_ratings(two(reading(span(0, 2)), reading(span(0, 2)), "no fever, today"))
    assert len(words.codes) == 4


def test_a_token_under_two_labels_has_both_whatever_their_order():
    table = token_ratings(two(reading(span(0, 2, "B"), span(0, 2, "A")), reading(span(0, 2, "A")), "no fever"))
    assert set(table.categories) == {"A+B", "A", "O"}
    assert Cohen().prepare(table).n == 2


spans = st.lists(
    st.tuples(st.integers(0, 20), st.integers(1, 8), st.sampled_from("AB")).map(
        lambda t: span(t[0], t[0] + t[1], t[2])
    ),
    max_size=6,
)


@settings(max_examples=150, deadline=None)
@given(spans, spans)
def test_overlapping_pairs_are_all_pairs_that_share_a_character(one, other):
    left, right = [s.fragments for s in one], [s.fragments for s in other]
    plain = {(i, j, overlap(a, b)) for i, a in enumerate(left) for j, b in enumerate(right) if overlap(a, b)}
    found = list(overlapping_pairs(left, right))
    assert set(found) == plain
    assert len(found) == len(plain)


def best_total(weights, rows):
    if not rows:
        return 0
    row, rest = rows[0], rows[1:]
    best = best_total(weights, rest)
    for (i, j), weight in weights.items():
        if i == row:
            left = {pair: w for pair, w in weights.items() if pair[1] != j}
            best = max(best, weight + best_total(left, rest))
    return best


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.tuples(st.integers(0, 4), st.integers(0, 4)), st.integers(1, 50), max_size=12))
def test_the_matching_is_one_to_one_and_of_the_greatest_weight(weights):
    matching = maximum_matching(weights)
    assert len(set(matching.values())) == len(matching)
    total = sum(weights[pair] for pair in matching.items())
    assert total == best_total(weights, sorted({i for i, _ in weights}))


@settings(max_examples=100, deadline=None)
@given(spans, spans)
def test_relaxed_is_never_below_strict_nor_untyped_below_typed(one, other):
    data = two(reading(*one), reading(*other))
    strict, relaxed, strict_any, relaxed_any = (
        metric().prepare(data).estimate().value for metric in (F1Strict, F1Relaxed, F1StrictUntyped, F1RelaxedUntyped)
    )
    if strict is not None:
        assert strict <= relaxed <= relaxed_any
        assert strict <= strict_any <= relaxed_any
