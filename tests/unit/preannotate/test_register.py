"""The register of pipelines: refusals name their rule, and what is not known is refused."""

from dataclasses import replace

import pytest

from app.preannotate.register import DAY_MS, Entry, Running, Scope, reception, refusals

NOW = 1_800_000_000_000
ENTRY = Entry(
    "rules", "1", "d" * 64, "suggest problems", note_types=("discharge",), least_age=18, owner="Dr Own",
    signed_at=NOW - DAY_MS, review_by=NOW + DAY_MS,
)  # fmt: skip
RUNNING = Running("1", "d" * 64)
SCOPE = Scope("en", "discharge", age=40)


def rules(entry=ENTRY, running=RUNNING, scope=SCOPE, at=NOW):
    return [(problem.code, problem.where) for problem in refusals(entry, running, scope, at=at)]


def test_a_document_within_scope_is_admitted():
    assert rules() == []


@pytest.mark.parametrize(
    ("scope", "where"),
    [
        (Scope("de", "discharge", age=40), "language"),
        (Scope(None, "discharge", age=40), "language"),
        (Scope("en", "radiology", age=40), "note_type"),
        (Scope("en", None, age=40), "note_type"),
        (Scope("en", "discharge", age=17), "age"),
        (Scope("en", "discharge", age=None), "age"),
    ],
)
def test_a_document_outside_or_unknown_is_refused_with_the_rule(scope, where):
    assert rules(scope=scope) == [("out-of-scope", where)]


def test_a_pipeline_without_entry_signature_or_review_is_refused():
    assert rules(entry=None) == [("not-registered", "pipeline")]
    assert rules(entry=replace(ENTRY, signed_at=None)) == [("not-signed", "owner")]
    assert rules(entry=replace(ENTRY, review_by=None)) == [("no-review-date", "review_by")]


def test_an_overdue_entry_is_suspended_from_its_date_on():
    assert rules(at=NOW + DAY_MS - 1) == []
    assert rules(at=NOW + DAY_MS) == [("suspended", "review_by")]


def test_a_pipeline_that_changed_since_it_was_signed_is_refused():
    assert rules(running=Running("1", "e" * 64)) == [("changed", "digest")]


def test_the_signed_digest_covers_every_statement():
    assert ENTRY.sha256() != replace(ENTRY, languages=("en", "de")).sha256()
    assert ENTRY.sha256() == replace(ENTRY, signed_at=NOW).sha256()


def test_rates_are_counted_by_pipeline_label_and_period():
    rows = reception(
        [("rules", "PROBLEM", "2026-10", "accepted"), ("rules", "PROBLEM", "2026-10", "rejected"),
         ("rules", "DOSE", "2026-11", "edited")]
    )  # fmt: skip
    assert [(r["label"], r["period"], r["total"]) for r in rows] == [
        ("DOSE", "2026-11", 1),
        ("PROBLEM", "2026-10", 2),
    ]
    assert rows[1]["accepted_share"] == 0.5
    with pytest.raises(ValueError, match="no action"):
        reception([("rules", "DOSE", "2026-11", "signed")])
