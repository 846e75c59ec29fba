"""Credentials: verified qualifications, the only source of clinical authority (tiers T1 to T4)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import CheckConstraint, ForeignKey, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts import policy
from app.accounts.actor import Actor, AnyActor, HeldCredential, ServerRole, as_held
from app.accounts.credential_check import (
    BOOTSTRAP_TERM,
    CheckKind,
    CredentialCheck,
    overdue_bootstrap,
)
from app.accounts.notice import tell
from app.accounts.person import Person, Status, get_person, subject_of
from app.accounts.policy import Action
from app.accounts.register import RegisterKey, holder_of, register_key, take_number, taken
from app.accounts.role import RoleGrant
from app.accounts.second_person import TIER_FOR_TWO, is_setting_up, require_two
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
    """Record a verified qualification, under the approval of who verified it; while setting up, without.

    Raises Forbidden, Invalid, Conflict.
    """
    require_may_grant(session, actor, person, stated, checked, at=at)
    authority = require_two(session, actor)
    kind = _kind_of_check(session, actor, person, checked, at=at)
    if key := _number_key(stated):
        take_number(session, key, person.id, _freed_holder(session, key))
    method = checked.method.strip()
    credential = Credential(
        person_id=person.id,
        **(vars(stated) | {"specialty": normal_specialty(stated.specialty)}),
        verified_by=checked.by,
        verified_at=at,
        verified_method=method,
    )
    session.add(credential)
    session.flush()
    due = _due(stated.next_check_due_at, kind, at)
    session.add(
        CredentialCheck(
            credential_id=credential.id,
            kind=kind,
            person_id=checked.by,
            method=method,
            evidence_sha256=stated.evidence_sha256,
            next_due_at=due,
            at=at,
        )
    )
    data = {"tier": stated.tier, "profession": stated.profession, "specialty": stated.specialty}
    data |= {"country": stated.country, "issued_at": stated.issued_at, "expires_at": stated.expires_at}
    data |= {"verified_by": checked.by, "check": kind, "next_due_at": due}
    _say(session, actor, credential, Tag.CREDENTIAL_GRANTED, data | authority, at=at)
    return credential


def _due(stated: int | None, kind: CheckKind, at: int) -> int | None:
    """When it is looked at next: as stated, a bootstrap verification within its term."""
    later = stated if stated is not None and stated > at else None
    if kind == CheckKind.VERIFIED:
        return later
    return min(later or at + BOOTSTRAP_TERM, at + BOOTSTRAP_TERM)


def require_may_grant(
    session: Session,
    actor: AnyActor,
    person: Person,
    stated: Qualification,
    checked: Verification,
    *,
    at: int,
) -> None:
    """Raises Forbidden, Invalid, Conflict("own-credential", "register-number-taken")."""
    action = Action.GRANT_CREDENTIAL
    if isinstance(actor, Actor) and actor.approval is not None:
        action = confirming_act(session, person, at=at)
    policy.require(session, actor, action, subject_of(person), at=at)
    require_sound(session, person, stated, checked)


def require_sound(session: Session, person: Person, stated: Qualification, checked: Verification) -> None:
    """Whether what is stated can be recorded of this person. Raises Invalid, Conflict."""
    problems = stated.problems()
    if not checked.method.strip():
        problems.append(Problem("method-missing", "method", "say how it was checked"))
    if problems:
        raise invalid(problems)
    if get_person(session, checked.by).id == person.id:
        raise Conflict("own-credential", "somebody else has to verify a credential")
    key = _number_key(stated)
    holder = holder_of(session, key) if key else None
    if key and holder not in (None, person.id) and holder != _freed_holder(session, key):
        raise taken()


def find_verifiers(session: Session, *, besides: int, at: int) -> list[int]:
    """Who verifies credentials of others now: the function, an open account, and T3 or T4 valid at this moment.

    A bootstrap credential no clinician looked at within its term is no ground to verify others.
    """
    query = (
        select(Credential.person_id, Credential.id)
        .join(Person, Person.id == Credential.person_id)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.role == ServerRole.CREDENTIALING.value, RoleGrant.revoked_at.is_(None))
        .where(Person.status == Status.ACTIVE.value, Person.id != besides, Credential.tier >= TIER_FOR_TWO)
        .where(Credential.issued_at <= at, Credential.revoked_at.is_(None))
        .where(Credential.expires_at.is_(None) | (Credential.expires_at > at))
    )
    rows = session.execute(query).all()
    overdue = overdue_bootstrap(session, [number for _, number in rows], at=at)
    return sorted({person for person, number in rows if number not in overdue})


def confirming_act(session: Session, person: Person, *, at: int) -> Action:
    """What whoever confirms a credential of this person does: as a verifier, or as long as there is none."""
    has_verifier = bool(find_verifiers(session, besides=person.id, at=at))
    return Action.VERIFY_CREDENTIAL if has_verifier else Action.CONFIRM_FIRST_CREDENTIAL


def _kind_of_check(session: Session, actor: AnyActor, person: Person, checked: Verification, *, at: int) -> CheckKind:
    verifiers = find_verifiers(session, besides=person.id, at=at)
    if isinstance(actor, Actor) and actor.approval is not None and actor.id == checked.by and actor.id in verifiers:
        return CheckKind.VERIFIED
    if verifiers and not is_setting_up(session, actor):
        raise Conflict("verifier-needed", "somebody who verifies credentials has to confirm this")
    return CheckKind.BOOTSTRAP


def _number_key(stated: Qualification) -> RegisterKey | None:
    return register_key(stated.country, stated.issuing_body, stated.register_number)


def _freed_holder(session: Session, key: RegisterKey) -> int | None:
    """Who has the number by credentials that are all revoked."""
    holder = holder_of(session, key)
    if holder is None:
        return None
    standing = (one for one in list_credentials(session, holder) if one.revoked_at is None)
    keys = {register_key(one.country, one.issuing_body, one.register_number) for one in standing}
    return None if key in keys else holder


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
