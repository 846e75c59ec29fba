"""`flask audit`: seal, export and verify the log; its keys and checkpoints."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from app.audit import verify
from app.audit.anchoring import drop
from app.audit.bundle_rows import BundleScope, Profile
from app.audit.continuity import (
    accept_restore,
    add_event_key,
    begin_anew,
    drop_event_key,
    replace_event_key,
    retire_key,
    rotate_key,
    use_event_key,
)
from app.audit.export import export
from app.audit.paper import printed_page
from app.audit.selfcheck import check_whole, state_of
from app.audit.sequencer import await_proof, newest_checkpoint, sequence
from app.audit.witnessing import ask, witnesses_of
from app.cli.anchors import mail
from app.cli.machine import machine, operator, read, write
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
@click.option(
    "--profile",
    type=click.Choice([str(one) for one in Profile]),
    default=str(Profile.DIGEST),
    show_default=True,
    help="digest: rows and answers by digests computed here; content: themselves, to be computed by whoever checks.",
)
@click.option("--texts", is_flag=True, help="With content: the texts too, for who may read them.")
def export_command(folder: Path, project: str | None, profile: str, texts: bool) -> None:
    """Write the log into DIR, with everything an auditor needs to check it without this server."""
    if texts and profile != Profile.CONTENT:
        raise click.UsageError("--texts goes with --profile content")
    project_id = read(lambda session: get_project(session, project).id) if project else None
    here, at = machine(), clock.now()
    scope = BundleScope(project_id, Profile(profile), texts)
    written = export(here.database, here.signer(), folder, actor=operator(), scope=scope, at=at)
    click.echo(f"{written.size} leaves, {written.shown} events shown; check them: python {folder}/verify.py {folder}")
    if written.discrepancies:
        raise click.ClickException(
            f"{written.discrepancies} places where the database does not agree with its events: "
            f"see {folder}/discrepancies.jsonl"
        )


@audit.command("verify", context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def verify_command(arguments: tuple[str, ...]) -> None:
    """Check a bundle: the same code as the verify.py in it. DIR [--checkpoint F] [--vkey K] [--file F] [--json].

    Inside an installation the keys and the last checkpoint beside the database are the anchor, unless another is given.
    Exit code 0: holds; 1: broken; 2: unreadable; 3: consistent, not anchored.
    """
    sys.exit(verify.main([*arguments, *_own_anchor(arguments)]))


def _own_anchor(arguments: tuple[str, ...]) -> list[str]:
    """What this installation knows of its own log outside the database; an auditor's anchor takes its place."""
    if any(given.startswith(("--checkpoint", "--vkey")) for given in arguments):
        return []
    here = machine()
    about = next((found for found in map(_about, arguments) if found), {})
    if about.get("origin") != here.settings.log_origin or not here.settings.log_key_path.exists():
        return []
    signer = here.signer()
    kept = signer.remembered()
    anchor = [part for vkey in signer.vkeys() for part in ("--vkey", vkey)]
    if kept is not None and kept.size <= about.get("size", -1):  # an older bundle ends before it
        anchor += ["--checkpoint", str(signer.memory)]
    click.echo(f"anchored to the keys and the last checkpoint in {signer.path.parent}", err=True)
    return anchor


