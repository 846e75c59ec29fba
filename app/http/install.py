"""Puts the edge around an application; the order of the checks is here."""

from __future__ import annotations

from flask import Flask, request

from app.http import access, cookies, csrf, errors, headers, limits, request_log


def install(app: Flask) -> None:
    """Everything between the socket and a view. after_request runs last to first."""
    headers.install(app)
    request_log.install(app)
    cookies.install(app)
    limits.install(app)
    csrf.install(app)
    errors.install(app)
    app.before_request(_check)


def _check() -> None:
    if request.endpoint is None:
        return  # no such route: flask answers 404 or 405
    limits.widen()
    csrf.check_origin()
    # An ended session is told as such, not as a stale form.
    access.check_signed_in()
    csrf.check_token()
    access.check_door()
