"""`welcome`: the last step before serving: built-in codes ready, where to go, how to sign in."""

from __future__ import annotations

import click

from app.audit.evidence import declare_transitions
from app.cli import machine
from app.demo.load import SHEET
from app.terminology.releases import ensure_builtin


def _progress(message: str) -> None:
    click.echo(message, err=True)


@click.command()
@click.option("--port", default=8000, show_default=True)
def welcome(port: int) -> None:
    """Build the bundled code system if it is missing; say where the server is and how to sign in."""
    settings = machine.machine().settings
    machine.write(lambda session, actor, at: declare_transitions(session, actor, at=at))
    ensure_builtin(settings.terminology_dir, _progress)
    machine.note_releases()
    machine.compile_terms(_progress)
    click.echo(f"\n  Chartmark: http://127.0.0.1:{port}")
    sheet = settings.var_dir / SHEET
    if sheet.exists():
        click.echo(f"  Sign in with a name and password from {sheet}")
    else:
        click.echo("  First person: .venv/bin/flask --app wsgi accounts create NAME --name 'Printed Name' --role admin")
    click.echo("  Stop with Ctrl-C; starting again loses nothing.\n")
