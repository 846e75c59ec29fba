"""The group every noun of the command line is: an error of a service becomes one line and exit 1."""

from __future__ import annotations

from typing import Any

import click
from flask.cli import AppGroup, ScriptInfo
from sqlalchemy.exc import DBAPIError

from app.core.errors import ChartmarkError
from app.core.registry import Registry


class KeyOf(click.ParamType):
    """A key of a registry, which is asked only when somebody gives one."""

    name = "key"

    def __init__(self, registry: Registry[Any]) -> None:
        self._registry = registry

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        return f"[{'|'.join(self._registry.keys())}]"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in self._registry:
            self.fail(f"{value!r} is not one of {', '.join(map(repr, self._registry.keys()))}.", param, ctx)
        return value


class Noun(AppGroup):
    """`@click.group(cls=Noun)`: commands run inside the application; errors are told a line per problem."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except ChartmarkError as error:
            lines = [f"{p.where}: {p.message} ({p.code})" for p in error.problems]
            raise click.ClickException("\n".join(lines) or str(error)) from error
        except DBAPIError as error:
            if not ctx.ensure_object(ScriptInfo).load_app().extensions["database"].has_table("audit_event"):
                raise click.ClickException("the database holds no tables yet: run `make migrate` first") from error
            raise
