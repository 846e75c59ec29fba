"""`flask audit`: seal, export and verify the log; its keys and checkpoints."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask import current_app

from app.accounts.actor import OperatorActor
from app.audit import verify
from app.audit.checkpoint import Signer
from app.audit.export import export
from app.audit.rotation import retire_key, rotate_key
from app.audit.sequencer import newest_checkpoint, sequence
from app.cli.nouns import Noun
from app.core import clock
from app.core.db import Database
from app.corpus.project import get_project


def _database() -> Database:
    return current_app.extensions["database"]


def _signer() -> Signer:
    settings = current_app.extensions["settings"]
    return Signer(settings.log_key_path, settings.log_origin)


@click.group("audit", cls=Noun)
def audit() -> None:
    """The audit log: seal it, hand it out, check it."""


@audit.command("export")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
@click.option("--project", help="Key of a project: events of others appear as hashes only.")
def export_command(folder: Path, project: str | None) -> None:
    """Write the log into DIR, with everything an auditor needs to check it without this server."""
    project_id = None
    if project is not None:
        with _database().reading() as session:
            project_id = get_project(session, project).id
    written = export(
        _database(), _signer(), folder, actor=OperatorActor(), project_id=project_id, at=clock.now()
    )
    click.echo(f"{written.size} leaves, {written.shown} events shown; check them: python {folder}/verify.py {folder}")
    if written.discrepancies:
        raise click.ClickException(
            f"{written.discrepancies} places where the database does not agree with its events: "
            f"see {folder}/discrepancies.jsonl"
        )


@audit.command("verify", context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def verify_command(arguments: tuple[str, ...]) -> None:
    """Check a bundle: the same code as the verify.py in it. DIR [--checkpoint F] [--vkey K] [--file F] [--json]."""
    sys.exit(verify.main(list(arguments)))


@audit.command("seal")
def seal_command() -> None:
    """Give waiting events their place in the tree and sign a checkpoint."""
    click.echo(f"{sequence(_database(), _signer(), at=clock.now())} events sealed")


@audit.command("checkpoint")
def checkpoint_command() -> None:
    """Print the newest checkpoint: keep it where the operator of the server cannot reach it."""
    sequence(_database(), _signer(), at=clock.now())
    with _database().reading() as session:
        newest = newest_checkpoint(session)
    if newest is None:
        raise click.ClickException("the log is empty")
    click.echo(newest.note, nl=False)


@audit.command("keys")
def keys_command() -> None:
    """Print the log's public keys, oldest first: hand them to auditors by another way than the bundle."""
    for vkey in _signer().vkeys():
        click.echo(vkey)


@audit.command("rotate-key")
def rotate_key_command() -> None:
    """Add a key and sign with all current ones; retire the old one when auditors know the new one."""
    click.echo(rotate_key(_database(), _signer(), OperatorActor(), at=clock.now()))


@audit.command("retire-key")
@click.argument("key_id")
def retire_key_command(key_id: str) -> None:
    """Stop signing with the key of this id (the second part of its vkey)."""
    retire_key(_database(), _signer(), OperatorActor(), key_id, at=clock.now())