def _about(argument: str) -> dict[str, Any]:
    """What the bundle in a folder says it is; nothing, where an argument is no such folder."""
    try:
        about = json.loads((Path(argument) / "bundle.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return about if isinstance(about, dict) else {}


@audit.command("check")
@click.option("--last", is_flag=True, help="Only say what the worker's checks have found.")
def check_command(last: bool) -> None:
    """Compare every row of the record with the event that commits to it, and the log with its tree; exit 1 on a break.

    The worker does the same by slices, a pass a day.
    """
    here = machine()
    if not last:
        check_whole(here.database, here.signer(), at=clock.now())
    found = read(state_of)
    for problem in found.breaks:
        click.echo(f"BREAK {problem}")
    if found.breaks:
        raise SystemExit(1)
    if found.finished_at is None:
        click.echo("no pass over the whole record has ended yet")
        raise SystemExit(3)
    click.echo(f"the record is as the log says it, at {clock.iso(found.finished_at)}")


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


@audit.command("anchor")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False, exists=True), help="Write it in there.")
@click.option("--mail", "addresses", multiple=True, metavar="ADDRESS", help="Mail it there (may come several times).")
@click.option("--page", type=click.Path(path_type=Path, dir_okay=False), help="Write a page to print, with a QR code.")
@click.option("--witness", is_flag=True, help="Have the witnesses of CHARTMARK_WITNESSES cosign it.")
def anchor_command(folder: Path | None, addresses: tuple[str, ...], page: Path | None, witness: bool) -> None:
    """Bring the newest checkpoint out of the house, now."""
    here, at = machine(), clock.now()
    sequence(here.database, here.signer(), at=at)
    newest = read(newest_checkpoint)
    if newest is None:
        raise click.ClickException("the log is empty")
    if folder:
        click.echo(drop(folder, newest))
    if addresses:
        mail(here, newest, addresses)
        click.echo(f"mailed to {', '.join(addresses)}")
    if page:
        page.write_text(printed_page(newest, here.signer()), encoding="utf-8")
        click.echo(page)
    asked = witnesses_of(here.settings.witnesses) if witness else []
    if witness and not asked:
        raise click.ClickException("CHARTMARK_WITNESSES names none")
    silent = [one.name for one in asked if not ask(here.database, one, at=at)]
    if silent:
        raise click.ClickException(f"not cosigned by {', '.join(silent)}")


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


def _may_now(facts: dict[str, str]) -> bool:
    """Whether a second person has approved it; else it is asked for, and the command is typed again afterwards."""
    from app.accounts.approval import take_ticket  # brings passwords, which other commands here do not need
    from app.cli.waiting import say_waiting

    done = write(lambda session, actor, at: take_ticket(session, actor, "key-rotation", facts, at=at))
    say_waiting(done)
    return done.approval is None


@audit.command("rotate-key")
def rotate_key_command() -> None:
    """Add a key and sign with all current ones; retire the old one when auditors know the new one."""
    here = machine()
    if not _may_now({"act": "rotate"}):
        return
    click.echo(rotate_key(here.database, here.signer(), operator(), at=clock.now()))


@audit.group("event-key", cls=Noun)
def event_key() -> None:
    """The keys of the MACs by which the log knows what the application wrote."""


@event_key.command("list")
def list_event_keys_command() -> None:
    """Ids of the keys that are accepted; the first signs."""
    for key_id in machine().event_keys().ids():
        click.echo(key_id)


@event_key.command("add")
def add_event_key_command() -> None:
    """Make another key that is accepted: copy the file to every host, then `use` it."""
    here = machine()
    click.echo(add_event_key(here.database, here.event_keys(), operator(), at=clock.now()))


@event_key.command("use")
@click.argument("key_id")
def use_event_key_command(key_id: str) -> None:
    """Sign new events with this key, on this host; the others follow with the file."""
    here = machine()
    use_event_key(here.database, here.event_keys(), operator(), key_id, at=clock.now())


@event_key.command("lost")
def lost_event_key_command() -> None:
    """Make a new key because the file is lost: bring it back from OUT.keys of a backup if you can."""
    here = machine()
    click.echo(replace_event_key(here.database, here.event_keys(), operator(), at=clock.now()))


@event_key.command("drop")
@click.argument("key_id")
def drop_event_key_command(key_id: str) -> None:
    """Accept a key no longer, once nothing waits that was signed with it."""
    here = machine()
    drop_event_key(here.database, here.event_keys(), here.signer(), operator(), key_id, at=clock.now())


@audit.command("lost-key")
@click.option(
    "--checkpoint",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The last one that somebody else holds: an auditor, a witness, paper.",
)
def lost_key_command(checkpoint: Path | None) -> None:
    """Go on with a new key because the log's is lost. An auditor sees a break there for ever."""
    here = machine()
    cited = checkpoint.read_text(encoding="utf-8") if checkpoint else None
    size = begin_anew(here.database, here.signer(), operator(), cited, at=clock.now())
    click.echo(f"a new log begins, citing the checkpoint of size {size}; its key: {here.signer().vkeys()[-1]}")


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
    if not _may_now({"act": "retire", "key_id": key_id}):
        return
    retire_key(here.database, here.signer(), operator(), key_id, at=clock.now())
