"""A register with a toy pipeline, its people, and a project whose texts it tags; made by services."""

import json
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import select

from app.accounts.actor import ProjectRole, ServerRole
from app.accounts.loading import load_actor
from app.audit.models import Event
from app.core.clock import DAY
from app.core.digest import sha256
from app.corpus.document import Document
from app.corpus.project import change_settings, get_project
from app.corpus.subject import Encounter
from app.corpus.suggestion import Suggestion
from app.jobs.job import claim_one, enqueue
from app.jobs.worker import run_job
from app.pipelines.register.entries import register, sign, withdraw
from app.pipelines.register.lookup import get_recorded, standing_of
from app.pipelines.register.models import PipelineRefusal
from app.pipelines.register.rules import RegisterEntry
from app.review.item import Item, create_item
from app.tagging.protocol import PIPELINES, Annotated, Entity
from tests.build import OPERATOR, as_if, make_document, make_project
from tests.team import Seal
from tests.unit.accounts.people import make_person

T0 = 1_700_000_000_000
TYPED = {"factors": ["username", "password"]}


class Toy:
    """Suggests that the first four characters of every text are a problem."""

    title, version, languages = "Toy", "1", ("en", "de")

    def __init__(self, key="toy"):
        self.key, self.seen = key, []

    def ready(self):
        pass

    def digest(self):
        return sha256(self.key + self.version)

    def sources(self):
        return []

    def annotate(self, text, *, targets=None, meta=None):
        self.seen.append(text)
        return Annotated([], [Entity(0, 4, "problem", {})], [])


@contextmanager
def installed(*pipelines):
    """Toy pipelines in the registry, for the time of a test; those already there stay."""
    fresh = [pipeline for pipeline in pipelines if pipeline.key not in PIPELINES]
    for pipeline in fresh:
        PIPELINES.add(pipeline)
    try:
        yield
    finally:
        for pipeline in fresh:
            if pipeline.key in PIPELINES:
                PIPELINES.remove(pipeline.key)


class Services:
    def __init__(self, database):
        self.database, self.settings, self.vault = database, None, None


class Office:
    """`office.accept()` puts an entry in force; `office.tag()` runs the stage over the project."""

    def __init__(self, database):
        self.database, self.at = database, T0
        self.mia = make_person(database, "mia", ServerRole.MANAGER)
        self.other = make_person(database, "moe", ServerRole.MANAGER)
        self.lead = make_person(database, "lena")
        self.project_id, self.schema_id = self.write(self._build)

    def _build(self, session):
        project, schema = make_project(session, "study", {self.lead: [ProjectRole.MANAGER]}, at=self.at)
        with installed(Toy()):
            change_settings(session, OPERATOR, project, {"pipeline": "toy"}, at=self.at)
        return project.id, schema.id

    def write(self, unit):
        return self.database.writing(unit)

    def read(self, look):
        with self.database.reading() as session:
            return look(session)

    def actor(self, session, person):
        return load_actor(session, person, at=self.at)

    def set(self, **settings):
        """Settings may name any toy: what is not installed any more is the register's to notice."""
        with installed(*map(Toy, ("toy", "other", "beside", "second"))):
            self.write(lambda s: change_settings(s, OPERATOR, get_project(s, self.project_id), settings, at=self.at))

    def document(self, text="pain in the chest", age_band="", **facts):
        """A readable text with an item that waits; facts are columns of the document."""

        def unit(session):
            project = get_project(session, self.project_id)
            document = make_document(session, project, text, at=self.at)
            for name, value in facts.items():
                setattr(document, name, value)
            session.get(Encounter, document.encounter_id).age_band = age_band
            from app.corpus.schema import LabelSchema

            create_item(session, OPERATOR, document, session.get(LabelSchema, self.schema_id), at=self.at)
            return document.id

        return self.write(unit)

    def entry(self, pipeline="toy", **changes):
        stated = RegisterEntry(pipeline, "", "", "suggest problems to readers", evidence="measured on invented notes")
        return replace(stated, **{"review_by": self.at + 30 * DAY} | changes)

    def register(self, pipeline="toy", owner=None, **changes):
        owner = owner or self.mia
        entry = self.entry(pipeline, **changes)
        return self.write(lambda s: register(s, self.actor(s, owner), entry, owner_id=owner, at=self.at).id)

    def sign(self, number, pipeline="toy", by=None):
        def unit(session):
            recorded = get_recorded(session, pipeline, number)
            return sign(
                session, self.actor(session, by or self.mia), recorded, signer=Seal(), authentication=TYPED, at=self.at
            )

        return self.write(unit)

    def accept(self, pipeline="toy", **changes):
        number = self.register(pipeline, **changes)
        self.sign(number, pipeline)
        return number

    def withdraw(self, number, pipeline="toy", reason="it misses too much"):
        def unit(session):
            recorded = get_recorded(session, pipeline, number)
            withdraw(session, self.actor(session, self.mia), recorded, reason, at=self.at)

        self.write(unit)

    def problems(self, pipeline="toy"):
        standing = self.read(lambda s: standing_of(s, pipeline, at=self.at))
        return [problem.code for problem in standing.problems]

    def tag(self):
        """Queue the stage and do it to its end; how many chunks it took."""

        def unit(session):
            job = enqueue(session, "preannotate.run", {}, project_id=self.project_id, at=self.at)
            return claim_one(session, job.id, "tests", at=self.at)

        return run_job(Services(self.database), self.write(unit))

    def work(self, job_id):
        """Do one job to its end."""
        return run_job(Services(self.database), self.write(lambda s: claim_one(s, job_id, "tests", at=self.at)))

    def tagged(self, pipeline="toy"):
        query = select(Suggestion.document_id).where(Suggestion.pipeline == pipeline).order_by(Suggestion.id)
        return self.read(lambda s: list(s.scalars(query)))

    def refused(self, pipeline="toy"):
        """(document, rule) in the order of refusal."""
        columns = (PipelineRefusal.document_id, PipelineRefusal.rule)
        query = select(*columns).where(PipelineRefusal.pipeline == pipeline).order_by(PipelineRefusal.id)
        return self.read(lambda s: [tuple(row) for row in s.execute(query)])

    def states(self):
        return self.read(lambda s: dict(s.execute(select(Item.document_id, Item.state)).all()))

    def verdict(self, number, verdict):
        def unit(session):
            session.get(Document, number).verdict = verdict
            as_if(session)  # a test's own change, not the product's

        self.write(unit)

    def events(self, tag):
        query = select(Event.body).where(Event.tag == str(tag)).order_by(Event.id)
        return [json.loads(body)["data"] for body in self.read(lambda s: s.scalars(query).all())]
