"""The register in an audit bundle: an auditor checks offline who stood for which pipeline, and until when."""

import json

import pytest

from app.audit import verify
from app.audit.bundle_rows import BundleScope
from app.audit.evidence import EVIDENCE
from app.audit.export import export
from app.audit.log import SystemActor
from tests.unit.audit.events import signer_in
from tests.unit.audit.story import Bundle

NO_KEY = "its value is missing, or by no key of the log at that time"


@pytest.fixture
def hand_out(office, tmp_path, monkeypatch):
    """Two signed entries, the first of them withdrawn; `hand_out()` exports what there is."""
    monkeypatch.setattr("tests.unit.pipelines.register.office.Seal", lambda: signer_in(tmp_path))
    office.numbers = [office.accept(), office.accept()]
    office.withdraw(office.numbers[0])

    def make(name="bundle", **options):
        folder = tmp_path / name
        actor, scope = SystemActor("test"), BundleScope(**options)
        export(office.database, signer_in(tmp_path), folder, actor=actor, scope=scope, at=office.at)
        return Bundle(folder)

    return make


def verdict(bundle):
    return verify.verify(bundle.folder, [], [], [])


def messages(bundle):
    return [found["message"] for found in verdict(bundle)["breaks"]]


def edit(bundle, name, **fields):
    bundle.edit_rows(name, lambda rows: rows[0].update(fields))


def test_signed_entries_hold_and_the_withdrawn_one_is_named(hand_out, office):
    found = verdict(hand_out())
    assert found["breaks"] == []
    assert [one["withdrawal_id"] for one in found["withdrawn"]] == [office.numbers[0]]
    said = list(verify.describe(found))
    assert f"WITHDRAWN entry {office.numbers[0]} of a pipeline" in said
    assert said[-1] == "CONSISTENT: nothing is broken, and not everything is proved"


def test_the_bundle_of_a_project_holds_the_register_of_the_server(hand_out, office):
    bundle = hand_out(project_id=office.project_id)
    assert verdict(bundle)["breaks"] == []
    assert [json.loads(line)["entry_id"] for line in bundle.lines("pipelines.jsonl")] == office.numbers


def test_a_changed_manifest_is_found(hand_out):
    bundle = hand_out()
    manifest = json.loads(bundle.lines("pipelines.jsonl")[0])["manifest"].replace("toy", "boy")
    edit(bundle, "pipelines.jsonl", manifest=manifest)
    assert messages(bundle) == ["entry 1: the manifest is not the one that was signed"]


def test_a_changed_statement_is_found(hand_out):
    """The manifest holds its digest only."""
    bundle = hand_out()
    edit(bundle, "pipelines.jsonl", statement=json.loads(bundle.lines("pipelines.jsonl")[0])["statement"] + " ")
    assert messages(bundle) == ["entry 1: the statement is not the one that was signed"]


def test_a_manifest_of_another_entry_does_not_stand_in(hand_out):
    bundle = hand_out()
    other = json.loads(bundle.lines("pipelines.jsonl")[1])
    edit(bundle, "pipelines.jsonl", manifest=other["manifest"], value=other["value"])
    assert messages(bundle) == ["entry 1: the manifest is not the one that was signed"]


@pytest.mark.parametrize("value", ["", None])
def test_a_missing_value_is_found(hand_out, value):
    bundle = hand_out()
    edit(bundle, "pipelines.jsonl", value=value)
    assert messages(bundle) == [f"entry 1: {NO_KEY}"]


def test_a_value_by_a_foreign_key_is_found(hand_out, tmp_path):
    bundle = hand_out()
    manifest = json.loads(bundle.lines("pipelines.jsonl")[0])["manifest"]
    stranger = signer_in(tmp_path / "stranger")
    edit(bundle, "pipelines.jsonl", value=stranger.attest(f"chartmark signature manifest v1\n{manifest}\n"))
    assert messages(bundle) == [f"entry 1: {NO_KEY}"]


def test_a_value_over_another_manifest_is_found(hand_out):
    bundle = hand_out()
    edit(bundle, "pipelines.jsonl", value=json.loads(bundle.lines("pipelines.jsonl")[1])["value"])
    assert messages(bundle) == ["entry 1: its value carries a wrong signature"]


@pytest.mark.parametrize(("name", "kind"), [("pipelines.jsonl", "entry"), ("withdrawals.jsonl", "withdrawal")])
def test_a_missing_row_and_an_extra_one_are_found(hand_out, name, kind):
    bundle = hand_out()
    edit(bundle, name, **{f"{kind}_id": 9})
    gone = f"{kind} 1 is in the log and no longer in the database"
    assert messages(bundle) == [f"{kind} 9: it is in no event", gone]


def test_a_withdrawal_of_another_statement_is_found(hand_out):
    bundle = hand_out()
    edit(bundle, "withdrawals.jsonl", pipeline="other")
    assert messages(bundle) == ["withdrawal 1: its pipeline is not the one in the log"]


@pytest.mark.parametrize("name", ["pipelines", "withdrawals", "recalls"])
def test_a_file_taken_out_of_the_bundle_does_not_pass(hand_out, name):
    bundle = hand_out()
    assert name in EVIDENCE
    (bundle.folder / f"{name}.jsonl").unlink()
    with pytest.raises(SystemExit) as stopped:
        verify.main([str(bundle.folder)])
    assert stopped.value.code == 2
