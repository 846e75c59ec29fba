"""Credentials: verified qualifications, the only source of clinical authority (tiers T1 to T4)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import CheckConstraint, ForeignKey, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts import policy
from app.accounts.actor import AnyActor, HeldCredential, as_held
from app.accounts.notice import tell
from app.accounts.person import Person, get_person, subject_of
from app.accounts.policy import Action
from app.accounts.second_person import TIER_FOR_TWO, require_two
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import RECORD, Base, Session
from app.core.errors import Conflict, NotFound, Problem, invalid

TIERS = {
    1: "trained annotator",
    2: "senior annotator, quality specialist",
    3: "credentialed verifier",
    4: "senior clinical reviewer",
}


_STATED = (
    *("id", "person_id", "tier", "profession", "specialty", "country", "issuing_body", "register_number", "issued_at"),
    *("expires_at", "next_check_due_at", "evidence_sha256", "verified_by", "verified_at", "verified_method"),
)


class Credential(Base):
    """One qualification of one person. Rows are never changed but for the revocation."""

    __tablename__ = "credential"
    __table_args__ = (
        CheckConstraint("tier between 1 and 4", name="tier_known"),
        CheckConstraint("length(country) = 2 and country = upper(country)", name="country_alpha2"),
        CheckConstraint("expires_at > issued_at", name="expires_later"),
        CheckConstraint("verified_by <> person_id", name="verified_by_another"),
        CheckConstraint("evidence_sha256 is null or length(evidence_sha256) = 64", name="evidence_sha256"),
        CheckConstraint("(revoked_at is null) = (revoked_because is null)", name="revoked_reasoned"),
        {
            "info": {
                "kind": RECORD,
                "guard": {"fixed": _STATED, "once": ("revoked_at", "revoked_because")},
                "bundle": "whole",
                "tags": (Tag.CREDENTIAL_GRANTED, Tag.CREDENTIAL_REVOKED),
            }
        },
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    tier: Mapped[int]
    profession: Mapped[str] = mapped_column(Text)
    specialty: Mapped[str] = mapped_column(Text)
    country: Mapped[str] = mapped_column(Text)  # ISO 3166-1 alpha-2 of the issuing body
    issuing_body: Mapped[str] = mapped_column(Text)
    register_number: Mapped[str] = mapped_column(Text)
    issued_at: Mapped[int]
    expires_at: Mapped[int | None]
    next_check_due_at: Mapped[int | None]
    evidence_sha256: Mapped[str | None] = mapped_column(Text)
    verified_by: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    verified_at: Mapped[int]
    verified_method: Mapped[str] = mapped_column(Text)
    revoked_at: Mapped[int | None]
    revoked_because: Mapped[str | None] = mapped_column(Text)


@dataclass(frozen=True)
class Qualification:
    """What is stated about a person's qualification; times in milliseconds."""

    tier: int
    profession: str
    country: str
    issued_at: int
    specialty: str = ""
    issuing_body: str = ""
    register_number: str = ""
    expires_at: int | None = None
    next_check_due_at: int | None = None
    evidence_sha256: str | None = None

    def problems(self) -> list[Problem]:
        found = []
        if self.tier not in TIERS:
            found.append(Problem("tier-unknown", "tier", "one of 1, 2, 3, 4"))
        if not self.profession.strip():
            found.append(Problem("profession-missing", "profession", "name the profession"))
        if not re.fullmatch(r"[A-Z]{2}", self.country):
            found.append(Problem("country-malformed", "country", "two capital letters, ISO 3166-1"))
        if self.expires_at is not None and self.expires_at <= self.issued_at:
            found.append(Problem("expiry-early", "expires_at", "the expiry must follow the issue date"))
        if self.evidence_sha256 and not re.fullmatch(r"[0-9a-f]{64}", self.evidence_sha256):
            found.append(Problem("evidence-malformed", "evidence_sha256", "64 lower-case hex digits"))
        # A licence to verify can be looked up somewhere (R4).
        if self.tier in (3, 4) and not (self.issuing_body.strip() and self.register_number.strip()):
            found.append(Problem("register-missing", "register_number", "T3 and T4 need body and number"))
        return found


