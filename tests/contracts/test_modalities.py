"""What every modality owes the review core, the toy included."""

import contextlib
import copy
import itertools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.agreement.judgements import Choice, Ruling
from app.annotation.check import blocking
from app.core.digest import canonical_json
from app.core.errors import Invalid
from app.factory import compose
from app.review.modality import MODALITIES, AnnotationAction, Modality
from tests.contracts.modality_examples import EXAMPLES, SECRET
from tests.toy import Toy

compose()
PARTS = [*MODALITIES, Toy()]
PAIRS = [*itertools.permutations(range(3), 2), (0, 1, 2), (2, 0, 1)]


@pytest.fixture(params=PARTS, ids=lambda part: part.key)
def modality(request):
    return request.param


@pytest.fixture
def example(modality):
    return copy.deepcopy(EXAMPLES[modality.key])


def chosen(example, indices):
    return [example.payloads[i] for i in indices]


def test_the_toy_is_a_modality_like_any_other():
    members = [name for name in vars(Modality) if not name.startswith("_")]
    assert members
    assert all(hasattr(Toy(), name) for name in members)


def test_it_is_known_by_key_and_title(modality):
    assert modality.key.isidentifier()
    assert modality.title
    assert modality.noun


def test_what_it_presents_is_json(modality, example):
    json.dumps(modality.present(example.context))


def test_suggestions_become_a_payload_without_words_of_the_text(modality, example):
    payload = modality.suggest(example.context, example.suggestions)
    assert payload["elements"]
    assert SECRET not in canonical_json(payload)
    assert payload == modality.suggest(example.context, example.suggestions)


def test_no_suggestion_is_an_empty_payload(modality, example):
    assert modality.suggest(example.context, []) == {"elements": {}}


def test_good_answers_may_be_submitted(modality, example):
    for payload in example.payloads:
        assert blocking(modality.check(payload, example.context)) == []


@pytest.mark.parametrize("key", ["reports", "imaging"])
def test_an_untouched_record_of_questions_cannot_be_submitted(key):
    problems = MODALITIES.get(key).check({"elements": {}}, EXAMPLES[key].context)
    assert len(blocking(problems)) == len(EXAMPLES[key].context.schema["labels"])


def test_where_something_came_from_is_never_the_clients_word(modality, example):
    claimed = {"by": "model", "pipeline": "gpt-9", "suggestion": "s1"}
    for key, body in example.payloads[0]["elements"].items():
        put = AnnotationAction(key, {**body, "origin": claimed, "because": [{"cue": "x"}]})
        stored = modality.stored(put, None, example.context)
        if modality.key != "toy":
            assert stored["origin"] == {"by": "human"}
            assert "because" not in stored


def test_a_changed_suggestion_keeps_what_was_suggested_also_when_it_is_settled(modality, example):
    start = modality.suggest(example.context, example.suggestions)["elements"]
    if modality.key == "toy":
        return
    key, body = next(iter(start.items()))
    changes = {"notes": {"label": "PROBLEM"}, "reports": {"value": "uncertain"}, "imaging": {"verdict": "confirmed"}}
    changed = {**body, **changes[modality.key], "status": "confirmed", "origin": {"by": "human"}}
    stored = modality.stored(AnnotationAction(key, changed), body, example.context)
    assert stored["origin"]["pipeline"] == example.suggestions[0]["pipeline"]
    suggested = stored["origin"]["suggested"]
    assert {name: suggested[name] for name in changes[modality.key]} != changes[modality.key]
    assert "suggested" in modality.describe(AnnotationAction(key, stored), example.context)["origin"]
    settled = modality.settle([{"elements": {key: stored}}] * 2, [], example.context)
    assert settled["elements"][key]["origin"] == stored["origin"]
    accepted = modality.stored(AnnotationAction(key, {**body, "status": "confirmed"}), body, example.context)
    assert accepted["origin"] == body["origin"]


def test_exact_duplicates_are_one_element_when_frozen(modality, example):
    if modality.key == "toy":
        return
    for payload in example.payloads:
        twice = {"elements": payload["elements"] | {f"{key}x": body for key, body in payload["elements"].items()}}
        once = modality.folded(twice)
        assert once["elements"].keys() == payload["elements"].keys()
        assert blocking(modality.check(twice, example.context)) == []
        assert modality.folded(once) == once


@pytest.mark.parametrize(
    "broken", [{}, [], {"elements": []}, {"elements": {"a": 1}}, {"elements": {"a": {"nonsense": 1}}}, None]
)
def test_a_malformed_payload_is_a_problem_not_a_crash(modality, example, broken):
    assert blocking(modality.check(broken, example.context))


def test_a_field_nobody_knows_is_refused(modality, example):
    payload = example.payloads[0]
    next(iter(payload["elements"].values()))["surprise"] = SECRET
    problems = blocking(modality.check(payload, example.context))
    assert problems
    assert SECRET not in repr(problems)


