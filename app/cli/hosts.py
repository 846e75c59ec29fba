"""`hosts`: what several hosts of one installation must have alike besides the database."""

from __future__ import annotations

import json

import click

from app.cli import machine
from app.cli.nouns import Noun
from app.core import clock
from app.jobs.artefact import AnnouncedArtefact, announce, fetch, missing


@click.group(cls=Noun)
def hosts() -> None:
    """Code systems, pipelines and models of several hosts."""


@hosts.command("announce")
def announce_command() -> None:
    """Say that what this host has is what all hosts are to have, one JSON line each.

    Files go to the shared folder (CHARTMARK_SHARED), from where the others fetch them. Say it again after an import,
    an update or a change of pipelines: until then a host that differs leaves the jobs concerned to others.
    """
    settings, at = machine.machine().settings, clock.now()
    for row in machine.machine().database.writing(lambda session: announce(session, settings, at=at)):
        click.echo(_line(row, "shared" if row.files_sha256 else "by hand"))


@hosts.command("check")
@click.option("--fetch", "fetches", is_flag=True, help="Fetch from the shared folder what is there.")
def check_command(fetches: bool) -> None:
    """Name what this host lacks of what was announced, one JSON line each; exit 1 if it lacks anything."""
    settings = machine.machine().settings
    rows = machine.read(lambda session: missing(session, settings))
    left = 0
    for row in rows:
        fetched = fetches and fetch(settings, row)
        left += not fetched
        click.echo(_line(row, "fetched" if fetched else "missing"))
    if left:
        raise SystemExit(1)


def _line(row: AnnouncedArtefact, how: str) -> str:
    return json.dumps({"kind": row.kind, "name": row.name, "digest": row.digest, "how": how})
