"""Importing and exporting at 1,000 notes with 40 suggestions each, and opening and saving without HTTP (`_inproc`).

Services alone, on SQLite with synchronous=FULL; `bench_http.py` measures what a client sees. Beside saving stands a
bare SQLite update of the same element, as durable, without anything else: what a store without
versions, checks and an audit trail would cost.
"""

import json
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import select

from app.accounts.actor import Actor, HeldCredential, Kind, OperatorActor, ProjectRole
from app.audit.macs import INFO, EventKeys
from app.core import clock
from app.core.db import Base, Database
from app.corpus.document import Document, add_document
from app.corpus.project import create_project, get_project
from app.corpus.schema import current_schema, load_schema
from app.corpus.source import Source
from app.corpus.suggestion import add_suggestion
from app.corpus.vault import Vault
from app.factory import create_app
from app.formats.jsonl import JsonLinesFormat
from app.formats.losses import LossReport
from app.formats.model import ExchangeDocument
from app.formats.protocol import Writing
from app.guidelines.version import publish
from app.intake.load import Delivery, LoadJob, start_batch
from app.jobs.job import claim_one
from app.release.archive import ExportFiles
from app.release.vocabulary import vocabulary
from app.review.admission import admit
from app.review.assignment import Assignment
from app.review.distribution import assign_ready
from app.review.draft import ElementChange, change_draft, start_draft
from app.review.item import create_item
from app.review.queries import own_work
from app.settings import Settings
from tests.build import as_if

OPERATOR = OperatorActor("bench")
SUGGESTIONS = 40
SAMPLE = 200
TEXT = "".join(
    f"Line {n}: complains of symptom{n:03} since Monday, no fever, takes drug{n:03} daily.\n" for n in range(40)
)
LABELS = [{"key": "SYMPTOM", "title": "Symptom", "tag": "SX", "color": 1, "class": "routine"}]
SCHEMA = {"key": "bench", "title": "Bench", "modality": "notes", "version": "1", "labels": LABELS}


def say(metric, value, unit, size, baseline="", ratio=None):
    row = {"bench": "store", "metric": metric, "value": round(value, 3), "unit": unit, "size": size}
    print(json.dumps(row | {"baseline": baseline, "ratio": ratio}), flush=True)


class Services:
    def __init__(self, folder):
        self.settings = Settings(var=str(folder))
        folder.mkdir(parents=True, exist_ok=True)
        self.database = Database(self.settings.database, info={INFO: EventKeys(self.settings.event_key_path)})
        self.vault = Vault.at(self.settings.master_key_path)


def person(services, username):
    from app.accounts.person import NewPerson, create_person

    at = clock.now()
    return services.database.writing(
        lambda s: create_person(s, OPERATOR, NewPerson(username, username.title()), at=at).id
    )


def actor(person_id, project_id):
    held = HeldCredential(1, 1, "physician", "", "DE", 0, None)
    roles = {project_id: frozenset({ProjectRole.ANNOTATOR, ProjectRole.MANAGER})}
    return Actor(person_id, "reader", "Reader", clock.now(), project_roles=roles, credentials=(held,), kind=Kind.PERSON)


def measure_import(services, notes):
    """Records through the reader, the checks, the vault and the log, chunk by chunk."""
    path = services.settings.var_dir / "notes.jsonl"
    rows = ({"id": f"n{n}", "patient_id": f"p{n // 3}", "text": f"{n}\n{TEXT}"} for n in range(notes))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    at = clock.now()

    def unit(session):
        project = create_project(session, OPERATOR, "bench", "Bench", settings=SETTINGS, at=at)
        load_schema(session, OPERATOR, project, SCHEMA, at=at)
        return start_batch(session, OPERATOR, services.vault, project, Delivery([path]), at=at)[1]

    queued = services.database.writing(unit)
    job = services.database.writing(lambda session: claim_one(session, queued.id, "bench", at=clock.now()))
    kind, began = LoadJob(), time.perf_counter()
    while kind.chunk(services, job, at=clock.now()):
        with services.database.reading() as session:
            job = session.get(type(job), job.id)
    return notes / (time.perf_counter() - began)


SETTINGS = {
    "pipeline": "chartmark_rules", "machine_passed_may_be_assigned": True,
    "workflow": "two_readers_adjudicator",
}  # fmt: skip


def fill(services):
    """A document, an item and 40 suggestions for every source, without running any model."""
    content = {"entities": [entity(n) for n in range(SUGGESTIONS)], "relations": [], "sections": []}
    provenance = {"pipeline": "chartmark_rules", "version": "1", "digest": "0"}
    after = 0
    while True:
        at = clock.now()

        def unit(session, after=after, at=at):
            as_if(session)
            sources = session.scalars(select(Source).where(Source.id > after).order_by(Source.id).limit(200)).all()
            for source in sources:
                document = Document(
                    project_id=source.project_id, subject_id=source.subject_id, encounter_id=source.encounter_id,
                    source_id=source.id, label=f"d{source.id}", modality="notes", note_type="", language="en",
                    verdict="machine_passed", deid_json="{}", created_at=at,
                )  # fmt: skip
                add_document(session, document, TEXT)
                create_item(session, OPERATOR, document, current_schema(session, source.project_id, "notes"), at=at)
                add_suggestion(session, document.id, provenance, content, at=at)
                admit(session, OPERATOR, document, at=at)
            return sources[-1].id if sources else 0

        after = services.database.writing(unit)
        if not after:
            return


