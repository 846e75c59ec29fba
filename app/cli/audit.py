"""`flask audit`: seal, export and verify the log; its keys and checkpoints."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from app.audit import verify
from app.audit.continuity import accept_restore, retire_key, rotate_key
from app.audit.export import export
from app.audit.sequencer import await_proof, newest_checkpoint, sequence
from app.cli.machine import machine, operator, read
from app.cli.nouns import Noun
from app.core import clock
from app.corpus.project import get_project

PROOF_SECONDS = 5.0


@click.group("audit", cls=Noun)
def audit() -> None:
    """The audit log: seal it, hand it out, check it."""


@audit.command("export")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
@click.option("--project", help="Key of a project: events of others appear as hashes only.")
def export_command(folder: Path, project: str | None) -> None:
    """Write the log into DIR, with everything an auditor needs to check it without this server."""
    project_id = read(lambda session: get_project(session, project).id) if project else None
    here, at = machine(), clock.now()
    written = export(here.database, here.signer(), folder, actor=operator(), project_id=project_id, at=at)
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
    here = machine()
    click.echo(f"{sequence(here.database, here.signer(), at=clock.now())} events sealed")


@audit.command("checkpoint")
def checkpoint_command() -> None:
    """Print the newest checkpoint: keep it where the operator of the server cannot reach it."""
    here = machine()
    sequence(here.database, here.signer(), at=clock.now())
    newest = read(newest_checkpoint)
    if newest is None:
        raise click.ClickException("the log is empty")
    click.echo(newest.note, nl=False)


@audit.command("prove")
@click.argument("event_ids", nargs=-1, required=True, metavar="EVENT_ID…")
def prove_command(event_ids: tuple[str, ...]) -> None:
    """Print receipts (C2SP tlog-proof) that events are in the log, each with a signed checkpoint."""
    here = machine()
    receipts = await_proof(here.database, here.signer(), event_ids, PROOF_SECONDS)
    if receipts is None:
        raise click.ClickException("not all of these events are in the log (yet)")
    for receipt in receipts:
        click.echo(receipt.text())


@audit.command("keys")
def keys_command() -> None:
    """Print the log's public keys, oldest first: hand them to auditors by another way than the bundle."""
    for vkey in machine().signer().vkeys():
        click.echo(vkey)


@audit.command("rotate-key")
def rotate_key_command() -> None:
    """Add a key and sign with all current ones; retire the old one when auditors know the new one."""
    here = machine()
    click.echo(rotate_key(here.database, here.signer(), operator(), at=clock.now()))


@audit.command("accept-restore")
def accept_restore_command() -> None:
    """Go on after the database was restored from a backup; the log says so and names what was lost."""
    here = machine()
    lost = accept_restore(here.database, here.signer(), operator(), at=clock.now())
    click.echo(f"the log goes on; {lost} sealed events were lost")


@audit.command("retire-key")
@click.argument("key_id")
def retire_key_command(key_id: str) -> None:
    """Stop signing with the key of this id (the second part of its vkey)."""
    here = machine()
    retire_key(here.database, here.signer(), operator(), key_id, at=clock.now())
