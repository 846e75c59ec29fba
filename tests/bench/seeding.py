"""Any number of notes to work on: one is made by the services, the database itself makes the others after it.

The copies have every row the services made for the first, but for what hangs on one note alone: no events of their
own, and one patient, encounter and delivery each. Tests prove that counts add up and that a copy opens and saves.
"""

from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import text

from app.accounts.actor import OperatorActor, ProjectRole, ServerRole
from app.accounts.loading import load_actor
from app.accounts.person import get_person, verify_identity
from app.core import clock
from app.core.counts import recount
from app.core.db import Base, Database
from app.corpus.document import Document
from app.corpus.member import add_member
from app.corpus.project import create_project
from app.corpus.schema import load_schema
from app.corpus.source import Source
from app.corpus.suggestion import add_suggestion
from app.guidelines.acknowledgement import acknowledge
from app.guidelines.version import publish
from app.review.admission import admit
from app.review.distribution import assign_ready
from app.review.item import Item, create_item
from tests.build import as_if, make_document
from tests.unit.accounts.people import PASSWORD, give_credential, make_person

OPERATOR = OperatorActor("bench")
GUIDELINE = Path(__file__).parents[2] / "guidelines" / "clinical-notes-1.0.md"
BASE = 1_000_000
READERS = 8
#: what stands open at once, however large the corpus is: each reader has a worklist, the rest waits or is done
IN_HAND = 1000
LINES = [f"Line {n}: complains of symptom{n:03} since Monday, no fever, takes drug{n:03} daily.\n" for n in range(60)]
LABELS = [
    {"key": key, "title": key.title(), "tag": key[:2], "color": n, "class": "routine"}
    for n, key in enumerate(("PROBLEM", "MEDICATION", "DOSAGE", "PROCEDURE", "ANATOMY", "LAB"), 1)
]
SCHEMA = {"key": "bench", "title": "Bench", "modality": "notes", "version": "1", "labels": LABELS}
SETTINGS = {
    "workflow": "trainee_verifier", "pipeline": "chartmark_rules", "deid_claim": "synthetic",
    "machine_passed_may_be_assigned": True,
}  # fmt: skip


@dataclass
class World:
    """What was seeded: `tasks` are (assignment, reader's name), of every note that is in somebody's hands."""

    database: Database
    password: str = PASSWORD
    project_key: str = "bench"
    body: str = ""
    tasks: list[tuple[int, str]] = field(default_factory=list)


def seed(database: Database, notes: int, *, spans: int = 40, lines: int = 60) -> World:
    """A project with its people and `notes` notes of so many lines (77 characters each) with `spans` suggestions each,
    in an empty database."""
    at, world = clock.now(), World(database, body="".join(LINES[:lines]))
    boss = make_person(database, "boss", ServerRole.ADMIN)
    names = [f"reader{n}" for n in range(READERS)]
    people = {name: make_person(database, name) for name in ("lead", *names, "verifier")}
    for name in (*names, "verifier"):
        give_credential(database, people[name], boss, tier=3 if name == "verifier" else 1)

    def set_up(session):
        project = create_project(session, OPERATOR, "bench", "Bench", settings=SETTINGS, at=at)
        add_member(session, OPERATOR, project, people["lead"], ProjectRole.MANAGER, at=at)
        add_member(session, OPERATOR, project, people["verifier"], ProjectRole.VERIFIER, at=at)
        verify_identity(session, OPERATOR, get_person(session, people["verifier"]), boss, "passport seen", at=at)
        for name in names:
            add_member(session, OPERATOR, project, people[name], ProjectRole.ANNOTATOR, at=at)
        schema = load_schema(session, OPERATOR, project, SCHEMA, at=at)
        named = {"key": "bench", "modality": "notes", "version": "1.0", "body": GUIDELINE.read_text("utf-8")}
        guideline = publish(session, load_actor(session, people["lead"], at=at), project.id, named, at=at)
        for person in people.values():
            acknowledge(session, load_actor(session, person, at=at), guideline, at=at)
        return project, schema

    def first(session):
        as_if(session)
        document = make_document(session, project, world.body, at=at)
        document.verdict = "machine_passed"
        item = create_item(session, OPERATOR, document, schema, at=at)
        provenance = {"pipeline": "chartmark_rules", "version": "1", "digest": "0"}
        content = {"entities": [_span(world.body, n) for n in range(spans)], "relations": [], "sections": []}
        add_suggestion(session, document.id, provenance, content, at=at)
        admit(session, OPERATOR, document, at=at)
        return document, item.id

    project, schema = database.writing(set_up)
    document, item = database.writing(first)
    given = [people[name] for name in names]
    database.writing(lambda s: assign_ready(s, OPERATOR, project, given[:1], limit=1, at=at))
    with database.engine.connect().execution_options(chartmark_writing=True) as connection:
        _copy(connection, notes - 1, document, item, given)
        connection.commit()

    def settle(session):
        for model in (Item, Document, Source):
            recount(session, model, project.id)

    database.writing(settle)
    analyze(database)
    called = {number: name for name, number in people.items()}
    with database.reading() as session:
        rows = session.execute(text("SELECT id, person_id FROM assignment WHERE state = 'offered' ORDER BY id"))
        world.tasks = [(task, called[person]) for task, person in rows]
    return world


