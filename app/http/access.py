"""What comes in. Each route declares who may, and what bodies it reads; one that does not is closed.

Requests that are forged or too large end here, and `check` is the order in which a request is asked.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, request

from app.accounts import policy
from app.accounts.factors.desk import Demand
from app.accounts.limits import UseLimit
from app.accounts.policy import Action, PolicySubject
from app.core.errors import ChartmarkError, Forbidden
from app.http import context, cookies, limits, values
from app.http.context import NotSignedIn

View = TypeVar("View", bound=Callable[..., Any])

FORM = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
JSON = frozenset({"application/json"})
UPLOAD = frozenset({"multipart/form-data"})
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER, CSRF_FIELD = "X-CSRF-Token", "csrf_token"
MEGABYTE = 1024 * 1024
COMMON_BODY = 8 * MEGABYTE


class UnsupportedMediaType(ChartmarkError):
    """The body is of a type this route does not read."""


class SecondFactorNeeded(Forbidden):
    """The session is of one factor, and this server asks everybody for two."""


def install(app: Flask) -> None:
    hosts = app.extensions["settings"].hosts
    app.config.update(
        MAX_CONTENT_LENGTH=COMMON_BODY,
        MAX_FORM_MEMORY_SIZE=2 * MEGABYTE,
        MAX_FORM_PARTS=500,
        TRUSTED_HOSTS=[host.strip() for host in hosts.split(",")] if hosts else None,
    )
    app.jinja_env.globals["csrf_token"] = csrf_token
    limits.install(app)
    app.before_request(check)


@dataclass(frozen=True)
class AccessRule:
    """Who may come in. `action`: the act the service behind the route asks the policy about;
    `at_the_door`: it is asked here already, for acts that are not about one project."""

    key: str
    signed_in: bool = True
    action: Action | None = None
    at_the_door: bool = False


PUBLIC = AccessRule("public", signed_in=False)
SIGNED_IN = AccessRule("signed-in")


def acting(action: Action) -> AccessRule:
    """Signed in; the service requires the act of the object it finds."""
    return AccessRule(f"acting:{action.value}", action=action)


def server_acting(action: Action) -> AccessRule:
    """Signed in, and allowed the act on the server as a whole."""
    return AccessRule(f"server-acting:{action.value}", action=action, at_the_door=True)


@dataclass(frozen=True)
class Declared:
    """A route's rule, and what bodies it reads."""

    rule: AccessRule
    accepts: frozenset[str]
    fresh: bool
    limit: UseLimit | None = None
    one_factor: bool = False


def access(
    rule: AccessRule,
    *,
    accepts: frozenset[str] | None = None,
    fresh: bool = False,
    limit: UseLimit | None = None,
    one_factor: bool = False,
) -> Callable[[View], View]:
    """Declare a view's rule. Bodies are JSON under `/api/`, forms elsewhere, unless `accepts` says else;
    only routes that accept UPLOAD take bodies beyond the common limit. `fresh`: only shortly after the
    password was typed. `limit`: how often one person may come in a while. `one_factor`: also for whoever signed
    in by a password alone where everybody needs a second factor: what one does to get one."""

    def declare(view: View) -> View:
        view.access_rule = rule  # type: ignore[attr-defined]
        view.access_accepts = accepts  # type: ignore[attr-defined]
        view.access_fresh = fresh  # type: ignore[attr-defined]
        view.access_limit = limit  # type: ignore[attr-defined]
        view.access_one_factor = one_factor  # type: ignore[attr-defined]
        return view

    return declare


def find_declared(app: Flask, endpoint: str, path: str) -> Declared | None:
    """What the view of an endpoint declares, None if nothing."""
    view = app.view_functions[endpoint]
    rule = getattr(view, "access_rule", None)
    if rule is None:
        return None
    accepts = getattr(view, "access_accepts", None)
    accepted = accepts or (JSON if path.startswith("/api/") else FORM)
    declared = {name: getattr(view, f"access_{name}", None) for name in ("fresh", "limit", "one_factor")}
    return Declared(rule, accepted, bool(declared["fresh"]), declared["limit"], bool(declared["one_factor"]))


def declared() -> Declared:
    """What the route of this request declares. Raises RuntimeError where it declares nothing."""
    endpoint = request.endpoint or ""
    found = find_declared(current_app, endpoint, request.path)
    if found is None:
        raise RuntimeError(f"the route {endpoint} declares no access rule")
    return found


def check() -> None:
    """Everything that is asked of a request before its view runs, in this order."""
    if request.endpoint is None:
        return  # no such route: flask answers 404 or 405
    found = declared()
    if found.accepts == UPLOAD:
        request.max_content_length = context.settings().max_upload_mb * MEGABYTE
    if request.method not in SAFE:
        _check_site()
        _check_type(found)
    # An ended session is told as such, not as a stale form.
    _check_signed_in(found)
    _check_factors(found)
    if request.method not in SAFE and not hmac.compare_digest(_sent_token().encode(), csrf_token().encode()):
        raise Forbidden("csrf", "this form is out of date; load the page again and repeat")
    _check_door(found)
    values.check()
    if found.limit is not None:
        limits.take(found.limit)


def _check_signed_in(found: Declared) -> None:
    """Raises NotSignedIn where the route is not for everybody."""
    if not found.rule.signed_in or context.find_actor() is not None:
        return
    if cookies.session_token():
        raise NotSignedIn("session-ended", "your session has ended; sign in again")
    raise NotSignedIn("not-signed-in", "sign in first")


def _check_factors(found: Declared) -> None:
    """Raises SecondFactorNeeded where everybody has to have two and this session was opened by one."""
    if found.one_factor or not found.rule.signed_in or context.settings().second_factor != Demand.EVERYBODY:
        return
    if not context.signed_in().is_strong:
        raise SecondFactorNeeded("second-factor-needed", "set up a second factor first, under Your account")


def _check_door(found: Declared) -> None:
    """Raises Forbidden where the rule's act is decided before the view, or the sign-in is too old."""
    rule = found.rule
    if rule.action is not None and rule.at_the_door:
        actor = context.actor()
        subject = PolicySubject("server", None)
        with context.database().reading() as session:
            policy.require(session, actor, rule.action, subject, at=context.at())
    if found.fresh and not context.is_fresh():
        raise Forbidden("confirmation-needed", "confirm your password first; you typed it a while ago")


def csrf_token() -> str:
    """The token of this browser: derived from its cookie, so that nothing more is stored."""
    signed_in = context.find_signed_in()
    secret = signed_in.token if signed_in else cookies.guest_token()
    return hmac.new(secret.encode(), b"csrf", hashlib.sha256).hexdigest()


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


def _check_type(found: Declared) -> None:
    accepted = found.accepts
    has_body = bool(request.content_length) or "Transfer-Encoding" in request.headers
    if (has_body or request.mimetype) and request.mimetype not in accepted:
        raise UnsupportedMediaType("unsupported-media-type", f"send {' or '.join(sorted(accepted))}")


def _sent_token() -> str:
    if CSRF_HEADER in request.headers:
        return request.headers[CSRF_HEADER]
    # A form of another site can hold any field, but no JSON route reads one.
    return request.form.get(CSRF_FIELD, "") if request.mimetype in FORM else ""
