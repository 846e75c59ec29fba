"""`release`: cut what is signed, write it in a format."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from app.accounts.actor import OperatorActor
from app.accounts.approval import Done, do_or_ask
from app.audit.sequencer import sequence
from app.cli import machine
from app.cli.nouns import Noun
from app.cli.waiting import say_waiting
from app.core import clock
from app.core.db import Session
from app.corpus.project import get_project
from app.formats.protocol import FORMATS, Format, writers
from app.release.cutting import cut as cut_release
from app.release.export import Export, ExportOrder, OutgoingRelease, export_to
from app.release.in_progress import OutgoingWork
from app.release.manifest import head_of
from app.release.recall import recalled_numbers
from app.release.release import Release, list_releases
from app.review.modality import MODALITIES


@click.group(cls=Noun)
def release() -> None:
    """Immutable cuts of finished work."""


@release.command()
@click.argument("project")
def cut(project: str) -> None:
    """Cut a release of every signed item of PROJECT; it stands in for releases that were recalled."""

    services = machine.machine()
    if (waits := machine.write(lambda session, actor, at: _ask(session, actor, project, at))) is not None:
        say_waiting(waits)
        return
    row = cut_release(services.database, machine.operator(), project, at=clock.now())
    sequence(services.database, services.signer(), at=clock.now())
    _say(row)
    _say_left_out(head_of(row.manifest).get("left_out", []))


def _ask(session: Session, actor: OperatorActor, key: str, at: int) -> Done | None:
    """What it waits for, in a project where a release takes two; the worker makes it once it is approved."""
    row = get_project(session, key)
    if not row.setting("release_approval"):
        return None
    return do_or_ask(session, actor, "release", {"project": row.id, "by": None}, at=at)


def _say_left_out(left_out: list[list[int | str]]) -> None:
    """Name what could not be read or written, and end with 1: nothing is left out in silence."""
    for number, code in left_out:
        click.echo(f"item {number} was left out: {code}", err=True)
    if left_out:
        raise SystemExit(1)


@release.command()
@click.argument("release_id", type=int)
@click.option("--format", "format_key", required=True, help="One of the formats; `release formats` lists them.")
@click.option("--to-region", "region", default="", help="Region it goes to, where the project names one.")
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
def export(release_id: int, format_key: str, region: str, out: Path) -> None:
    """Write a release into OUT (a zip); prints checksums and what the format could not express, field by field."""

    order, database = ExportOrder(format_key, out.parent, region=region), machine.machine().database
    _say_export(export_to(OutgoingRelease(database, machine.operator(), release_id, order, at=clock.now()), out), {})


@release.command("in-progress")
@click.argument("project")
@click.option("--format", "format_key", required=True, help="One of the formats; `release formats` lists them.")
@click.option("--to-region", "region", default="", help="Region it goes to, where the project names one.")
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
def in_progress(project: str, format_key: str, region: str, out: Path) -> None:
    """Write what PROJECT holds so far into OUT (a zip), marked as NOT A RELEASE: for those who lead it.

    Items that somebody still reads, or has to read again, are not in it.
    """
    order, database = ExportOrder(format_key, out.parent, region=region), machine.machine().database
    made = export_to(OutgoingWork(database, machine.operator(), project, order, at=clock.now()), out)
    _say_export(made, {"not_a_release": True})


def _say_export(made: Export, mark: dict[str, bool]) -> None:
    shown = mark | {"sha256": made.sha256, "files": made.files, "losses": made.losses}
    click.echo(json.dumps(shown | ({"left_out": made.left_out} if made.left_out else {})))
    _say_left_out(made.left_out)


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


@release.command("qualifications")
@click.argument("release_id", type=int)
def qualifications_command(release_id: int) -> None:
    """Who read, settled and verified the items of RELEASE_ID, with which credentials at that act; a JSON line each."""
    from app.release.qualifications import qualifications
    from app.release.release import get_release

    def unit(session: Session) -> list[dict[str, object]]:
        return qualifications(session, machine.operator(), get_release(session, release_id), at=clock.now())

    for row in machine.read(unit):
        click.echo(json.dumps(row, ensure_ascii=False))


@release.command("lineage")
@click.argument("project")
@click.argument("label")
@click.option("--release", "number", type=int, help="Number of the release; else the newest that holds the item.")
@click.option("--element", default="", help="Of this element alone, as the exported row names it.")
def lineage_command(project: str, label: str, number: int | None, element: str) -> None:
    """Everything behind an exported row of PROJECT, back to its delivery: LABEL is its document; JSON."""
    from app.release.lineage import Wanted, get_lineage

    wanted = Wanted(label, number, element)
    told = machine.read(
        lambda session: get_lineage(session, machine.operator(), project, wanted, at=clock.now())
    )
    click.echo(json.dumps(told, ensure_ascii=False, indent=2))


@release.command("inspect")
@click.argument("project")
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--item", "label", default="", help="Label of one item; else the whole release.")
@click.option("--release", "number", type=int, help="Number of the release.")
@click.option("--with-text", "texts", is_flag=True, help="The notes too, for who may read them.")
@click.option("--cut-off", type=int, help="Size of the checkpoint up to which the log is told; else it is sealed now.")
@click.option("--checkpoint", "kept", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="One that somebody keeps: the bundle leads from it (may come several times).")
@click.option("--to-region", "region", default="", help="Region it goes to, where the project names one.")
def inspect_command(project: str, out: Path, number: int | None, kept: tuple[Path, ...], **said: Any) -> None:
    """Write everything behind an item or a release of PROJECT into OUT (a zip), to be checked with Python alone."""
    from app.audit.checkpoint import parse_statement
    from app.release.inspection import InspectionOrder, Making, OutgoingInspection

    here = machine.machine()
    sizes = tuple(parse_statement(path.read_text(encoding="utf-8").partition("\n\n")[0] + "\n").size for path in kept)
    order = InspectionOrder(project, release=number, sizes=sizes, **said)
    making = Making(out.parent)
    bundle = OutgoingInspection(here.database, here.signer(), machine.operator(), order, making, at=clock.now())
    made = export_to(bundle, out)
    click.echo(json.dumps({"sha256": made.sha256, "files": made.files}))
