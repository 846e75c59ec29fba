"""The real application behind a socket, with people, a project per modality, and tasks made on demand."""

import json
import re
import time
from functools import cached_property

from sqlalchemy import select

from app.accounts.actor import OperatorActor, ProjectRole
from app.accounts.credential import Qualification, Verification, grant_credential
from app.accounts.loading import load_actor
from app.accounts.person import NewPerson, create_person, get_person, verify_identity
from app.accounts.reset import choose_password, issue_link
from app.agreement.judgements import Choice, Ruling
from app.core import clock
from app.core.digest import canonical_json
from app.corpus.batch import Batch
from app.corpus.document import Document, add_document
from app.corpus.member import add_member
from app.corpus.project import create_project, get_project
from app.corpus.schema import current_schema, load_schema
from app.corpus.source import Source
from app.corpus.subject import find_or_add_encounters, find_or_add_subjects, random_label
from app.corpus.suggestion import add_suggestion
from app.corpus.vault import Vault
from app.factory import create_app
from app.guidelines.acknowledgement import acknowledge
from app.guidelines.version import get_guideline, publish
from app.review.adjudication import Decision, rule, rulings_of
from app.review.admission import admit
from app.review.assignment import Assignment, claim, get_assignment
from app.review.distribution import assign_ready, find_readers
from app.review.draft import ElementChange, assemble, change_draft
from app.review.hold import Hold
from app.review.item import Item, create_item, get_item
from app.review.opening import open_task
from app.review.question import Question
from app.review.signature import signatures_of
from app.review.submission import submit
from app.review.workflows import Step
from app.settings import Settings
from app.terminology.releases import ensure_builtin
from tests.browser import sample
from tests.build import as_if
from tests.unit.pipelines.register.office import Toy, installed

PASSWORD = "seven quiet herons wade"
OPERATOR = OperatorActor("browser tests")
PEOPLE = {
    "ada": (0, ()),
    "lena": (2, (ProjectRole.MANAGER,)),
    "ana": (1, (ProjectRole.ANNOTATOR,)),
    "ben": (1, (ProjectRole.ANNOTATOR,)),
    "sam": (4, (ProjectRole.ADJUDICATOR, ProjectRole.VERIFIER)),
    "vic": (3, (ProjectRole.VERIFIER,)),
}
#: seconds after which a person signs in again: other tests may come between, longer than a session may idle
FRESH = 300
SETTINGS = {"workflow": "team_of_three", "pipeline": "sample", "machine_passed_may_be_assigned": True}


