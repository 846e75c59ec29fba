"""`security check`: what an administrator should put right on this server before others rely on it."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib import import_module

import click
from flask import current_app

from app import surface
from app.cli.nouns import Noun
from app.cli.setup.bill import licences, lock_command, sbom
from app.cli.setup.checks.finding import Installation, SecurityFinding


@click.group(cls=Noun)
def security() -> None:
    """The state of this server's protections."""


@security.command()
@click.option("--local", is_flag=True, help="The server is reached from this machine only: no https needed.")
@click.option("--json", "as_one", is_flag=True, help="One JSON object for a monitor, instead of a line each.")
def check(local: bool, as_one: bool) -> None:
    """Look at settings, files, routes, accounts and the database; a JSON line each, exit 1 if anything is wrong."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    found = look(Installation(app, app.extensions["settings"], app.extensions["database"], local))
    wrong = any(finding.level == "wrong" for finding in found)
    lines = [asdict(finding) for finding in found]
    if as_one:
        click.echo(json.dumps({"ok": not wrong, "checks": lines}))
    else:
        for line in lines:
            click.echo(json.dumps(line))
    if wrong:
        raise SystemExit(1)


def look(installation: Installation) -> list[SecurityFinding]:
    """Everything that the parts named in `app/surface.py` find, in their order."""
    found: list[SecurityFinding] = []
    for path in surface.SECURITY_CHECKS:
        module, _, name = path.partition(":")
        found += getattr(import_module(module), name)(installation)
    return found


security.add_command(licences)
security.add_command(sbom)
security.add_command(lock_command)
