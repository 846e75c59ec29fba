"""An installation of its own for an operation qualification: a new folder, a migrated database, invented people."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from app.accounts.actor import Actor, ProjectRole, ServerRole
from app.accounts.credential import Qualification, Verification, grant_credential
from app.accounts.loading import load_actor
from app.accounts.person import NewPerson, create_person, verify_identity
from app.accounts.reset import choose_password, issue_link
from app.accounts.role import grant_role
from app.accounts.signing import Factors
from app.audit.evidence import declare
from app.audit.macs import INFO, EventKeys
from app.cli.machine import Machine, operator
from app.core import clock
from app.core.db import Database, Session
from app.corpus.member import add_member
from app.corpus.project import create_project, get_project
from app.corpus.schema import load_schema
from app.corpus.vault import Vault
from app.guidelines.acknowledgement import acknowledge
from app.guidelines.version import publish
from app.settings import Settings

T = TypeVar("T")
KEY = "qualification"
SCHEMA: dict[str, Any] = {
    "key": "qualification",
    "title": "Qualification",
    "modality": "notes",
    "version": "1.0",
    "labels": [
        {"key": "MEDICATION", "title": "Medication", "class": "routine"},
        {"key": "ADVERSE_EVENT", "title": "Adverse event", "class": "critical"},
    ],
}
RULES = "# 1 Qualification\n\n## 1.1 Adverse events\n\nMark what the note says happened.\n"
#: user name → roles in the project, functions on the server, tier
PEOPLE: dict[str, tuple[tuple[ProjectRole, ...], tuple[ServerRole, ...], int]] = {
    "q-admin": ((), (ServerRole.ADMIN,), 0),
    "q-second": ((), (ServerRole.ADMIN,), 0),
    "q-lead": ((ProjectRole.MANAGER,), (), 2),
    "q-first": ((ProjectRole.ANNOTATOR,), (), 1),
    "q-other": ((ProjectRole.ANNOTATOR,), (), 1),
    "q-senior": ((ProjectRole.ADJUDICATOR,), (), 4),
    "q-verifier": ((ProjectRole.VERIFIER, ProjectRole.ADJUDICATOR), (), 3),
}


class Scratch:
    """The services of the scratch installation, and its people by name."""

    def __init__(self, services: Machine) -> None:
        self.services, self.database = services, services.database
        self.signer = services.signer()
        self.ids: dict[str, int] = {}
        self._password = secrets.token_urlsafe(24)

    def factors(self, name: str, password: str = "") -> Factors:
        return Factors(name, password or self._password)

    def do(self, name: str, act: Callable[..., T], *args: Any, **rest: Any) -> T:
        """`act(session, actor, *args, at=…)` in one transaction, as one of the people."""
        at = clock.now()
        return self.database.writing(lambda session: act(session, self.actor(session, name), *args, **rest, at=at))

    def actor(self, session: Session, name: str) -> Actor:
        return load_actor(session, self.ids[name], at=clock.now())

    def as_of(self, name: str) -> Actor:
        with self.database.reading() as session:
            return self.actor(session, name)

    def read(self, look: Callable[[Session], T]) -> T:
        with self.database.reading() as session:
            return look(session)

    def open_accounts(self) -> None:
        """The people, with one password that nobody is told; their roles while the server is set up."""
        for name in PEOPLE:
            self.ids[name], token = self.database.writing(partial(self._open, name=name))
            choose_password(self.database, token, self._password, at=clock.now())
        self.database.writing(self._qualify)

    def _open(self, session: Session, name: str) -> tuple[int, str]:
        at = clock.now()
        person = create_person(session, operator(), NewPerson(name, f"Invented {name[2:]}"), at=at)
        for role in PEOPLE[name][1]:
            grant_role(session, operator(), person, role, at=at)
        return person.id, issue_link(session, operator(), person, at=at)

    def _qualify(self, session: Session) -> None:
        from app.accounts.person import get_person

        at, checker = clock.now(), self.ids["q-admin"]
        for name, (_, _, tier) in PEOPLE.items():
            person = get_person(session, self.ids[name])
            if not tier:
                continue
            verify_identity(session, operator(), person, checker, "invented for a qualification", at=at)
            held = Qualification(
                tier=tier, profession="physician", country="DE", issued_at=at - clock.DAY,
                expires_at=at + clock.DAY, issuing_body="invented", register_number=f"Q-{person.id}",
            )  # fmt: skip
            checked = Verification(by=checker, method="invented for a qualification")
            grant_credential(session, operator(), person, held, checked, at=at)

    def set_up(self) -> None:
        """Project, schema, guideline, and everybody in their roles."""
        at = clock.now()

        def unit(session: Session) -> None:
            declare(session, operator(), at=at)
            settings = {"machine_passed_may_be_assigned": True, "deid_claim": "synthetic"}
            project = create_project(session, operator(), KEY, "Qualification", settings=settings, at=at)
            for name, (roles, _, _) in PEOPLE.items():
                for role in roles:
                    add_member(session, operator(), project, self.ids[name], role, at=at)
            session.flush()
            load_schema(session, operator(), project, SCHEMA, at=at)
            named = {"key": SCHEMA["key"], "modality": "notes", "version": "1.0", "body": RULES}
            guideline = publish(session, self.actor(session, "q-lead"), project.id, named, at=at)
            for name, (roles, _, _) in PEOPLE.items():
                if roles:
                    acknowledge(session, self.actor(session, name), guideline, at=at)

        self.database.writing(unit)

    def project_id(self) -> int:
        return self.read(lambda session: get_project(session, KEY).id)


@contextmanager
def scratch_installation(folder: Path, root: Path) -> Iterator[Scratch]:
    """A new one in an empty folder, on SQLite, migrated by the migrations of this installation."""
    from alembic import command
    from alembic.config import Config

    settings = Settings(var=str(folder))
    url = f"sqlite:///{folder / 'scratch.db'}"
    config = Config(str(root / "alembic.ini"))
    config.set_main_option("script_location", str(root / "migrations"))
    config.set_main_option("sqlalchemy.url", url)
    command.upgrade(config, "head")
    database = Database(url, info={INFO: EventKeys(settings.event_key_path)})
    try:
        yield Scratch(Machine(database, settings, Vault.at(settings.master_key_path)))
    finally:
        database.dispose()
