"""`privacy`: erasing one patient, what is due by a project's schedule, and what left before."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from app.accounts.actor import OperatorActor
from app.accounts.approval import Done, do_or_ask
from app.cli import machine
from app.cli.nouns import Noun
from app.cli.waiting import say_waiting
from app.core.clock import iso, now
from app.core.db import Session
from app.corpus.erasure import REASONS, list_erasures
from app.corpus.project import get_project
from app.privacy.erasure.approval import due_facts
from app.privacy.erasure.erasing import count_texts, find_patient, patients_named
from app.privacy.erasure.retention import KEPT, list_all_due
from app.release.copies import list_copies
from app.release.waiting import sweep


@click.group(cls=Noun)
def privacy() -> None:
    """One patient's erasure; retention."""


@privacy.command()
def find() -> None:
    """Who came in under an outside id, which is read from standard input: never an argument, which others could see.

    A line each: project, pseudonym, how many texts there are.
    """
    outside = sys.stdin.readline().strip()
    vault = machine.machine().vault

    def look(session: Session) -> list[dict[str, Any]]:
        rows = patients_named(session, vault, outside) if outside else []
        return [
            {"project": project.key, "pseudonym": one.pseudonym, "texts": count_texts(session, one.id)}
            for project, one in rows
        ]

    found = machine.read(look)
    for row in found:
        click.echo(json.dumps(row))
    if not found:
        click.echo("nobody came in under this id", err=True)
        raise SystemExit(1)


@privacy.command()
@click.argument("project")
@click.argument("pseudonym")
@click.option("--reason", type=click.Choice(sorted(REASONS)), required=True, help="Why.")
@click.option("--reference", default="", help="Number of the request in your own files.")
def erase(project: str, pseudonym: str, reason: str, reference: str) -> None:
    """Destroy everything that can be read of one patient, when a second person has approved it; a tombstone stays."""

    def unit(session: Session, actor: OperatorActor, at: int) -> Done:
        patient = find_patient(session, get_project(session, project), pseudonym)
        facts = {"subject": patient.id, "project": patient.project_id, "reason": reason, "reference": reference}
        return do_or_ask(session, actor, "erasure", facts, at=at)

    _tell(machine.write(unit))


@privacy.command("copies")
@click.argument("project")
@click.argument("pseudonym")
def copies_command(project: str, pseudonym: str) -> None:
    """Copies that left with words of a patient, newest first: whoever holds one has to be told."""

    def look(session: Session) -> list[dict[str, Any]]:
        patient = find_patient(session, get_project(session, project), pseudonym)
        return [copy.to_dict() for copy in list_copies(session, patient.id)]

    for row in machine.read(look):
        click.echo(json.dumps(row))


@privacy.command("erasures")
@click.argument("project")
def erasures_command(project: str) -> None:
    """Tombstones of PROJECT, newest first."""
    rows = machine.read(lambda session: list_erasures(session, get_project(session, project).id))
    for pseudonym, row in rows:
        said = {"pseudonym": pseudonym, "reason": row.reason, "reference": row.reference}
        click.echo(json.dumps(said | {"at": iso(row.erased_at), "event": row.event_id}))


@privacy.command()
def due() -> None:
    """What is kept longer than its project says: project, what, since when, of how many patients (200 at once)."""
    at = now()
    for one in machine.read(lambda session: list_all_due(session, at=at)):
        said = {"project": one.project.key, "what": one.what, "since": iso(one.since), "patients": one.patients}
        click.echo(json.dumps(said))


@privacy.command()
@click.argument("project")
@click.argument("what", type=click.Choice(list(KEPT)))
def expire(project: str, what: str) -> None:
    """Destroy what is due of PROJECT (texts as received, or everything of a patient), when a second person approves."""

    def unit(session: Session, actor: OperatorActor, at: int) -> Done:
        facts = due_facts(session, get_project(session, project).id, what, at=at)
        return do_or_ask(session, actor, "retention", facts, at=at)

    _tell(machine.write(unit))


def _tell(done: Done) -> None:
    if done.approval is None:
        here = machine.machine()
        sweep(here.database, here.settings.exports_dir, at=now())
        click.echo(json.dumps(done.result))
    say_waiting(done)
