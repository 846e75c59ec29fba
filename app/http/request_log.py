"""One JSON line per request on stderr: id, route, status, time. Never bodies, queries or users' text."""

from __future__ import annotations

import json
import sys
import time
import traceback
from typing import Any

from flask import Flask, Response, g, request

from app.core import clock
from app.http import context


def install(app: Flask) -> None:
    app.before_request(_start)
    app.after_request(_log)


def _start() -> None:
    g.started = time.perf_counter()
    context.at()


def _log(response: Response) -> Response:
    started = g.get("started")
    actor = g.get("_login_user")
    _write(
        {
            "event": "request",
            "method": request.method,
            # The rule of the route, not its path: ids belong to the audit log, typed text nowhere.
            "route": request.url_rule.rule if request.url_rule else None,
            "status": response.status_code,
            "ms": round((time.perf_counter() - started) * 1000, 1) if started else None,
            "person": actor.actor.id if isinstance(actor, context.SignedIn) else None,
        }
    )
    return response


def log_bug(error: BaseException) -> None:
    """Type and places of an exception; its message may quote a text, so it is left out."""
    places = [
        f"{frame.filename.rpartition('/app/')[2]}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    _write({"event": "error", "error": type(error).__name__, "at": places[-8:]})


def _write(fields: dict[str, Any]) -> None:
    line = {"time": clock.iso(clock.now()), "request": context.request_id(), **fields}
    # JSON escapes control characters, so that no name can forge a line.
    sys.stderr.write(json.dumps(line) + "\n")
