"""The demo's people: one for each part of the tour, with generated sign-in details."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from app.accounts.actor import Actor, OperatorActor, ProjectRole, ServerRole
from app.accounts.approval import decide, do_or_ask
from app.accounts.credential import Qualification
from app.accounts.loading import load_actor
from app.accounts.person import NewPerson, create_person, get_person, verify_identity
from app.accounts.reset import choose_password, issue_link
from app.accounts.role import grant_role
from app.accounts.signing import Factors
from app.core import clock
from app.core.db import Database, Session
from app.core.digest import sha256
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


#: whose own credential is a bootstrap verification, and who verifies those of all others
FIRST_VERIFIER = "sam"
CAST = (
    Role("ana", "Ana Trainee", "medical student", 1, (ProjectRole.ANNOTATOR,), what="trainee annotator"),
    Role("ben", "Ben Trainee", "medical student", 1, (ProjectRole.ANNOTATOR,), what="trainee annotator"),
    Role(
        "vera", "Dr Vera Verifier", "physician", 3, (ProjectRole.VERIFIER, ProjectRole.ADJUDICATOR),
        (ServerRole.CREDENTIALING,), what="credentialed verifier",
    ),
    Role(
        "sam", "Dr Sam Senior", "physician", 4, (ProjectRole.ADJUDICATOR,), (ServerRole.CREDENTIALING,),
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


def open_accounts(database: Database, sheet: Path) -> tuple[dict[str, int], dict[str, str]]:
    """Open the cast's accounts: user name → id, and → password, which `sheet` (0600) keeps and nothing else."""
    ids, passwords, lines = {}, {}, []
    for role in CAST:
        password = passwords[role.username] = " ".join(secrets.choice(_WORDS) for _ in range(5))
        ids[role.username] = _open(database, role, password)
        lines.append(f"{role.username:8}{password:40}{role.what}")
    handle = os.open(sheet, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("Sign-in details of the demo people (generated for this installation only)\n\n")
        file.write("\n".join(lines) + "\n")
    return ids, passwords


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


def grant_tiers(database: Database, ids: dict[str, int], passwords: dict[str, str]) -> None:
    """Identities and credentials, by the acts people use: the administrator confirms the first clinician's, a bootstrap
    verification; that clinician verifies all others."""
    at = clock.now()

    def identify(session: Session) -> None:
        for role in CAST:
            checker = ids["olu" if role.username == "adm" else "adm"]
            person = get_person(session, ids[role.username])
            verify_identity(session, OPERATOR, person, checker, "invented for the demo", at=at)

    database.writing(identify)
    for role in sorted((one for one in CAST if one.tier), key=lambda one: one.username != FIRST_VERIFIER):
        by = "adm" if role.username == FIRST_VERIFIER else FIRST_VERIFIER
        _verified(database, ids, role, Factors(by, passwords[by]), at=at)


def _verified(database: Database, ids: dict[str, int], role: Role, checker: Factors, *, at: int) -> None:
    """One credential: asked for by the shell, confirmed by whoever checked it, with the password."""
    held = Qualification(
        tier=role.tier,
        profession=role.profession,
        country="DE",
        issued_at=at - 365 * clock.DAY,
        expires_at=at + 365 * clock.DAY,
        specialty="",
        issuing_body="invented for the demo",
        register_number=f"DEMO-{ids[role.username]:04}",
        evidence_sha256=sha256(f"invented evidence of {role.username}"),
    )
    facts = {"person": ids[role.username], "stated": vars(held), "by": ids[checker.username]}
    facts["method"] = "invented for the demo"
    asked = database.writing(lambda session: do_or_ask(session, OPERATOR, "credential", facts, at=at))
    if asked.approval is not None:
        with database.reading() as session:
            by = load_actor(session, ids[checker.username], at=at)
        decide(database, by, asked.approval, checker, at=at)


def accept_guideline(session: Session, actor: Actor, task: Assignment, *, at: int) -> None:
    """The invented reader accepts what she answers under, by the act that people use."""
    acknowledge(session, actor, get_guideline(session, task.guideline_version_id or 0), at=at)
