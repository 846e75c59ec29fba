"""What every answer carries, errors and static files included: security headers, and one line in the server's log.

The line is JSON on stderr: id, route, status, time. Never bodies, queries or users' text.
"""

from __future__ import annotations

import json
import sys
import time
import traceback
from typing import Any

from flask import Flask, Response, g, request

from app.core import clock
from app.http import context

# No inline script or style, nothing from elsewhere, no HTML made from strings (ASVS 3.4.3, domain G.2).
CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "object-src 'none'",
        "require-trusted-types-for 'script'",
    )
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Frame-Options": "DENY",
}
HSTS = "max-age=63072000; includeSubDomains"


def install(app: Flask) -> None:
    app.before_request(_start)
    app.after_request(_add_headers)
    app.after_request(_log)


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers[name] = value
    if context.settings().https:
        response.headers["Strict-Transport-Security"] = HSTS
    # Only what says otherwise (versioned static files) is ever stored.
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["X-Request-Id"] = context.request_id()
    return response


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
