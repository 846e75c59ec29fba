"""`intake`: records in, with counts and reasons by line; and a batch out again."""

from __future__ import annotations

import json
import time
from functools import partial
from pathlib import Path

import click

from app.accounts.actor import OperatorActor
from app.accounts.approval import Done, do_or_ask
from app.cli import machine
from app.cli.nouns import KeyOf, Noun
from app.cli.waiting import say_waiting
from app.core import clock
from app.core.db import Session
from app.core.errors import Invalid, Problem, code_of
from app.core.outage import is_out_of_reach
from app.corpus.batch import Batch, get_batch, list_batches, list_passed, list_problems
from app.corpus.date_order import DATE_ORDERS
from app.corpus.project import get_project
from app.intake.load import Delivery, start_batch
from app.intake.record import NAMES
from app.jobs.job import Job, JobState, claim_one, get_job
from app.jobs.needs import what_is_lacking
from app.jobs.owner import owner_name
from app.jobs.worker import IDLE_SECONDS, run_job
from app.review.modality import MODALITIES


@click.group(cls=Noun)
def intake() -> None:
    """Records: load, list, withdraw."""


@intake.command()
@click.argument("project")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--reader", help="Kind of file, where its ending does not say.")
@click.option("--map", "mapping", multiple=True, metavar="FIELD=COLUMN", help="Column (name or number) of a field.")
@click.option("--modality", type=KeyOf(MODALITIES), help="What the records are.")
@click.option(
    "--date-order",
    type=click.Choice(DATE_ORDERS),
    help="How this source writes 03/04/2023; else as the project says.",
)
@click.option("--json", "as_json", is_flag=True, help="The result as one JSON object.")
def load(project: str, paths: tuple[Path, ...], as_json: bool, mapping: tuple[str, ...], **records: str | None) -> None:
    """Load PATHS (.txt, CSV/TSV, JSON, JSON lines, folders and .zip of them) into PROJECT.

    Each file of a folder is stored, refused, or listed as passed over: exit 1 if anything was refused.
    """
    delivery = Delivery(
        list(paths), mapping=_mapping(mapping), **{name: value or "" for name, value in records.items()}
    )
    vault = machine.machine().vault

    def unit(session: Session, actor: OperatorActor, at: int) -> tuple[int, int]:
        batch, job = start_batch(session, actor, vault, get_project(session, project), delivery, at=at)
        return batch.id, job.id

    batch_id, job_id = machine.write(unit)
    job = _work(job_id)
    batch = machine.read(lambda session: get_batch(session, batch_id))
    problems = machine.read(lambda session: list_problems(session, batch_id))
    _report(batch, problems, machine.read(lambda session: list_passed(session, batch_id)), as_json=as_json)
    if job.state == JobState.FAILED:
        click.echo(f"the loading broke off: {job.error}", err=True)
    if batch.refused or job.state == JobState.FAILED:
        raise SystemExit(1)


def _claim(job_id: int, session: Session) -> Job | None:
    return claim_one(session, job_id, owner_name(), at=clock.now())


def _work(job_id: int) -> Job:
    """See a job to its end: do it here and now, or watch the worker that was faster."""
    services = machine.machine()
    with services.database.reading() as session:
        if lacking := what_is_lacking(services, session, get_job(session, job_id)):
            raise click.ClickException(f"this host may not read it in ({lacking}); a worker of another host does")
    while True:
        job = services.database.writing(partial(_claim, job_id))
        if job is not None:
            _run(services, job)
        row: Job = machine.read(lambda session: get_job(session, job_id))
        if row.finished_at is not None:
            return row
        if job is None:
            _progress(row.done)
            time.sleep(IDLE_SECONDS)


def _run(services: machine.Machine, job: Job) -> None:
    try:
        run_job(services, job, on_chunk=_progress)
    except Exception as error:
        if not is_out_of_reach(error):
            raise
        why = f"the disk or the database is out of reach ({code_of(error)}); what was read is kept"
        raise click.ClickException(f"{why}, and `jobs work` goes on") from None


def _progress(done: int) -> None:
    click.echo(f"\r{done:,} records read", nl=False, err=True)


def _report(batch: Batch, problems: list[Problem], passed: list[tuple[str, str]], *, as_json: bool) -> None:
    click.echo("", err=True)
    dropped = json.loads(batch.dropped_json)
    counts = {"batch": batch.id, "stored": batch.stored, "skipped": batch.skipped, "refused": batch.refused}
    if as_json:
        over = [{"where": place, "message": why} for place, why in passed]
        more = {"passed": batch.passed, "passed_over": over, "dropped_fields": dropped}
        more["problems"] = [one.to_dict() for one in problems]
        click.echo(json.dumps(counts | more, ensure_ascii=False))
        return
    click.echo(", ".join(f"{name} {value}" for name, value in (counts | {"passed over": batch.passed}).items()))
    for name, count in sorted(dropped.items()):
        click.echo(f"dropped field {name!r}: {count} values")
    for place, why in passed:
        click.echo(f"passed over: {place}: {why}")
    for problem in problems:
        click.echo(f"{problem.where}: {problem.message} [{problem.code}]")


@intake.command()
@click.argument("batch", type=int)
def withdraw(batch: int) -> None:
    """Destroy the texts and keys of BATCH, when a second person has approved it; a tombstone stays."""

    def unit(session: Session, actor: OperatorActor, at: int) -> Done:
        facts = {"batch": batch, "project": get_batch(session, batch).project_id}
        return do_or_ask(session, actor, "withdrawal", facts, at=at)

    done = machine.write(unit)
    if done.approval is None:
        click.echo(json.dumps(done.result))
    say_waiting(done)


@intake.command("list")
@click.argument("project")
def list_command(project: str) -> None:
    """Batches of PROJECT, newest first."""
    rows = machine.read(lambda session: list_batches(session, get_project(session, project).id))
    for row in rows:
        fields = ("id", "state", "stored", "skipped", "refused", "passed")
        click.echo(json.dumps({name: getattr(row, name) for name in fields}))


def _mapping(pairs: tuple[str, ...]) -> dict[str, str]:
    columns = {}
    for pair in pairs:
        field, found, column = pair.partition("=")
        if not found or field not in NAMES:
            raise Invalid("map", f"write FIELD=COLUMN; fields: {', '.join(NAMES)}")
        columns[field] = column
    return columns
