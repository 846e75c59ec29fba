"""`flask preannotate`: tag texts from JSON lines, measure a pipeline against gold."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from app.cli import machine
from app.cli.setup.pipelines import COMMANDS
from app.cli.streams import require_text, standard_input, stream_json_lines
from app.core.clock import iso, now
from app.core.errors import ChartmarkError, Invalid
from app.pipelines.folder import register_folder
from app.pipelines.gold import read_cases, read_gold
from app.pipelines.register.lookup import Standing, list_standings
from app.settings import Settings
from app.tagging.comparison import compare
from app.tagging.evaluation.evaluate import evaluate
from app.tagging.protocol import PIPELINES, Pipeline

DEFAULT_PIPELINE = "chartmark_rules"

group = AppGroup("preannotate", help="Suggest labels for clinical texts; measure the suggestions; the register.")
for command in COMMANDS:
    group.add_command(command)


def _pipeline(key: str) -> Pipeline:
    try:
        return PIPELINES.get(key)
    except ChartmarkError as error:
        raise click.ClickException(str(error)) from None


@group.command("text")
@click.option("--pipeline", "key", default=DEFAULT_PIPELINE, show_default=True, help="which pre-annotator")
def text_command(key: str) -> None:
    """JSON lines {"id","text"[,"targets"]} on stdin to suggestions on stdout, line by line."""
    pipeline = _pipeline(key)

    def work(record: dict[str, Any]) -> dict[str, Any]:
        text = require_text(record)
        targets = record.get("targets")
        if targets is not None and not isinstance(targets, list):
            raise Invalid("bad-target", 'the field "targets" must be a list of [start, end]')
        meta = record.get("meta") if isinstance(record.get("meta"), dict) else None
        annotated = pipeline.annotate(text, targets=targets, meta=meta)
        return {"id": record.get("id")} | annotated.to_dict(text)

    sys.exit(stream_json_lines(work, standard_input(), sys.stdout))


@group.command("evaluate")
@click.argument("gold", type=click.Path(path_type=Path))
@click.option("--pipeline", "key", default=DEFAULT_PIPELINE, show_default=True, help="which pre-annotator")
def evaluate_command(gold: Path, key: str) -> None:
    """One JSON report for GOLD: a brat folder, BioC XML, PubTator, or JSON lines {"id","text","entities"}."""
    pipeline = _pipeline(key)
    try:
        report = evaluate(pipeline, read_gold(gold))
    except ChartmarkError as error:
        raise click.ClickException(str(error)) from None
    click.echo(json.dumps(report, ensure_ascii=False, indent=2))


@group.command("compare")
@click.argument("cases", type=click.Path(path_type=Path, exists=True))
@click.option("--pipeline", "key", default=DEFAULT_PIPELINE, show_default=True, help="which pre-annotator")
@click.option("--beside", default="medspacy_stock", show_default=True, help="the one it is compared with")
def compare_command(cases: Path, key: str, beside: str) -> None:
    """One JSON report on CASES, a NegEx file or gold: scores of both, each difference with its reason."""
    try:
        found, axes = read_cases(cases)
        report = compare(_pipeline(key), _pipeline(beside), found, axes)
    except ChartmarkError as error:
        raise click.ClickException(str(error)) from None
    click.echo(json.dumps(report, ensure_ascii=False, indent=2))


@group.command("list")
def list_command() -> None:
    """One JSON line per pipeline with its standing in the register; then one per card under
    `var/pipelines` that cannot be used (exit 1).
    """
    problems = register_folder(Settings.from_env().var_dir / "pipelines")
    standings = _standings()
    for pipeline in PIPELINES:
        about: dict[str, Any] = {"key": pipeline.key, "title": pipeline.title, "version": pipeline.version}
        about |= {"languages": pipeline.languages, "digest": pipeline.digest(), "sources": pipeline.sources()}
        click.echo(json.dumps(about | {"register": standings.get(pipeline.key)}))
    for problem in problems:
        click.echo(json.dumps({"error": problem.to_dict()}))
    sys.exit(1 if problems else 0)


def _standings() -> dict[str, Any]:
    """Pipeline → how the register stands to it; nothing where there is no database yet."""
    if not machine.machine().database.has_table("pipeline_entry"):
        return {}
    found: list[Standing] = machine.read(lambda session: list_standings(session, at=now()))
    return {
        one.pipeline: {
            "in_force": one.in_force,
            "problems": [problem.code for problem in one.problems],
            "entry": one.recorded.row.id if one.recorded else None,
            "owner": one.entry.owner if one.entry else None,
            "review_by": iso(one.entry.review_by)[:10] if one.entry and one.entry.review_by else None,
        }
        for one in found
    }