@dataclass(frozen=True)
class Verification:
    """Who checked a qualification, and how: a register, a document, a letter."""

    by: int
    method: str


def normal_specialty(specialty: str) -> str:
    """Specialties are compared in lower case: those of projects, labels and credentials alike."""
    return specialty.strip().casefold()


def grant_credential(
    session: Session,
    actor: AnyActor,
    person: Person,
    stated: Qualification,
    checked: Verification,
    *,
    at: int,
) -> Credential:
    """Record a verified qualification; T3 and T4 take two. Raises Forbidden, Invalid, Conflict."""
    require_may_grant(session, actor, person, stated, checked, at=at)
    authority = require_two(session, actor) if stated.tier >= TIER_FOR_TWO else {}
    credential = Credential(
        person_id=person.id,
        **(vars(stated) | {"specialty": normal_specialty(stated.specialty)}),
        verified_by=checked.by,
        verified_at=at,
        verified_method=checked.method.strip(),
    )
    session.add(credential)
    session.flush()
    data = {"tier": stated.tier, "profession": stated.profession, "specialty": stated.specialty}
    data |= {"country": stated.country, "issued_at": stated.issued_at, "expires_at": stated.expires_at}
    _say(session, actor, credential, Tag.CREDENTIAL_GRANTED, data | {"verified_by": checked.by} | authority, at=at)
    return credential


def require_may_grant(
    session: Session,
    actor: AnyActor,
    person: Person,
    stated: Qualification,
    checked: Verification,
    *,
    at: int,
) -> None:
    """Raises Forbidden, Invalid, Conflict("own-credential")."""
    policy.require(session, actor, Action.GRANT_CREDENTIAL, subject_of(person), at=at)
    problems = stated.problems()
    if not checked.method.strip():
        problems.append(Problem("method-missing", "method", "say how it was checked"))
    if problems:
        raise invalid(problems)
    if get_person(session, checked.by).id == person.id:
        raise Conflict("own-credential", "somebody else has to verify a credential")


def revoke_credential(session: Session, actor: AnyActor, credential: Credential, because: str, *, at: int) -> None:
    """Withdraw a qualification from now on. Raises Forbidden, Invalid, Conflict."""
    person = get_person(session, credential.person_id)
    policy.require(session, actor, Action.REVOKE_CREDENTIAL, subject_of(person), at=at)
    if not because.strip():
        raise invalid([Problem("reason-missing", "because", "say why")])
    if credential.revoked_at is not None:
        raise Conflict("already-revoked", "this credential is revoked already")
    credential.revoked_at, credential.revoked_because = at, because.strip()
    _say(session, actor, credential, Tag.CREDENTIAL_REVOKED, {}, at=at)


def get_credential(session: Session, credential_id: int) -> Credential:
    credential = session.get(Credential, credential_id)
    if credential is None:
        raise NotFound("not-found", "no such credential")
    return credential


def list_credentials(session: Session, person_id: int) -> list[Credential]:
    """All credentials a person has or had, oldest first."""
    query = select(Credential).where(Credential.person_id == person_id).order_by(Credential.id)
    return list(session.scalars(query))


def list_held(session: Session, person_id: int) -> tuple[HeldCredential, ...]:
    """The same as the policy reads them."""
    return tuple(
        as_held(c.id, c.profession, c.specialty, c.country, c.tier, c.issued_at, c.expires_at, c.revoked_at)
        for c in list_credentials(session, person_id)
    )


def _say(session: Session, actor: AnyActor, credential: Credential, tag: Tag, data: dict, *, at: int) -> None:
    stream, subject = streams.account(credential.person_id), Subject("credential", credential.id)
    event = record(session, tag, stream=stream, actor=actor, subject=subject, data=data, at=at)
    tell(session, credential.person_id, event)
