"""`demo`: the synthetic project that shows every screen."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from app.cli import machine
from app.demo.load import KEY, SHEET, load_demo
from app.terminology.releases import ensure_builtin
from app.terminology.search import Lookup


@click.command()
@click.option("--past", is_flag=True, help="Also a second project with four simulated months; takes some minutes.")
def demo(*, past: bool) -> None:
    """Load the demo project unless it is there already."""
    services = machine.machine()
    ensure_builtin(services.settings.terminology_dir, lambda message: click.echo(message, err=True))
    lookup = Lookup(services.settings.terminology_dir)
    guidelines = Path("guidelines").resolve()
    beside = None
    if past:
        from app.demo.past import KEY as PAST
        from app.demo.past import load_past, set_up_past

        beside = partial(set_up_past, guidelines=guidelines)
    made = load_demo(services, lookup, guidelines, beside)
    click.echo(f"project {KEY!r}: {'loaded' if made else 'is there already'}", err=True)
    if past:
        made = load_past(services, lookup, guidelines)
        click.echo(f"project {PAST!r}: {'loaded' if made else 'is there already'}", err=True)
    click.echo(str(services.settings.var_dir / SHEET))
