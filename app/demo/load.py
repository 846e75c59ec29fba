"""The demo project: synthetic texts through every stage, some read twice, disagreements waiting."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.accounts.loading import load_actor
from app.annotation.schema import schema_problems
from app.audit.checkpoint import Signer
from app.audit.evidence import declare
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
from app.demo.finish import DemoDesk, finish_default, finish_three, finish_trainee, reject_first
from app.demo.people import CAST, OPERATOR, accept_guideline, grant_tiers, open_accounts
from app.guidelines.signing import add_signature
from app.guidelines.version import publish
from app.intake.load import Delivery, start_batch
from app.jobs.job import Services
from app.jobs.worker import work
from app.pipelines.register.shipped import accept
from app.review.assignment import Assignment
from app.review.distribution import assign_ready, find_readers
from app.review.draft import assemble, change_draft
from app.review.item import CodeLookup, Item
from app.review.modality import own_label_problems
from app.review.opening import open_task
from app.review.states import AssignmentState
from app.review.submission import submit
from app.review.workflows import Step

KEY = "demo"
SHEET = "demo-sign-in.txt"
DELIVERIES = (("notes.jsonl", "notes"), ("reports.jsonl", "reports"), ("records.jsonl", "imaging"))
SCHEMAS = ("clinical-notes", "radiology-reports", "imaging-metadata")
SETTINGS: dict[str, Any] = {
    "date_order": "mdy",
    "pipeline": "chartmark_rules",
    "deid_claim": "synthetic",
    "machine_passed_may_be_assigned": True,
    "guideline_signatures": 1,
}
CLINICIAN = "vera"  # who signs the guidelines

#: sets a further project up, given the ids of the demo's people by name
BesideTheDemo = Callable[[Session, dict[str, int]], None]


@dataclass(frozen=True)
class Tour:
    """A project of one note that shows another workflow from end to end."""

    key: str
    title: str
    settings: dict[str, Any]
    note: str


THREE = Tour("demo-team-of-three", "Demo: a team of three", {"workflow": "team_of_three"}, "demo-n25")
TRAINEE = Tour(
    "demo-trainee",
    "Demo: a trainee and a verifier",
    {"workflow": "trainee_verifier"},
    "demo-n14",
)


def load_demo(services: Services, codes: CodeLookup, guidelines: Path, beside: BesideTheDemo | None = None) -> bool:
    """Build the demo in an empty database; False when it is there already.

    `beside` sets up another project with the demo's people, while the operator may still do so alone.
    """
    with services.database.reading() as session:
        if find_project(session, KEY) is not None:
            return False
    sheet = services.settings.var_dir / SHEET
    ids, passwords = open_accounts(services.database, sheet)
    grant_tiers(services.database, ids, passwords)
    services.database.writing(lambda session: declare(session, OPERATOR, at=clock.now()))
    # All projects come before the first load: who reads in them is given their roles while the server is set up.
    services.database.writing(lambda session: set_up(session, ids, guidelines, KEY, "Demo: synthetic notes", {}))
    for tour in (THREE, TRAINEE):
        services.database.writing(partial(_set_up_tour, ids=ids, guidelines=guidelines, tour=tour))
    if beside:
        services.database.writing(lambda session: beside(session, ids))
    services.database.writing(lambda session: _accept_pipeline(session, services, ids["quinn"]))
    for name, modality in DELIVERIES:
        services.database.writing(partial(deliver, services=services, path=Path(str(_data(name))), modality=modality))
    work(services, until_empty=True)
    services.database.writing(lambda session: _assign(session, KEY))
    _answer(services, codes, ids)
    finish_default(DemoDesk(services, codes, ids, KEY))
    _tour_three(services, codes, ids)
    _tour_trainee(services, codes, ids)
    return True


def _tour_three(services: Services, codes: CodeLookup, ids: dict[str, int]) -> None:
    """Both trainees read, the senior reviewer settles a critical case and finishes."""
    _bring(services, THREE)
    for username in ("ana", "ben"):
        _answer_one(services, codes, ids[username], THREE.key, _reading_of(THREE.note, username))
    finish_three(DemoDesk(services, codes, ids, THREE.key))


def _tour_trainee(services: Services, codes: CodeLookup, ids: dict[str, int]) -> None:
    """One trainee reads, the verifier rejects it, the other reads anew, and that is verified."""
    _bring(services, TRAINEE)
    desk = DemoDesk(services, codes, ids, TRAINEE.key)
    for end in (reject_first, finish_trainee):
        for username in ("ana", "ben"):  # whoever has it
            _answer_one(services, codes, ids[username], TRAINEE.key, _reading_of(TRAINEE.note, username))
        end(desk)
        if end is reject_first:
            services.database.writing(lambda session: _assign(session, TRAINEE.key))


def _set_up_tour(session: Session, *, ids: dict[str, int], guidelines: Path, tour: Tour) -> None:
    set_up(session, ids, guidelines, tour.key, tour.title, tour.settings)


def _bring(services: Services, tour: Tour) -> None:
    """The tour's one note, assigned."""
    database = services.database
    folder = services.settings.tmp_dir
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{tour.key}.jsonl"
    rows = _data("notes.jsonl").read_text(encoding="utf-8").splitlines()
    path.write_text(next(row for row in rows if json.loads(row)["id"] == tour.note) + "\n", encoding="utf-8")
    try:
        database.writing(
            lambda session: deliver(session, services=services, key=tour.key, path=path, modality="notes")
        )
        work(services, until_empty=True)
    finally:
        path.unlink(missing_ok=True)  # the loader wipes what it has read from there
    database.writing(lambda session: _assign(session, tour.key))


