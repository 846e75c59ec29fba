"""Puts the edge around an application."""

from __future__ import annotations

from functools import partial

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app.http import access, answers, cookies, errors, factors, metrics, prefix, values


def install(app: Flask) -> None:
    """Everything between the socket and a view. before_request runs first to last, after_request last to first."""
    _trust_proxies(app)
    prefix.install(app)
    values.install(app)  # before any route is added
    answers.install(app)
    metrics.install(app)
    cookies.install(app)
    access.install(app)
    factors.install(app)
    errors.install(app)


def _trust_proxies(app: Flask) -> None:
    """Take address, scheme and host from as many proxies as there are, and from nobody else."""
    count = app.extensions["settings"].proxies
    if count:
        app.extensions["middleware"].append(partial(ProxyFix, x_for=count, x_proto=count, x_host=count))
