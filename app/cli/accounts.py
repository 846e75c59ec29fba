"""`accounts`: people, their credentials and functions, from the machine's own shell."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import click
from flask import current_app

from app.accounts.actor import OperatorActor, ServerRole
from app.accounts.approval import Done, do_or_ask
from app.accounts.bootstrap import close_setting_up, open_setting_up
from app.accounts.credential import Qualification, get_credential, list_held, revoke_credential
from app.accounts.factors.factor import kinds_of
from app.accounts.person import (
    NewPerson,
    Person,
    create_person,
    deactivate,
    get_by_username,
    list_people,
    reactivate,
)
from app.accounts.reset import digest_of_code, issue_link, new_code
from app.accounts.role import list_roles, revoke_role
from app.cli.credentials import digest_of
from app.cli.dates import DayOption
from app.cli.machine import operator
from app.cli.nouns import Noun
from app.cli.waiting import link_to, say_waiting
from app.core.clock import now
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

    def unit(session: Session, actor: OperatorActor, at: int) -> tuple[Person, str, list[Done]]:
        person = create_person(session, actor, NewPerson(username, name, **stated), at=at)
        given = [_give(session, actor, person, role, at=at) for role in roles]
        return person, issue_link(session, actor, person, at=at), given

    person, token, given = _write(unit)
    _say({"id": person.id, "username": person.username, "link": link_to(url, token)})
    say_waiting(*given)


@accounts.command()
@click.argument("first", required=False)
@click.argument("second", required=False)
@click.option("--close", is_flag=True, help="Setting up is over, though nothing was loaded yet.")
@URL
def bootstrap(first: str | None, second: str | None, close: bool, url: str) -> None:
    """Start a server with two administrators, FIRST and SECOND; prints a link for each.

    Until the first load (or --close) roles and credentials take effect at once, marked so in the log.
    """
    if close == bool(first) or (first and not second):
        raise click.UsageError("name two people, or give --close alone")
    if close:
        _write(lambda session, actor, at: close_setting_up(session, actor, at=at))
        _say({"bootstrap": "closed"})
        return
    for person, token in _write(lambda s, a, at: open_setting_up(s, a, (first or "", second or ""), at=at)):
        link = link_to(url, token) if token else None
        _say({"id": person.id, "username": person.username, "link": link})


@accounts.command()
@click.argument("username")
@URL
def reset(username: str, url: str) -> None:
    """End a person's sessions and print a one-time link to choose a new password.

    For whoever has power over texts it prints a code, and the link is for whom approves: the person needs both.
    """

    code = new_code()

    def unit(session: Session, actor: OperatorActor, at: int) -> tuple[Person, Done]:
        person = get_by_username(session, username)
        facts = {"person": person.id, "code_sha256": digest_of_code(code)}
        return person, do_or_ask(session, actor, "reset", facts, at=at)

    person, done = _write(unit)
    secret = {"link": link_to(url, done.result)} if done.approval is None else {"code": code}
    _say({"id": person.id, "username": person.username} | secret)
    say_waiting(done)


@accounts.command("reset-factors")
@click.argument("username")
def reset_factors_command(username: str) -> None:
    """Remove the second factors and recovery codes of a person who has lost them; its sessions end."""


    def unit(session: Session, actor: OperatorActor, at: int) -> Done:
        facts = {"person": get_by_username(session, username).id}
        return do_or_ask(session, actor, "factors-reset", facts, at=at)

    done = _write(unit)
    if done.approval is None:
        _say({"username": username, "removed": done.result})
    say_waiting(done)


@accounts.command()
@click.argument("username")
@click.option("--tier", type=click.IntRange(1, 4), required=True)
@click.option("--profession", required=True)
@click.option("--specialty", default="")
@click.option("--country", required=True, help="ISO 3166-1, two letters.")
@click.option("--issuing-body", default="")
@click.option("--register-number", default="", help="Needed for T3 and T4.")
@click.option("--issued", "issued_at", type=DayOption(), required=True)
@click.option("--expires", "expires_at", type=DayOption())
@click.option("--next-check", "next_check_due_at", type=DayOption())
@click.option("--evidence-sha256")
@click.option("--evidence", type=click.Path(exists=True, dir_okay=False), help="File of which the SHA-256 is kept.")
@click.option("--verified-by", required=True, help="User name of who checked it; not the holder. It waits for them.")
@click.option("--method", required=True, help="How it was checked.")
def credential(username: str, verified_by: str, method: str, evidence: str | None, **stated: Any) -> None:
    """Record a credential somebody has checked; it is what gives a clinical tier.

    It waits for who checked it (`approvals approve N --by NAME`): a clinician with the function credentialing, or as
    long as there is none an administrator or manager, who confirms a bootstrap verification. T1 and T2 are recorded at
    once as long as the server is set up and nobody verifies credentials.
    """

    def unit(session: Session, actor: OperatorActor, at: int) -> Done:
        by = get_by_username(session, verified_by).id
        facts = {"person": get_by_username(session, username).id, "stated": vars(Qualification(**stated))}
        return do_or_ask(session, actor, "credential", facts | {"by": by, "method": method}, at=at)

    stated["country"] = stated["country"].upper()
    stated["evidence_sha256"] = stated["evidence_sha256"] or digest_of(Path(evidence) if evidence else None)
    done = _write(unit)
    made = {"credential": done.result.id} if done.approval is None else {}
    _say({"username": username} | made | {"tier": stated["tier"]})
    say_waiting(done)


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

    def unit(session: Session, actor: OperatorActor, at: int) -> Done:
        person = get_by_username(session, username)
        if not remove:
            return _give(session, actor, person, role, at=at)
        revoke_role(session, actor, person, ServerRole(role), at=at)
        return Done()

    done = _write(unit)
    _say({"username": username, "role": role, "held": not remove and done.approval is None})
    say_waiting(done)


def _give(session: Session, actor: OperatorActor, person: Person, role: str, *, at: int) -> Done:
    return do_or_ask(session, actor, "server-role", {"person": person.id, "role": role}, at=at)


@accounts.command()
@click.argument("username")
@click.option("--verified-by", required=True)
@click.option("--method", required=True, help="For example: passport seen.")
def identity(username: str, verified_by: str, method: str) -> None:
    """Record that somebody established who this is; without it nobody signs."""

    def unit(session: Session, actor: OperatorActor, at: int) -> Done:
        by, person = get_by_username(session, verified_by).id, get_by_username(session, username).id
        return do_or_ask(session, actor, "identity", {"person": person, "by": by, "method": method}, at=at)

    done = _write(unit)
    _say({"username": username, "identity": "verified" if done.approval is None else "waiting"})
    say_waiting(done)


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
        "second_factors": sorted(kinds_of(session, person.id)),
        "tier": max((c.tier for c in valid), default=0),
        "credentials": [c.id for c in valid],
    }


def _write(unit: Callable[[Session, OperatorActor, int], T]) -> T:
    actor, at = operator(), now()
    return _database().writing(lambda session: unit(session, actor, at))


def _database() -> Database:
    return current_app.extensions["database"]


def _say(answer: dict[str, Any]) -> None:
    click.echo(json.dumps(answer, ensure_ascii=False))
