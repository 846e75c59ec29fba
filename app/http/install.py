"""Puts the edge around an application; the order of the checks is here."""

from __future__ import annotations

from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix

from app.http import access, cookies, csrf, errors, headers, limits, request_log, values


def install(app: Flask) -> None:
    """Everything between the socket and a view. after_request runs last to first."""
    _trust_proxies(app)
    values.install(app)  # before any route is added
    headers.install(app)
    request_log.install(app)
    cookies.install(app)
    limits.install(app)
    csrf.install(app)
    errors.install(app)
    app.before_request(_check)


def _trust_proxies(app: Flask) -> None:
    """Take address, scheme and host from as many proxies as there are, and from nobody else."""
    count = app.extensions["settings"].proxies
    if count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]


def _check() -> None:
    if request.endpoint is None:
        return  # no such route: flask answers 404 or 405
    limits.widen()
    csrf.check_origin()
    # An ended session is told as such, not as a stale form.
    access.check_signed_in()
    csrf.check_token()
    access.check_door()
    values.check()
