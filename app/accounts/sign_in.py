"""Signing in: brakes first, then the password, then a second factor where there is one, then a session.

Nothing says which part was wrong, and only whoever knows the password learns whether there is a second factor.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.accounts import browser, throttle
from app.accounts import session as sessions
from app.accounts.actor import Actor
from app.accounts.factors import ceremony, factor
from app.accounts.factors.ceremony import Bound, CeremonyStep
from app.accounts.factors.checking import scope_of, use_second
from app.accounts.factors.desk import FactorDesk, Typed
from app.accounts.notice import tell
from app.accounts.password import find_hash, is_password
from app.accounts.person import Person, find_by_username, get_person, normal_username
from app.accounts.session import Lifetime, SessionOrigin, new_token, open_session
from app.accounts.throttle import (
    Brake,
    brake_account,
    brake_address,
    brake_browser,
    forgive_try,
    network_of,
    refuse_try,
    take_try,
)
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, SystemActor, record
from app.core.db import Database, Session
from app.core.digest import sha256
from app.core.errors import Forbidden

DOOR = SystemActor("sign-in")
MAX_TYPED = 4096
REFUSED = "user name or password is wrong"


@dataclass(frozen=True)
class Where:
    """Where somebody comes from: the network's address, the token of a browser that is known, the browser's name."""

    address: str = ""
    token: str = ""
    name: str = ""


@dataclass(frozen=True)
class Attempt:
    """What somebody typed, and from where."""

    username: str
    password: str
    address: str = ""
    known: str = ""
    browser: str = ""

    @property
    def where(self) -> Where:
        return Where(self.address, self.known, self.browser)


@dataclass(frozen=True)
class Opened:
    """A new session: its token goes to the browser and is stored nowhere; so does the browser's own."""

    person_id: int
    token: str
    expires_at: int
    known: str = ""


@dataclass(frozen=True)
class Halfway:
    """The password was right; the token is good for minutes, and for showing the second factor only."""

    person_id: int
    token: str


def sign_in(database: Database, attempt: Attempt, lifetime: Lifetime, *, at: int) -> Opened | Halfway:
    """Open a session, or go halfway. Raises Forbidden("sign-in-refused"), Unavailable("too-many-attempts").

    Three transactions, because the password is checked between them, outside of any.
    """
    person, brakes, _ = check_password(database, attempt, at=at)

    def unit(session: Session) -> Opened | Halfway:
        forgive_try(session, brakes, at=at)
        if factor.kinds_of(session, person.id):
            return halfway(session, person.id, at=at)
        return enter(session, person.id, attempt.where, ("password",), lifetime, at=at)

    return database.writing(unit)


def check_password(database: Database, attempt: Attempt, *, at: int) -> tuple[Person, list[Brake], bool]:
    """Whose password it is, the brakes that are to be forgiven, and whether this try would have locked.

    Raises as `sign_in` does.
    """

    def take(session: Session) -> tuple[list[Brake], bool]:
        brakes = _brakes(session, "sign-in", normal_username(attempt.username), attempt.username, attempt.where, at)
        return brakes, take_try(session, brakes, at=at)

    brakes, locks = database.writing(take)
    with database.reading() as session:
        person = find_by_username(session, attempt.username)
        stored = find_hash(session, person.id) if person else None
    # An unknown user costs the same time as a wrong password (ASVS 6.3.8).
    right = is_password(stored, attempt.password[:MAX_TYPED])
    if person is None or not (right and person.is_active):
        database.writing(lambda session: _refuse(session, person, brakes, Tag.SIGN_IN_FAILED, locks, at=at))
        raise Forbidden("sign-in-refused", REFUSED)
    return person, brakes, locks


def halfway(session: Session, person_id: int, first: str = "password", *, at: int) -> Halfway:
    """One factor was right, and this person has a second."""
    return Halfway(person_id, ceremony.begin(session, Bound(CeremonyStep.SIGN_IN, person_id, first), at=at))


def halfway_scope(token: str) -> str:
    """What a passkey's challenge is bound to while somebody is halfway in."""
    return scope_of(sha256(token), "sign-in")


def find_halfway(session: Session, token: str, *, at: int) -> Person | None:
    """Who is on the way in; None: nobody, or it took too long."""
    row = ceremony.find(session, token, CeremonyStep.SIGN_IN, at=at) if token else None
    person = get_person(session, row.person_id) if row is not None and row.person_id is not None else None
    return person if person is not None and person.is_active else None


