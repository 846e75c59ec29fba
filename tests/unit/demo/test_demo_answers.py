"""The scripted readers judge suggestions as people do: they let stand what they have no objection to."""

from collections import Counter

from app.demo.answers import changes_towards
from app.modalities.notes.kinds import KINDS
from app.projection.suggestion_use import decisions


def entity(start, end, label="PROBLEM", status="suggested", **more):
    return {"kind": "entity", "status": status, "fragments": [[start, end]], "label": label, "assertion": {}} | more


def wants(start, end, label="PROBLEM", **more):
    return entity(start, end, label, "confirmed", codes=[], **more)


def relation(head, tail, kind="has_dose", status="suggested"):
    return {"kind": "relation", "status": status, "type": kind, "head": head, "tail": tail}


def answered(draft, wanted, others=None):
    """The payload a reader leaves behind; `others` is what the other one wants."""
    changes = changes_towards(draft, wanted, wanted if others is None else others)
    return draft | {change.element_id: change.body for change in changes}


def actions(draft, *wanted):
    after = {"elements": answered(draft, *wanted)}
    return Counter(action for _, action in decisions({"elements": draft}, after, KINDS))


def test_a_suggestion_that_says_the_same_is_accepted():
    draft = {"s1": entity(0, 9)}
    after = answered(draft, {"w": wants(0, 9)})
    assert list(after) == ["s1"]
    assert after["s1"]["status"] == "confirmed"
    assert actions(draft, {"w": wants(0, 9)}) == {"accepted": 1}


def test_another_span_label_or_assertion_is_an_edit_of_the_suggestion():
    draft = {"s1": entity(0, 9), "s2": entity(20, 29), "s3": entity(40, 49)}
    wanted = {
        "a": wants(0, 14),
        "b": wants(20, 29, "SYMPTOM"),
        "c": wants(40, 49) | {"assertion": {"polarity": "negated"}},
    }
    after = answered(draft, wanted)
    assert set(after) == {"s1", "s2", "s3"}
    assert (after["s1"]["fragments"], after["s2"]["label"]) == ([[0, 14]], "SYMPTOM")
    assert actions(draft, wanted) == {"edited": 3}


def test_what_nobody_objects_to_is_confirmed_and_what_is_missing_is_added():
    draft = {"s1": entity(0, 9)}
    after = answered(draft, {"w": wants(30, 40)})
    assert {key: body["status"] for key, body in after.items()} == {"s1": "confirmed", "w": "confirmed"}


def test_a_second_suggestion_for_the_same_answer_is_false():
    draft = {"s1": entity(0, 9), "s2": entity(4, 12)}
    assert actions(draft, {"w": wants(0, 9)}) == {"accepted": 1, "rejected": 1}


def test_what_only_the_other_reader_wants_is_rejected_so_that_they_still_disagree():
    draft = {"s1": entity(0, 9), "s2": entity(20, 29)}
    both = {"a": wants(0, 9), "b": wants(20, 29)}
    after = answered(draft, {"a": wants(0, 9)}, both)
    assert after["s2"]["status"] == "rejected"
    assert answered(draft, both)["s2"]["status"] == "confirmed"


def test_a_relation_goes_with_its_ends_and_the_readers_own_relations_count():
    draft = {
        "s1": entity(0, 9, "MEDICATION"), "s2": entity(10, 14, "DOSE"), "s3": entity(20, 24, "DOSE"),
        "s4": relation("s1", "s2"), "s5": relation("s1", "s3"), "s6": relation("s1", "s2", "has_reason"),
    }  # fmt: skip
    wanted = {"m": wants(0, 9, "MEDICATION"), "d": wants(10, 14, "DOSE"), "r1": relation("m", "d", status="confirmed")}
    after = answered(draft, wanted)
    assert set(after) == set(draft)
    assert {key: after[key]["status"] for key in ("s4", "s5", "s6")} == {
        "s4": "confirmed", "s5": "confirmed", "s6": "rejected",
    }  # fmt: skip
    assert (after["s4"]["head"], after["s4"]["tail"]) == ("s1", "s2")
    gone = answered(draft, wanted, wanted | {"x": wants(20, 24, "DOSE")})
    assert (gone["s3"]["status"], gone["s5"]["status"]) == ("rejected", "rejected")


def test_a_relation_falls_with_its_end_whatever_the_order_of_their_keys():
    draft = {"s105": relation("s62", "s61"), "s61": entity(20, 24, "DOSE"), "s62": entity(0, 9, "MEDICATION")}
    wanted = {"d": wants(20, 24, "DOSE")}
    after = answered(draft, wanted, wanted | {"m": wants(0, 9, "MEDICATION")})
    assert (after["s62"]["status"], after["s105"]["status"]) == ("rejected", "rejected")