class World:
    """One installation for all browser tests of a run; each test makes tasks of its own."""

    def __init__(self, database, folder, prefix="", **settings):
        self.url = ""  # known once it is served
        self.settings = SETTINGS | settings
        self.database = database
        self.app = create_app(Settings(var=str(folder), database_url=database.url, prefix=prefix))
        settings = self.app.extensions["settings"]
        ensure_builtin(settings.terminology_dir)
        self.vault = Vault.at(settings.master_key_path)
        self.ids, self.cookies, self.signed_in = {}, {}, {}
        for name, (tier, _) in PEOPLE.items():
            self._person(name, tier)
        self.write(self._project)

    def write(self, unit):
        return self.database.writing(unit)

    def actor(self, session, name):
        return load_actor(session, self.ids[name], at=clock.now())

    def _person(self, name, tier):
        at = clock.now()

        def unit(session):
            person = create_person(session, OPERATOR, NewPerson(name, f"Dr {name.title()} Test"), at=at)
            self.ids[name] = person.id
            return issue_link(session, OPERATOR, person, at=at)

        choose_password(self.database, self.write(unit), PASSWORD, at=at)
        if tier:
            self.write(lambda session: self._qualify(session, name, tier, at))

    def _qualify(self, session, name, tier, at):
        person = get_person(session, self.ids[name])
        verify_identity(session, OPERATOR, person, self.ids["ada"], "invented", at=at)
        held = Qualification(
            tier=tier,
            profession="physician",
            country="DE",
            issued_at=at - clock.DAY,
            expires_at=at + clock.DAY,
            issuing_body="invented",
            register_number=f"T-{person.id}",
        )
        grant_credential(session, OPERATOR, person, held, Verification(self.ids["ada"], "invented"), at=at)

    def _project(self, session):
        at = clock.now()
        with installed(Toy("sample")):
            project = create_project(session, OPERATOR, "browser", "Browser", settings=self.settings, at=at)
        for name, (_, roles) in PEOPLE.items():
            for role in roles:
                add_member(session, OPERATOR, project, self.ids[name], role, at=at)
        session.flush()
        for schema in (sample.SCHEMA, sample.REPORT_SCHEMA, sample.METADATA_SCHEMA):
            load_schema(session, OPERATOR, project, schema, at=at)
            self.publish_guideline(session, schema["modality"], "3.2")

    def publish_guideline(
        self, session, modality, version, key="browser", accepted_by=("ana", "sam", "vic"), front_matter=""
    ):
        """Everybody but Ben has read and accepted it."""
        at, project = clock.now(), get_project(session, key)
        body = (
            front_matter
            + "# Rules\n\n"
            + "\n".join(f"## {number} {title}\n\n{text}\n" for number, title, text in sample.GUIDELINE)
        )
        content = {"key": modality, "modality": modality, "version": version, "body": body}
        row = publish(session, self.actor(session, "lena"), project.id, content, at=at)
        session.flush()
        for name in accepted_by:
            acknowledge(session, self.actor(session, name), row, at=at)

    def context(self, name):
        """Settings of a browser context in which this person is signed in; anew before the session idled out."""
        signed_in = self.signed_in.get(name, 0)
        if name not in self.cookies or time.monotonic() - signed_in > FRESH:
            client = self.app.test_client()
            token = re.search(r'name="csrf-token" content="([0-9a-f]{64})"', client.get("/sign-in").text)[1]
            answer = client.post("/sign-in", data={"username": name, "password": PASSWORD, "csrf_token": token})
            assert answer.status_code == 303, answer.text
            self.cookies[name], self.signed_in[name] = client.get_cookie("chartmark").value, time.monotonic()
        return {"storage_state": {"cookies": [cookie(self.cookies[name])], "origins": []}}

    def task(self, kind="notes", text=None, suggestion=None, sibling=None, reader="ana"):
        """A new document under its own patient, assigned to Ana and Ben."""
        texts = {"notes": sample.NOTE, "reports": sample.REPORT, "imaging": sample.METADATA}
        text = texts[kind] if text is None else text
        if suggestion is None:
            suggestion = {"notes": sample.suggestion, "reports": sample.report_suggestion, "imaging": lambda _: None}[
                kind
            ](text)
        document_id = self.write(lambda session: self._document(session, kind, text, suggestion, sibling))
        with self.database.reading() as session:
            row = session.scalar(
                select(Assignment)
                .join(Item, Item.id == Assignment.item_id)
                .where(Item.document_id == document_id, Assignment.person_id == self.ids[reader])
            )
            return Task(self, row.id, row.item_id, text, reader)

    def assignment_of(self, task, reader):
        """The same note as another reader has it."""
        with self.database.reading() as session:
            query = select(Assignment.id).where(
                Assignment.item_id == task.item, Assignment.person_id == self.ids[reader]
            )
            return Task(self, session.scalar(query), task.item, task.text, reader)

    def _document(self, session, kind, text, suggestion, sibling, key="browser"):
        as_if(session)
        at, project = clock.now(), get_project(session, key)
        (subject,) = find_or_add_subjects(session, self.vault, project.id, [random_label(10)]).values()
        facts = {"setting": "inpatient", "code_release": "2026-04"}
        (encounter,) = find_or_add_encounters(session, self.vault, [(subject, "e1", facts)])
        document = None
        for content in filter(None, (sibling, text)):
            document = self._store(session, project, (subject, encounter), kind, content, at)
        if suggestion:
            add_suggestion(
                session, document.id, {"pipeline": "sample", "version": "1.0", "digest": "0" * 64}, suggestion, at=at
            )
        admit(session, OPERATOR, document, at=at)
        session.flush()
        assign_ready(session, OPERATOR, project, find_readers(session, project, at=at), at=at)
        return document.id

    def _store(self, session, project, place, kind, text, at):
        subject, encounter = place
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
        session.add(batch)
        session.flush()
        source = Source(
            project_id=project.id,
            batch_id=batch.id,
            subject_id=subject.id,
            encounter_id=encounter.id,
            reference=random_label(12),
            modality=kind,
            note_type="nursing",
            language="en",
            text_sha256="0" * 64,
            state="deidentified",
        )
        session.add(source)
        session.flush()
        document = Document(
            project_id=project.id,
            subject_id=subject.id,
            encounter_id=encounter.id,
            source_id=source.id,
            label=random_label(6).lower(),
            modality=kind,
            note_type="discharge summary",
            language="en",
            verdict="machine_passed",
            deid_json=canonical_json({"claim": "synthetic"}),
            created_at=at,
        )
        add_document(session, document, text)
        create_item(session, OPERATOR, document, current_schema(session, project.id, kind), at=at)
        session.flush()
        return document

    def case(self):
        """A note read by both with differences, taken by Sam; the item's id."""
        readings = sample.readings(sample.NOTE)
        task = self.task(suggestion={"entities": [], "relations": []})
        for name, payload in zip(self.readers_of(task.item), readings, strict=True):
            self.write(lambda session, n=name, p=payload: self._read(session, n, p, task.item))
        return self.write(lambda session: self.take(session, task.item))

    def readers_of(self, item):
        """Who reads an item, by seat: who gets the first seat depends on what earlier tests left open."""
        names = {number: name for name, number in self.ids.items()}
        query = select(Assignment.person_id).where(Assignment.item_id == item, Assignment.step == Step.ANNOTATE)
        with self.database.reading() as session:
            return [names[person] for person in session.scalars(query.order_by(Assignment.id))]

    def _read(self, session, name, payload, item):
        at, actor = clock.now(), self.actor(session, name)
        mine = (Assignment.item_id == item, Assignment.person_id == self.ids[name])
        row = session.scalar(select(Assignment).where(*mine).order_by(Assignment.id.desc()))
        open_task(session, actor, row, at=at)
        acknowledge(session, actor, get_guideline(session, row.guideline_version_id), at=at)
        changes = [ElementChange(key, body) for key, body in payload["elements"].items()]
        change_draft(session, actor, row, changes, expected_version=0, at=at)
        submit(session, actor, row, codes=_any_code, at=at)

    def take(self, session, item):
        """Sam takes an item that waits to be settled."""
        return Case(self, self._claim(session, "sam", item, Step.ADJUDICATE), item, sample.NOTE, "sam")

    def take_to_verify(self, session, item, name="vic"):
        """Somebody takes an item that waits to be verified."""
        return Case(self, self._claim(session, name, item, Step.VERIFY), item, sample.NOTE, name)

    def _claim(self, session, name, item, step):
        at, actor = clock.now(), self.actor(session, name)
        row = claim(session, actor, get_item(session, item), step, at=at)
        session.flush()
        open_task(session, actor, row, at=at)
        return row.id

    def read_again(self, item, payload):
        """The lead assigns what is ready; whoever has it now answers."""

        def unit(session):
            at, project = clock.now(), get_project(session, "browser")
            assign_ready(session, OPERATOR, project, find_readers(session, project, at=at), at=at)
            session.flush()
            waiting = (Assignment.item_id == item, Assignment.state == "offered")
            return [
                name
                for name, person in self.ids.items()
                if session.scalar(select(Assignment.id).where(*waiting, Assignment.person_id == person))
            ]

        for name in self.write(unit):
            self.write(lambda session, n=name: self._read(session, n, payload, item))

    def item_of(self, session, document):
        return session.scalar(select(Item.id).where(Item.document_id == document))

    def state(self, item):
        with self.database.reading() as session:
            return get_item(session, item).state


