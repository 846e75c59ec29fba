"""The first page: where a signed-in person's work begins."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, redirect, render_template
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from app.core.clock import iso
from app.http import context
from app.http.access import SIGNED_IN, access
from app.http.factors import own_factors
from app.web.menu import menu
from app.web.notices import notice

home = Blueprint("home", __name__)


@home.record_once
def _add_globals(state: BlueprintSetupState) -> None:
    environment = state.app.jinja_env
    environment.globals |= {"menu": menu, "notice": notice, "signed_in": context.find_signed_in}
    environment.globals |= {"is_fresh": context.is_fresh, "session_left": context.session_left}
    environment.globals |= {"own_factors": own_factors, "find_provider": context.find_provider}
    environment.filters |= {"day": day, "minute": minute, "iso": iso}


def day(at: int) -> str:
    """`2026-11-21`, UTC."""
    return iso(at)[:10]


def minute(at: int) -> str:
    """`2026-11-21 10:15 UTC`."""
    return datetime.fromtimestamp(at // 1000, tz=UTC).strftime("%Y-%m-%d %H:%M UTC")


@home.get("/")
@access(SIGNED_IN)
def start() -> ResponseReturnValue:
    """The first menu entry this person has; without any, a page that says whom to ask."""
    links = menu()
    return redirect(links[0].address) if links else render_template("start.html")
