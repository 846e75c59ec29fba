"""Building an actor from the database: anew for each request and command, so that nothing is stale."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import cache, lru_cache
from typing import Any, Protocol

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Select,
    Text,
    bindparam,
    cast,
    literal,
    null,
    select,
    union_all,
)

from app.accounts.actor import Actor, HeldTraining, ProjectRole, ServerRole, as_held
from app.accounts.credential import Credential
from app.accounts.person import Person, Status, get_person
from app.accounts.role import RoleGrant
from app.accounts.session import Lifetime, SignInSession
from app.accounts.training import TrainingRecord
from app.core.db import Session
from app.core.digest import sha256
from app.core.errors import Forbidden
from app.core.registry import Registry


class Memberships(Protocol):
    """Where project roles come from: registered by the package that keeps projects."""

    key: str

    def roles(self) -> Select[int, int, str]:
        """Person id, project id and role, a row for each role in force."""
        ...


MEMBERSHIPS: Registry[Memberships] = Registry("membership source", Memberships)


def load_actor(
    session: Session,
    person_id: int,
    *,
    at: int,
    session_ref: str | None = None,
    request_id: str | None = None,
) -> Actor:
    """The person as of `at`. Raises NotFound, Forbidden("account-closed")."""
    person = get_person(session, person_id)
    if not person.is_active:
        raise Forbidden("account-closed", "this account is closed")
    held = session.execute(_standing(tuple(MEMBERSHIPS.keys())), {"person": person.id})
    return _as_actor(person, held, at=at, session_ref=session_ref, request_id=request_id)


def load_actors(session: Session, person_ids: Collection[int], *, at: int) -> list[Actor]:
    """Those of these people whose accounts are open, as of `at`, by id: in two statements, however many they are."""
    people = session.scalars(select(Person).where(Person.id.in_(person_ids), Person.status == Status.ACTIVE))
    held: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(_standing(tuple(MEMBERSHIPS.keys()), many=True), {"people": list(person_ids)}):
        held[row[0]].append(row)
    found = sorted(people, key=lambda one: one.id)
    return [_as_actor(one, held[one.id], at=at, session_ref=None, request_id=None) for one in found]


def _as_actor(
    person: Person, standing: Iterable[Any], *, at: int, session_ref: str | None, request_id: str | None
) -> Actor:
    server_roles: set[ServerRole] = set()
    project_roles: dict[int, frozenset[ProjectRole]] = defaultdict(frozenset)
    credentials, trainings = [], []
    for _, kind, number, name, *held in standing:
        if kind == _SERVER:
            server_roles.add(ServerRole(name))
        elif kind == _PROJECT:
            project_roles[number] |= {ProjectRole(name)}
        elif kind == _TRAINING:
            *_, starts, expires, revoked = held
            ends = [end for end in (expires, revoked) if end is not None]
            trainings.append(HeldTraining(name, starts, min(ends, default=None)))
        else:
            credentials.append(as_held(number, name, *held))
    return Actor(
        id=person.id,
        username=person.username,
        display_name=person.display_name,
        at=at,
        server_roles=frozenset(server_roles),
        project_roles=dict(project_roles),
        credentials=tuple(sorted(credentials, key=lambda one: one.id)),
        trainings=tuple(trainings),
        identity_verified=person.identity_verified_at is not None,
        session_ref=session_ref,
        request_id=request_id,
    )


def load_signed_in(
    session: Session, token: str, lifetime: Lifetime, *, at: int, request_id: str
) -> tuple[SignInSession, Actor] | None:
    """Whose living session a token is, in two statements; None: unknown, ended, too old, or the account is closed."""
    found = session.execute(_signed_in(), {"token": sha256(token)}).first()
    if found is None or not found[0].is_living(lifetime, at=at):
        return None
    row, person = found
    held = session.execute(_standing(tuple(MEMBERSHIPS.keys())), {"person": person.id})
    return row, _as_actor(person, held, at=at, session_ref=row.ref, request_id=request_id)


@cache
def _signed_in() -> Select[SignInSession, Person]:
    """The session of `:token` and its person, unless the account is closed."""
    query = select(SignInSession, Person).join(Person, Person.id == SignInSession.person_id)
    return query.where(SignInSession.token_sha256 == bindparam("token"), Person.status == Status.ACTIVE)


_SERVER, _PROJECT, _CREDENTIAL, _TRAINING = "server", "project", "credential", "training"


@lru_cache(maxsize=4)
def _standing(_sources: tuple[str, ...], *, many: bool = False) -> CompoundSelect[*tuple[Any, ...]]:
    """All that gives a person rights, in one statement, for `:person`, or for all of `:people`.

    Person; kind; id of the project, credential or training; role, profession or course; then specialty, country, tier,
    start, expiry, revocation.
    """

    def theirs(column: Any) -> ColumnElement[bool]:
        if many:
            return column.in_(bindparam("people", expanding=True, type_=BigInteger))
        return column == bindparam("person", type_=BigInteger)

    words, numbers = [cast(null(), Text)] * 2, [cast(null(), BigInteger)] * 4
    granted = select(
        RoleGrant.person_id, literal(_SERVER), cast(null(), BigInteger), RoleGrant.role, *words, *numbers
    )
    held = select(
        Credential.person_id, literal(_CREDENTIAL), Credential.id, Credential.profession, Credential.specialty,
        Credential.country, Credential.tier, Credential.issued_at, Credential.expires_at, Credential.revoked_at,
    )  # fmt: skip
    trained = select(
        TrainingRecord.person_id, literal(_TRAINING), TrainingRecord.id, TrainingRecord.course, *words,
        cast(null(), BigInteger), TrainingRecord.completed_at, TrainingRecord.expires_at, TrainingRecord.revoked_at,
    )  # fmt: skip
    parts = [
        granted.where(theirs(RoleGrant.person_id), RoleGrant.revoked_at.is_(None)),
        held.where(theirs(Credential.person_id)),
        trained.where(theirs(TrainingRecord.person_id)),
    ]
    for source in MEMBERSHIPS:
        who, *what = source.roles().subquery().c
        parts.append(select(who, literal(_PROJECT), *what, *words, *numbers).where(theirs(who)))
    return union_all(*parts)
