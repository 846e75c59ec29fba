"""What counts as new, gone and moved: one sentence a row."""

import pytest

from app.agreement.changes import LabelChange, weighty_changes, weighty_elements
from app.modalities.notes.units import note_units
from app.modalities.reports.modality import Reports
from tests.contracts.modality_examples import REPORTS, _seen
from tests.unit.modalities.notes.notes import entity, payload, relation

WEIGHTY = {"ADE", "causes", "Pneumothorax"}
RASH = entity(0, 4, "ADE")
NEGATED = entity(0, 4, "ADE", assertion={"polarity": "negated"})


def changes(settled, *readings):
    return [
        (change.kind.value, change.label)
        for change in weighty_changes(note_units(settled), [note_units(reading) for reading in readings], WEIGHTY)
    ]


@pytest.mark.parametrize(
    ("settled", "readings", "found"),
    [
        ({"a": RASH}, [{"a": RASH}, {"b": RASH}], []),
        ({"a": RASH}, [{}, {}], ["new"]),
        ({"a": RASH}, [{}, {"b": RASH}], []),
        ({"a": entity(20, 24, "ADE")}, [{"a": RASH}, {"a": RASH}], ["moved", "gone"]),
        ({"a": entity(1, 3, "ADE")}, [{"a": RASH}, {"a": RASH}], []),
        ({"a": entity(0, 10, "ADE")}, [{"a": entity(0, 6, "ADE")}, {"a": entity(4, 10, "ADE")}], []),
        ({"a": entity(0, 11, "ADE")}, [{"a": entity(0, 6, "ADE")}, {"a": entity(4, 10, "ADE")}], ["moved"]),
        ({"a": entity(0, 11, "ADE")}, [{"a": RASH}, {"a": entity(6, 11, "ADE")}], ["moved"]),
        ({}, [{"a": RASH}, {"b": RASH}], ["gone"]),
        ({}, [{"a": RASH}, {}], []),
        ({"a": NEGATED}, [{"a": RASH}, {"a": RASH}], ["new", "gone"]),
        ({"a": NEGATED}, [{"a": RASH}, {"a": NEGATED}], []),
        ({"a": entity(0, 4, "DRUG")}, [{}, {}], []),
        ({"a": {**RASH, "status": "rejected"}}, [{}, {}], []),
        ({"a": {**RASH, "fragments": [[0, 2], [8, 10]]}}, [{"a": entity(0, 10, "ADE")}] * 2, []),
        ({"a": entity(0, 10, "ADE")}, [{"a": {**RASH, "fragments": [[0, 2], [8, 10]]}}] * 2, ["moved"]),
    ],
    ids=[
        "read twice, it stays", "read by nobody, it is new", "read once, it is not new", "elsewhere, it moved and left",
        "another edge inside is not moved", "the union of two readings is inside", "beyond the union is moved",
        "text nobody marked between two is beyond", "what all had is gone", "what one had is not gone",
        "the opposite of what all said is new", "an assertion one reader gave is kept", "a routine label is nobody's",
        "a rejected one says nothing", "parts of it are inside", "the gap of a parted one is beyond",
    ],
)  # fmt: skip
def test_a_label_of_weight_is_told_when_it_is(settled, readings, found):
    told = changes({"elements": settled}, *({"elements": reading} for reading in readings))
    assert list(dict.fromkeys(kind for kind, _ in told)) == found


def test_a_relation_stays_with_its_ends_and_is_new_between_others():
    ends = {"a": entity(0, 4, "DRUG"), "b": entity(11, 22, "DRUG"), "c": entity(27, 35, "DRUG")}
    read = payload(**ends, r=relation("a", "b", "causes"))
    wider = payload(**ends | {"a": entity(0, 10, "DRUG")}, r=relation("a", "b", "causes"))
    assert changes(wider, read, read) == []
    turned = payload(**ends, r=relation("b", "a", "causes"))
    assert changes(turned, read, read) == [("moved", "causes"), ("gone", "causes")]
    assert changes(payload(**ends, r=relation("a", "b")), read, read) == [("gone", "causes")]


def test_what_is_said_about_a_weighty_mention_weighs_wherever_the_mention_stands():
    ends = {"a": entity(0, 4, "DRUG"), "b": entity(11, 22, "ADE")}
    event = {"kind": "event", "mentions": ["a", "b"], "subtype": "drug_reaction", "seriousness": []}
    assert changes(payload(**ends, v=event), payload(**ends), payload(**ends)) == [("new", "DRUG")]
    worse = event | {"seriousness": ["death"]}
    assert changes(payload(**ends, v=worse), *[payload(**ends, v=event)] * 2) == [("new", "DRUG"), ("gone", "DRUG")]


def test_a_critical_finding_nobody_reported_is_new_and_one_taken_out_is_gone():
    def units(*bodies):
        return Reports().units({"elements": {str(n): body for n, body in enumerate(bodies)}}, REPORTS.context)

    seen, none = units(_seen("Pneumothorax", "positive")), units()
    assert [c.kind.value for c in weighty_changes(seen, [none, none], WEIGHTY)] == ["new", "gone"]
    assert [c.kind.value for c in weighty_changes(none, [seen, seen], WEIGHTY)] == ["new", "gone"]
    assert weighty_changes(seen, [none, seen], WEIGHTY) == []


def test_a_change_names_the_element_that_bears_it():
    (change,) = weighty_changes(note_units(payload(x=RASH))[:1], [[]], WEIGHTY)
    assert change == LabelChange("new", "ADE", "x")


def test_elements_of_weight_carry_the_label_themselves():
    whole = payload(
        a=RASH, b=entity(11, 22, "DRUG"), r=relation("b", "a", "causes"), n=relation("b", "a"),
        v={"kind": "event", "mentions": ["a"], "subtype": "drug_reaction", "seriousness": []},
    )  # fmt: skip
    assert sorted(weighty_elements(note_units(whole), WEIGHTY)) == ["a", "r"]


def test_a_second_mention_inside_an_agreed_one_is_new():
    read = payload(a=entity(10, 30, "ADE"))
    settled = payload(a=entity(10, 30, "ADE"), b=entity(10, 20, "ADE"))
    assert ("new", "ADE") in changes(settled, read, read)
    assert changes(settled, settled, settled) == []
