"""`approvals`: what waits for a second person, and that person's decision, by password, at this machine."""

from __future__ import annotations

import json
from typing import Any

import click

from app.accounts.actor import Actor
from app.accounts.approval import (
    GUARDED,
    Approval,
    decide,
    get_approval,
    list_open,
    take_back,
    words_of,
)
from app.accounts.loading import load_actor
from app.accounts.person import get_by_username, get_person
from app.accounts.signing import Factors
from app.audit.sequencer import sequence
from app.cli import machine
from app.cli.factors import ask_factors
from app.cli.nouns import Noun
from app.cli.waiting import link_to
from app.core.clock import iso, now
from app.core.db import Session
from app.release.waiting import sweep

BY = click.option("--by", required=True, help="User name of the second person, who types the password.")


@click.group(cls=Noun)
def approvals() -> None:
    """Acts that take two people."""


@approvals.command("list")
def list_command() -> None:
    """What waits, one JSON line each."""
    for row in machine.read(lambda session: [_summary(session, one) for one in list_open(session, at=now())]):
        click.echo(json.dumps(row, ensure_ascii=False))


@approvals.command()
@click.argument("number", type=int)
@BY
@click.option("--url", default="", help="Address of the server, for a link that comes of it.")
def approve(number: int, by: str, url: str) -> None:
    """Approve and carry out NUMBER; asks for the password of the person who approves."""
    at, here = now(), machine.machine()
    actor, factors = _second(by, at)
    result = decide(here.database, actor, number, factors, at=at)
    sequence(here.database, here.signer(), at=now())
    sweep(here.database, here.settings.exports_dir, at=now())  # what was destroyed goes from waiting exports too
    row = machine.read(lambda session: get_approval(session, number))
    click.echo(json.dumps({"approval": number, "approved_by": by} | _made(row, result, url), ensure_ascii=False))


@approvals.command()
@click.argument("number", type=int)
@BY
def refuse(number: int, by: str) -> None:
    """Refuse NUMBER: nothing is changed."""
    at = now()
    actor, factors = _second(by, at)
    decide(machine.machine().database, actor, number, factors, approves=False, at=at)
    click.echo(json.dumps({"approval": number, "refused_by": by}))


@approvals.command()
@click.argument("number", type=int)
def withdraw(number: int) -> None:
    """Take back NUMBER, which this shell asked for."""
    machine.write(lambda session, actor, at: take_back(session, actor, number, at=at))
    click.echo(json.dumps({"approval": number, "withdrawn": True}))


def _second(by: str, at: int) -> tuple[Actor, Factors]:
    """The person at this machine; the password is typed here, never given as an argument."""
    actor = machine.read(lambda session: load_actor(session, get_by_username(session, by).id, at=at))
    return actor, ask_factors(by)


def _made(row: Approval, result: Any, url: str) -> dict[str, Any]:
    """What came of it: a link, counts of what was destroyed, the number of a row."""
    if row.act == "reset":
        return {"link": link_to(url, result)}
    if isinstance(result, dict):
        return result
    return {row.act.replace("-", "_"): result.id} if hasattr(result, "id") else {}


def _summary(session: Session, row: Approval) -> dict[str, Any]:
    person = get_person(session, row.requested_by).username if row.requested_by else None
    return {
        "approval": row.id,
        "act": GUARDED.get(row.act).title,
        "what": words_of(session, row),
        "asked_by": person or f"the shell ({row.operator})",
        "until": iso(row.expires_at),
    }