def _reading_of(note: str, username: str) -> DemoReading:
    decisions = json.loads(_data("decisions.json").read_text(encoding="utf-8"))
    mine, other = ("a", "b") if username == "ana" else ("b", "a")
    both = decisions["notes"][note]
    return DemoReading("notes", note, both[mine], both[other], decisions["release"], False)


def set_up(
    session: Session, ids: dict[str, int], guidelines: Path, key: str, title: str, settings: dict[str, Any]
) -> None:
    """A project of the demo with its cast, schemas and guidelines."""
    at = clock.now()
    project = create_project(session, OPERATOR, key, title, settings=SETTINGS | settings, at=at)
    for role in CAST:
        for project_role in role.roles:
            add_member(session, OPERATOR, project, ids[role.username], project_role, at=at)
    session.flush()
    lead, clinician = (load_actor(session, ids[name], at=at) for name in ("quinn", CLINICIAN))
    for name in SCHEMAS:
        content = json.loads(_data(f"schemas/{name}.json").read_text(encoding="utf-8"))
        problems = schema_problems(content, own_label_problems)
        if problems:
            raise invalid(problems, "demo-schema")
        load_schema(session, OPERATOR, project, content, at=at)
        body = (guidelines / f"{name}-1.0.md").read_text(encoding="utf-8")
        named = {"key": name, "modality": content["modality"], "version": "1.0", "body": body}
        version = publish(session, lead, project.id, named, at=at)
        # She is invented: nobody typed a password, and the record says so.
        add_signature(session, clinician, version, {"factors": [], "invented": True}, at=at)


def _accept_pipeline(session: Session, services: Services, owner: int) -> None:
    """Quinn stands for the demo's pipeline. She is invented: nobody typed a password, and the manifest says so."""
    at, settings = clock.now(), services.settings
    authentication = {"factors": [], "invented": True}
    signer = Signer(settings.log_key_path, settings.log_origin)
    actor = load_actor(session, owner, at=at)
    accept(session, actor, SETTINGS["pipeline"], signer=signer, authentication=authentication, at=at)


def deliver(session: Session, *, services: Services, path: Path, modality: str, key: str = KEY) -> None:
    """Queue a delivery of the demo."""
    delivery = Delivery([path], modality=modality)
    start_batch(session, OPERATOR, services.vault, get_project(session, key), delivery, at=clock.now())


def _assign(session: Session, key: str) -> int:
    at = clock.now()
    project = get_project(session, key)
    return assign_ready(session, OPERATOR, project, find_readers(session, project, at=at), at=at).items


def _answer(services: Services, codes: CodeLookup, ids: dict[str, int]) -> None:
    """Let both trainees answer what decisions.json holds; one reader leaves the last of each open."""
    decisions = json.loads(_data("decisions.json").read_text(encoding="utf-8"))
    for kind in ("notes", "reports", "records"):
        for outside_id, both in decisions[kind].items():
            is_last = outside_id == list(decisions[kind])[-1]
            for reader, other, username in (("a", "b", "ana"), ("b", "a", "ben")):
                stays_open = is_last and reader == "b"
                reading = DemoReading(kind, outside_id, both[reader], both[other], decisions["release"], stays_open)
                _answer_one(services, codes, ids[username], KEY, reading)


@dataclass(frozen=True)
class DemoReading:
    """One reader's answer to one item, as decisions.json tells it."""

    kind: str
    outside_id: str
    content: dict[str, Any]
    #: what the other reader answers: the demo disagrees only where their answers do
    other: dict[str, Any]
    release: str
    stays_open: bool


def _answer_one(services: Services, codes: CodeLookup, person: int, key: str, reading: DemoReading) -> None:
    def unit(session: Session) -> None:
        at = clock.now()
        found = _task(session, services.vault, key, reading.outside_id, person)
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
        change_draft(session, actor, task, changes, expected_version=task.draft_version, at=at)
        accept_guideline(session, actor, task, at=at)
        if not reading.stays_open:
            submit(session, actor, task, codes=codes, at=at)

    services.database.writing(unit)


def _task(session: Session, vault: Vault, key: str, outside_id: str, person: int) -> tuple[Assignment, Item] | None:
    """The person's open task on the item of an outside id; None when it was refused on the way."""
    project = get_project(session, key)
    row = session.execute(
        select(Assignment, Item)
        .join(Item, Item.id == Assignment.item_id)
        .join(Document, Document.id == Item.document_id)
        .join(Source, Source.id == Document.source_id)
        .where(
            Source.reference == vault.reference("source", project.id, outside_id),
            Assignment.person_id == person,
            Assignment.step == Step.ANNOTATE,
            Assignment.state == AssignmentState.OFFERED,
        )
    ).first()
    return (row[0], row[1]) if row else None


def _data(name: str) -> Any:
    return files("app.demo") / "data" / name
