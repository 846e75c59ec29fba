"""`project workflow`: a project's workflow shown, checked and put into force."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from app.accounts.actor import OperatorActor
from app.cli import machine
from app.cli.nouns import Noun
from app.core.clock import now
from app.core.db import Session
from app.core.errors import NotFound
from app.core.reading import read_text
from app.corpus.project import get_project


@click.group(cls=Noun)
def workflow() -> None:
    """By which rules items are read, settled and finished."""


@workflow.command("show")
@click.argument("key", metavar="PROJECT")
@click.option("--of", "ready_made", default="", metavar="WORKFLOW", help="A ready-made one instead: to begin from.")
@click.option("--document", is_flag=True, help="The document alone, as `put` takes it.")
def show_command(key: str, ready_made: str, *, document: bool) -> None:
    """The workflow of PROJECT: its document, its steps in words, and what is lacking for it; one JSON object."""
    from app.review.staffing import preview  # brings pydantic
    from app.review.workflows import WORKFLOWS
    from app.review.workflows.composed import workflow_of

    def look(session: Session) -> dict[str, Any]:
        row = get_project(session, key)
        chosen = WORKFLOWS.get(ready_made) if ready_made else workflow_of(session, row)
        return preview(session, machine.operator(), row, chosen, at=now()).to_dict()

    said = machine.read(look)
    _say(said["workflow"] if document else said)


@workflow.command("check")
@click.argument("key", metavar="PROJECT")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check_command(key: str, path: Path) -> None:
    """What the workflow in the file PATH (JSON) would be in PROJECT; stores nothing."""
    from app.review.staffing import preview  # brings pydantic
    from app.review.workflows.composed import read_workflow

    composed = read_workflow(read_text(path))
    _say(machine.read(lambda s: preview(s, machine.operator(), get_project(s, key), composed, at=now()).to_dict()))


@workflow.command("put")
@click.argument("key", metavar="PROJECT")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def put_command(key: str, path: Path) -> None:
    """Put the workflow in the file PATH (JSON) into force in PROJECT; says what is lacking for it."""
    from app.review.staffing import preview  # brings pydantic
    from app.review.workflows.composed import put_in_force, read_workflow

    composed = read_workflow(read_text(path))

    def unit(session: Session, actor: OperatorActor, at: int) -> dict[str, Any]:
        row = get_project(session, key)
        said = preview(session, actor, row, composed, at=at).to_dict()
        return {"number": put_in_force(session, actor, row, composed, at=at).number} | said

    _say(machine.write(unit))


@workflow.command("list")
@click.argument("key", metavar="PROJECT")
@click.option("--number", type=int, help="This version alone, with its document.")
def list_command(key: str, number: int | None) -> None:
    """The versions PROJECT composed, newest first, one JSON object a line."""
    from app.review.workflows.composed import list_composed  # brings pydantic

    names = ("number", "sha256", "composed_by", "composed_at")
    rows = machine.read(lambda session: list_composed(session, get_project(session, key).id))
    if number is None:
        for row in rows:
            _say({name: getattr(row, name) for name in names})
        return
    found = next((row for row in rows if row.number == number), None)
    if found is None:
        raise NotFound("workflow", f"there is no version {number}")
    _say({name: getattr(found, name) for name in names} | {"workflow": json.loads(found.document)})


def _say(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))
