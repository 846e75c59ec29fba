"""Report labels: CheXpert's rules as a table, and what must be settled together."""

import pytest

from app.agreement.comparing import ratings_of
from app.agreement.judgements import Choice, DifferenceKind, Ruling
from app.agreement.metrics.kappa import Percent
from app.annotation.check import blocking
from app.modalities.reports.modality import Reports
from app.review.modality import Context

REPORTS = Reports()
TEXT = "No pneumothorax. Small left effusion. PICC line in place."
SCHEMA = {
    "key": "r",
    "title": "R",
    "modality": "reports",
    "version": "1",
    "labels": [
        {"key": "No Finding"},
        {"key": "Edema"},
        {"key": "Pneumothorax", "class": "significant"},
        {"key": "Pleural Effusion"},
        {"key": "Support Devices"},
        {"key": "tension_pneumothorax", "class": "critical", "group": "critical", "category": 1},
    ],
}
CONTEXT = Context({"id": "r", "text": TEXT, "meta": {"sections": ["impression"], "patient": "P1"}}, SCHEMA)


def said(**labels):
    names = {label["key"].replace(" ", "_").lower(): label["key"] for label in SCHEMA["labels"]}
    return {
        "elements": {
            f"o_{name}": {"kind": "observation", "label": names[name], "value": value}
            for name, value in labels.items()
        }
    }


def with_rest(whole):
    """The answer of a reader who said that nothing else is mentioned."""
    return {"elements": {**whole["elements"], "rest": {"kind": "rest", "value": "not_mentioned"}}}


def critical(whole, category=1):
    body = {"kind": "critical", "label": "tension_pneumothorax", "category": category}
    return {"elements": {**whole["elements"], "c": body}}


def with_evidence(*pairs):
    whole = said(edema="positive")
    whole["elements"]["o_edema"]["evidence"] = [list(pair) for pair in pairs]
    return whole


def odd(**body):
    return {"elements": {"a": {"kind": "observation", "label": "Edema", "value": "positive", **body}}}


