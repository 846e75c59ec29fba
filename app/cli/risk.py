"""`deid risk`: how alike a project's patients are in what identifies them indirectly."""

from __future__ import annotations

import json
from typing import Any

import click
from flask.cli import with_appcontext

from app.cli import machine
from app.core.db import Session
from app.core.errors import ChartmarkError
from app.corpus.project import get_project
from app.privacy.anonymity.report import in_words, patient_rows, project_items, risk_report

DEFAULT_K = 11


@click.command("risk")
@click.argument("project")
@click.option("--k", type=click.IntRange(min=1), help="Group size asked for; the project's k_min, or 11.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@with_appcontext
def risk(project: str, k: int | None, as_json: bool) -> None:
    """k-anonymity, uniqueness and risk of PROJECT's patients; counts below 11 are not printed."""

    def look(session: Session) -> dict[str, Any]:
        row = get_project(session, project)
        wanted = k or row.setting("k_min") or DEFAULT_K
        return risk_report(patient_rows(session, project_items(session, row)), wanted)

    try:
        report = machine.read(look)
    except ChartmarkError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False))
        return
    for name in ("patients", "k", "k_wanted", "unique_fraction", "risk_average", "risk_max", "l_diversity_findings"):
        click.echo(f"{name.replace('_', ' ')}: {report[name]}")
    click.echo("the threshold is reached" if report["meets"] else "the threshold is not reached")
    for wanted, steps in report["generalisation"].items():
        said = "already reached" if report["k"] >= int(wanted) else in_words(steps) or "no generalisation suffices"
        click.echo(f"for groups of {wanted}: {said}")
