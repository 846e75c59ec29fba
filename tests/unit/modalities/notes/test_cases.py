"""What must be settled together: kinds of cases, and what belongs to one."""

import pytest

from app.agreement.judgements import DifferenceKind as Kind
from app.modalities.notes.cases import note_differences

from .notes import code, entity, payload, relation

DRUG, ADE = entity(11, 22, "DRUG"), entity(0, 4, "ADE")


def cases(*wholes):
    return note_differences(list(wholes))


@pytest.mark.parametrize(
    ("why", "one", "other", "kinds"),
    [
        ("one has it", payload(a=ADE), payload(), [Kind.MISSING]),
        ("other edges", payload(a=ADE), payload(a=entity(0, 10, "ADE")), [Kind.BOUNDARY]),
        ("another label", payload(a=ADE), payload(a=entity(0, 4, "PROBLEM")), [Kind.LABEL]),
        (
            "another assertion",
            payload(a=ADE),
            payload(a={**ADE, "assertion": {"polarity": "negated"}}),
            [Kind.ATTRIBUTE],
        ),
        (
            "another code",
            payload(a=ADE),
            payload(a={**ADE, "codes": [{"system": "I", "release": "1", "code": "L27.0"}]}),
            [Kind.CODE],
        ),
        ("edges and label", payload(a=ADE), payload(a=entity(0, 10)), [Kind.BOUNDARY, Kind.LABEL]),
        ("a relation", payload(a=ADE, d=DRUG, r=relation("d", "a")), payload(a=ADE, d=DRUG), [Kind.RELATION]),
        (
            "its type",
            payload(a=ADE, d=DRUG, r=relation("d", "a")),
            payload(a=ADE, d=DRUG, r=relation("d", "a", "causes")),
            [Kind.RELATION],
        ),
        (
            "its direction",
            payload(a=ADE, d=DRUG, r=relation("d", "a")),
            payload(a=ADE, d=DRUG, r=relation("a", "d")),
            [Kind.RELATION],
        ),
        (
            "its certainty",
            payload(a=ADE, d=DRUG, r=relation("d", "a", certainty="probable")),
            payload(a=ADE, d=DRUG, r=relation("d", "a")),
            [Kind.RELATION],
        ),
        (
            "an end the other lacks, and so its relation",
            payload(a=ADE, d=DRUG, r=relation("d", "a")),
            payload(a=ADE),
            [Kind.MISSING],
        ),
        (
            "an event",
            payload(a=ADE, v={"kind": "event", "mentions": ["a"], "subtype": "device"}),
            payload(a=ADE),
            [Kind.MISSING],
        ),
        (
            "its seriousness",
            payload(a=ADE, v={"kind": "event", "mentions": ["a"], "subtype": "device"}),
            payload(
                a=ADE, v={"kind": "event", "mentions": ["a"], "subtype": "device", "seriousness": ["death"]}
            ),
            [Kind.ATTRIBUTE],
        ),
        (
            "a chain",
            payload(a=ADE, d=DRUG, k={"kind": "chain", "mentions": ["a", "d"]}),
            payload(a=ADE, d=DRUG),
            [Kind.RELATION],
        ),
        (
            "the code list",
            payload(c=code("E11.9", 1, True), e=code("N18.32", 2)),
            payload(c=code("E11.22", 1, True), e=code("N18.32", 2)),
            [Kind.CODE, Kind.DOCUMENT],
        ),
        (
            "the principal",
            payload(c=code("E11.9", 1, True), e=code("N18.32", 2)),
            payload(c=code("E11.9", 1), e=code("N18.32", 2, True)),
            [Kind.CODE, Kind.DOCUMENT],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_readers_differ_in(why, one, other, kinds):
    (case,) = cases(one, other)
    assert list(case.kinds) == kinds


@pytest.mark.parametrize(
    ("why", "one", "other"),
    [
        ("ids", payload(a=ADE), payload(z=ADE)),
        (
            "who confirmed it",
            payload(a=ADE),
            payload(a={**ADE, "status": "confirmed", "origin": {"by": "model"}}),
        ),
        ("an axis left out", payload(a=ADE), payload(a={**ADE, "assertion": {"polarity": "affirmed"}})),
        (
            "a field left empty",
            payload(a=ADE, v={"kind": "event", "mentions": ["a"], "subtype": "device"}),
            payload(
                a=ADE,
                v={"kind": "event", "mentions": ["a"], "subtype": "device", "seriousness": [], "onset": None},
            ),
        ),
        ("what was rejected", payload(a={**ADE, "status": "rejected"}), payload()),
        ("remarks", payload(k={"kind": "comment", "text": "odd"}), payload()),
        (
            "the order of mentions",
            payload(a=ADE, d=DRUG, k={"kind": "chain", "mentions": ["a", "d"]}),
            payload(a=ADE, d=DRUG, k={"kind": "chain", "mentions": ["d", "a"]}),
        ),
        (
            "evidence",
            payload(a=ADE, c=code("E11.9", 1, True, evidence=["a"])),
            payload(a=ADE, c=code("E11.9", 1, True)),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_readers_do_not_differ_in(why, one, other):
    assert cases(one, other) == []


def test_a_code_set_is_one_case_not_one_per_code():
    one = payload(c=code("E11.9", 1, True), e=code("N18.32", 2))
    other = payload(c=code("E11.22", 1, True), e=code("N18.32", 2))
    (case,) = cases(one, other)
    assert case.place is None
    assert [sorted(body["code"] for body in version.values()) for version in case.versions] == [
        ["E11.9", "N18.32"],
        ["E11.22", "N18.32"],
    ]


def test_a_disputed_entity_brings_everything_that_touches_it():
    linked = {
        "d": DRUG,
        "r": relation("d", "a", "causes"),
        "v": {"kind": "event", "mentions": ["a"], "subtype": "device"},
        "x": {"kind": "exposure", "mentions": ["d"]},
        "s": {"kind": "assessment", "event": "v", "exposure": "x"},
        "far": entity(27, 35),
    }
    (case,) = cases(payload(a=ADE, **linked), payload(a=entity(0, 10, "ADE"), **linked))
    assert set(case.versions[0]) == {"a", "d", "r", "v", "x", "s"}
    assert case.place == (0, 10)
    assert case.labels == ("ADE", "DRUG", "causes")
    assert list(case.kinds) == [Kind.BOUNDARY]


def test_what_all_agree_on_stays_out_of_a_neighbours_case():
    inner = {"i": entity(5, 10)}
    (case,) = cases(payload(o=entity(0, 22), **inner), payload(o=entity(0, 22)))
    assert case.versions == (inner, {})


def test_disputed_spans_that_overlap_are_one_case_and_others_are_not():
    one = payload(a=entity(0, 10), b=entity(11, 22))
    other = payload(a=entity(0, 4), b=entity(5, 10), c=entity(11, 15))
    assert [set(case.versions[1]) for case in cases(one, other)] == [{"a", "b"}, {"c"}]


def test_spans_are_matched_within_their_label_first():
    one = payload(a=entity(0, 10, "ADE"))
    other = payload(a=entity(0, 10, "DRUG"), b=entity(0, 8, "ADE"))
    (case,) = cases(one, other)
    assert list(case.kinds) == [Kind.MISSING, Kind.BOUNDARY]


def test_three_readers_make_one_case_with_three_versions():
    (case,) = cases(payload(a=ADE), payload(a=entity(0, 4, "PROBLEM")), payload())
    assert list(case.kinds) == [Kind.MISSING, Kind.LABEL]
    assert case.versions[2] == {}


def test_cases_come_in_reading_order_with_the_code_list_last():
    one = payload(z=entity(0, 4), a=entity(27, 35), c=code("E11.9", 1, True))
    places = [case.place for case in cases(one, payload())]
    assert places == [(0, 4), (27, 35), None]


def test_the_same_answers_give_the_same_key_and_others_another():
    one, other, third = payload(a=ADE), payload(), payload(a=entity(0, 10))
    assert cases(one, other)[0].key == cases(other, one)[0].key
    assert cases(one, other)[0].key != cases(third, other)[0].key


def test_a_crowded_note_is_compared_in_one_go():
    """Thousands of spans: groups stay small, so the matching does."""
    one = payload(**{f"e{i}": entity(i * 3, i * 3 + 2) for i in range(3000)})
    other = payload(**{f"e{i}": entity(i * 3, i * 3 + (3 if i % 10 == 0 else 2)) for i in range(3000)})
    assert len(cases(one, other)) == 300


def test_thousands_of_spans_that_hang_together_are_one_case():
    """A chain of overlaps: each disputed span touches the next."""
    one = payload(**{f"e{i}": entity(i * 2, i * 2 + 3) for i in range(2000)})
    (case,) = cases(one, payload())
    assert len(case.versions[0]) == 2000
