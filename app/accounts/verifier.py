"""Looking again at credentials: what is due, and a clinician's word that one still holds."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.accounts import policy
from app.accounts.actor import Actor
from app.accounts.credential import Credential, find_verifiers, get_credential
from app.accounts.credential_check import CheckKind, CredentialCheck, list_checks
from app.accounts.notice import tell
from app.accounts.person import Person, Status, get_person, subject_of
from app.accounts.policy import Action
from app.accounts.signing import Factors, Intent, reauthenticate, spend_proof
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.clock import DAY
from app.core.db import Database, Session
from app.core.digest import canonical_json, sha256
from app.core.errors import Conflict, Problem, invalid

#: what falls due within this time is on the worklist
SOON = 30 * DAY


@dataclass(frozen=True)
class Recheck:
    """What a clinician found when looking again: how, at which evidence, and when it is due next (milliseconds)."""

    method: str
    evidence_sha256: str | None = None
    next_due_at: int | None = None

    def problems(self, at: int) -> list[Problem]:
        found = []
        if not self.method.strip():
            found.append(Problem("method-missing", "method", "say how it was checked"))
        if self.next_due_at is not None and self.next_due_at <= at:
            found.append(Problem("next-check-past", "next_due_at", "a day to come"))
        if self.evidence_sha256 and (len(self.evidence_sha256) != 64 or set(self.evidence_sha256) - _HEX):
            found.append(Problem("evidence-malformed", "evidence_sha256", "64 lower-case hex digits"))
        return found


_HEX = set("0123456789abcdef")


@dataclass(frozen=True)
class DueCredential:
    """One line of the worklist. `why`: bootstrap (no clinician has looked yet), unchecked (recorded before checks were
    kept), check (its next check), expiry. `due_at` None: at once."""

    credential: Credential
    person: Person
    why: str
    due_at: int | None
    #: recorded by a bootstrap verification, whoever looked later
    is_bootstrap: bool

    def is_overdue(self, at: int) -> bool:
        return self.due_at is None or self.due_at <= at


def list_due(session: Session, *, at: int) -> list[DueCredential]:
    """Credentials of open accounts that a clinician has to look at within 30 days, what is longest due first."""
    standing = (
        select(Credential, Person)
        .join(Person, Person.id == Credential.person_id)
        .where(Credential.revoked_at.is_(None), Person.status == Status.ACTIVE.value)
        .where(Credential.expires_at.is_(None) | (Credential.expires_at > at))
    )
    rows = session.execute(standing.order_by(Credential.id)).all()
    checks = list_checks(session, [credential.id for credential, _ in rows])
    due = [_due(credential, person, checks[credential.id]) for credential, person in rows]
    found = [one for one in due if one is not None and (one.due_at is None or one.due_at <= at + SOON or _waits(one))]
    return sorted(found, key=lambda one: (one.due_at or 0, one.credential.id))


def _waits(one: DueCredential) -> bool:
    """What no clinician has confirmed is on the list from its first day."""
    return one.why in ("bootstrap", "unchecked")


def _due(credential: Credential, person: Person, checks: list[CredentialCheck]) -> DueCredential | None:
    """What of it is due first; None: nothing has a date."""
    marked = bool(checks) and checks[0].kind == CheckKind.BOOTSTRAP
    if not checks:
        return DueCredential(credential, person, "unchecked", credential.next_check_due_at, False)
    if all(check.kind == CheckKind.BOOTSTRAP for check in checks):
        return DueCredential(credential, person, "bootstrap", checks[-1].next_due_at, marked)
    dates = [("check", checks[-1].next_due_at), ("expiry", credential.expires_at)]
    known = [(when, why) for why, when in dates if when is not None]
    if not known:
        return None
    when, why = min(known)
    return DueCredential(credential, person, why, when, marked)


def check_again(
    database: Database, actor: Actor, credential_id: int, recheck: Recheck, factors: Factors, *, at: int
) -> CredentialCheck:
    """A clinician has looked again, and says so after showing who they are; nobody checks what is their own.

    Raises Forbidden, Invalid, Conflict("revoked", "verifier-unfit"), NotFound, Unavailable.
    """
    said = {"credential": credential_id} | vars(recheck)
    intent = Intent(Action.VERIFY_CREDENTIAL, sha256(canonical_json(said)))
    with database.reading() as session:
        _require_may_check(session, actor, get_credential(session, credential_id), recheck, at=at)
    token = reauthenticate(database, actor, factors, intent, at=at)

    def unit(session: Session) -> CredentialCheck:
        credential = get_credential(session, credential_id)
        _require_may_check(session, actor, credential, recheck, at=at)
        proof = spend_proof(session, actor, token, intent, at=at)
        row = CredentialCheck(
            credential_id=credential.id,
            kind=CheckKind.VERIFIED,
            person_id=actor.id,
            method=recheck.method.strip(),
            evidence_sha256=recheck.evidence_sha256,
            next_due_at=recheck.next_due_at,
            at=at,
        )
        session.add(row)
        session.flush()
        stream, subject = streams.account(credential.person_id), Subject("credential", credential.id)
        data = {"check": row.id, "kind": row.kind, "next_due_at": row.next_due_at, "authentication": proof.to_dict()}
        event = record(session, Tag.CREDENTIAL_CHECKED, stream=stream, actor=actor, subject=subject, data=data, at=at)
        tell(session, credential.person_id, event)
        return row

    return database.writing(unit)


def _require_may_check(session: Session, actor: Actor, credential: Credential, recheck: Recheck, *, at: int) -> None:
    person = get_person(session, credential.person_id)
    policy.require(session, actor, Action.VERIFY_CREDENTIAL, subject_of(person), at=at)
    if actor.id not in find_verifiers(session, besides=person.id, at=at):
        raise Conflict("verifier-unfit", "your own credential has to be checked by another clinician first")
    if credential.revoked_at is not None:
        raise Conflict("already-revoked", "this credential is revoked already")
    if problems := recheck.problems(at):
        raise invalid(problems)
