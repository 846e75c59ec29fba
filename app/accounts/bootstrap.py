"""The first hour of a server: two administrators are named, and roles take effect at once until the first load."""

from __future__ import annotations

from typing import Any

from app.accounts import policy
from app.accounts.actor import AnyActor, ServerRole
from app.accounts.person import NewPerson, Person, create_person, find_by_username
from app.accounts.policy import Action, PolicySubject
from app.accounts.reset import issue_link
from app.accounts.role import grant_role, list_roles
from app.accounts.second_person import is_closed
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import Session
from app.core.errors import Conflict, Problem, invalid


def open_setting_up(
    session: Session, actor: AnyActor, usernames: tuple[str, str], *, at: int
) -> list[tuple[Person, str | None]]:
    """Make two people administrators; who has no account yet gets one, and a link. Again, it changes nothing.

    Raises Forbidden, Conflict("bootstrap-closed"), Invalid (the same person twice).
    """
    _require_open(session, actor, at=at)
    known = [find_by_username(session, username) for username in usernames]
    made = [
        (known_person, None) if known_person else _open_account(session, actor, username, at=at)
        for username, known_person in zip(usernames, known, strict=True)
    ]
    people = [person for person, _ in made]
    if people[0].id == people[1].id:
        raise invalid([Problem("one-person", "second", "name two people")])
    for person in people:
        if ServerRole.ADMIN not in list_roles(session, person.id):
            grant_role(session, actor, person, ServerRole.ADMIN, at=at)
    data = {"people": [person.id for person in people]}
    _say(session, Tag.BOOTSTRAP_OPENED, actor, data, at=at)
    return made


def close_setting_up(session: Session, actor: AnyActor, *, at: int) -> None:
    """From now on what gives power over texts takes two people. Raises Forbidden, Conflict("bootstrap-closed")."""
    _require_open(session, actor, at=at)
    _say(session, Tag.BOOTSTRAP_CLOSED, actor, {}, at=at)


def _require_open(session: Session, actor: AnyActor, *, at: int) -> None:
    policy.require(session, actor, Action.MANAGE_PEOPLE, PolicySubject("person", None), at=at)
    if is_closed(session):
        raise Conflict("bootstrap-closed", "setting up is over: texts have come in, or it was closed")


def _say(session: Session, tag: Tag, actor: AnyActor, data: dict[str, Any], *, at: int) -> None:
    record(session, tag, stream=streams.SERVER, actor=actor, subject=Subject("server", 1), data=data, at=at)


def _open_account(session: Session, actor: AnyActor, username: str, *, at: int) -> tuple[Person, str | None]:
    person = create_person(session, actor, NewPerson(username, username), at=at)
    return person, issue_link(session, actor, person, at=at)