def finish_sign_in(
    database: Database, desk: FactorDesk, token: str, typed: Typed, where: Where, lifetime: Lifetime, *, at: int
) -> Opened:
    """Open a session by the second factor. Raises Forbidden("sign-in-over": begin again; "factor-refused": try
    again), Unavailable("too-many-attempts").
    """

    def take(session: Session) -> tuple[Person, list[Brake], bool]:
        person = find_halfway(session, token, at=at)
        if person is None:
            raise Forbidden("sign-in-over", "this took too long; sign in again")
        brakes = _brakes(session, "second-factor", person.id, person.username, where, at)
        return person, brakes, take_try(session, brakes, at=at)

    person, brakes, locks = database.writing(take)

    def unit(session: Session) -> Opened | None:
        row = ceremony.find(session, token, CeremonyStep.SIGN_IN, at=at, lock=True)
        if row is None:
            return None
        second = use_second(session, desk, DOOR, person.id, typed, halfway_scope(token), at=at)
        if second is None:
            _refuse(session, person, brakes, Tag.FACTOR_REFUSED, locks, at=at)
            return None
        row.used_at = at
        forgive_try(session, brakes, at=at)
        return enter(session, person.id, where, (row.scope, second), lifetime, at=at)

    opened = database.writing(unit)
    if opened is None:
        raise Forbidden("factor-refused", "that was not accepted; a code is good for half a minute, and once")
    return opened


def confirm(
    database: Database, desk: FactorDesk, actor: Actor, attempt: Attempt, typed: Typed, token: str, lifetime: Lifetime,
    *, at: int,
) -> Opened:  # fmt: skip
    """Show again who one is before changing what others may do (ASVS 7.5.1): the session is replaced
    by a new one. Raises Forbidden, Unavailable as `sign_in` does.
    """
    if normal_username(attempt.username) != actor.username:
        raise Forbidden("sign-in-refused", REFUSED)
    person, brakes, locks = check_password(database, attempt, at=at)

    def unit(session: Session) -> Opened | None:
        second = use_second(session, desk, actor, person.id, typed, scope_of(actor.session_ref, "confirm"), at=at)
        if second is None and factor.kinds_of(session, person.id):
            _refuse(session, person, brakes, Tag.FACTOR_REFUSED, locks, at=at)
            return None
        forgive_try(session, brakes, at=at)
        factors = ("password", second) if second else ("password",)
        return replace_session(session, actor, token, attempt.where, factors, lifetime, at=at)

    opened = database.writing(unit)
    if opened is None:
        raise Forbidden("sign-in-refused", "password or second factor is wrong")
    return opened


def replace_session(
    session: Session, actor: Actor, token: str, where: Where, factors: tuple[str, ...], lifetime: Lifetime, *, at: int
) -> Opened:
    """A new session in the place of the one with this token."""
    opened = enter(session, actor.id, where, factors, lifetime, at=at)
    sessions.close_session(session, actor, token, at=at)
    return opened


def enter(
    session: Session, person_id: int, where: Where, factors: tuple[str, ...], lifetime: Lifetime, *, at: int
) -> Opened:
    """A session for whoever has shown who they are; the event."""
    # Signing in is rare enough to tidy up.
    throttle.sweep(session, at=at)
    sessions.sweep(session, person_id, at=at)
    ceremony.sweep(session, at=at)
    token = new_token()
    origin = SessionOrigin(factors, where.name, network_of(where.address))
    row = open_session(session, person_id, token, lifetime, origin, at=at)
    known = browser.know(session, where.token, person_id, at=at)
    stream, subject = streams.account(person_id), Subject("person", person_id)
    data = {"session": row.ref, "factors": list(factors)}
    record(session, Tag.SIGNED_IN, stream=stream, actor=DOOR, subject=subject, data=data, at=at)
    return Opened(person_id, token, row.expires_at, known)


def _brakes(session: Session, scope: str, name: str | int, username: str, where: Where, at: int) -> list[Brake]:
    """A browser that is known has a brake of its own: what strangers or neighbours try is not held against it."""
    if browser.is_known(session, where.token, username, at=at):
        return [brake_browser(scope, name, where.token)]
    brakes = [brake_account(scope, name)]
    return [*brakes, brake_address(scope, where.address)] if where.address else brakes


def _refuse(session: Session, person: Person | None, brakes: list[Brake], tag: Tag, locks: bool, *, at: int) -> None:
    """Count it and say so; never what was typed as a name: people type passwords there."""
    locks = refuse_try(session, brakes, at=at) or locks
    stream = streams.account(person.id) if person else streams.SERVER
    subject = Subject("person", person.id if person else "unknown")
    record(session, tag, stream=stream, actor=DOOR, subject=subject, at=at)
    if locks:
        locked = record(session, Tag.SIGN_IN_LOCKED, stream=stream, actor=DOOR, subject=subject, at=at)
        if person:
            tell(session, person.id, locked)
