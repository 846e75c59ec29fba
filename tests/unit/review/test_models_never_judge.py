"""INV-9: a model prepares; it never judges, verifies, signs or releases, and a try leaves only its refusal."""

import json

import pytest
from sqlalchemy import func, select

from app.accounts.actor import Kind, ServerRole, ServiceActor
from app.accounts.credential import Qualification, Verification, grant_credential
from app.accounts.denial import record_denial
from app.accounts.person import get_person, verify_identity
from app.accounts.policy import TABLE, ActForbidden, Action, PolicySubject, refusal
from app.accounts.role import grant_role
from app.agreement.judgements import Choice, Ruling
from app.audit.models import Event
from app.core import clock
from app.core.db import RECORD, Base
from app.corpus.document import Document
from app.corpus.project import change_settings
from app.guidelines.acknowledgement import acknowledge
from app.guidelines.version import current_guideline, publish
from app.pipelines.register.entries import register, withdraw
from app.pipelines.register.entries import sign as sign_entry
from app.pipelines.register.lookup import find_current
from app.pipelines.register.rules import RegisterEntry
from app.pipelines.register.shipped import accept as accept_pipeline
from app.privacy.stage.review import accept as accept_document
from app.privacy.stage.review import refuse as refuse_document
from app.release.cutting import cut
from app.release.export import ExportOrder, OutgoingRelease, export_to
from app.release.in_progress import OutgoingWork
from app.review.adjudication import Decision, close, rule, withdraw_ruling
from app.review.assignment import claim, decline
from app.review.distribution import assign_ready
from app.review.draft import ElementChange, change_draft
from app.review.hold import close_hold, open_holds
from app.review.meaning import Act
from app.review.question import answer as answer_question
from app.review.question import ask
from app.review.reporting import report_phi
from app.review.signing import Closing, sign_closing
from app.review.submission import recall, submit
from app.review.verification import reject, verify
from app.review.workflows import Step
from tests.build import OPERATOR
from tests.signing import AUTH, confirm
from tests.team import T0

MODEL = ServiceActor("preannotate")

# What a service is for: it prepares, and it may hold an item back. Everything else needs a person or operator.
PREPARES = {Action.LOAD_BATCH, Action.DEIDENTIFY, Action.PREANNOTATE, Action.ASSIGN, Action.OPEN_HOLD}


@pytest.mark.parametrize("act", [act for act in Action if act not in PREPARES])
def test_the_policy_gives_a_model_nothing_but_preparation(act):
    everything = PolicySubject("item", 1, 1, relations=frozenset({"own-assignment", "own-work"}))
    assert refusal(MODEL, act, everything, at=T0) == "kind-not-allowed"


def test_what_a_model_may_do_is_what_is_listed_here():
    assert {act for act, row in TABLE.items() if Kind.SERVICE in row.kinds} == PREPARES


def rows(team):
    """Rows of every table of records but the log's, and how many events there are."""
    with team.database.reading() as session:
        counts = {
            table.name: session.scalar(select(func.count()).select_from(table))
            for table in Base.metadata.sorted_tables
            if table.info.get("kind") == RECORD
        }
    return {name: count for name, count in counts.items() if name != "audit_event"}, counts["audit_event"]


def refused(team, act):
    """Try `act(session)` as a model: refused for its kind, with nothing left but the event that says so."""
    before, events = rows(team)
    with pytest.raises(ActForbidden) as error:
        team.database.writing(act)
    assert error.value.code == "kind-not-allowed"
    assert rows(team) == (before, events)
    record_denial(team.database, MODEL, error.value, at=T0)
    assert rows(team) == (before, events + 1)
    with team.database.reading() as session:
        last = json.loads(session.scalar(select(Event.body).order_by(Event.id.desc()).limit(1)))
    assert last["tag"] == "accounts.act.denied"
    assert last["actor"] == {"kind": "service", "name": "preannotate", "version": ""}
    assert last["data"] == {"action": error.value.denial.action.value, "reason": "kind-not-allowed"}


def test_a_model_neither_changes_nor_submits_nor_recalls_a_readers_task(team):
    _, ann, ben = team.item("ann", "ben")
    refused(
        team, lambda s: change_draft(s, MODEL, ann, [ElementChange("c", {"face": "heads"})], expected_version=0, at=T0)
    )
    refused(team, lambda s: submit(s, MODEL, ann, at=T0))
    refused(team, lambda s: decline(s, MODEL, ann, "unable", at=T0))
    team.open("ann", ann)
    refused(team, lambda s: ask(s, MODEL, team.reload(ann), "Is an edge a face?", at=T0))
    team.answer("ben", ben, c1="heads")
    refused(team, lambda s: recall(s, MODEL, team.reload(ben), at=T0))


def test_a_model_neither_claims_nor_rules_nor_closes_a_case(team):
    item = team.read_by_two("heads", "tails")
    refused(team, lambda s: claim(s, MODEL, item, Step.ADJUDICATE, at=T0))
    task = team.take("ada", item, Step.ADJUDICATE)
    ruling = Ruling("any", Choice.TAKE, 0, {}, "guideline", "1")
    refused(team, lambda s: rule(s, MODEL, task, Decision(ruling, confirmed=True), at=T0))
    refused(team, lambda s: withdraw_ruling(s, MODEL, task, "any", at=T0))
    refused(team, lambda s: close(s, MODEL, task, at=T0))


