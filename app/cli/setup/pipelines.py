"""`preannotate accept, register, sign, withdraw, run, rates`: the register of pipelines from the shell."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from app.accounts.actor import Actor, OperatorActor
from app.accounts.loading import load_actor
from app.accounts.password import find_hash
from app.accounts.person import get_by_username
from app.accounts.policy import Action
from app.accounts.signing import Intent, reauthenticate, spend_proof
from app.audit.sequencer import sequence
from app.cli import machine
from app.cli.factors import ask_factors
from app.core.clock import now, parse_iso
from app.core.db import Session
from app.core.digest import sha256
from app.core.errors import ChartmarkError, Invalid, NotFound
from app.core.reading import parsed, read_text
from app.corpus.project import get_project
from app.pipelines.register.entries import SignedEntry, register, sign, stated, withdraw
from app.pipelines.register.lookup import Recorded, find_current, get_recorded, list_entries
from app.pipelines.register.models import PipelineEntry
from app.pipelines.register.rules import RegisterEntry
from app.pipelines.register.shipped import TERM, shipped_entry
from app.pipelines.register.shipped import accept as shipped_accept
from app.pipelines.stage import request_run
from app.projection.suggestion_use import rates as rates_of
from app.projection.suggestion_use import rebuild as rebuild_uses

_TEXTS = ("intended_use", "population", "evidence")
_LISTS = ("note_types", "languages", "specialties")
_AGES = ("least_age", "most_age")
BY = click.option("--by", required=True, help="User name of the owner, who types the password.")


class Plain(click.Command):
    """Runs inside the application; an error of a service becomes a line per problem and exit 1."""

    def __init__(self, name: str | None, callback: Callable[..., Any] | None = None, **rest: Any) -> None:
        super().__init__(name, callback=with_appcontext(callback) if callback else None, **rest)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ChartmarkError as error:
            lines = [f"{p.where}: {p.message} ({p.code})" for p in error.problems]
            raise click.ClickException("\n".join(lines) or str(error)) from error


@click.command(cls=Plain)
@click.argument("pipeline")
@BY
def accept(pipeline: str, by: str) -> None:
    """Enter what we ship about PIPELINE and sign it in one go: without an entry in force it tags nothing."""
    at = now()
    entry = shipped_entry(pipeline, at=at)
    owner = machine.read(lambda session: get_by_username(session, by).id)
    statement = machine.read(lambda session: stated(session, entry, owner)).statement()

    def act(session: Session, actor: Actor, proof: dict[str, Any]) -> SignedEntry:
        signer = machine.machine().signer()
        return shipped_accept(session, actor, pipeline, signer=signer, authentication=proof, at=at)

    _sign(by, sha256(statement), act, at)


@click.command("register", cls=Plain)
@click.argument("pipeline")
@click.argument("statement", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--owner", required=True, help="User name of the person who will sign it.")
def register_command(pipeline: str, statement: Path, owner: str) -> None:
    """Enter STATEMENT (JSON) about PIPELINE: intended_use, evidence[, population, note_types, languages,
    specialties, least_age, most_age, review_by]. It counts when its owner has signed it.
    """
    entry = read_statement(pipeline, statement)

    def unit(session: Session, actor: OperatorActor, at: int) -> PipelineEntry:
        return register(session, actor, entry, owner_id=get_by_username(session, owner).id, at=at)

    row = machine.write(unit)
    _say({"entry": row.id, "pipeline": row.pipeline, "sha256": row.statement_sha256, "signed": False})


@click.command("sign", cls=Plain)
@click.argument("pipeline")
@BY
def sign_command(pipeline: str, by: str) -> None:
    """Sign the newest entry of PIPELINE; name and password are asked for again."""
    entries = machine.read(lambda session: list_entries(session, pipeline))
    if not entries:
        raise NotFound("pipeline-entry", f"there is no entry for {pipeline!r}; register one")
    row, at = entries[0].row, now()

    def act(session: Session, actor: Actor, proof: dict[str, Any]) -> SignedEntry:
        recorded, signer = get_recorded(session, pipeline, row.id), machine.machine().signer()
        return sign(session, actor, recorded, signer=signer, authentication=proof, at=at)

    _sign(by, row.statement_sha256, act, at)


@click.command("withdraw", cls=Plain)
@click.argument("pipeline")
@click.option("--because", required=True, help="Goes into the register.")
def withdraw_command(pipeline: str, because: str) -> None:
    """Take the entry of PIPELINE out of force at once."""

    def unit(session: Session, actor: OperatorActor, at: int) -> Recorded:
        recorded = find_current(session, pipeline)
        if recorded is None:
            raise NotFound("pipeline-entry", f"there is no signed entry for {pipeline!r}")
        withdraw(session, actor, recorded, because, at=at)
        return recorded

    recorded = machine.write(unit)
    _seal()
    _say({"entry": recorded.row.id, "pipeline": pipeline, "withdrawn": True})


@click.command(cls=Plain)
@click.argument("project")
def run(project: str) -> None:
    """Queue a look at the texts of PROJECT by its pipelines, as after a change of settings."""
    machine.write(lambda s, actor, at: request_run(s, actor, get_project(s, project), at=at))
    _say({"project": project, "queued": True})


@click.command(cls=Plain)
@click.argument("project")
@click.option("--rebuild", is_flag=True, help="First count anew from the frozen answers.")
def rates(project: str, *, rebuild: bool) -> None:
    """What readers of PROJECT made of suggestions, one JSON line per pipeline, month and label."""
    number = machine.read(lambda session: get_project(session, project).id)
    if rebuild:
        made = machine.write(lambda session, _operator, _at: rebuild_uses(session, number))
        machine.say_aside(made.aside, "answer")
    for row in machine.read(lambda session: rates_of(session, number)):
        _say(row)


COMMANDS = (accept, register_command, sign_command, withdraw_command, run, rates)


def read_statement(pipeline: str, file: Path) -> RegisterEntry:
    """The entry a JSON file describes, due in a year unless it says else. Raises Invalid naming the field."""
    body = parsed(read_text(file), file.name)
    if not isinstance(body, dict):
        raise Invalid("pipeline-entry", f"{file.name}: a statement is a JSON object")
    if unknown := sorted(body.keys() - {*_TEXTS, *_LISTS, *_AGES, "review_by"}):
        raise Invalid("pipeline-entry", f"{file.name}: {unknown[0]} is no part of a statement")
    fits = {name: isinstance(body.get(name, ""), str) for name in (*_TEXTS, "review_by")}
    fits |= {n: isinstance(v := body.get(n, []), list) and all(isinstance(x, str) for x in v) for n in _LISTS}
    fits |= {name: body.get(name) is None or type(body[name]) is int for name in _AGES}
    if wrong := [name for name, good in fits.items() if not good]:
        raise Invalid("pipeline-entry", f"{file.name}: {wrong[0]} is of the wrong kind")
    try:
        review_by = parse_iso(body["review_by"]) if "review_by" in body else now() + TERM
    except ValueError:
        raise Invalid("pipeline-entry", f"{file.name}: review_by is a date, as 2026-11-21") from None
    said: dict[str, Any] = {"intended_use": ""} | {name: tuple(body[name]) for name in _LISTS if name in body}
    said |= {name: body[name] for name in (*_TEXTS, *_AGES) if name in body}
    return RegisterEntry(pipeline, "", "", review_by=review_by, **said)


def _sign(by: str, digest: str, act: Callable[[Session, Actor, dict[str, Any]], SignedEntry], at: int) -> None:
    """The owner's act at this machine: the password is typed here, never given as an argument."""
    database = machine.machine().database
    actor = machine.read(lambda session: load_actor(session, get_by_username(session, by).id, at=at))
    if machine.read(lambda session: find_hash(session, actor.id)) is None:
        how = f"open the link that 'accounts create' printed, or a new one from 'accounts reset {by}', and choose one"
        raise Invalid("no-password", f"{by} has no password yet: {how}")
    intent = Intent(Action.SIGN_PIPELINE, digest)
    token = reauthenticate(database, actor, ask_factors(by), intent, at=at)

    def unit(session: Session) -> SignedEntry:
        return act(session, actor, spend_proof(session, actor, token, intent, at=at).to_dict())

    signature = database.writing(unit).signature
    _seal()
    _say({"entry": signature.entry_id, "signed_by": by, "manifest_sha256": signature.manifest_sha256})


def _seal() -> None:
    here = machine.machine()
    sequence(here.database, here.signer(), at=now())


def _say(value: dict[str, Any]) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))
