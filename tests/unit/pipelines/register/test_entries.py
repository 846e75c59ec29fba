"""Acts on the register: who states, who signs, what the signature covers, and what comes after."""

import json

import pytest
from sqlalchemy import func, select

from app.accounts.actor import OperatorActor, ServiceActor
from app.audit.events import Tag
from app.core.clock import DAY
from app.core.digest import sha256
from app.core.errors import ChartmarkError, Conflict, Forbidden, Invalid
from app.jobs.job import Job
from app.pipelines.register.entries import register, sign
from app.pipelines.register.lookup import find_current, get_recorded, list_entries
from app.pipelines.register.models import PipelineEntry
from app.pipelines.register.rules import LONGEST_TERM
from tests.team import Seal


def refused(kind, act, *args, **named):
    with pytest.raises(kind) as error:
        act(*args, **named)
    return error.value


def test_a_statement_has_no_effect_before_its_owner_signs_it(office):
    assert office.problems() == ["not-registered"]
    number = office.register()
    assert office.problems() == ["not-registered"]
    office.sign(number)
    assert office.problems() == []


def test_the_signature_covers_the_statement_as_it_is_stored_and_says_who_and_how(office):
    number = office.accept(least_age=18, note_types=("discharge",))
    recorded = office.read(lambda s: get_recorded(s, "toy", number))
    statement, manifest = json.loads(recorded.row.statement), json.loads(recorded.signature.manifest)
    assert statement["owner"] == "mia"
    assert statement["digest"] == sha256("toy1")
    assert manifest["record_sha256"] == sha256(recorded.row.statement) == recorded.row.statement_sha256
    assert (manifest["signer_id"], manifest["meaning"]) == (office.mia, "approval")
    assert manifest["auth"] == {"factors": ["username", "password"]}
    assert recorded.signature.manifest_sha256 == sha256(recorded.signature.manifest)
    (said,) = office.events(Tag.PIPELINE_SIGNED)
    assert said["manifest_sha256"] == recorded.signature.manifest_sha256
    assert said["statement_sha256"] == recorded.row.statement_sha256
    assert "intended_use" not in said


def test_only_the_owner_signs_and_only_once(office):
    number = office.register()
    assert refused(Forbidden, office.sign, number, by=office.other).code == "not-the-owner"
    assert refused(Forbidden, office.sign, number, by=office.lead).code == "role-missing"
    office.sign(number)
    assert refused(Conflict, office.sign, number).code == "entry-closed"


@pytest.mark.parametrize("nobody", [ServiceActor("model"), OperatorActor()])
def test_neither_a_model_nor_an_operator_signs(office, nobody):
    number = office.register()

    def unit(session):
        sign(session, nobody, get_recorded(session, "toy", number), signer=Seal(), authentication={}, at=office.at)

    assert refused(Forbidden, office.write, unit).code == "kind-not-allowed"


def test_a_lead_of_one_project_does_not_decide_for_the_server(office):
    def unit(session):
        register(session, office.actor(session, office.lead), office.entry(), owner_id=office.lead, at=office.at)

    assert refused(Forbidden, office.write, unit).code == "role-missing"


def test_the_operator_prepares_an_entry_for_an_owner_who_may_sign(office):
    def unit(session, owner):
        return register(session, OperatorActor(), office.entry(), owner_id=owner, at=office.at).id

    wrong = refused(Invalid, office.write, lambda s: unit(s, office.lead))
    assert [problem.where for problem in wrong.problems] == ["owner"]
    office.sign(office.write(lambda s: unit(s, office.mia)))
    assert office.problems() == []


@pytest.mark.parametrize("field", ["intended_use", "population", "evidence"])
def test_words_of_an_entry_pass_the_scan_that_notes_pass(office, field):
    wrong = refused(Invalid, office.register, **{field: "Ask Dr. Rosalind Quarrow, MRN: 77120456, phone 415-555-0177."})
    assert {problem.where for problem in wrong.problems} == {field}
    assert {problem.code for problem in wrong.problems} == {"identifier"}
    assert office.read(lambda s: s.scalar(select(func.count()).select_from(PipelineEntry))) == 0


def test_an_entry_speaks_only_for_languages_its_pipeline_reads(office):
    wrong = refused(Invalid, office.register, languages=("fr",))
    assert [problem.where for problem in wrong.problems] == ["languages"]


def test_a_review_later_than_twelve_months_after_signing_is_refused(office):
    assert refused(Invalid, office.register, review_by=office.at + LONGEST_TERM + 1)
    number = office.register(review_by=office.at + DAY)
    office.at += DAY
    assert refused(Invalid, office.sign, number).problems[0].where == "review_by"


def test_what_changed_between_stating_and_signing_is_not_signed(office, toy):
    number = office.register()
    toy.version = "2"
    assert refused(Conflict, office.sign, number).code == "changed"


def test_the_newest_signed_entry_counts_and_withdrawing_it_leaves_none(office):
    first = office.accept()
    office.at += DAY
    second = office.accept(evidence="measured again")
    assert office.read(lambda s: find_current(s, "toy")).row.id == second
    office.withdraw(second)
    assert office.problems() == ["withdrawn"]
    assert [one.row.id for one in office.read(lambda s: list_entries(s, "toy"))] == [second, first]
    assert refused(Conflict, office.withdraw, second).code == "entry-closed"
    office.at += DAY
    office.accept()
    assert office.problems() == []


def test_an_older_statement_signed_later_counts(office):
    first, second = office.register(), office.register(evidence="measured again")
    office.sign(second)
    office.at += 1
    office.sign(first)
    assert office.read(lambda s: find_current(s, "toy")).row.id == first


def test_a_reason_for_withdrawing_carries_no_identifier(office):
    number = office.accept()
    assert refused(Invalid, office.withdraw, number, reason="Ms. Rosalind Quarrow, MRN: 77120456, complained")
    assert refused(Invalid, office.withdraw, number, reason="  ")
    assert office.problems() == []


def test_signing_has_projects_that_use_the_pipeline_look_again(office):
    office.accept()
    assert office.read(lambda s: [(j.kind, j.project_id) for j in s.scalars(select(Job))]) == [
        ("preannotate.run", office.project_id)
    ]


def test_entries_signatures_and_withdrawals_are_never_changed(office):
    office.withdraw(office.accept())
    for table in ("pipeline_entry", "pipeline_entry_signature", "pipeline_entry_withdrawal"):
        for change in (f"DELETE FROM {table}", f"UPDATE {table} SET {COLUMN[table]} = 'x'"):
            with pytest.raises(Exception, match="append-only"), office.database.engine.begin() as connection:
                connection.exec_driver_sql(change)


COLUMN = {
    "pipeline_entry": "statement",
    "pipeline_entry_signature": "manifest",
    "pipeline_entry_withdrawal": "reason",
}


def test_a_pipeline_that_is_not_there_cannot_be_registered(office):
    assert refused(ChartmarkError, office.register, "nope").code == "unknown-pipeline"
