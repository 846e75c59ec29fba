"""The rules of the register: refusals name their rule, and what is not known is refused."""

from dataclasses import replace

import pytest

from app.core.clock import DAY
from app.pipelines.register.rules import (
    LONGEST_TERM,
    RegisterEntry,
    Running,
    Scope,
    entry_problems,
    refusals,
    rule_of,
)

NOW = 1_800_000_000_000
ENTRY = RegisterEntry(
    "rules", "1", "d" * 64, "suggest problems", note_types=("discharge",), least_age=18, evidence="measured",
    owner="own", signed_at=NOW - DAY, review_by=NOW + DAY,
)  # fmt: skip
RUNNING = Running("1", "d" * 64)
SCOPE = Scope("en", "discharge", ages=(40, 49))


def rules(entry=ENTRY, running=RUNNING, scope=SCOPE, at=NOW):
    return [(problem.code, problem.where) for problem in refusals(entry, running, scope, at=at)]


def test_a_document_within_scope_is_admitted():
    assert rules() == []
    assert rules(scope=replace(SCOPE, note_type=" Discharge ")) == []


@pytest.mark.parametrize(
    ("scope", "where"),
    [
        (Scope("de", "discharge", ages=(40, 49)), "language"),
        (Scope(None, "discharge", ages=(40, 49)), "language"),
        (Scope("en", "radiology", ages=(40, 49)), "note_type"),
        (Scope("en", None, ages=(40, 49)), "note_type"),
        (Scope("en", "discharge", ages=(10, 19)), "age"),
        (Scope("en", "discharge", ages=(0, 0)), "age"),
        (Scope("en", "discharge", ages=None), "age"),
    ],
)
def test_a_document_outside_or_unknown_is_refused_with_the_rule(scope, where):
    assert rules(scope=scope) == [("out-of-scope", where)]
    assert rule_of(refusals(ENTRY, RUNNING, scope, at=NOW)) == f"out-of-scope:{where}"


def test_a_specialty_nobody_told_is_outside_a_limit():
    assert rules(entry=replace(ENTRY, specialties=("cardiology",))) == [("out-of-scope", "specialty")]


def test_a_pipeline_without_entry_signature_or_review_is_refused():
    assert rules(entry=None) == [("not-registered", "pipeline")]
    assert rules(entry=replace(ENTRY, signed_at=None)) == [("not-signed", "owner")]
    assert rules(entry=replace(ENTRY, review_by=None)) == [("no-review-date", "review_by")]
    assert rules(entry=replace(ENTRY, withdrawn_at=NOW)) == [("withdrawn", "pipeline")]


def test_an_overdue_entry_is_suspended_from_its_date_on():
    assert rules(at=NOW + DAY - 1) == []
    assert rules(at=NOW + DAY) == [("suspended", "review_by")]
    assert rule_of(refusals(ENTRY, RUNNING, SCOPE, at=NOW + DAY)) == "suspended"


def test_a_pipeline_that_changed_or_left_since_it_was_signed_is_refused():
    assert rules(running=Running("1", "e" * 64)) == [("changed", "digest")]
    assert rules(running=Running("2", "d" * 64)) == [("changed", "digest")]
    assert rules(running=None) == [("not-installed", "pipeline")]


def test_what_is_signed_covers_every_statement_and_nothing_that_comes_later():
    assert ENTRY.statement() != replace(ENTRY, languages=("en", "de")).statement()
    assert ENTRY.statement() == replace(ENTRY, signed_at=NOW, withdrawn_at=NOW).statement()


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"intended_use": " "}, "intended_use"),
        ({"evidence": ""}, "evidence"),
        ({"languages": ()}, "languages"),
        ({"note_types": ("x" * 61,)}, "note_types"),
        ({"least_age": -1}, "least_age"),
        ({"least_age": 50, "most_age": 40}, "least_age"),
        ({"review_by": None}, "review_by"),
        ({"review_by": NOW}, "review_by"),
        ({"review_by": NOW + LONGEST_TERM + 1}, "review_by"),
    ],
)
def test_a_statement_that_says_too_little_or_promises_too_much_is_refused(changes, where):
    assert [problem.where for problem in entry_problems(replace(ENTRY, **changes), at=NOW)] == [where]


def test_a_review_after_exactly_twelve_months_is_in_time():
    assert entry_problems(replace(ENTRY, review_by=NOW + LONGEST_TERM), at=NOW) == []
