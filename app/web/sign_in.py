"""Signing in and out, and choosing a password by a one-time link."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.reset import choose_password, find_link_owner
from app.accounts.session import close_session
from app.accounts.sign_in import Attempt, confirm, sign_in
from app.core.errors import ChartmarkError, Invalid
from app.http import context, cookies
from app.http.access import PUBLIC, SIGNED_IN, access
from app.http.errors import status_of
from app.http.idempotency import sweep
from app.web.targets import safe_target

sign_in_pages = Blueprint("sign_in", __name__)


@sign_in_pages.get("/sign-in")
@access(PUBLIC)
def form() -> ResponseReturnValue:
    if context.find_actor() is not None:
        return redirect(safe_target(request.args.get("next", "")))
    return _form(request.args.get("next", ""))


@sign_in_pages.post("/sign-in")
@access(PUBLIC)
def enter() -> ResponseReturnValue:
    target = safe_target(request.form.get("next", ""))
    attempt = Attempt(request.form.get("username", ""), request.form.get("password", ""), request.remote_addr or "")
    try:
        opened = sign_in(context.database(), attempt, context.lifetime(), at=context.at())
    except ChartmarkError as error:
        return _form(target, error), status_of(error), _retry(error)
    cookies.remember(opened.token)
    context.database().writing(lambda session: sweep(session, opened.person_id, at=context.at()))
    return redirect(target, 303)


@sign_in_pages.get("/confirmation")
@access(SIGNED_IN)
def confirmation() -> ResponseReturnValue:
    return _confirmation(request.args.get("next", ""))


@sign_in_pages.post("/confirmation")
@access(SIGNED_IN)
def confirm_password() -> ResponseReturnValue:
    target, actor = safe_target(request.form.get("next", "")), context.actor()
    attempt = Attempt(actor.username, request.form.get("password", ""), request.remote_addr or "")
    token, at = cookies.session_token(), context.at()
    try:
        opened = confirm(context.database(), actor, attempt, token, context.lifetime(), at=at)
    except ChartmarkError as error:
        return _confirmation(target, error), status_of(error), _retry(error)
    cookies.remember(opened.token)
    return redirect(target, 303)


@sign_in_pages.post("/sign-out")
@access(SIGNED_IN)
def leave() -> ResponseReturnValue:
    actor, token = context.actor(), cookies.session_token()
    context.database().writing(lambda session: close_session(session, actor, token, at=context.at()))
    cookies.forget()
    response = redirect(url_for("sign_in.form", notice="signed-out"), 303)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@sign_in_pages.get("/password/<token>")
@access(PUBLIC)
def link(token: str) -> ResponseReturnValue:
    with context.database().reading() as session:
        person = find_link_owner(session, token, at=context.at())
    return render_template("choose_password.html", person=person, error=None)


@sign_in_pages.post("/password/<token>")
@access(PUBLIC)
def choose(token: str) -> ResponseReturnValue:
    password = request.form.get("password", "")
    if password != request.form.get("again", ""):
        return _again(token, Invalid("passwords-differ", "the two passwords differ"))
    try:
        choose_password(context.database(), token, password, at=context.at())
    except Invalid as error:
        return _again(token, error)
    cookies.forget()
    return redirect(url_for("sign_in.form", notice="password-chosen"), 303)


def _form(target: str, error: ChartmarkError | None = None) -> str:
    ended = bool(cookies.session_token()) and error is None
    return render_template("sign_in.html", target=safe_target(target), error=error, ended=ended)


def _confirmation(target: str, error: ChartmarkError | None = None) -> str:
    return render_template("confirm.html", target=safe_target(target), error=error)


def _retry(error: ChartmarkError) -> dict[str, str]:
    seconds = error.details.get("retry_after")
    return {"Retry-After": str(seconds)} if seconds else {}


def _again(token: str, error: Invalid) -> tuple[str, int]:
    with context.database().reading() as session:
        person = find_link_owner(session, token, at=context.at())
    return render_template("choose_password.html", person=person, error=error), 422
