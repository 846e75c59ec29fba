"""`credentials`: what has to be looked at again, a clinician's word that it holds, and training records."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import click

from app.accounts.actor import OperatorActor
from app.accounts.loading import load_actor
from app.accounts.person import get_by_username
from app.accounts.training import Training, list_trainings, record_training, revoke_training
from app.accounts.verifier import Recheck, check_again, list_due
from app.audit.sequencer import sequence
from app.cli import machine
from app.cli.dates import DayOption
from app.cli.factors import ask_factors
from app.cli.nouns import Noun
from app.core.clock import iso, now
from app.core.db import Session

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
EVIDENCE = click.option("--evidence", type=_FILE, help="File of which the SHA-256 is kept.")


@click.group(cls=Noun)
def credentials() -> None:
    """Checks of credentials, and trainings."""


@credentials.command()
def due() -> None:
    """What a clinician has to look at: bootstrap verifications, checks, expiries of 30 days; a JSON line each."""

    def unit(session: Session) -> list[dict[str, Any]]:
        at = now()
        return [
            {
                "credential": one.credential.id,
                "username": one.person.username,
                "tier": one.credential.tier,
                "why": one.why,
                "due": iso(one.due_at) if one.due_at else None,
                "overdue": one.is_overdue(at),
                "bootstrap": one.is_bootstrap,
            }
            for one in list_due(session, at=at)
        ]

    for row in machine.read(unit):
        _say(row)


@credentials.command()
@click.argument("credential", type=int)
@click.option("--by", required=True, help="The clinician who looked; types the password.")
@click.option("--method", required=True, help="For example: register looked up.")
@click.option("--next-check", "next_due_at", type=DayOption())
@EVIDENCE
def check(credential: int, by: str, method: str, next_due_at: int | None, evidence: Path | None) -> None:
    """Record that a clinician looked again at CREDENTIAL and that it holds."""
    at, here = now(), machine.machine()
    actor = machine.read(lambda session: load_actor(session, get_by_username(session, by).id, at=at))
    found = Recheck(method, digest_of(evidence), next_due_at)
    row = check_again(here.database, actor, credential, found, ask_factors(by), at=at)
    sequence(here.database, here.signer(), at=now())
    _say({"credential": credential, "check": row.id, "by": by})


@credentials.command()
@click.argument("username")
@click.option("--course", required=True, help="As projects ask for it in required_training.")
@click.option("--provider", required=True)
@click.option("--completed", "completed_at", type=DayOption(), required=True)
@click.option("--expires", "expires_at", type=DayOption())
@EVIDENCE
def training(username: str, evidence: Path | None, **stated: Any) -> None:
    """Record a course somebody completed."""

    def unit(session: Session, actor: OperatorActor, at: int) -> dict[str, Any]:
        person = get_by_username(session, username)
        row = record_training(session, actor, person, Training(**stated, evidence_sha256=digest_of(evidence)), at=at)
        return {"training": row.id, "username": username, "course": row.course}

    _say(machine.write(unit))


@credentials.command()
@click.argument("username")
def trainings(username: str) -> None:
    """What somebody completed, one JSON line each."""

    def unit(session: Session) -> list[dict[str, Any]]:
        rows = list_trainings(session, get_by_username(session, username).id)
        return [{"training": row.id, "course": row.course, "valid": row.is_valid(now())} for row in rows]

    for row in machine.read(unit):
        _say(row)


@credentials.command("withdraw-training")
@click.argument("number", type=int)
@click.option("--because", required=True)
def withdraw_training(number: int, because: str) -> None:
    """Withdraw the record NUMBER of a training from now on."""
    machine.write(lambda session, actor, at: revoke_training(session, actor, number, because, at=at))
    _say({"training": number, "withdrawn": True})


def digest_of(evidence: Path | None) -> str | None:
    """SHA-256 of a file; the file itself stays with those who keep it."""
    return hashlib.sha256(evidence.read_bytes()).hexdigest() if evidence else None


def _say(answer: dict[str, Any]) -> None:
    click.echo(json.dumps(answer, ensure_ascii=False))
