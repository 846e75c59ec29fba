"""`accounts`: people, their credentials and functions, from the machine's own shell."""

from __future__ import annotations

import getpass
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import click
from flask import current_app

from app.accounts.actor import OperatorActor, ServerRole
from app.accounts.credential import (
    Qualification,
    Verification,
    get_credential,
    grant_credential,
    list_held,
    revoke_credential,
)
from app.accounts.person import (
    NewPerson,
    Person,
    create_person,
    deactivate,
    get_by_username,
    list_people,
    reactivate,
    verify_identity,
)
from app.accounts.reset import issue_link
from app.accounts.role import grant_role, list_roles, revoke_role
from app.cli.nouns import Noun
from app.core.clock import now, parse_iso
from app.core.db import Database, Session

T = TypeVar("T")
URL = click.option("--url", default="", help="Address of the server; where `make run` last served it unless said.")
ROLES = click.Choice([role.value for role in ServerRole])


@click.group(cls=Noun)
def accounts() -> None:
    """People: accounts, credentials, functions."""


@accounts.command()
@click.argument("username")
@click.option("--name", required=True, help="Name as printed on signatures.")
@click.option("--profession", default="")
@click.option("--specialty", default="")
@click.option("--role", "roles", multiple=True, type=ROLES, help="Function on the server; repeatable.")
@URL
def create(username: str, name: str, roles: tuple[str, ...], url: str, **stated: str) -> None:
    """Open an account; prints a one-time link by which its owner chooses a password."""

    def unit(session: Session, actor: OperatorActor, at: int) -> tuple[Person, str]:
        person = create_person(session, actor, NewPerson(username, name, **stated), at=at)
        for role in roles:
            grant_role(session, actor, person, ServerRole(role), at=at)
        return person, issue_link(session, actor, person, at=at)

    person, token = _write(unit)
    _say({"id": person.id, "username": person.username, "link": _link(url, token)})


@accounts.command()
@click.argument("username")
@URL
def reset(username: str, url: str) -> None:
    """End a person's sessions and print a one-time link to choose a new password."""

    def unit(session: Session, actor: OperatorActor, at: int) -> tuple[Person, str]:
        person = get_by_username(session, username)
        return person, issue_link(session, actor, person, at=at)

    person, token = _write(unit)
    _say({"id": person.id, "username": person.username, "link": _link(url, token)})


class _Date(click.ParamType):
    """An ISO date or time, as milliseconds."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            return value if isinstance(value, int) else parse_iso(value)
        except ValueError:
            self.fail("a date, as 2026-11-21", param, ctx)


@accounts.command()
@click.argument("username")
@click.option("--tier", type=click.IntRange(1, 4), required=True)
@click.option("--profession", required=True)
@click.option("--specialty", default="")
@click.option("--country", required=True, help="ISO 3166-1, two letters.")
@click.option("--issuing-body", default="")
@click.option("--register-number", default="", help="Needed for T3 and T4.")
@click.option("--issued", "issued_at", type=_Date(), required=True)
@click.option("--expires", "expires_at", type=_Date())
@click.option("--next-check", "next_check_due_at", type=_Date())
@click.option("--evidence-sha256")
@click.option("--verified-by", required=True, help="User name of who checked it; not the holder.")
@click.option("--method", required=True, help="How it was checked.")
def credential(username: str, verified_by: str, method: str, **stated: Any) -> None:
    """Record a credential somebody has checked; it is what gives a clinical tier."""

    def unit(session: Session, actor: OperatorActor, at: int) -> int:
        person = get_by_username(session, username)
        checked = Verification(get_by_username(session, verified_by).id, method)
        return grant_credential(session, actor, person, Qualification(**stated), checked, at=at).id

    stated["country"] = stated["country"].upper()
    _say({"username": username, "credential": _write(unit), "tier": stated["tier"]})


@accounts.command()
@click.argument("credential_id", type=int)
@click.option("--because", required=True)
def revoke(credential_id: int, because: str) -> None:
    """Revoke a credential from now on."""
    _write(lambda s, a, at: revoke_credential(s, a, get_credential(s, credential_id), because, at=at))
    _say({"credential": credential_id, "revoked": True})


@accounts.command()
@click.argument("username")
@click.argument("role", type=ROLES)
@click.option("--remove", is_flag=True, help="Take it away instead.")
def role(username: str, role: str, remove: bool) -> None:
    """Give a function on the server, or take it away."""
    act = revoke_role if remove else grant_role
    _write(lambda s, a, at: act(s, a, get_by_username(s, username), ServerRole(role), at=at))
    _say({"username": username, "role": role, "held": not remove})


@accounts.command()
@click.argument("username")
@click.option("--verified-by", required=True)
@click.option("--method", required=True, help="For example: passport seen.")
def identity(username: str, verified_by: str, method: str) -> None:
    """Record that somebody established who this is; without it nobody signs."""

    def unit(session: Session, actor: OperatorActor, at: int) -> None:
        by = get_by_username(session, verified_by).id
        verify_identity(session, actor, get_by_username(session, username), by, method, at=at)

    _write(unit)
    _say({"username": username, "identity": "verified"})


@accounts.command("deactivate")
@click.argument("username")
@click.option("--reopen", is_flag=True, help="Open a closed account again.")
def deactivate_command(username: str, reopen: bool) -> None:
    """Close an account and end its sessions."""
    act = reactivate if reopen else deactivate
    _write(lambda s, a, at: act(s, a, get_by_username(s, username), at=at))
    _say({"username": username, "active": reopen})


@accounts.command("list")
def list_command() -> None:
    """Everybody, one JSON line each."""
    with _database().reading() as session:
        for person in _everybody(session):
            _say(_summary(session, person))


def _everybody(session: Session) -> Iterator[Person]:
    after = ""
    while page := list_people(session, after=after):
        yield from page
        after = page[-1].username


def _summary(session: Session, person: Person) -> dict[str, Any]:
    at = now()
    valid = [credential for credential in list_held(session, person.id) if credential.is_valid(at)]
    return {
        "id": person.id,
        "username": person.username,
        "name": person.display_name,
        "status": person.status,
        "identity_verified": person.identity_verified_at is not None,
        "roles": sorted(list_roles(session, person.id)),
        "tier": max((c.tier for c in valid), default=0),
        "credentials": [c.id for c in valid],
    }


def _write(unit: Callable[[Session, OperatorActor, int], T]) -> T:
    actor, at = OperatorActor(_operator()), now()
    return _database().writing(lambda session: unit(session, actor, at))


def _operator() -> str:
    """The login at the machine, or its number where it has no name."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"uid-{os.getuid()}"


def _database() -> Database:
    return current_app.extensions["database"]


def _link(url: str, token: str) -> str:
    return f"{(url or _address()).rstrip('/')}/password/{token}"


def _address() -> str:
    """Where this installation is served: `make run` notes it, whatever its port."""
    noted: Path = current_app.extensions["settings"].address_path
    return noted.read_text().strip() if noted.exists() else "http://127.0.0.1:8000"


def _say(answer: dict[str, Any]) -> None:
    click.echo(json.dumps(answer, ensure_ascii=False))
