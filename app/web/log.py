"""The log for machines that follow it (C2SP tlog-tiles): the newest checkpoint and the hashes under it, no content."""

from __future__ import annotations

from flask import Blueprint, Response

from app.audit.tiles import find_tile, signed_checkpoint
from app.http import context
from app.http.access import PUBLIC, access
from app.http.context import NotSignedIn

log_tiles = Blueprint("log", __name__, url_prefix="/log")
FOR_EVER = "public, max-age=31536000, immutable"


@log_tiles.get("/checkpoint")
@access(PUBLIC)
def checkpoint() -> Response:
    """A follower fetches it each time anew."""
    _require_open()
    with context.database().reading() as session:
        return Response(signed_checkpoint(session), content_type="text/plain; charset=utf-8")


@log_tiles.get("/tile/<int:level>/<path:path>")
@access(PUBLIC)
def tile(level: int, path: str) -> Response:
    """Hashes of one level; a full tile never changes."""
    _require_open()
    with context.database().reading() as session:
        data, full = find_tile(session, level, path)
    answer = Response(data, content_type="application/octet-stream")
    if full:
        answer.headers["Cache-Control"] = FOR_EVER
    return answer


def _require_open() -> None:
    if context.settings().log_private and context.find_actor() is None:
        raise NotSignedIn("not-signed-in", "sign in first")
