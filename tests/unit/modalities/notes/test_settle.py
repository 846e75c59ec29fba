import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.agreement.judgements import Choice, Ruling
from app.annotation.check import blocking
from app.annotation.payload import live, meaning, of_kind
from app.core.errors import Invalid
from app.modalities.notes.agreed import compared
from app.modalities.notes.cases import note_differences
from app.modalities.notes.check import check_note
from app.modalities.notes.kinds import KINDS
from app.modalities.notes.settle import settle_note

from .notes import CONTEXT, code, entity, payload, payloads, relation


def take(cases, version=0):
    return [Ruling(case.key, Choice.TAKE, version=version) for case in cases]


def said(whole):
    """What a payload says, whatever its ids."""
    elements = compared(whole) | of_kind(live(whole), "code_assignment")

    def full(body):
        return meaning(body, KINDS, lambda key: full(elements[key]))

    return sorted(full(body) for body in elements.values())


several = st.lists(payloads(), min_size=2, max_size=4)


@settings(max_examples=150, deadline=None)
@given(payloads(), st.integers(2, 4))
def test_identical_payloads_leave_nothing_to_settle_and_settle_to_themselves(whole, readers):
    assert check_note(whole, CONTEXT) == [] or not blocking(check_note(whole, CONTEXT))
    assert note_differences([whole] * readers) == []
    assert said(settle_note([whole] * readers, [])) == said(whole)


@settings(max_examples=200, deadline=None)
@given(several, st.data())
def test_taking_one_reader_everywhere_gives_that_readers_payload(wholes, data):
    version = data.draw(st.integers(0, len(wholes) - 1))
    settled = settle_note(wholes, take(note_differences(wholes), version))
    assert said(settled) == said(wholes[version])


@settings(max_examples=200, deadline=None)
@given(several, st.data())
def test_whatever_is_ruled_the_result_can_be_submitted(wholes, data):
    rulings = []
    for case in note_differences(wholes):
        version = data.draw(st.integers(0, len(wholes) - 1))
        ruling = data.draw(
            st.sampled_from(
                [
                    Ruling(case.key, Choice.TAKE, version=version),
                    Ruling(case.key, Choice.NONE),
                    Ruling(case.key, Choice.OWN, elements=case.versions[version]),
                ]
            )
        )
        rulings.append(ruling)
    settled = settle_note(wholes, rulings)
    assert blocking(check_note(settled, CONTEXT)) == []


@settings(max_examples=150, deadline=None)
@given(several, st.randoms())
def test_another_order_of_readers_changes_only_the_order_of_versions(wholes, random):
    order = list(range(len(wholes)))
    random.shuffle(order)
    cases = note_differences(wholes)
    shuffled = note_differences([wholes[i] for i in order])
    assert [case.key for case in shuffled] == [case.key for case in cases]
    for case, other in zip(cases, shuffled, strict=True):
        assert (other.kinds, other.labels, other.place) == (case.kinds, case.labels, case.place)
        assert other.versions == tuple(case.versions[i] for i in order)


@settings(max_examples=150, deadline=None)
@given(several)
def test_every_case_has_a_kind_and_every_disputed_element_is_in_exactly_one_case(wholes):
    cases = note_differences(wholes)
    assert all(case.kinds for case in cases)
    assert len({case.key for case in cases}) == len(cases)
    for i, _ in enumerate(wholes):
        for one, other in itertools.combinations(cases, 2):
            assert not set(one.versions[i]) & set(other.versions[i])


def test_a_case_without_a_ruling_is_refused():
    with pytest.raises(Invalid) as caught:
        settle_note([payload(a=entity(0, 4)), payload()], [])
    assert [problem.code for problem in caught.value.problems] == ["unruled"]


def test_a_ruling_that_fits_no_case_or_no_version_is_refused():
    wholes = [payload(a=entity(0, 4)), payload()]
    (case,) = note_differences(wholes)
    with pytest.raises(Invalid) as caught:
        settle_note(wholes, [Ruling(case.key, Choice.TAKE, version=2), Ruling("nothing", Choice.NONE)])
    assert [problem.code for problem in caught.value.problems] == ["no-such-case", "no-such-version"]