@pytest.mark.parametrize(
    ("why", "whole", "codes"),
    [
        ("nothing mentioned", said(), []),
        ("No Finding alone", said(no_finding="positive"), []),
        ("No Finding beside devices", said(no_finding="positive", support_devices="positive"), []),
        ("No Finding beside a negative", said(no_finding="positive", edema="negative"), []),
        (
            "No Finding beside a finding",
            said(no_finding="positive", edema="positive"),
            ["no-finding-conflict"],
        ),
        (
            "No Finding beside a doubt",
            said(no_finding="positive", edema="uncertain"),
            ["no-finding-conflict"],
        ),
        ("No Finding beside a critical one", critical(said(no_finding="positive")), ["no-finding-conflict"]),
        ("No Finding negative", said(no_finding="negative"), ["no-finding-value"]),
        ("No Finding uncertain", said(no_finding="uncertain"), ["no-finding-value"]),
        ("a critical finding", critical(said(pneumothorax="positive")), []),
        ("a category that is none", critical(said(), 4), ["bad-field"]),
        ("evidence in the text", with_evidence((3, 15)), []),
        ("evidence beyond it", with_evidence((3, 999)), ["offsets"]),
        ("evidence that overlaps", with_evidence((3, 15), (10, 20)), ["offsets"]),
        ("a value that is none", odd(value="maybe"), ["bad-field"]),
        ("an unknown label", odd(label="Gout"), ["unknown-label"]),
        (
            "an observation of a critical label",
            odd(label="tension_pneumothorax", value="negative"),
            ["not-an-observation"],
        ),
        ("a suggestion nobody reviewed", odd(status="suggested"), ["unreviewed"]),
        (
            "a critical mark on a routine label",
            {"elements": {"c": {"kind": "critical", "label": "Edema", "category": 1}}},
            ["not-critical"],
        ),
        (
            "one label answered twice",
            {"elements": {**odd()["elements"], **said(edema="negative")["elements"]}},
            ["answered-twice"],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_report_with(why, whole, codes):
    assert [problem.code for problem in REPORTS.check(with_rest(whole), CONTEXT)] == codes


@pytest.mark.parametrize("whole", [said(), said(edema="positive"), critical(said(no_finding="positive"))])
def test_a_report_with_an_open_label_cannot_be_submitted(whole):
    open_labels = {problem.where for problem in REPORTS.check(whole, CONTEXT) if problem.code == "unreviewed"}
    answered = {body["label"] for body in whole["elements"].values()}
    assert open_labels == {label["key"] for label in SCHEMA["labels"]} - answered
    assert [problem for problem in REPORTS.check(with_rest(whole), CONTEXT) if problem.code == "unreviewed"] == []


def test_every_label_answered_by_itself_needs_no_rest():
    whole = said(**dict.fromkeys(("no_finding", "edema", "pneumothorax", "pleural_effusion"), "not_mentioned"))
    whole["elements"] |= said(support_devices="negative")["elements"]
    assert [problem.where for problem in REPORTS.check(whole, CONTEXT)] == ["tension_pneumothorax"]
    assert REPORTS.check(critical(whole, None), CONTEXT) == []


def test_what_is_not_mentioned_by_itself_or_with_the_rest_is_the_same_answer():
    single = with_rest(said(edema="not_mentioned", pneumothorax="negative"))
    rest = with_rest(said(pneumothorax="negative"))
    assert REPORTS.differences([single, rest], CONTEXT) == []
    assert REPORTS.units(single, CONTEXT) == REPORTS.units(rest, CONTEXT)


def test_the_rest_is_kept_in_what_is_settled_and_said_anew_where_nobody_was_right():
    rest, ill = with_rest(said(edema="negative")), with_rest(said(edema="positive"))
    (case,) = REPORTS.differences([rest, ill], CONTEXT)
    for ruling in (Ruling(case.key, Choice.TAKE, version=1), Ruling(case.key, Choice.NONE)):
        assert REPORTS.settle([rest, ill], [ruling], CONTEXT)["elements"]["rest"]["value"] == "not_mentioned"
    others = dict.fromkeys(("no_finding", "pneumothorax", "pleural_effusion", "support_devices"), "not_mentioned")
    one, other = (critical(said(**others, edema=value), None) for value in ("positive", "negative"))
    (case,) = REPORTS.differences([one, other], CONTEXT)
    settled = REPORTS.settle([one, other], [Ruling(case.key, Choice.NONE)], CONTEXT)
    assert settled["elements"]["rest"]["kind"] == "rest"
    assert REPORTS.check(settled, CONTEXT) == []
    assert "rest" not in REPORTS.settle([one, other], [Ruling(case.key, Choice.TAKE, version=0)], CONTEXT)["elements"]


def test_not_mentioned_with_evidence_is_refused():
    whole = odd(value="not_mentioned", evidence=[[3, 15]])
    assert [problem.code for problem in REPORTS.check(with_rest(whole), CONTEXT)] == ["evidence-of-nothing"]


def test_each_label_is_a_case_of_its_own():
    one, other = said(edema="positive", pneumothorax="negative"), said(edema="uncertain")
    cases = REPORTS.differences([one, other], CONTEXT)
    assert [case.labels for case in cases] == [("Edema",), ("Pneumothorax",)]
    assert cases[0].kinds == (DifferenceKind.ATTRIBUTE, DifferenceKind.DOCUMENT)
    assert cases[1].kinds == (DifferenceKind.MISSING, DifferenceKind.DOCUMENT)


def test_evidence_shows_the_place_but_makes_no_difference():
    one, other = with_evidence((3, 15)), with_evidence((23, 36))
    assert REPORTS.differences([one, other], CONTEXT) == []
    (case,) = REPORTS.differences([one, said(edema="negative")], CONTEXT)
    assert case.place == (3, 15)


def test_no_finding_is_settled_together_with_what_would_rule_it_out():
    healthy = said(no_finding="positive", support_devices="positive")
    ill = said(edema="positive", pneumothorax="negative")
    cases = REPORTS.differences([healthy, ill], CONTEXT)
    assert [case.labels for case in cases] == [
        ("Edema", "No Finding"),
        ("Pneumothorax",),
        ("Support Devices",),
    ]
    for choices in ((0, 1, 0), (1, 0, 1), (0, 0, 0), (1, 1, 1)):
        rulings = [Ruling(case.key, Choice.TAKE, version=i) for case, i in zip(cases, choices, strict=True)]
        settled = REPORTS.settle([healthy, ill], rulings, CONTEXT)
        assert blocking(REPORTS.check(settled, CONTEXT)) == []


def test_agreement_counts_not_mentioned_as_an_answer():
    answers = {
        "r": {
            "a": REPORTS.units(said(edema="positive"), CONTEXT),
            "b": REPORTS.units(said(edema="positive", pneumothorax="negative"), CONTEXT),
        }
    }
    table = ratings_of(answers, "observation")
    assert len(table.codes) == 5
    assert Percent().prepare(table).estimate().value == pytest.approx(0.8)


def test_the_workbench_sees_the_sections_but_not_whose_report_it_is():
    shown = REPORTS.present(CONTEXT)
    assert shown["meta"] == {"sections": ["impression"]}
    assert shown["values"] == ["positive", "negative", "uncertain", "not_mentioned"]
