"""What keeps a note from being submitted: one row per rule."""

import pytest

from app.annotation.check import blocking
from app.modalities.notes.check import check_note

from .notes import CONTEXT, TEXT, code, entity, payload, relation

DRUG, ADE = entity(11, 22, "DRUG"), entity(0, 4, "ADE")
EVENT = {"kind": "event", "mentions": ["a"], "subtype": "drug_reaction"}
EXPOSURE = {"kind": "exposure", "mentions": ["d"], "role": "suspect"}


TWO = ("L27.0", "E11.9")


def codes_of(whole):
    return [problem.code for problem in check_note(whole, CONTEXT)]


@pytest.mark.parametrize(
    ("why", "whole", "codes"),
    [
        ("an empty payload", payload(), []),
        ("a span up to the last character", payload(a=entity(0, len(TEXT))), []),
        ("a span beyond the text", payload(a=entity(0, len(TEXT) + 1)), ["offsets"]),
        ("an empty span", payload(a=entity(4, 4)), ["offsets"]),
        ("a span that runs backwards", payload(a=entity(4, 2)), ["offsets"]),
        ("a negative start", payload(a=entity(-1, 2)), ["offsets"]),
        ("offsets that are no integers", payload(a=entity(0, True)), ["offsets"]),
        ("pieces in order", payload(a={**ADE, "fragments": [[0, 4], [11, 22]]}), []),
        ("pieces that touch", payload(a={**ADE, "fragments": [[0, 4], [4, 9]]}), []),
        ("pieces out of order", payload(a={**ADE, "fragments": [[11, 22], [0, 4]]}), ["offsets"]),
        ("pieces that overlap", payload(a={**ADE, "fragments": [[0, 5], [4, 9]]}), ["offsets"]),
        ("a suggestion nobody reviewed", payload(a={**ADE, "status": "suggested"}), ["unreviewed"]),
        (
            "a rejected suggestion beyond the schema",
            payload(a={**entity(0, 4, "X"), "status": "rejected"}),
            [],
        ),
        ("an unknown label", payload(a=entity(0, 4, "X")), ["unknown-label"]),
        ("an unknown axis", payload(a=entity(0, 4, assertion={"mood": "sad"})), ["bad-field"]),
        ("an unknown value of an axis", payload(a=entity(0, 4, assertion={"polarity": "no"})), ["bad-field"]),
        ("1 for true", payload(a=entity(0, 4, assertion={"hypothetical": 1})), ["bad-field"]),
        ("an unknown field", payload(a=entity(0, 4, colour="red")), ["unknown-field"]),
        ("a missing field", payload(a={"kind": "entity", "label": "ADE"}), ["missing-field"]),
        ("an unknown kind", payload(a={"kind": "mood"}), ["unknown-kind"]),
        ("an odd id", {"elements": {"a b": ADE}}, ["bad-id"]),
        ("a relation as the schema allows", payload(a=ADE, d=DRUG, r=relation("d", "a", "causes")), []),
        (
            "its head of the wrong label",
            payload(a=ADE, d=DRUG, r=relation("a", "d", "causes")),
            ["relation-head", "relation-tail"],
        ),
        ("an unknown relation", payload(a=ADE, d=DRUG, r=relation("d", "a", "loves")), ["unknown-relation"]),
        ("an entity related to itself", payload(a=ADE, r=relation("a", "a")), ["self-relation"]),
        ("a relation to nothing", payload(a=ADE, r=relation("a", "z")), ["dangling"]),
        (
            "a relation to a rejected entity",
            payload(a=ADE, d={**DRUG, "status": "rejected"}, r=relation("d", "a")),
            ["dangling"],
        ),
        (
            "a relation to a relation",
            payload(a=ADE, d=DRUG, q=relation("d", "a"), r=relation("q", "a")),
            ["wrong-reference"],
        ),
        (
            "a known code",
            payload(a={**ADE, "codes": [{"system": "ICD-10-CM", "release": "2026", "code": "L27.0"}]}),
            [],
        ),
        (
            "a code of another release",
            payload(a={**ADE, "codes": [{"system": "ICD-10-CM", "release": "2021", "code": "L27.0"}]}),
            ["unknown-code"],
        ),
        (
            "a retired code",
            payload(a={**ADE, "codes": [{"system": "ICD-10-CM", "release": "2026", "code": "OLD"}]}),
            ["warn-inactive-code"],
        ),
        (
            "two codes of one system",
            payload(a={**ADE, "codes": [{"system": "ICD-10-CM", "release": "2026", "code": c} for c in TWO]}),
            ["warn-several-codes"],
        ),
        (
            "a header for a code",
            payload(a={**ADE, "codes": [{"system": "ICD-10-CM", "release": "2026", "code": "E11"}]}),
            ["warn-incomplete-code"],
        ),
        ("a code list", payload(c=code("E11.9", 1, principal=True), e=code("N18.32", 2)), []),
        ("a code list without a principal", payload(c=code("E11.9", 1), e=code("N18.32", 2)), ["principal"]),
        ("two principals", payload(c=code("E11.9", 1, True), e=code("N18.32", 2, True)), ["principal"]),
        ("one sequence twice", payload(c=code("E11.9", 1, True), e=code("N18.32", 1)), ["sequence"]),
        ("one code twice", payload(c=code("E11.9", 1, True), e=code("E11.9", 2)), ["code"]),
        ("a heading for a code", payload(c=code("E11", 1, True)), ["warn-not-billable"]),
        ("an odd present-on-admission", payload(c=code("E11.9", 1, True, poa="maybe")), ["bad-field"]),
        ("evidence that is not there", payload(c=code("E11.9", 1, True, evidence=["z"])), ["dangling"]),
        (
            "an assessed pair",
            payload(
                a=ADE,
                d=DRUG,
                v=EVENT,
                x=EXPOSURE,
                s={
                    "kind": "assessment",
                    "event": "v",
                    "exposure": "x",
                    "method": "who-umc",
                    "result": "probable",
                },
            ),
            [],
        ),
        (
            "a result of another method",
            payload(
                a=ADE,
                d=DRUG,
                v=EVENT,
                x=EXPOSURE,
                s={
                    "kind": "assessment",
                    "event": "v",
                    "exposure": "x",
                    "method": "who-umc",
                    "result": "doubtful",
                },
            ),
            ["bad-result"],
        ),
        (
            "ten answers of Naranjo",
            payload(
                a=ADE,
                d=DRUG,
                v=EVENT,
                x=EXPOSURE,
                s={
                    "kind": "assessment",
                    "event": "v",
                    "exposure": "x",
                    "method": "naranjo",
                    "result": "insufficient",
                    "answers": ["unknown"] * 10,
                },
            ),
            [],
        ),
        (
            "event and exposure swapped",
            payload(
                a=ADE, d=DRUG, v=EVENT, x=EXPOSURE, s={"kind": "assessment", "event": "x", "exposure": "v"}
            ),
            ["wrong-reference", "wrong-reference"],
        ),
        ("an event of nothing", payload(v={**EVENT, "mentions": []}), ["bad-field"]),
        ("an unknown seriousness", payload(a=ADE, v={**EVENT, "seriousness": ["sad"]}), ["bad-field"]),
        ("words for a time", payload(a=ADE, v={**EVENT, "onset": "last Tuesday"}), ["bad-field"]),
        ("a duration for a time", payload(a=ADE, v={**EVENT, "onset": "P3D"}), []),
        ("a chain of one", payload(a=ADE, k={"kind": "chain", "mentions": ["a"]}), ["bad-field"]),
        ("a remark", payload(k={"kind": "comment", "text": "see page 2"}), []),
        ("an empty remark", payload(k={"kind": "comment", "text": " "}), ["bad-field"]),
        (
            "negated and possible at once",
            payload(a=entity(0, 4, assertion={"polarity": "negated", "certainty": "possible"})),
            ["warn-contradiction"],
        ),
        ("exact duplicates, which are folded", payload(a=ADE, b=ADE), []),
        (
            "the same span and label twice, said otherwise",
            payload(a=ADE, b={**ADE, "assertion": {"polarity": "negated"}}),
            ["warn-duplicate"],
        ),
        ("a span of one blank", payload(a=entity(4, 5)), ["blank-span"]),
        ("a piece of one blank", payload(a={**ADE, "fragments": [[0, 4], [4, 5]]}), ["blank-span"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_note_with(why, whole, codes):
    assert codes_of(whole) == codes


def test_an_axis_the_schema_does_not_use_must_stay_unmarked():
    from dataclasses import replace

    narrow = replace(CONTEXT, schema={**CONTEXT.schema, "assertion": [{"key": "polarity"}]})
    problems = check_note(
        payload(a=entity(0, 4, assertion={"polarity": "negated", "experiencer": "family"})), narrow
    )
    assert [problem.code for problem in problems] == ["unknown-attribute"]


def test_warnings_do_not_block():
    problems = check_note(payload(a=ADE, b={**ADE, "assertion": {"polarity": "negated"}}), CONTEXT)
    assert problems
    assert blocking(problems) == []


def test_problems_never_quote_the_note_or_what_a_client_made_up():
    whole = payload(a={"kind": "entity", "Secret Name": 1, "label": ["Secret"], "fragments": "Secret"})
    assert "Secret" not in repr(check_note(whole, CONTEXT))
