"""Accounts that somebody should look after."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select

from app.accounts.actor import ServerRole
from app.accounts.credential import Credential
from app.accounts.factors.factor import SecondFactor
from app.accounts.person import Person, Status
from app.accounts.role import RoleGrant
from app.accounts.second_person import PROJECT_ROLES_FOR_TWO, is_closed
from app.accounts.session import SignInSession
from app.cli.setup.checks.finding import Installation, SecurityFinding, finding
from app.core.clock import DAY, now
from app.core.db import Session
from app.corpus.member import Member


def check_people(installation: Installation) -> Iterator[SecurityFinding]:
    with installation.database.reading() as session:
        for look in (_admins, _duties, _setting_up, _closed_accounts, _identities, _signers, _credentials):
            yield look(session)


def _admins(session: Session) -> SecurityFinding:
    query = (
        select(func.count(func.distinct(RoleGrant.person_id)))
        .join(Person, Person.id == RoleGrant.person_id)
        .where(
            RoleGrant.role == ServerRole.ADMIN.value,
            RoleGrant.revoked_at.is_(None),
            Person.status == Status.ACTIVE.value,
        )
    )
    count = session.scalar(query) or 0
    level = "advice" if count == 1 else "wrong"
    return finding("admins", count >= 2, f"{count} active; two can stand in for each other", level)


def _duties(session: Session) -> SecurityFinding:
    """Such people are from before an upgrade: no page or command makes one."""
    admins = select(RoleGrant.person_id).where(
        RoleGrant.role == ServerRole.ADMIN.value, RoleGrant.revoked_at.is_(None)
    )
    readers = select(func.count(func.distinct(Member.person_id))).where(
        Member.ended_at.is_(None), Member.role.in_(PROJECT_ROLES_FOR_TWO), Member.person_id.in_(admins)
    )
    count = session.scalar(readers) or 0
    return finding("separate-duties", count == 0, f"{count} administrators have a role that reads texts or judges")


def _setting_up(session: Session) -> SecurityFinding:
    message = "setting up is over; before the first load the shell gives roles alone (`accounts bootstrap --close`)"
    return finding("bootstrap-closed", is_closed(session), message, "advice")


def _closed_accounts(session: Session) -> SecurityFinding:
    query = (
        select(func.count())
        .select_from(SignInSession)
        .join(Person, Person.id == SignInSession.person_id)
        .where(Person.status == Status.DEACTIVATED.value, SignInSession.ended_at.is_(None))
    )
    count = session.scalar(query) or 0
    return finding("closed-accounts", count == 0, f"{count} sessions of closed accounts are open")


def _identities(session: Session) -> SecurityFinding:
    query = (
        select(func.count(func.distinct(Credential.person_id)))
        .join(Person, Person.id == Credential.person_id)
        .where(Credential.tier >= 3, Credential.revoked_at.is_(None), Person.identity_verified_at.is_(None))
    )
    count = session.scalar(query) or 0
    message = f"{count} people with T3 or T4 cannot sign: identity not verified (21 CFR 11.100(b))"
    return finding("identities", count == 0, message, "advice")


def _signers(session: Session) -> SecurityFinding:
    have = select(SecondFactor.person_id).where(SecondFactor.ended_at.is_(None))
    query = (
        select(func.count(func.distinct(Credential.person_id)))
        .join(Person, Person.id == Credential.person_id)
        .where(Credential.tier >= 3, Credential.revoked_at.is_(None), Person.status == Status.ACTIVE.value)
        .where(Person.id.not_in(have))
    )
    count = session.scalar(query) or 0
    return finding("signers-second-factor", count == 0, f"{count} people with T3 or T4 have no second factor", "advice")


def _credentials(session: Session) -> SecurityFinding:
    soon = now() + 30 * DAY
    query = select(func.count()).where(
        Credential.revoked_at.is_(None),
        (Credential.next_check_due_at < soon) | Credential.expires_at.between(now(), soon),
    )
    count = session.scalar(query) or 0
    message = f"{count} credentials expire or are due for a check within 30 days"
    return finding("credentials", count == 0, message, "advice")
