"""The smallest valid project with one item in it, for tests about who may reach what."""

from sqlalchemy import text

from app.accounts.actor import OperatorActor, ProjectRole
from app.accounts.loading import load_actor
from app.audit.events import Tag
from app.audit.rows import WrittenRows, written
from app.core.digest import new_salt
from app.corpus.batch import Batch
from app.corpus.document import Document, DocumentReason, add_document
from app.corpus.member import add_member
from app.corpus.project import create_project
from app.corpus.schema import load_schema
from app.corpus.source import Source
from app.corpus.subject import Encounter, Patient, random_label
from app.guidelines.acknowledgement import acknowledge
from app.guidelines.version import publish
from app.review import states
from app.review.assignment import offer
from app.review.item import create_item
from app.review.round import open_round
from app.review.workflows import Step, StepRule, Workflow

OPERATOR = OperatorActor("tests")
SCHEMA = {
    "key": "clinical",
    "version": "1.0",
    "modality": "notes",
    "title": "Clinical",
    "labels": [{"key": "problem", "title": "Problem"}],
}


#: what covers a delivered and cleaned document, its suggestions and what of it was erased
DELIVERED = (Tag.BATCH_LOADED, Tag.SUBJECTS_DEIDENTIFIED, Tag.DOCUMENTS_PREANNOTATED)


class Unsaid(WrittenRows):
    """Rows that a test puts there itself: the next event commits to them, and none is missed where there is none."""

    def __iter__(self):
        return iter(())


def as_if(session, *tags):
    """Rows that a test puts there itself are written as if under these events; the log has none of them."""
    session.info.setdefault("tags", set()).update(tags or DELIVERED)
    session.info["written"] = Unsaid(written(session).items())


def make_project(session, key, members, *, at):
    """A project with `members`, a mapping of person id to roles, a schema and a guideline all of them accepted.

    One of the members is a manager: a guideline is published by a person.
    """
    project = create_project(session, OPERATOR, key, f"Project {key}", at=at)
    for person_id, roles in members.items():
        for role in roles:
            add_member(session, OPERATOR, project, person_id, role, at=at)
    schema = load_schema(session, OPERATOR, project, SCHEMA, at=at)
    body = "# 1 Problems\n\n## 4.2 Symptoms\n"
    named = {"key": SCHEMA["key"], "modality": SCHEMA["modality"], "version": "1.0", "body": body}
    lead = next(person for person, roles in members.items() if ProjectRole.MANAGER in roles)
    guideline = publish(session, load_actor(session, lead, at=at), project.id, named, at=at)
    for person_id in members:
        acknowledge(session, load_actor(session, person_id, at=at), guideline, at=at)
    return project, schema


def make_document(session, project, text, *, at, modality="notes", subject_id=None):
    """A clean document, of a patient of its own where none is named."""
    as_if(session)
    if subject_id is None:
        patient = Patient(project_id=project.id, pseudonym=random_label(8), reference=random_label(8))
        session.add(patient)
        session.flush()
        subject_id = patient.id
    shared = {"project_id": project.id, "subject_id": subject_id}
    encounter = Encounter(
        **shared, reference=random_label(8), label="e", setting="unknown", code_release="", sex="", age_band=""
    )
    batch = Batch(
        project_id=project.id,
        reader="text",
        state="loaded",
        stored=1,
        skipped=0,
        refused=0,
        dropped_json="{}",
        started_at=at,
        finished_at=at,
    )
    session.add_all([encounter, batch])
    session.flush()
    shared |= {"encounter_id": encounter.id, "modality": modality, "note_type": "", "language": "en"}
    source = Source(
        **shared,
        batch_id=batch.id,
        reference=random_label(8),
        text_sha256=new_salt().hex(),
        state="deidentified",
    )
    session.add(source)
    session.flush()
    document = Document(
        **shared,
        source_id=source.id,
        label=random_label(8),
        verdict="accepted",
        deid_json="{}",
        created_at=at,
    )
    return add_document(session, document, text)


def doubt(session, document, *reasons, ppm=0):
    """Let the machine have doubted a text for these reasons."""
    document.verdict, document.doubt_ppm = "needs_review", ppm
    session.add_all(DocumentReason(document_id=document.id, position=n, code=code) for n, code in enumerate(reasons))


def composed(key="composed", *, readers=2, tiers=(1, 3, 3), **flags):
    """A workflow nobody ships."""
    people = (readers, 1, 1)
    steps = [StepRule(step=step, people=n, tier=t) for step, n, t in zip(Step, people, tiers, strict=True)]
    return Workflow(key=key, title=key.title(), steps=tuple(steps), **flags)


def make_task(session, project, schema, readers, *, at, text="No chest pain."):
    """One item read by `readers`; returns the item and their assignments."""
    document = make_document(session, project, text, at=at)
    item = create_item(session, OPERATOR, document, schema, at=at)
    states.advance(session, OPERATOR, item, "deid_accepted", at=at)
    states.advance(session, OPERATOR, item, "assigned", at=at)
    row = open_round(session, OPERATOR, item, composed(readers=len(readers)), at=at)
    tasks = [offer(session, OPERATOR, item, row, person_id=p, step=Step.ANNOTATE, at=at) for p in readers]
    return item, tasks


def without_guards(session, table):
    """Lets a test change by hand what no act changes."""
    if session.get_bind().dialect.name != "sqlite":
        session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        return
    guards = text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
    for name in session.scalars(guards, {"table": table}).all():
        session.execute(text(f"DROP TRIGGER {name}"))