def entity(number):
    word = f"symptom{number:03}"
    start = TEXT.index(word)
    return {"start": start, "end": start + len(word), "label": "SYMPTOM", "assertion": {}, "codes": []}


def timed(act, tasks):
    """Wall times in ms, and CPU ms for each."""
    walls, cpu = [], time.process_time()
    for task in tasks:
        began = time.perf_counter()
        act(task)
        walls.append((time.perf_counter() - began) * 1000)
    return walls, (time.process_time() - cpu) * 1000 / len(tasks)


def measure_work(services, size):
    readers = [person(services, f"reader{n}") for n in (1, 2)]
    with services.database.reading() as session:
        project = get_project(session, "bench")
    lead = actor(readers[0], project.id)
    body = {"key": "bench", "modality": "notes", "version": "1", "body": "# Bench\n"}
    services.database.writing(lambda s: publish(s, lead, project.id, body, at=clock.now()))
    services.database.writing(lambda s: assign_ready(s, OPERATOR, project, readers, limit=SAMPLE, at=clock.now()))
    with services.database.reading() as session:
        tasks = list(session.scalars(select(Assignment).where(Assignment.person_id == readers[0])))
    walls, cpu = timed(lambda task: open_once(services, lead, task), tasks)
    say("open_p50_ms_inproc", statistics.median(walls), "ms", size)
    say("open_cpu_ms_inproc", cpu, "ms", size)
    say("open_per_s_inproc", 1000 / statistics.fmean(walls), "1/s", size)
    walls, cpu = timed(lambda task: save_once(services, lead, task), tasks)
    bare = bare_saves(services.settings.var_dir / "bare.db", len(tasks))
    p50 = statistics.median(walls)
    beside = "bare SQLite update of the same element"
    say("save_p50_ms_inproc", p50, "ms", size, beside, round(statistics.median(bare) / p50, 3))
    say("save_cpu_ms_inproc", cpu, "ms", size)
    say(
        "save_per_s_inproc",
        1000 / statistics.fmean(walls),
        "1/s",
        size,
        beside,
        round(statistics.fmean(bare) / statistics.fmean(walls), 3),
    )
    return tasks, lead


def open_once(services, lead, task):
    """What the first look at a task does: the draft begins, the view is noted, the page's data read."""
    services.database.writing(lambda s: start_draft(s, lead, s.get(Assignment, task.id), at=clock.now()))
    with services.database.reading() as session:
        own_work(session, lead, session.get(Assignment, task.id), at=clock.now())


def save_once(services, lead, task):
    def unit(session):
        row = session.get(Assignment, task.id)
        found = own_work(session, lead, row, at=clock.now()).payload["elements"]["s1"]
        change = ElementChange("s1", found | {"status": "confirmed"}, ("symptom000",))
        change_draft(session, lead, row, [change], expected_version=row.draft_version, at=clock.now())

    services.database.writing(unit)


def bare_saves(path, count):
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE e (id INTEGER PRIMARY KEY, body TEXT);"
    )
    connection.executemany("INSERT INTO e VALUES (?, ?)", [(n, json.dumps(entity(0))) for n in range(count)])
    walls, _ = timed(
        lambda n: connection.execute("UPDATE e SET body = ? WHERE id = ?", (json.dumps(entity(1)), n)),
        list(range(count)),
    )
    connection.close()
    return walls


def measure_export(services, tasks, lead, size):
    with services.database.reading() as session:
        elements = own_work(session, lead, session.get(Assignment, tasks[0].id), at=clock.now()).payload["elements"]
    documents = [ExchangeDocument(f"d{n}", TEXT, elements) for n in range(1000)]
    began = time.perf_counter()
    with ExportFiles() as files:
        into = Writing(files, LossReport("jsonl"), {"release": 1}, vocabulary())
        JsonLinesFormat.writer.write(documents, into)
    say("export_per_s", len(documents) / (time.perf_counter() - began), "notes/s", size)


def main():
    sizes = [int(n) for n in sys.argv[1:]] or [1000]
    for notes in sizes:
        with tempfile.TemporaryDirectory(prefix="chartmark-bench-") as folder:
            services = Services(Path(folder) / "var")
            create_app(services.settings)
            Base.metadata.create_all(services.database.engine)
            size = f"{notes} notes, {SUGGESTIONS} suggestions each"
            say("import_per_s", measure_import(services, notes), "notes/s", size)
            fill(services)
            measure_export(services, *measure_work(services, size), size)
            services.database.dispose()


if __name__ == "__main__":
    main()
