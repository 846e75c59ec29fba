"""The cookies: the token of a session; a guest's token that only guards forms from forgery; a browser's own, which
opens nothing and is known again; and the token of a step on the way in, for minutes."""

from __future__ import annotations

import secrets

from flask import Flask, Request, Response, g, request
from flask_login import LoginManager

from app.accounts.browser import KEEP
from app.accounts.loading import load_signed_in
from app.accounts.session import SignInSession, needs_touch, new_token, touch
from app.core.clock import SECOND
from app.http import context
from app.http.context import SignedIn

MAX_TOKEN = 200
# The longest step is the way to the identity provider.
STEP_SECONDS = 600
# A page that polls says so, and does not keep an absent person signed in.
BACKGROUND = "X-Background"


def install(app: Flask) -> None:
    """flask-login asks our loader once a request; a person comes from our session or not at all."""
    # Its own cookie for staying signed in has a name that no browser was ever told.
    app.config["REMEMBER_COOKIE_NAME"] = secrets.token_hex(16)
    login = LoginManager()
    login.session_protection = None
    login.request_loader(_load)
    login.init_app(app)
    app.after_request(_send)


def session_cookie() -> str:
    """The name browsers bind to this host and to https, where there is https (ASVS 3.3.1)."""
    return "__Host-chartmark" if context.settings().https else "chartmark"


def guest_cookie() -> str:
    return f"{session_cookie()}-guest"


def session_token() -> str:
    return _sent(session_cookie())


def browser_cookie() -> str:
    return f"{session_cookie()}-browser"


def step_cookie() -> str:
    return f"{session_cookie()}-step"


def browser_token() -> str:
    """Of a browser in which somebody has signed in before."""
    return _sent(browser_cookie())


def step_token() -> str:
    """Of whoever is halfway in, or on the way to the identity provider and back."""
    return _sent(step_cookie())


def _sent(name: str) -> str:
    token = request.cookies.get(name, "")
    return token if len(token) <= MAX_TOKEN else ""


def guest_token() -> str:
    """The guest's token, made on the first form somebody sees."""
    if "guest_token" not in g:
        sent = request.cookies.get(guest_cookie(), "")
        g.guest_token = sent if 32 <= len(sent) <= MAX_TOKEN else new_token()
        g.guest_is_new = g.guest_token != sent
    return g.guest_token


def remember(token: str) -> None:
    """Send the token of a new session with this answer; the guest's token ends."""
    g.new_session = token


def forget() -> None:
    """Take the cookies of session and guest away with this answer; the browser stays known."""
    g.new_session = ""


def remember_browser(token: str) -> None:
    """Know this browser again for half a year."""
    g.new_browser = token


def remember_step(token: str) -> None:
    """Send the token of a step with this answer; with an empty one the step is over."""
    g.new_step = token


def _load(_request: Request) -> SignedIn | None:
    token = session_token()
    if not token:
        return None
    at, lifetime = context.at(), context.lifetime()
    with context.database().reading() as session:
        found = load_signed_in(session, token, lifetime, at=at, request_id=context.request_id())
    if found is None:
        return None
    row, actor = found
    _keep_alive(row, at)
    ends_at = min(at + lifetime.idle, row.expires_at)
    return SignedIn(actor, row.id, ends_at, row.created_at, token, row.has_two_factors)


def _keep_alive(row: SignInSession, at: int) -> None:
    if BACKGROUND not in request.headers and needs_touch(row, at=at):
        context.database().writing(lambda session: touch(session, row.id, at=at))


def _send(response: Response) -> Response:
    if browser := g.get("new_browser"):
        response.set_cookie(browser_cookie(), browser, max_age=KEEP // SECOND, **_attributes())
    if step := g.get("new_step"):
        response.set_cookie(step_cookie(), step, max_age=STEP_SECONDS, **_attributes())
    elif step is not None:
        _delete(response, step_cookie())
    token = g.get("new_session")
    if token is None:
        if g.get("guest_is_new"):
            _set(response, guest_cookie(), g.guest_token)
        return response
    if token:
        _set(response, session_cookie(), token)
    else:
        _delete(response, session_cookie())
    _delete(response, guest_cookie())
    return response


def _set(response: Response, name: str, value: str) -> None:
    response.set_cookie(name, value, **_attributes())


def _delete(response: Response, name: str) -> None:
    response.delete_cookie(name, **_attributes())


def _attributes() -> dict:
    # Lax, not Strict: a link in a mail to an item must not look signed out. Forms carry a token.
    return {"httponly": True, "secure": bool(context.settings().https), "samesite": "Lax", "path": "/"}
