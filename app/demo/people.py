"""The demo's people: one for each part of the tour, with generated sign-in details."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from app.accounts.actor import Actor, OperatorActor, ProjectRole, ServerRole
from app.accounts.credential import Qualification, Verification, grant_credential
from app.accounts.person import NewPerson, create_person, get_person, verify_identity
from app.accounts.reset import choose_password, issue_link
from app.accounts.role import grant_role
from app.core import clock
from app.core.db import Database, Session
from app.guidelines.acknowledgement import acknowledge
from app.guidelines.version import get_guideline
from app.review.assignment import Assignment

OPERATOR = OperatorActor("demo")
_WORDS = [
    "amber",
    "birch",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "grove",
    "hazel",
    "inlet",
    "jasper",
    "kelp",
    "larch",
    "meadow",
    "nectar",
    "orchid",
    "pebble",
    "quartz",
    "ridge",
    "sable",
    "tundra",
    "umber",
    "violet",
    "willow",
    "yarrow",
    "zephyr",
]


@dataclass(frozen=True)
class Role:
    """One demo person: user name, printed name, tier, roles."""

    username: str
    name: str
    profession: str
    tier: int
    roles: tuple[ProjectRole, ...]
    server: tuple[ServerRole, ...] = ()
    what: str = ""


CAST = (
    Role("ana", "Ana Trainee", "medical student", 1, (ProjectRole.ANNOTATOR,), what="trainee annotator"),
    Role("ben", "Ben Trainee", "medical student", 1, (ProjectRole.ANNOTATOR,), what="trainee annotator"),
    Role(
        "vera", "Dr Vera Verifier", "physician", 3, (ProjectRole.VERIFIER, ProjectRole.ADJUDICATOR),
        what="credentialed verifier",
    ),
    Role(
        "sam", "Dr Sam Senior", "physician", 4, (ProjectRole.ADJUDICATOR,),
        what="senior clinical reviewer",
    ),
    Role(
        "quinn", "Quinn Lead", "quality lead", 2, (ProjectRole.MANAGER,), (ServerRole.MANAGER,),
        what="quality lead, owner of the pipelines",
    ),
    Role("sasha", "Dr Sasha Safety", "pharmacist", 2, (ProjectRole.PV_REVIEWER,), what="safety scientist"),
    Role(
        "pia", "Pia Privacy", "privacy officer", 0, (ProjectRole.PRIVACY_OFFICER,), what="privacy officer"
    ),
    Role("adm", "Alex Admin", "administrator", 0, (), (ServerRole.ADMIN,), what="administrator"),
    Role("max", "Max Admin", "administrator", 0, (), (ServerRole.ADMIN,), what="second administrator"),
    Role(
        "olu", "Olu Auditor", "auditor", 0, (ProjectRole.AUDITOR,), (ServerRole.AUDITOR,), what="auditor"
    ),
)  # fmt: skip


def open_accounts(database: Database, sheet: Path) -> dict[str, int]:
    """Open the cast's accounts; their generated passwords go into `sheet` (0600) and nowhere else."""
    ids, lines = {}, []
    for role in CAST:
        password = " ".join(secrets.choice(_WORDS) for _ in range(5))
        ids[role.username] = _open(database, role, password)
        lines.append(f"{role.username:8}{password:40}{role.what}")
    handle = os.open(sheet, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("Sign-in details of the demo people (generated for this installation only)\n\n")
        file.write("\n".join(lines) + "\n")
    return ids


def _open(database: Database, role: Role, password: str) -> int:
    at = clock.now()

    def unit(session: Session) -> tuple[int, str]:
        new = NewPerson(role.username, role.name, role.profession)
        person = create_person(session, OPERATOR, new, at=at)
        for server_role in role.server:
            grant_role(session, OPERATOR, person, server_role, at=at)
        return person.id, issue_link(session, OPERATOR, person, at=at)

    person_id, token = database.writing(unit)
    choose_password(database, token, password, at=clock.now())
    return person_id


def grant_tiers(database: Database, ids: dict[str, int]) -> None:
    """Identities and credentials, verified by the administrator."""
    at = clock.now()

    def unit(session: Session) -> None:
        for role in CAST:
            person = get_person(session, ids[role.username])
            checker = ids["olu" if role.username == "adm" else "adm"]
            verify_identity(session, OPERATOR, person, checker, "invented for the demo", at=at)
            if role.tier:
                held = Qualification(
                    tier=role.tier,
                    profession=role.profession,
                    country="DE",
                    issued_at=at - 365 * clock.DAY,
                    expires_at=at + 365 * clock.DAY,
                    specialty="",
                    issuing_body="invented for the demo",
                    register_number=f"DEMO-{ids[role.username]:04}",
                )
                checked = Verification(by=ids["adm"], method="invented for the demo")
                grant_credential(session, OPERATOR, person, held, checked, at=at)

    database.writing(unit)


def accept_guideline(session: Session, actor: Actor, task: Assignment, *, at: int) -> None:
    """The invented reader accepts what she answers under, by the act that people use."""
    acknowledge(session, actor, get_guideline(session, task.guideline_version_id or 0), at=at)
