"""Stored pictures: the SVG itself, and its table as a file."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.core.errors import NotFound
from app.http import context
from app.http.access import access, acting
from app.quality.plots.stored import find_picture
from app.web.quality.frame import as_csv, enter_quality

charts_pages = Blueprint("charts", __name__, url_prefix="/projects/<key>/quality/charts")


@charts_pages.get("/<name>/picture")
@access(acting(Action.VIEW_QUALITY))
def picture(key: str, name: str) -> ResponseReturnValue:
    return Response(_stored(key, name)["svg"], mimetype="image/svg+xml")


@charts_pages.get("/<name>/table")
@access(acting(Action.VIEW_QUALITY))
def table(key: str, name: str) -> ResponseReturnValue:
    stored = _stored(key, name)
    return as_csv(name, stored["columns"], stored["rows"])


def _stored(key: str, name: str) -> dict[str, Any]:
    with context.database().reading() as session:
        found = find_picture(session, enter_quality(session, key).id, name).body
    if not found:
        raise NotFound("picture", "there is no such picture")
    return found