def test_a_model_neither_verifies_nor_rejects(team):
    item = team.read_by_two("heads", "heads")
    task = team.take("vera", item)
    refused(team, lambda s: verify(s, MODEL, task, at=T0))
    refused(team, lambda s: reject(s, MODEL, task, "guideline", at=T0))


@pytest.mark.parametrize("act", Act)
def test_a_model_ends_no_step_with_a_signature(team, act):
    item = team.read_by_two("heads", "heads")
    team.take("vera", item)
    closing = Closing(item.id, act, reason="slip")
    refused(team, lambda s: sign_closing(s, MODEL, closing, at=T0, **AUTH))


def test_a_model_neither_answers_questions_nor_reports_nor_lifts_holds(team):
    item, ann, _ = team.item("ann", "ben")
    team.open("ann", ann)
    question = team.act("ann", ask, ann, "Is an edge a face?")
    refused(team, lambda s: answer_question(s, MODEL, question, "Yes.", at=T0))
    refused(team, lambda s: report_phi(s, MODEL, item, [[0, 1]], at=T0))
    team.act("ann", report_phi, item, [[0, 1]])
    hold = team.read(lambda s: open_holds(s, item.id))[0]
    refused(team, lambda s: close_hold(s, MODEL, hold, at=T0))


def test_a_model_decides_on_no_text_and_publishes_no_guideline(team):
    item = team.ready_item()
    refused(team, lambda s: accept_document(s, MODEL, item.document_id, at=T0))
    refused(team, lambda s: refuse_document(s, MODEL, item.document_id, "identifiers", at=T0))
    body = {"key": "coins", "modality": "toy", "version": "2", "body": "# 1 Coins\n\nSay nothing.\n"}
    refused(team, lambda s: publish(s, MODEL, team.project_id, body, at=T0))
    guideline = team.read(lambda s: current_guideline(s, team.project_id, "toy"))
    refused(team, lambda s: acknowledge(s, MODEL, guideline, at=T0))
    refused(team, lambda s: change_settings(s, MODEL, team.project(s), {"reader_tier": 2}, at=T0))


def test_a_model_neither_cuts_nor_exports_a_release(team, tmp_path):
    item = team.read_by_two("heads", "heads")
    refused(team, lambda _session: cut(team.database, MODEL, "toys", at=T0))
    confirm(team, "vera", item)
    refused(team, lambda _session: cut(team.database, MODEL, "toys", at=T0))
    release = cut(team.database, OPERATOR, "toys", at=T0)
    outgoing = OutgoingRelease(team.database, MODEL, release.id, ExportOrder("jsonl"), at=T0)
    refused(team, lambda _session: export_to(outgoing, tmp_path / "out.zip"))
    unfinished = OutgoingWork(team.database, MODEL, "toys", ExportOrder("jsonl"), at=T0)
    refused(team, lambda _session: export_to(unfinished, tmp_path / "out.zip"))
    assert list(tmp_path.glob("out.zip*")) == []


def test_a_model_neither_registers_nor_signs_nor_withdraws_what_it_runs_under(team):
    lena = team.person("lena")
    team.database.writing(lambda s: grant_role(s, OPERATOR, get_person(s, lena), ServerRole.MANAGER, at=T0))
    entry = RegisterEntry("chartmark_rules", "", "", "all of it", evidence="trust me", review_by=T0 + clock.DAY)
    refused(team, lambda s: register(s, MODEL, entry, owner_id=lena, at=T0))
    signed = team.do("lena", lambda s, owner: accept_pipeline(s, owner, "chartmark_rules", at=T0, **AUTH))
    assert signed.signature.signer_id == lena
    recorded = team.read(lambda s: find_current(s, "chartmark_rules"))
    refused(team, lambda s: sign_entry(s, MODEL, recorded, at=T0, **AUTH))
    refused(team, lambda s: withdraw(s, MODEL, recorded, "in my way", at=T0))


def test_a_model_makes_nobody_a_clinician(team):
    ann = team.person("ann")
    held = Qualification(4, "physician", "DE", issued_at=T0, issuing_body="chamber", register_number="1")
    checked = Verification(team.checker, "register")
    refused(team, lambda s: grant_credential(s, MODEL, get_person(s, ann), held, checked, at=T0))
    refused(team, lambda s: grant_role(s, MODEL, get_person(s, ann), ServerRole.ADMIN, at=T0))
    refused(team, lambda s: verify_identity(s, MODEL, get_person(s, ann), team.checker, "seen", at=T0))


def test_a_model_may_prepare(team):
    team.ready_item()
    people = [team.person("ann"), team.person("ben")]
    assert team.database.writing(lambda s: assign_ready(s, MODEL, team.project(s), people, at=T0)).items == 1
    assert team.count(Document) == 1
