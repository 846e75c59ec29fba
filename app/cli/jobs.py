"""`jobs`: the worker of this machine, and what it is doing."""

from __future__ import annotations

import json
from contextlib import nullcontext
from typing import Any

import click
from sqlalchemy import func, select

from app.audit.anchoring import count_refused
from app.audit.models import Event, Outbox
from app.audit.sequencer import sequence
from app.cli import machine
from app.cli.nouns import Noun
from app.cli.setup.boot import refuse_unsafe
from app.cli.working import consume_beside, cores, keeping, outgrown, stopped_by_signals, work_here
from app.core import clock
from app.core.db import Session
from app.corpus.project import get_project
from app.jobs.job import Job, JobState, list_jobs, retry
from app.jobs.status import job_status
from app.jobs.worker import work as do_work

STAGES = click.option("--stage", "stages", multiple=True, help="Only jobs of this stage (may come several times).")
PROCESSES = click.option(
    "--processes", type=click.IntRange(1, 1024), default=cores, show_default="all cores", help="At most so many."
)


@click.group(cls=Noun)
def jobs() -> None:
    """Background work."""


@jobs.command()
@click.option("--until-empty", is_flag=True, help="Stop when nothing is left to do.")
@STAGES
@PROCESSES
@click.option("--no-seal", is_flag=True, help="Leave sealing the log and sending ids to other hosts.")
def work(until_empty: bool, stages: tuple[str, ...], processes: int, no_seal: bool) -> None:
    """Do jobs as they come, and seal the audit log every second. Ctrl-C stops after the chunk.

    Where a broker is set, ids come from it, to this host or another; `--until-empty` asks the database alone.
    """
    services, by_message = machine.machine(), machine.machine().settings.broker_url and not until_empty
    refuse_unsafe(services.settings)
    if by_message and no_seal:
        _consume(services, stages, processes)
        return
    stop = stopped_by_signals()
    with nullcontext() if no_seal else keeping(services, stop):
        if by_message:
            # A process of its own, for it forks: beside threads that would be no good.
            raise SystemExit(consume_beside(stages, processes, stop))
        chunks = work_here(services, stages, processes, until_empty=until_empty, stop=stop)
    if not no_seal:
        sequence(services.database, services.signer(), at=clock.now())
    click.echo(f"{chunks} chunks done", err=True)


def _consume(services: machine.Machine, stages: tuple[str, ...], processes: int) -> None:
    from app.jobs.carrier import consume  # brings Celery

    consume(services, stages, processes)


@jobs.command(hidden=True)
@STAGES
def help(stages: tuple[str, ...]) -> None:  # noqa: A001
    """Do jobs until none can be taken: `jobs work` starts this for each core it uses besides."""
    services = machine.machine()
    large = outgrown(services)
    do_work(services, until_idle=True, stages=stages, stop=stopped_by_signals().is_set, outgrown=large)


@jobs.command()
def seal() -> None:
    """Seal the audit log every second and send ids of jobs to the broker; do no job.

    Any number of hosts may: one at a time seals, the others stand by.
    """
    services, stop = machine.machine(), stopped_by_signals()
    with keeping(services, stop):
        stop.wait()


@jobs.command()
def status() -> None:
    """How background work stands, as one JSON object: by stage, who does it, what gave up, what is not sealed yet."""
    services, at = machine.machine(), clock.now()

    def look(session: Session) -> dict[str, Any]:
        oldest = session.scalar(select(func.min(Event.at)).join(Outbox, Outbox.event_pk == Event.id))
        unsealed = session.scalar(select(func.count()).select_from(Outbox))
        log = {"unsealed": unsealed, "oldest_unsealed_seconds": (at - oldest) // 1000 if oldest else 0}
        log["refused"] = count_refused(session)
        return job_status(session, at=at) | log

    click.echo(json.dumps(machine.read(look) | _queues(services)))


def _queues(services: machine.Machine) -> dict[str, Any]:
    """How many messages wait at the broker, by stage; null where it is out of reach."""
    if not services.settings.broker_url:
        return {}
    from app.jobs.carrier import CeleryCarrier, stages

    try:
        carrier = CeleryCarrier(services.settings)
        return {"messages": {stage: carrier.length(stage) for stage in stages()}}
    except Exception:  # noqa: BLE001  (any library's word for a broker that is gone)
        return {"messages": None}


@jobs.command("list")
@click.argument("project", required=False)
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000))
@click.option(
    "--state",
    type=click.Choice([state.value for state in JobState]),
    help="Only these (failed: given up).",
)
def list_command(project: str | None, limit: int, state: str | None) -> None:
    """Jobs of PROJECT (of all projects where none is named), newest first, one JSON line each.

    `error` is the code of the last failure, or of what the hosts lack that left it; `jobs retry` takes up one given up.
    `waits_for` says what has to come first ("schema:notes"); `set_aside` counts what could not be worked on,
    and `aside` names the first of it as [id, error code].
    """
    fields = ("id", "kind", "state", "done", "total", "error", "attempts", "waits_for", "set_aside")

    def look(session: Session) -> list[Job]:
        return list_jobs(session, get_project(session, project).id if project else None, limit, state=state or "")

    for row in machine.read(look):
        click.echo(json.dumps({name: getattr(row, name) for name in fields} | {"aside": row.named_aside}))


@jobs.command("retry")
@click.argument("job", type=click.IntRange(1))
def retry_command(job: int) -> None:
    """Queue JOB again: it failed, or set something aside."""
    row = machine.write(lambda session, _actor, _at: retry(session, job))
    click.echo(json.dumps({"id": row.id, "kind": row.kind, "state": row.state}))
