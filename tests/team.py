"""A project with its people on a database, all made by services; a person joins when first named."""

import json

from sqlalchemy import func, select

from app.accounts.actor import ProjectRole
from app.accounts.credential import Qualification, Verification, grant_credential
from app.accounts.loading import load_actor
from app.accounts.person import NewPerson, create_person, verify_identity
from app.audit.models import Event
from app.core import clock
from app.corpus.member import add_member
from app.corpus.project import create_project, get_project
from app.corpus.schema import current_schema, load_schema
from app.guidelines.acknowledgement import acknowledge
from app.guidelines.version import list_guidelines, publish
from app.release.cutting import cut
from app.release.export import ExportOrder, OutgoingRelease, export
from app.review.admission import admit
from app.review.assignment import Assignment, claim
from app.review.distribution import assign_ready
from app.review.draft import ElementChange, change_draft
from app.review.item import Item, create_item
from app.review.opening import open_task
from app.review.submission import submit
from app.review.workflows import Step
from tests.build import OPERATOR, make_document

T0 = 1_700_000_000_000

# Name → project roles and clinical tier. Nobody has a role or a tier that the story does not need.
PEOPLE = {
    "lena": ([ProjectRole.MANAGER], 2),
    "ann": ([ProjectRole.ANNOTATOR], 1),
    "ben": ([ProjectRole.ANNOTATOR], 1),
    "cal": ([ProjectRole.ANNOTATOR], 1),
    "dee": ([ProjectRole.ANNOTATOR], 1),
    "vera": ([ProjectRole.VERIFIER], 3),
    "vito": ([ProjectRole.VERIFIER], 3),
    "low": ([ProjectRole.VERIFIER, ProjectRole.ADJUDICATOR], 2),
    "ada": ([ProjectRole.ADJUDICATOR], 3),
    "abe": ([ProjectRole.ADJUDICATOR], 3),
    "tess": ([ProjectRole.ADJUDICATOR], 4),
    "theo": ([ProjectRole.ADJUDICATOR], 4),
    "sly": ([ProjectRole.ANNOTATOR, ProjectRole.VERIFIER, ProjectRole.ADJUDICATOR], 4),
    "priv": ([ProjectRole.PRIVACY_OFFICER], 0),
    "sam": ([], 4),
}
NOBODY = "nobody"


class Seal:
    """A server key that seals nothing: for tests in which only the manifest matters."""

    def attest(self, text):
        return f"sealed {len(text)}"


