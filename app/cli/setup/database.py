"""`database`: what the tables are, as a picture for whoever reads the code."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app

from app.cli.nouns import Noun
from app.core.db import Base
from app.core.diagram import draw


@click.group(cls=Noun)
def database() -> None:
    """The tables of this program."""


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
