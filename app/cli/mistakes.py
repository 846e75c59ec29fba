"""`deid mistakes`: how often people found de-identification wrong in a project, in both directions."""

from __future__ import annotations

import json
from dataclasses import asdict

import click
from flask.cli import with_appcontext

from app.cli import machine
from app.core.errors import ChartmarkError
from app.corpus.project import get_project
from app.privacy.removal.counts import count_mistakes


@click.command("mistakes")
@click.argument("project")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@with_appcontext
def mistakes(project: str, as_json: bool) -> None:
    """Identifiers that were left and words that were wrongly removed in PROJECT, reported and decided; no words."""
    try:
        found = machine.read(lambda session: asdict(count_mistakes(session, get_project(session, project).id)))
    except ChartmarkError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps(found))
        return
    for name, number in found.items():
        click.echo(f"{name.replace('_', ' ')}: {number}")
