"""Suggestions in, events and units out: words of the note stay behind."""

import pytest

from app.agreement.comparing import coverage, ratings_of, spans_of
from app.agreement.metrics.kappa import Cohen, Percent
from app.agreement.metrics.relations import RelationF1
from app.agreement.metrics.spans import F1Strict
from app.annotation.actions import action_facts
from app.annotation.schema import schema_problems
from app.core.digest import canonical_json
from app.core.errors import Invalid
from app.modalities.notes.check import check_note
from app.modalities.notes.kinds import KINDS
from app.modalities.notes.suggest import suggested_note
from app.modalities.notes.units import note_units
from app.review.modality import AnnotationAction, own_label_problems

from .notes import CONTEXT, SCHEMA, code, entity, payload, relation

ANSWER = {
    "pipeline": "chartmark",
    "version": "1.0",
    "digest": "ab" * 32,
    "sections": [],
    "entities": [
        {
            "start": 0,
            "end": 4,
            "fragments": [[0, 4]],
            "label": "ADE",
            "text": "Rash",
            "assertion": {
                "polarity": "affirmed",
                "certainty": "certain",
                "negated": False,
                "uncertain": False,
            },
            "because": [{"axis": "label", "cue": "Rash", "start": 0, "end": 4, "scope": [0, 10], "score": 0.25}],
            "codes": [],
            "adverse_event": {
                "subtype": "complication",
                "seriousness": [{"value": "death", "start": 0}],
                "dechallenge": {"answer": "positive", "cues": []},
            },
        },
        {
            "start": 11,
            "end": 22,
            "label": "DRUG",
            "text": "amoxicillin",
            "candidates": [
                {"system": "ICD-10-CM", "release": "2026", "code": "L27.0", "term": "rash"},
                {"system": "ICD-10-CM", "release": "2026", "code": "L27"},
            ],
            "proposed": {"system": "ICD-10-CM", "release": "2026", "code": "L27.0", "rule": "present"},
        },
    ],
    "relations": [{"type": "causes", "head": 1, "tail": 0, "certainty": "probable", "cue": {"start": 5, "end": 10}}],
}


def test_pre_annotation_becomes_suggestions_that_wait_for_a_verdict():
    whole = suggested_note([ANSWER])
    elements = whole["elements"]
    kinds = ["entity", "entity", "relation", "event", "exposure", "assessment"]
    assert {key: body["kind"] for key, body in elements.items()} == dict(
        zip(["s1", "s2", "s3", "s4", "s5", "s6"], kinds, strict=True)
    )
    assert elements["s3"]["head"] == "s2"
    assert elements["s3"]["certainty"] == "probable"
    assert elements["s4"]["mentions"] == ["s1"]
    assert (elements["s4"]["subtype"], elements["s4"]["seriousness"]) == ("procedure_complication", ["death"])
    assert elements["s2"]["codes"] == [], "candidates are not codes, and a proposal is none yet"
    proposed = {"system": "ICD-10-CM", "release": "2026", "code": "L27.0", "rule": "present"}
    assert {f"proposed_{name}": value for name, value in proposed.items()}.items() <= elements["s2"]["origin"].items()
    assert elements["s1"]["origin"] == {
        "by": "model",
        "suggestion": "s1",
        "pipeline": "chartmark",
        "version": "1.0",
        "digest": "ab" * 32,
    }
    assert {problem.code for problem in check_note(whole, CONTEXT)} == {"unreviewed"}


def test_the_drug_and_the_pair_of_an_event_are_suggested_without_a_verdict_on_causality():
    elements = suggested_note([ANSWER])["elements"]
    assert (elements["s5"]["mentions"], elements["s5"]["role"]) == (["s2"], "suspect")
    pair = elements["s6"]
    assert (pair["event"], pair["exposure"]) == ("s4", "s5")
    assert (pair["certainty"], pair["dechallenge"]) == ("probable", "positive")
    assert not {"method", "result", "answers"} & set(pair)
    assert elements["s3"]["because"] == [{"axis": "relation", "value": "causes", "start": 5, "end": 10}]