def test_an_action_is_described_without_words(modality, example):
    for key, body in (*example.payloads[0]["elements"].items(), *example.payloads[2]["elements"].items()):
        for action in (
            AnnotationAction(key, body),
            AnnotationAction(key, body, body),
            AnnotationAction(key, None, body),
        ):
            assert SECRET not in canonical_json(modality.describe(action, example.context))


def test_a_malformed_action_is_refused_without_quoting_it(modality, example):
    for body in ({"kind": SECRET}, {}, {"face": SECRET}):
        with pytest.raises(Invalid) as caught:
            modality.describe(AnnotationAction("a", body), example.context)
        assert SECRET not in str(caught.value) + repr(caught.value.problems)


def test_equal_answers_give_equal_units_and_no_case(modality, example):
    for payload in example.payloads:
        again = copy.deepcopy(payload)
        assert modality.units(payload, example.context) == modality.units(again, example.context)
        assert modality.differences([payload, again], example.context) == []
        settled = modality.settle([payload, again], [], example.context)
        assert modality.units(settled, example.context) == modality.units(payload, example.context)


@pytest.mark.parametrize("indices", PAIRS)
def test_cases_hold_one_version_per_reader_and_have_kinds_and_unique_keys(modality, example, indices):
    payloads = chosen(example, indices)
    cases = modality.differences(payloads, example.context)
    assert cases
    assert len({case.key for case in cases}) == len(cases)
    for case in cases:
        assert case.kinds
        assert len(case.versions) == len(payloads)
        for version, payload in zip(case.versions, payloads, strict=True):
            assert version.items() <= payload["elements"].items()


@pytest.mark.parametrize("indices", PAIRS)
def test_taking_one_reader_everywhere_gives_that_reader(modality, example, indices):
    payloads = chosen(example, indices)
    for version, payload in enumerate(payloads):
        rulings = [
            Ruling(case.key, Choice.TAKE, version=version) for case in modality.differences(payloads, example.context)
        ]
        settled = modality.settle(payloads, rulings, example.context)
        assert modality.differences([settled, payload], example.context) == []
        assert blocking(modality.check(settled, example.context)) == []


@pytest.mark.parametrize("indices", PAIRS)
def test_an_own_version_stands_as_it_was_written(modality, example, indices):
    payloads = chosen(example, indices)
    cases = modality.differences(payloads, example.context)
    rulings = [Ruling(case.key, Choice.OWN, elements=case.versions[-1]) for case in cases]
    settled = modality.settle(payloads, rulings, example.context)
    assert modality.differences([settled, payloads[-1]], example.context) == []


@pytest.mark.parametrize("indices", PAIRS)
def test_the_order_of_readers_changes_only_the_order_of_versions(modality, example, indices):
    payloads = chosen(example, indices)
    cases = modality.differences(payloads, example.context)
    turned = modality.differences(payloads[::-1], example.context)
    assert [(c.key, c.kinds, c.labels, c.place) for c in turned] == [(c.key, c.kinds, c.labels, c.place) for c in cases]
    assert [case.versions[::-1] for case in turned] == [case.versions for case in cases]


def test_a_case_without_a_ruling_and_a_ruling_without_a_case_are_refused(modality, example):
    payloads = chosen(example, (0, 1))
    with pytest.raises(Invalid):
        modality.settle(payloads, [], example.context)
    with pytest.raises(Invalid):
        modality.settle(payloads[:1] * 2, [Ruling("none such", Choice.NONE)], example.context)


def test_nothing_it_is_given_is_changed(modality, example):
    before = copy.deepcopy(example.payloads)
    cases = modality.differences(example.payloads, example.context)
    modality.settle(example.payloads, [Ruling(case.key, Choice.TAKE, version=0) for case in cases], example.context)
    for payload in example.payloads:
        modality.check(payload, example.context)
        modality.units(payload, example.context)
    assert example.payloads == before


NAMES = """kind label fragments assertion codes status origin because type head tail mentions subtype event
    exposure evidence system release code sequence principal text value keyword
    verdict reason category face"""
KINDS = """entity relation event exposure assessment chain code_assignment comment observation critical field rest"""
leaves = st.one_of(st.none(), st.booleans(), st.integers(-3, 90), st.floats(), st.sampled_from(("a", "ADE", SECRET)))
anything = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES.split()), inner, max_size=3)
    ),
    max_leaves=5,
)
bodies = st.builds(
    lambda kind, rest: {**rest, **({"kind": kind} if kind else {})},
    st.sampled_from((*KINDS.split(), "")),
    st.dictionaries(st.sampled_from(NAMES.split()), anything, max_size=6),
)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.key)
@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from("abc"), st.one_of(bodies, anything), max_size=3))
def test_whatever_a_client_sends_is_checked_and_described_without_a_crash(part, elements):
    context = EXAMPLES[part.key].context
    assert isinstance(part.check({"elements": elements}, context), list)
    for key, body in elements.items():
        if body is not None:
            with contextlib.suppress(Invalid):
                part.describe(AnnotationAction(key, body), context)
