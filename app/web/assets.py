"""Static files under a path that carries their version, so that browsers may keep them for ever."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, current_app, send_from_directory
from flask.blueprints import BlueprintSetupState

from app.http.access import PUBLIC, access

STATIC = Path(__file__).parent / "static"
FOR_EVER = "public, max-age=31536000, immutable"

assets = Blueprint("assets", __name__, template_folder="templates")


@assets.record_once
def _add_global(state: BlueprintSetupState) -> None:
    state.app.jinja_env.globals["static"] = static


def static(name: str) -> str:
    """The address of a static file of this version."""
    version = digest() if not current_app.debug else "dev"
    return f"/static/{version}/{name}"


@cache
def digest() -> str:
    """One version for all files: modules import each other by relative paths."""
    total = hashlib.sha256()
    for path in sorted(p for p in STATIC.rglob("*") if p.is_file()):
        total.update(path.relative_to(STATIC).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()[:12]


@assets.get("/static/<version>/<path:name>")
@access(PUBLIC)
def file(version: str, name: str) -> Response:
    response = send_from_directory(STATIC, name)
    # A page of an older version gets what there is, but may not keep it.
    response.headers["Cache-Control"] = FOR_EVER if version == digest() else "no-store"
    return response
