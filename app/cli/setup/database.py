"""`database`: what the tables are, as a picture for whoever reads the code; and giving back what is gone from them."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app

from app.cli.nouns import Noun
from app.core.db import Base, Database
from app.core.diagram import draw
from app.core.reclaim import reclaim


@click.group(cls=Noun)
def database() -> None:
    """The tables of this program."""


@database.command("reclaim")
def reclaim_command() -> None:
    """Write all tables anew, so that nothing that was destroyed is left in free pages: after an erasure, as the owner.

    Nobody works meanwhile. Exit 1 where a step was left undone: a superuser of the database does it.
    """
    left = 0
    here = Database(current_app.extensions["settings"].owner_database)
    for statement, does, done in reclaim(here):
        click.echo(f"{'done' if done else 'LEFT UNDONE'}\t{statement}\t{does}")
        left += not done
    here.dispose()
    if left:
        raise SystemExit(1)


@database.command("diagram")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False), metavar="[FILE]", required=False)
def diagram_command(path: Path | None) -> None:
    """Write all tables as Mermaid diagrams, by package, into FILE (or print them)."""
    current_app.open()  # type: ignore[attr-defined]  # every model is imported
    text = draw(Base)
    if path is None:
        click.echo(text, nl=False)
    else:
        path.write_text(text, encoding="utf-8")
