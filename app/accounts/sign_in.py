"""Signing in: brakes first, then the password, then a session. Nothing says which part was wrong."""

from __future__ import annotations

from dataclasses import dataclass

from app.accounts import session as sessions
from app.accounts import throttle
from app.accounts.actor import Actor
from app.accounts.password import find_hash, is_password
from app.accounts.person import Person, find_by_username, normal_username
from app.accounts.session import Lifetime, new_token, open_session
from app.accounts.throttle import Brake, brake_account, brake_address, forgive_try, refuse_try, take_try
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, SystemActor, record
from app.core.db import Database, Session
from app.core.errors import Forbidden

_DOOR = SystemActor("sign-in")
MAX_TYPED = 4096


@dataclass(frozen=True)
class Attempt:
    """What somebody typed, and from where."""

    username: str
    password: str
    address: str = ""

    def brakes(self) -> list[Brake]:
        brakes = [brake_account("sign-in", normal_username(self.username))]
        return [*brakes, brake_address("sign-in", self.address)] if self.address else brakes


@dataclass(frozen=True)
class Opened:
    """A new session: its token goes to the browser and is stored nowhere."""

    person_id: int
    token: str
    expires_at: int


def sign_in(database: Database, attempt: Attempt, lifetime: Lifetime, *, at: int) -> Opened:
    """Open a session. Raises Forbidden("sign-in-refused"), Unavailable("too-many-attempts").

    Three transactions, because the password is checked between them, outside of any.
    """
    locks = database.writing(lambda session: take_try(session, attempt.brakes(), at=at))
    with database.reading() as session:
        person = find_by_username(session, attempt.username)
        stored = find_hash(session, person.id) if person else None
    # An unknown user costs the same time as a wrong password (ASVS 6.3.8).
    right = is_password(stored, attempt.password[:MAX_TYPED])
    if person is None or not (right and person.is_active):
        database.writing(lambda session: _refuse(session, person, attempt, locks, at=at))
        raise Forbidden("sign-in-refused", "user name or password is wrong")
    return database.writing(lambda session: _open(session, person, attempt, lifetime, at=at))


def confirm(database: Database, actor: Actor, attempt: Attempt, token: str, lifetime: Lifetime, *, at: int) -> Opened:
    """Show again who one is before changing what others may do (ASVS 7.5.1): the session is replaced
    by a new one. Raises Forbidden, Unavailable as `sign_in` does.
    """
    if normal_username(attempt.username) != actor.username:
        raise Forbidden("sign-in-refused", "user name or password is wrong")
    opened = sign_in(database, attempt, lifetime, at=at)
    database.writing(lambda session: sessions.close_session(session, actor, token, at=at))
    return opened


def _open(session: Session, person: Person, attempt: Attempt, lifetime: Lifetime, *, at: int) -> Opened:
    forgive_try(session, attempt.brakes(), at=at)
    # Signing in is rare enough to tidy up.
    throttle.sweep(session, at=at)
    sessions.sweep(session, person.id, at=at)
    token = new_token()
    row = open_session(session, person.id, token, lifetime, at=at)
    stream, subject = streams.account(person.id), Subject("person", person.id)
    data = {"session": row.ref}
    record(session, Tag.SIGNED_IN, stream=stream, actor=_DOOR, subject=subject, data=data, at=at)
    return Opened(person.id, token, row.expires_at)


def _refuse(session: Session, person: Person | None, attempt: Attempt, locks: bool, *, at: int) -> None:
    """Count it and say so; never what was typed as a name: people type passwords there."""
    locks = refuse_try(session, attempt.brakes(), at=at) or locks
    stream = streams.account(person.id) if person else streams.SERVER
    subject = Subject("person", person.id if person else "unknown")
    record(session, Tag.SIGN_IN_FAILED, stream=stream, actor=_DOOR, subject=subject, at=at)
    if locks:
        record(session, Tag.SIGN_IN_LOCKED, stream=stream, actor=_DOOR, subject=subject, at=at)
