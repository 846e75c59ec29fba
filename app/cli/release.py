"""`release`: cut what is signed, write it in a format."""

from __future__ import annotations

import json
from pathlib import Path

import click

from app.accounts.actor import OperatorActor
from app.audit.sequencer import sequence
from app.cli import machine
from app.cli.nouns import Noun
from app.core import clock
from app.core.db import Session
from app.corpus.project import get_project
from app.formats.protocol import FORMATS, Format, writers
from app.release.cutting import cut as cut_release
from app.release.export import Export, write_to
from app.release.recall import recalled_numbers
from app.release.release import Release, get_release, list_releases
from app.review.modality import MODALITIES


@click.group(cls=Noun)
def release() -> None:
    """Immutable cuts of finished work."""


@release.command()
@click.argument("project")
def cut(project: str) -> None:
    """Cut a release of every signed item of PROJECT; it stands in for releases that were recalled."""

    def unit(session: Session, actor: OperatorActor, at: int) -> Release:
        return cut_release(session, actor, get_project(session, project), at=at)

    row = machine.write(unit)
    services = machine.machine()
    sequence(services.database, services.signer(), at=clock.now())
    _say(row)


@release.command()
@click.argument("release_id", type=int)
@click.option("--format", "format_key", required=True, help="One of the formats; `release formats` lists them.")
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
def export(release_id: int, format_key: str, out: Path) -> None:
    """Write a release into OUT (a zip); prints checksums and what the format could not express, field by field."""

    def unit(session: Session, actor: OperatorActor, at: int) -> Export:
        return write_to(session, actor, get_release(session, release_id), format_key, out, at=at)

    made = machine.write(unit)
    click.echo(json.dumps({"sha256": made.sha256, "files": made.files, "losses": made.losses}))


@release.command()
def formats() -> None:
    """The formats there are."""
    for one in writers(FORMATS):
        click.echo(f"{one.key}\t{one.title}\t{', '.join(_modalities(one))}")


def _modalities(one: Format) -> list[str]:
    """What a format can be asked to write, by the kind of item."""
    chosen = one.writer.modalities if one.writer else ()
    return MODALITIES.keys() if chosen is None else list(chosen)


@release.command("list")
@click.argument("project")
def list_command(project: str) -> None:
    """Releases of PROJECT, newest first."""

    def look(session: Session) -> tuple[list[Release], set[int]]:
        project_id = get_project(session, project).id
        return list_releases(session, project_id), recalled_numbers(session, project_id)

    rows, recalled = machine.read(look)
    for row in rows:
        _say(row, recalled=row.number in recalled)


def _say(row: Release, *, recalled: bool = False) -> None:
    shown = {"id": row.id, "number": row.number, "items": row.items, "manifest_sha256": row.manifest_sha256}
    click.echo(json.dumps(shown | ({"recalled": True} if recalled else {})))