def test_suggestions_carry_offsets_and_no_words_of_the_note():
    written = canonical_json(suggested_note([ANSWER]))
    assert "Rash" not in written
    assert "amoxicillin" not in written
    assert '"scope":[0,10]' in written


def test_confirmed_suggestions_may_be_submitted():
    whole = suggested_note([ANSWER])
    for body in whole["elements"].values():
        body["status"] = "confirmed"
    assert check_note(whole, CONTEXT) == []


def test_two_pipelines_share_one_numbering():
    whole = suggested_note([ANSWER, {**ANSWER, "relations": []}])
    assert list(whole["elements"]) == [f"s{i}" for i in range(1, 10)]


def test_a_relation_to_an_entity_that_is_not_there_is_refused():
    with pytest.raises(Invalid):
        suggested_note([{**ANSWER, "relations": [{"type": "causes", "head": 1, "tail": 9}]}])


def described(body, before=None):
    return action_facts(AnnotationAction("a", body, before), KINDS, CONTEXT.known_keys, CONTEXT.text)


def test_an_event_names_label_offsets_codes_and_what_changed():
    before = entity(0, 4, "ADE", origin={"by": "model", "pipeline": "p"})
    said = described({**before, "label": "PROBLEM", "because": [{"cue": "secret"}]}, before)
    assert (said["element"], said["label"], said["fragments"]) == ("a", "PROBLEM", [[0, 4]])
    assert said["changed"] == ["because", "label"]
    assert said["origin"] == {"by": "model", "pipeline": "p"}
    assert "secret" not in repr(said)


def test_of_a_remark_only_its_length_is_told():
    assert described({"kind": "comment", "text": "Mrs Smith again"}) == {
        "element": "a",
        "kind": "comment",
        "length": 15,
    }
    assert described(None, {"kind": "comment", "text": "x"}) == {
        "element": "a",
        "kind": "comment",
        "length": 1,
    }


def test_of_an_event_the_onset_is_told_which_cannot_hold_words():
    body = {"kind": "event", "mentions": ["m"], "subtype": "device", "onset": "2024-03-05"}
    assert described(body)["onset"] == "2024-03-05"
    with pytest.raises(Invalid):
        described({**body, "onset": "since Easter"})


@pytest.mark.parametrize("body", [entity(0, 4, "Mrs Smith"), relation("a", "b", "Mrs Smith"), {"kind": "Mrs Smith"}])
def test_what_a_client_made_up_never_reaches_the_record(body):
    with pytest.raises(Invalid) as caught:
        described(body)
    assert "Smith" not in str(caught.value) + repr(caught.value.problems)


WHOLE = payload(
    a=entity(0, 4, "ADE", assertion={"polarity": "negated"}),
    d=entity(11, 22, "DRUG"),
    r=relation("d", "a", "causes"),
    c=code("E11.9", 1, True),
    k={"kind": "comment", "text": "x"},
    z={**entity(27, 35), "status": "rejected"},
    v={"kind": "event", "mentions": ["a"], "subtype": "drug_reaction"},
    x={"kind": "exposure", "mentions": ["d"], "role": "suspect"},
    s={"kind": "assessment", "event": "v", "exposure": "x", "method": "who-umc", "result": "probable"},
)


def test_units_say_what_was_judged_where():
    units = {(unit.kind, unit.label, unit.key, unit.value) for unit in note_units(WHOLE)}
    assert ("entity", "ADE", "", "ADE") in units
    assert ("assertion", "ADE", "polarity", "negated") in units
    assert ("assertion", "DRUG", "hypothetical", "false") in units
    assert ("relation", "causes", "11-22>0-4", "causes") in units
    assert ("code_assignment", "ICD-10-CM", "ICD-10-CM|E11.9", "principal") in units
    assert ("event", "ADE", "0-4", "drug_reaction|not_serious") in units
    assert ("assessment", "ADE", "11-22>0-4", "probable") in units
    assert not [unit for unit in units if unit[0] == "comment"]
    assert not [unit for unit in units if "27-35" in unit[2]]