def test_two_rulings_of_one_case_are_refused():
    wholes = [payload(a=entity(0, 4)), payload()]
    (case,) = note_differences(wholes)
    with pytest.raises(Invalid) as caught:
        settle_note(wholes, [Ruling(case.key, Choice.NONE), Ruling(case.key, Choice.TAKE, version=0)])
    assert "ruled-twice" in [problem.code for problem in caught.value.problems]


def test_none_removes_a_disputed_relation_and_keeps_the_entities_all_agree_on():
    one = payload(a=entity(0, 4, "ADE"), b=entity(11, 22, "DRUG"), r=relation("b", "a", "causes"))
    other = payload(a=entity(0, 4, "ADE"), b=entity(11, 22, "DRUG"))
    (case,) = note_differences([one, other])
    settled = settle_note([one, other], [Ruling(case.key, Choice.NONE)])
    assert set(settled["elements"]) == {"a", "b"}


def test_ids_that_collide_get_a_number_and_references_follow():
    one = payload(a=entity(0, 4), b=entity(11, 22, "DRUG"))
    other = payload(b=entity(0, 4), a=entity(27, 35), r=relation("b", "a"))
    cases = note_differences([one, other])
    settled = settle_note([one, other], [Ruling(case.key, Choice.TAKE, version=1) for case in cases])
    assert said(settled) == said(other)
    third = settle_note([one, other], [Ruling(c.key, Choice.TAKE, version=i) for i, c in enumerate(cases)])
    assert blocking(check_note(third, CONTEXT)) == []


def test_an_own_version_replaces_the_agreed_elements_shown_with_it_and_others_follow():
    shared = {
        "a": entity(0, 4, "ADE"),
        "b": entity(11, 22, "DRUG"),
        "n": entity(27, 35),
        "k": {"kind": "chain", "mentions": ["a", "n"]},
    }
    one = payload(**shared, r=relation("b", "a", "causes"))
    other = payload(**shared)
    (case,) = note_differences([one, other])
    own = {"q": entity(0, 10, "ADE"), "w": entity(11, 22, "DRUG"), "z": relation("w", "q", "causes")}
    settled = settle_note([one, other], [Ruling(case.key, Choice.OWN, elements=own)])["elements"]
    assert set(settled) == {"n", "k", "q", "w", "z"}
    assert sorted(settled["k"]["mentions"]) == ["n", "q"]


def test_what_is_rejected_in_an_own_version_does_not_pass_into_the_result():
    one, other = payload(a=entity(0, 4)), payload(z=entity(0, 10))
    (case,) = note_differences([one, other])
    own = {"q": entity(0, 4), "w": entity(0, 4, "ADE") | {"status": "rejected"}}
    settled = settle_note([one, other], [Ruling(case.key, Choice.OWN, elements=own)])["elements"]
    assert set(settled) == {"q"}


def test_evidence_follows_to_the_span_that_took_its_place():
    one = payload(a=entity(0, 4), c=code("E11.9", principal=True, evidence=["a"]))
    other = payload(z=entity(0, 10), c=code("E11.9", principal=True, evidence=["z"]))
    (case,) = note_differences([one, other])
    settled = settle_note([one, other], [Ruling(case.key, Choice.TAKE, version=1)])["elements"]
    assert settled["c"]["evidence"] == ["z"]


def test_an_own_version_of_the_wrong_shape_is_refused():
    wholes = [payload(a=entity(0, 4)), payload()]
    (case,) = note_differences(wholes)
    with pytest.raises(Invalid):
        settle_note(wholes, [Ruling(case.key, Choice.OWN, elements={"q": {"kind": "entity"}})])


def test_an_own_code_list_may_cite_any_readers_entity_that_survives():
    one = payload(a=entity(0, 4), c=code("E11.9", principal=True))
    other = payload(z=entity(27, 35), c=code("E11.22", principal=True, evidence=["z"]))
    entities, entity_two, codes = note_differences([one, other])
    rulings = [
        Ruling(entities.key, Choice.TAKE, version=1),
        Ruling(entity_two.key, Choice.TAKE, version=1),
        Ruling(codes.key, Choice.OWN, elements={"q": code("N18.32", principal=True, evidence=["z", "a"])}),
    ]
    settled = settle_note([one, other], rulings)["elements"]
    assert set(settled) == {"z", "q"}
    assert settled["q"]["evidence"] == ["z"]
