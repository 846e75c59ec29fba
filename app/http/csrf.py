"""Forged requests: refused by origin, by content type, and by a token only our pages know."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import urlsplit

from flask import Flask, request

from app.core.errors import ChartmarkError, Forbidden
from app.http import access, context, cookies

HEADER, FIELD = "X-CSRF-Token", "csrf_token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class UnsupportedMediaType(ChartmarkError):
    """The body is of a type this route does not read."""


def install(app: Flask) -> None:
    app.jinja_env.globals["csrf_token"] = token


def token() -> str:
    """The token of this browser: derived from its cookie, so that nothing more is stored."""
    signed_in = context.find_signed_in()
    secret = signed_in.token if signed_in else cookies.guest_token()
    return hmac.new(secret.encode(), b"csrf", hashlib.sha256).hexdigest()


def check_origin() -> None:
    """Raises Forbidden("csrf"), UnsupportedMediaType. Safe methods pass: they change nothing."""
    if request.method not in SAFE:
        _check_site()
        _check_type()


def check_token() -> None:
    """Raises Forbidden("csrf") for an unsafe method without our token."""
    if request.method in SAFE:
        return
    if not hmac.compare_digest(_sent().encode(), token().encode()):
        raise Forbidden("csrf", "this form is out of date; load the page again and repeat")


def _check_site() -> None:
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden("csrf", "this request came from another site")
    origin = request.headers.get("Origin")
    if origin is not None and _host_of(origin) != request.host:
        raise Forbidden("csrf", "this request came from another site")


def _host_of(origin: str) -> str:
    """Host and port; empty where it is no address (`http://[`)."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _check_type() -> None:
    accepted = access.declared().accepts
    has_body = bool(request.content_length) or "Transfer-Encoding" in request.headers
    if (has_body or request.mimetype) and request.mimetype not in accepted:
        raise UnsupportedMediaType("unsupported-media-type", f"send {' or '.join(sorted(accepted))}")


def _sent() -> str:
    if HEADER in request.headers:
        return request.headers[HEADER]
    # A form of another site can hold any field, but no JSON route reads one.
    return request.form.get(FIELD, "") if request.mimetype in access.FORM else ""
