"""`jobs`: the worker of this machine, and what it is doing."""

from __future__ import annotations

import json
import logging
import signal
import threading

import click

from app.audit.sequencer import sequence
from app.cli import machine
from app.cli.nouns import Noun
from app.core import clock
from app.core.counts import fold_counts
from app.core.db import Session
from app.corpus.project import get_project
from app.jobs.job import Job, list_jobs, retry
from app.jobs.worker import work as do_work

SEAL_EVERY_SECONDS = 1.0
LOG = logging.getLogger(__name__)


@click.group(cls=Noun)
def jobs() -> None:
    """Background work."""


@jobs.command()
@click.option("--until-empty", is_flag=True, help="Stop when nothing is left to do.")
def work(until_empty: bool) -> None:
    """Do jobs as they come, and seal the audit log every second. Ctrl-C stops after the chunk."""
    services, stop = machine.machine(), threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    sealer = threading.Thread(target=_seal, args=(services, stop), daemon=True)
    sealer.start()
    chunks = do_work(services, until_empty=until_empty, stop=stop.is_set)
    stop.set()
    sealer.join(timeout=5)
    sequence(services.database, services.signer(), at=clock.now())
    click.echo(f"{chunks} chunks done", err=True)


def _seal(services: machine.Machine, stop: threading.Event) -> None:
    signer = services.signer()
    while not stop.wait(SEAL_EVERY_SECONDS):
        try:
            sequence(services.database, signer, at=clock.now())
            fold_counts(services.database)
        except Exception:  # a worker's loop: nothing is lost, and the next second tries again
            LOG.exception("the audit log could not be sealed, or counts not folded")


@jobs.command("list")
@click.argument("project", required=False)
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000))
def list_command(project: str | None, limit: int) -> None:
    """Jobs of PROJECT (of all projects where none is named), newest first, one JSON line each.

    `waits_for` says what has to come first ("schema:notes"); `set_aside` counts what could not be worked on,
    and `aside` names the first of it as [id, error code].
    """
    fields = ("id", "kind", "state", "done", "total", "error", "attempts", "waits_for", "set_aside")

    def look(session: Session) -> list[Job]:
        return list_jobs(session, get_project(session, project).id if project else None, limit)

    for row in machine.read(look):
        click.echo(json.dumps({name: getattr(row, name) for name in fields} | {"aside": row.named_aside}))


@jobs.command("retry")
@click.argument("job", type=click.IntRange(1))
def retry_command(job: int) -> None:
    """Queue JOB again: it failed, or set something aside."""
    row = machine.write(lambda session, _actor, _at: retry(session, job))
    click.echo(json.dumps({"id": row.id, "kind": row.kind, "state": row.state}))
