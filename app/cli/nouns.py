"""The group every noun of the command line is: an error of a service becomes one line and exit 1."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.core.errors import ChartmarkError


class Noun(AppGroup):
    """`@click.group(cls=Noun)`: commands run inside the application; errors are told a line per problem."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except ChartmarkError as error:
            lines = [f"{p.where}: {p.message} ({p.code})" for p in error.problems]
            raise click.ClickException("\n".join(lines) or str(error)) from error