class Team:
    """Acts are `team.act("ann", service, row, …)`: each in a transaction, with the actor as of then."""

    def __init__(self, database, weight="routine", schema=None, **settings):
        schema = schema or {
            "key": "coins", "version": "1", "modality": "toy", "labels": [{"key": "coin", "class": weight}],
        }  # fmt: skip
        self.modality = schema["modality"]
        self.database, self.at, self.people = database, T0, {}
        #: who has not accepted the guideline when they join
        self.unread = set()
        self.checker = database.writing(lambda s: create_person(s, OPERATOR, NewPerson("nobody", "N"), at=T0).id)
        self.project_id = database.writing(
            lambda s: create_project(s, OPERATOR, "toys", "Toys", settings=settings, at=T0).id
        )
        database.writing(lambda s: load_schema(s, OPERATOR, self.project(s), schema, at=T0))
        text = "# 1 Coins\n\nSay what you see.\n\n## 1.2 Edges\n\nNeither.\n"
        body = {"key": "coins", "modality": self.modality, "version": "1", "body": text}
        self.do("lena", lambda s, lena: publish(s, lena, self.project_id, body, at=T0))

    def project(self, session):
        return get_project(session, self.project_id)

    def person(self, name):
        """The id of somebody, who joins now if this is the first we hear of them."""
        if name not in self.people:
            self.people[name] = self.database.writing(lambda session: self._join(session, name))
        return self.people[name]

    def _join(self, session, name):
        roles, tier = PEOPLE[name]
        person = create_person(session, OPERATOR, NewPerson(name, f"Dr {name.title()}"), at=T0)
        verify_identity(session, OPERATOR, person, self.checker, "passport seen", at=T0)
        for role in roles:
            add_member(session, OPERATOR, self.project(session), person.id, role, at=T0)
        if tier:
            held = Qualification(
                tier=tier, profession="physician", country="DE", issued_at=T0 - clock.DAY,
                expires_at=T0 + clock.DAY, issuing_body="chamber", register_number=name,
            )  # fmt: skip
            grant_credential(session, OPERATOR, person, held, Verification(self.checker, "register"), at=T0)
        session.flush()
        if roles and name not in self.unread:
            # As people do on their first day: the real act, without which nothing is decided.
            for guideline in list_guidelines(session, self.project_id)[:1]:
                acknowledge(session, load_actor(session, person.id, at=T0), guideline, at=T0)
        return person.id

    def do(self, name, unit):
        """`unit(session, actor)` in one transaction."""
        person_id = self.person(name)
        return self.database.writing(lambda s: unit(s, load_actor(s, person_id, at=self.at)))

    def cut(self, name, **more):
        """The release somebody makes of what is signed."""
        actor = self.do(name, lambda _session, actor: actor)
        return cut(self.database, actor, "toys", at=self.at, **more)

    def export(self, name, release, out, format_key="jsonl"):
        """A release as somebody takes it away, into `out`."""
        actor = self.do(name, lambda _session, actor: actor)
        return export(OutgoingRelease(self.database, actor, release.id, ExportOrder(format_key), at=self.at), out)

    def act(self, name, service, row, *args, **options):
        """A service's act on a row, at the team's time."""
        return self.do(name, lambda s, actor: service(s, actor, s.get(type(row), row.id), *args, **options, at=self.at))

    def read(self, query):
        """What `query(session)` reads."""
        with self.database.reading() as session:
            return query(session)

    def reload(self, row):
        return self.read(lambda s: s.get(type(row), row.id))

    def events(self, tag=None, **where):
        """The bodies of events in order, of one tag and with these data."""
        query = select(Event).order_by(Event.id)
        query = query.where(Event.tag == str(tag)) if tag else query
        bodies = [json.loads(row.body) for row in self.read(lambda s: s.scalars(query).all())]
        return [body for body in bodies if where.items() <= body["data"].items()]

    def count(self, model=Event):
        return self.read(lambda s: s.scalar(select(func.count()).select_from(model)))

    # The way of an item.

    def ready_item(self, text="heads or tails"):
        """An item whose text was accepted, waiting for readers."""

        def unit(session):
            project = self.project(session)
            document = make_document(session, project, text, at=self.at, modality=self.modality)
            schema = current_schema(session, self.project_id, self.modality)
            item = create_item(session, OPERATOR, document, schema, at=self.at)
            assert admit(session, OPERATOR, document, at=self.at)
            return item

        return self.database.writing(unit)

    def assign(self, *readers):
        """Ready items to these readers by the project's workflow; how many."""
        people = [self.person(name) for name in readers]
        return self.database.writing(lambda s: assign_ready(s, OPERATOR, self.project(s), people, at=self.at).items)

    def item(self, *readers, text="heads or tails"):
        """An item with the tasks of its readers: `item, ann, ben = team.item("ann", "ben")`."""
        item = self.ready_item(text)
        assert self.assign(*readers) == 1
        return (self.reload(item), *(self.task(item, name) for name in readers))

    def task(self, item, name):
        """Somebody's newest task on an item."""
        query = select(Assignment).where(Assignment.item_id == item.id, Assignment.person_id == self.person(name))
        return self.read(lambda s: s.scalars(query.order_by(Assignment.id.desc())).first())

    def open(self, name, task):
        self.act(name, open_task, task)

    def put(self, name, task, *, version=0, **faces):
        """Say how coins fell: `put("ann", task, c1="heads")`; None takes a coin away."""
        changes = [ElementChange(coin, {"face": face} if face else None) for coin, face in faces.items()]
        return self.act(name, change_draft, task, changes, expected_version=version).version

    def write(self, name, task, elements, *, version=None):
        """Put whole bodies, of any modality: `{id: body}`, None takes one away."""
        changes = [ElementChange(key, body) for key, body in elements.items()]
        version = self.reload(task).draft_version if version is None else version
        return self.act(name, change_draft, task, changes, expected_version=version).version

    def answer(self, name, task, **faces):
        """Open, say, submit."""
        self.open(name, task)
        self.put(name, task, **faces)
        return self.act(name, submit, task)

    def read_as(self, text, **readings):
        """An item with this text, read by each of these people: `read_as("Rash.", ann={…}, ben={…})`."""
        item, *tasks = self.item(*readings, text=text)
        for task, (name, elements) in zip(tasks, readings.items(), strict=True):
            self.open(name, task)
            self.write(name, task, elements)
            self.act(name, submit, task)
        return self.reload(item)

    def read_by_two(self, first, second):
        """An item read by ann and ben, who said `first` and `second` of one coin (None: nothing)."""
        item, ann, ben = self.item("ann", "ben")
        self.answer("ann", ann, c1=first)
        self.answer("ben", ben, c1=second)
        return self.reload(item)

    def take(self, name, item, step=Step.VERIFY):
        """Claim an item for a step and open it."""
        task = self.act(name, claim, item, step)
        self.open(name, task)
        return self.reload(task)

    def state(self, item):
        return self.read(lambda s: s.get(Item, item.id).state)
