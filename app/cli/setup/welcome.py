"""`welcome`: the last step before serving: built-in codes ready, where to go, how to sign in."""

from __future__ import annotations

import click

from app.audit.evidence import declare
from app.cli import machine
from app.cli.setup import code_releases
from app.core.clock import now
from app.demo.load import SHEET
from app.pipelines.register.lookup import list_standings
from app.terminology.releases import ensure_builtin

LOCAL = "http://127.0.0.1"
# Passkeys are bound to a host name; an address is none.
NAMED = "http://localhost"

def _progress(message: str) -> None:
    click.echo(message, err=True)


@click.command()
@click.option("--port", default=8000, show_default=True)
def welcome(port: int) -> None:
    """Build the bundled code system if it is missing; say where the server is and how to sign in."""
    settings = machine.machine().settings
    machine.write(lambda session, actor, at: declare(session, actor, at=at))
    ensure_builtin(settings.terminology_dir, _progress)
    code_releases.note_releases()
    code_releases.compile_terms(_progress)
    address = f"{LOCAL}:{port}{settings.prefix_path}"
    settings.address_path.write_text(f"{address}\n")
    click.echo(f"\n  Chartmark: {address}")
    click.echo(f"  For passkeys, which need a host name: {NAMED}:{port}{settings.prefix_path}")
    sheet = settings.var_dir / SHEET
    if sheet.exists():
        click.echo(f"  Sign in with a name and password from {sheet}")
    else:
        click.echo("  First two people: .venv/bin/flask --app wsgi accounts bootstrap FIRST SECOND")
    if not any(one.in_force for one in machine.read(lambda session: list_standings(session, at=now()))):
        command = ".venv/bin/flask --app wsgi preannotate accept chartmark_rules --by NAME"
        click.echo(f"  Nothing suggests labels before an admin or manager accepts a pipeline: {command}")
    click.echo("  Stop with Ctrl-C; starting again loses nothing.\n")