def _any_code(_system, _release, code):
    return {"code": code, "term": code, "billable": True, "active": True}


def cookie(value):
    """The cookie of a session, as Playwright takes it."""
    return {
        "name": "chartmark", "value": value, "domain": "127.0.0.1", "path": "/", "expires": -1,
        "httpOnly": True, "secure": False, "sameSite": "Lax",
    }  # fmt: skip


class Task:
    """One assignment, as the database holds it."""

    def __init__(self, world, assignment, item, text, reader):
        self.world, self.id, self.item, self.text, self.reader = world, assignment, item, text, reader

    @cached_property
    def url(self):
        return f"{self.world.url}/assignments/{self.id}"

    def look(self, read):
        with self.world.database.reading() as session:
            return read(session)

    @property
    def elements(self):
        return self.look(lambda session: assemble(session, self.id)["elements"])

    @property
    def state(self):
        return self.look(lambda session: get_assignment(session, self.id).state)

    @property
    def version(self):
        return self.look(lambda session: get_assignment(session, self.id).draft_version)

    @property
    def questions(self):
        return self.look(
            lambda s: [
                (q.body, q.element_id, q.blocking)
                for q in s.scalars(select(Question).where(Question.assignment_id == self.id))
            ]
        )

    @property
    def holds(self):
        return self.look(
            lambda session: [hold.kind for hold in session.scalars(select(Hold).where(Hold.item_id == self.item))]
        )

    def words(self, body):
        return " … ".join(self.text[start:end] for start, end in body.get("fragments") or [])

    def key(self, words):
        """The id of the entity with these words."""
        return next(key for key, body in self.elements.items() if self.words(body) == words)

    def body(self, words):
        return self.elements[self.key(words)]

    def of_kind(self, kind):
        return [body for body in self.elements.values() if body["kind"] == kind]

    def change(self, bodies):
        """What another tab of the same person would do: open if need be, then put."""

        def unit(session):
            at, actor = clock.now(), self.world.actor(session, self.reader)
            row = get_assignment(session, self.id)
            open_task(session, actor, row, at=at)
            session.flush()
            merged = {
                key: assemble(session, self.id)["elements"].get(key, {}) | part
                for key, part in bodies(self, session).items()
            }
            change_draft(
                session,
                actor,
                row,
                [ElementChange(k, b) for k, b in merged.items()],
                expected_version=row.draft_version,
                at=at,
            )

        self.world.write(unit)

    def confirm_all(self):
        self.change(
            lambda task, session: {key: {"status": "confirmed"} for key in assemble(session, task.id)["elements"]}
        )


class Case(Task):
    """An item taken to be adjudicated."""

    @cached_property
    def url(self):
        return f"{self.world.url}/items/{self.item}/adjudication"

    @property
    def rulings(self):
        return self.look(lambda session: list(rulings_of(session, self.id).values()))

    def rule_elsewhere(self):
        """What another tab of the same person would do: decide the first case anew."""

        def unit(session):
            at, actor = clock.now(), self.world.actor(session, self.reader)
            key = next(iter(rulings_of(session, self.id)))
            decision = Decision(Ruling(key, Choice.NONE, reason="slip"), confirmed=True)
            rule(session, actor, get_assignment(session, self.id), decision, codes=_any_code, at=at)

        self.world.write(unit)

    @property
    def signatures(self):
        return self.look(
            lambda session: [
                (s.signer_name, s.meaning, json.loads(s.manifest)) for s in signatures_of(session, self.item)
            ]
        )
