"""The two cookies: the token of a session, and a guest's token that only guards forms from forgery."""

from __future__ import annotations

from flask import Flask, Request, Response, g, request
from flask_login import LoginManager

from app.accounts.loading import load_actor
from app.accounts.session import SignInSession, find_session, needs_touch, new_token, touch
from app.core.errors import Forbidden
from app.http import context
from app.http.context import SignedIn

MAX_TOKEN = 200
# A page that polls says so, and does not keep an absent person signed in.
BACKGROUND = "X-Background"


class _Login(LoginManager):
    """flask-login without its own cookies: a person comes from our session or not at all."""

    def _load_user_from_remember_cookie(self, cookie: str) -> None:
        return None


def install(app: Flask) -> None:
    login = _Login()
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
    token = request.cookies.get(session_cookie(), "")
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
    """Take both cookies away with this answer."""
    g.new_session = ""


def _load(_request: Request) -> SignedIn | None:
    token = session_token()
    if not token:
        return None
    at, lifetime = context.at(), context.lifetime()
    with context.database().reading() as session:
        row = find_session(session, token, lifetime, at=at)
        if row is None:
            return None
        try:
            actor = load_actor(session, row.person_id, at=at, session_ref=row.ref, request_id=context.request_id())
        except Forbidden:
            return None
    _keep_alive(row, at)
    ends_at = min(at + lifetime.idle, row.expires_at)
    return SignedIn(actor, row.id, ends_at, row.created_at, token)


def _keep_alive(row: SignInSession, at: int) -> None:
    if BACKGROUND not in request.headers and needs_touch(row, at=at):
        context.database().writing(lambda session: touch(session, row.id, at=at))


def _send(response: Response) -> Response:
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
