"""The demo project: synthetic texts through every stage, some read twice, disagreements waiting."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.accounts.actor import Actor
from app.accounts.loading import load_actor
from app.annotation.schema import schema_problems
from app.audit.checkpoint import Signer
from app.audit.evidence import declare_transitions
from app.core import clock
from app.core.db import Session
from app.core.errors import invalid
from app.corpus.document import Document, text_of
from app.corpus.member import add_member
from app.corpus.project import create_project, find_project, get_project
from app.corpus.schema import load_schema
from app.corpus.source import Source
from app.corpus.vault import Vault
from app.demo.answers import changes_towards, wanted_elements
from app.demo.people import CAST, OPERATOR, grant_tiers, open_accounts
from app.guidelines.acknowledgement import acknowledge
from app.guidelines.version import get_guideline, publish
from app.intake.load import Delivery, start_batch
from app.jobs.job import Services
from app.jobs.worker import work
from app.pipelines.register.shipped import accept
from app.review.assignment import Assignment, assign_ready, find_readers
from app.review.draft import assemble, change_draft
from app.review.item import CodeLookup, Item
from app.review.opening import open_task
from app.review.submission import submit

KEY = "demo"
SHEET = "demo-sign-in.txt"
DELIVERIES = (("notes.jsonl", "notes"), ("reports.jsonl", "reports"), ("records.jsonl", "imaging"))
SCHEMAS = ("clinical-notes", "radiology-reports", "imaging-metadata")
SETTINGS: dict[str, Any] = {
    "workflow": "team_of_three",
    "strategy": "two_readers",
    "pipeline": "chartmark_rules",
    "deid_claim": "synthetic",
    "machine_passed_may_be_assigned": True,
}


def load_demo(services: Services, codes: CodeLookup, guidelines: Path) -> bool:
    """Build the demo in an empty database; False when it is there already."""
    with services.database.reading() as session:
        if find_project(session, KEY) is not None:
            return False
    sheet = services.settings.var_dir / SHEET
    ids = open_accounts(services.database, sheet)
    grant_tiers(services.database, ids)
    services.database.writing(lambda session: _set_up(session, ids, guidelines))
    services.database.writing(lambda session: _accept_pipeline(session, services, ids["quinn"]))
    for name, modality in DELIVERIES:
        services.database.writing(lambda session, n=name, m=modality: _deliver(session, services, n, m))
    work(services, until_empty=True)
    services.database.writing(_assign)
    _answer(services, codes, ids)
    return True


def _set_up(session: Session, ids: dict[str, int], guidelines: Path) -> None:
    at = clock.now()
    declare_transitions(session, OPERATOR, at=at)
    project = create_project(session, OPERATOR, KEY, "Demo: synthetic notes", settings=SETTINGS, at=at)
    for role in CAST:
        for project_role in role.roles:
            add_member(session, OPERATOR, project, ids[role.username], project_role, at=at)
    session.flush()
    lead = load_actor(session, ids["quinn"], at=at)
    for name in SCHEMAS:
        content = json.loads(_data(f"schemas/{name}.json").read_text(encoding="utf-8"))
        problems = schema_problems(content)
        if problems:
            raise invalid(problems, "demo-schema")
        load_schema(session, OPERATOR, project, content, at=at)
        body = (guidelines / f"{name}-1.0.md").read_text(encoding="utf-8")
        named = {"key": name, "modality": content["modality"], "version": "1.0", "body": body}
        publish(session, lead, project.id, named, at=at)


def _accept_pipeline(session: Session, services: Services, owner: int) -> None:
    """Quinn stands for the demo's pipeline. She is invented: nobody typed a password, and the manifest says so."""
    at, settings = clock.now(), services.settings
    authentication = {"factors": [], "invented": True}
    signer = Signer(settings.log_key_path, settings.log_origin)
    actor = load_actor(session, owner, at=at)
    accept(session, actor, SETTINGS["pipeline"], signer=signer, authentication=authentication, at=at)


def _deliver(session: Session, services: Services, name: str, modality: str) -> None:
    with_path = Path(str(_data(name)))
    delivery = Delivery([with_path], modality=modality)
    start_batch(session, OPERATOR, services.vault, get_project(session, KEY), delivery, at=clock.now())


def _assign(session: Session) -> int:
    at = clock.now()
    project = get_project(session, KEY)
    return assign_ready(session, OPERATOR, project, find_readers(session, project, at=at), at=at)


def _answer(services: Services, codes: CodeLookup, ids: dict[str, int]) -> None:
    """Let both trainees answer what decisions.json holds; one reader leaves the last of each open."""
    decisions = json.loads(_data("decisions.json").read_text(encoding="utf-8"))
    for kind in ("notes", "reports", "records"):
        for outside_id, both in decisions[kind].items():
            is_last = outside_id == list(decisions[kind])[-1]
            for reader, other, username in (("a", "b", "ana"), ("b", "a", "ben")):
                stays_open = is_last and reader == "b"
                reading = Reading(kind, outside_id, both[reader], both[other], decisions["release"], stays_open)
                _answer_one(services, codes, ids[username], reading)


@dataclass(frozen=True)
class Reading:
    """One reader's answer to one item, as decisions.json tells it."""

    kind: str
    outside_id: str
    content: dict[str, Any]
    #: what the other reader answers: the demo disagrees only where their answers do
    other: dict[str, Any]
    release: str
    stays_open: bool


def _answer_one(services: Services, codes: CodeLookup, person: int, reading: Reading) -> None:
    def unit(session: Session) -> None:
        at = clock.now()
        found = _task(session, services.vault, reading.outside_id, person)
        if found is None:
            return
        task, item = found
        actor = load_actor(session, person, at=at)
        open_task(session, actor, task, at=at)
        text = text_of(session, item.document_id)
        wanted, others = (
            wanted_elements(reading.kind, text, content, reading.release)
            for content in (reading.content, reading.other)
        )
        changes = changes_towards(assemble(session, task.id)["elements"], wanted, others)
        change_draft(session, actor, task, changes, expected_version=task.draft_version, codes=codes, at=at)
        _accept_guideline(session, actor, task, at=at)
        if not reading.stays_open:
            submit(session, actor, task, codes=codes, at=at)

    services.database.writing(unit)


def _accept_guideline(session: Session, actor: Actor, task: Assignment, *, at: int) -> None:
    """The invented reader accepts what she answers under, by the act that people use."""
    acknowledge(session, actor, get_guideline(session, task.guideline_version_id or 0), at=at)


def _task(session: Session, vault: Vault, outside_id: str, person: int) -> tuple[Assignment, Item] | None:
    """The person's task on the item of an outside id; None when it was refused on the way."""
    project = get_project(session, KEY)
    row = session.execute(
        select(Assignment, Item)
        .join(Item, Item.id == Assignment.item_id)
        .join(Document, Document.id == Item.document_id)
        .join(Source, Source.id == Document.source_id)
        .where(
            Source.reference == vault.reference("source", project.id, outside_id),
            Assignment.person_id == person,
        )
    ).first()
    return (row[0], row[1]) if row else None


def _data(name: str) -> Any:
    return files("app.demo") / "data" / name
