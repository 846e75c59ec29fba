"""Days as commands take them."""

from __future__ import annotations

from typing import Any

import click

from app.core.clock import parse_iso


class DayOption(click.ParamType):
    """An ISO date or time, as milliseconds."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            return value if isinstance(value, int) else parse_iso(value)
        except ValueError:
            self.fail("a date, as 2026-11-21", param, ctx)