def analyze(database: Database) -> None:
    """What a database that grew has long done: without its statistics PostgreSQL plans for an empty one."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE" if not database.is_sqlite else "ANALYZE")


def _span(body: str, number: int) -> dict:
    word = f"symptom{number % 60:03}" if number < 60 else f"drug{number % 60:03}"
    start = body.index(word)
    label = LABELS[number % len(LABELS)]["key"]
    return {"start": start, "end": start + len(word), "label": label, "assertion": {}, "codes": []}


def _copy(connection, count: int, document: Document, item: int, readers: list[int]) -> None:
    """All rows of the first note `count` times over; item states: in hand first, then waiting, read and released."""
    own = f"{BASE} + n"
    kept = {"encounter_id": own, "subject_id": own}
    whose = " ".join(f"WHEN {n} THEN {person}" for n, person in enumerate(readers))
    state = f"CASE WHEN n < {IN_HAND} THEN 'in_annotation' WHEN n % 4 = 0 THEN 'ready' WHEN n % 4 = 1 THEN 'signed' ELSE 'released' END"
    task_state = f"CASE WHEN n < {IN_HAND} THEN 'offered' ELSE 'submitted' END"
    has_task = f"(n < {IN_HAND} OR n % 4 > 0)"
    plan = [
        ("subject", f"t.id = {document.subject_id}", {"id": own, "pseudonym": "'p' || n", "reference": "'r' || n"}),
        (
            "encounter",
            f"t.id = {document.encounter_id}",
            {"id": own, "subject_id": own, "reference": "'r' || n", "label": "'e' || n"},
        ),
        (
            "source",
            f"t.id = {document.source_id}",
            {"id": own, "reference": "'r' || n", "text_sha256": "'s' || n"} | kept,
        ),
        ("document", f"t.id = {document.id}", {"id": own, "source_id": own, "label": "'d' || n"} | kept),
        ("document_body", f"t.document_id = {document.id}", {"document_id": own}),
        ("suggestion", f"t.document_id = {document.id}", {"id": own, "document_id": own}),
        ("item", f"t.id = {item}", {"id": own, "document_id": own, "label": "'d' || n", "state": state}),
        ("round", f"t.item_id = {item} AND {has_task}", {"id": own, "item_id": own}),
        (
            "assignment",
            f"t.item_id = {item} AND {has_task}",
            {"id": own, "item_id": own, "round_id": own, "state": task_state}
            | {"person_id": f"CASE n % {len(readers)} {whose} END"},
        ),
    ]
    for table, only, changed in plan:
        columns = {column.name: f"t.{column.name}" for column in Base.metadata.tables[table].columns} | changed
        connection.execute(
            text(
                f"WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count}) "
                f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns.values())} "
                f"FROM {table} t, numbers WHERE n <= {count} AND {only}"
            )
        )
