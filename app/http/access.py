"""Each route declares who may come in; a route that does not is closed, and a test names it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, current_app, request

from app.accounts import policy
from app.accounts.policy import Action, PolicySubject
from app.core.errors import Forbidden
from app.http import context, cookies
from app.http.context import NotSignedIn

View = TypeVar("View", bound=Callable[..., Any])

FORM = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
JSON = frozenset({"application/json"})
UPLOAD = frozenset({"multipart/form-data"})


@dataclass(frozen=True)
class Rule:
    """Who may come in. `action`: the act the service behind the route asks the policy about;
    `at_the_door`: it is asked here already, for acts that are not about one project."""

    key: str
    signed_in: bool = True
    action: Action | None = None
    at_the_door: bool = False


PUBLIC = Rule("public", signed_in=False)
SIGNED_IN = Rule("signed-in")


def acting(action: Action) -> Rule:
    """Signed in; the service requires the act of the object it finds."""
    return Rule(f"acting:{action.value}", action=action)


def server_acting(action: Action) -> Rule:
    """Signed in, and allowed the act on the server as a whole."""
    return Rule(f"server-acting:{action.value}", action=action, at_the_door=True)


@dataclass(frozen=True)
class Declared:
    """A route's rule, and what bodies it reads."""

    rule: Rule
    accepts: frozenset[str]
    fresh: bool


def access(rule: Rule, *, accepts: frozenset[str] | None = None, fresh: bool = False) -> Callable[[View], View]:
    """Declare a view's rule. Bodies are JSON under `/api/`, forms elsewhere, unless `accepts` says else;
    only routes that accept UPLOAD take bodies beyond the common limit. `fresh`: only shortly after the
    password was typed."""

    def declare(view: View) -> View:
        view.access_rule = rule  # type: ignore[attr-defined]
        view.access_accepts = accepts  # type: ignore[attr-defined]
        view.access_fresh = fresh  # type: ignore[attr-defined]
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
    return Declared(rule, accepted, getattr(view, "access_fresh", False))


def declared() -> Declared:
    """What the route of this request declares. Raises RuntimeError where it declares nothing."""
    endpoint = request.endpoint or ""
    found = find_declared(current_app, endpoint, request.path)
    if found is None:
        raise RuntimeError(f"the route {endpoint} declares no access rule")
    return found


def check_signed_in() -> None:
    """Raises NotSignedIn where the route is not for everybody."""
    if not declared().rule.signed_in or context.find_actor() is not None:
        return
    if cookies.session_token():
        raise NotSignedIn("session-ended", "your session has ended; sign in again")
    raise NotSignedIn("not-signed-in", "sign in first")


def check_door() -> None:
    """Raises Forbidden where the rule's act is decided before the view, or the sign-in is too old."""
    found = declared()
    rule = found.rule
    if rule.action is not None and rule.at_the_door:
        actor = context.actor()
        subject = PolicySubject("server", None)
        with context.database().reading() as session:
            policy.require(session, actor, rule.action, subject, at=context.at())
    if found.fresh and not context.is_fresh():
        raise Forbidden("confirmation-needed", "confirm your password first; you typed it a while ago")