def test_agreement_is_computed_from_the_same_units():
    other = payload(a=entity(0, 4, "ADE"), d=entity(11, 22, "DRUG"), r=relation("a", "d", "causes"), q=entity(27, 35))
    answers = {"n": {"one": note_units(WHOLE), "two": note_units(other)}}
    spans = spans_of(answers)
    assert F1Strict().prepare(spans).estimate().value == pytest.approx(4 / 5)
    assert RelationF1().prepare(spans).estimate().value == 0
    assert F1Strict().prepare(spans_of(answers, labels={"ADE"})).estimate().value == 1
    polarity = ratings_of(answers, "assertion", key="polarity", categories=("affirmed", "negated"))
    assert Percent().prepare(polarity).estimate().value == 0.5
    assert coverage(polarity) == pytest.approx(2 / 3)
    assert Cohen().prepare(ratings_of(answers, "assertion", label="ADE", key="certainty")).n == 1


def test_a_good_schema_has_no_problems():
    assert schema_problems(SCHEMA, own_label_problems) == []


@pytest.mark.parametrize(
    ("why", "change", "code", "where"),
    [
        ("no key", {"key": ""}, "missing-field", "key"),
        ("no labels", {"labels": []}, "no-labels", "labels"),
        ("labels that are no list", {"labels": {}}, "bad-field", "labels"),
        ("a label without a key", {"labels": [{"title": "x"}]}, "bad-key", "labels[0]"),
        ("a key twice", {"labels": [{"key": "DRUG"}, {"key": "DRUG"}]}, "duplicate-key", "labels[1]"),
        ("an unknown class", {"labels": [{"key": "A", "class": "urgent"}]}, "bad-class", "labels[0]"),
        (
            "a colour in words",
            {"labels": [{"key": "A", "color": "Not a colour!"}]},
            "bad-colour",
            "labels[0]",
        ),
        ("a category", {"labels": [{"key": "A", "category": 4}]}, "bad-category", "labels[0]"),
        (
            "a relation of unknown labels",
            {"relations": [{"key": "r", "head": ["X"]}]},
            "unknown-label",
            "relations[0].head",
        ),
        (
            "a relation's head as a word",
            {"relations": [{"key": "r", "head": "DRUG"}]},
            "bad-field",
            "relations[0].head",
        ),
        ("an unknown axis", {"assertion": ["mood"]}, "unknown-axis", "assertion[0]"),
        ("axes as a word", {"assertion": "polarity"}, "bad-field", "assertion"),
        ("reasons as numbers", {"reasons": [1]}, "bad-field", "reasons"),
        ("an unknown field", {"colour": 1}, "unknown-field", "colour"),
        (
            "a keyword with a space",
            {"modality": "imaging", "labels": [{"key": "Patient Age"}]},
            "bad-keyword",
            "labels[0]",
        ),
        (
            "a VR in words",
            {"modality": "imaging", "labels": [{"key": "PatientAge", "VR": "Age"}]},
            "bad-vr",
            "labels[0]",
        ),
        (
            "a range backwards",
            {"modality": "imaging", "labels": [{"key": "KVP", "range": [9, 1]}]},
            "bad-field",
            "labels[0]",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_schema_is_refused_for(why, change, code, where):
    problems = schema_problems({**SCHEMA, "relations": [], **change}, own_label_problems)
    assert [(problem.code, problem.where) for problem in problems] == [(code, where)]


@pytest.mark.parametrize("body", [None, [], "x", 1])
def test_what_is_no_schema_is_a_problem_not_a_crash(body):
    assert schema_problems(body, own_label_problems)[0].code == "bad-schema"
