"""Signing in by password and second factor, out again, and choosing a password by a one-time link."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.factors import passkey
from app.accounts.factors.factor import FactorKind, kinds_of
from app.accounts.notice import has_urgent
from app.accounts.reset import choose_password, find_link_owner, needs_code_of
from app.accounts.session import close_session
from app.accounts.sign_in import (
    Attempt,
    Halfway,
    Opened,
    confirm,
    find_halfway,
    finish_sign_in,
    halfway_scope,
    sign_in,
)
from app.core.db import Session
from app.core.errors import ChartmarkError, Forbidden, Invalid, Unavailable
from app.http import context, cookies
from app.http.access import JSON, PUBLIC, SIGNED_IN, access
from app.http.errors import status_of
from app.http.factors import remember, typed_second, where
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
    attempt = _attempt(request.form.get("username", ""))
    try:
        opened = sign_in(context.database(), attempt, context.lifetime(), at=context.at())
    except ChartmarkError as error:
        return _form(target, error), status_of(error), _retry(error)
    return go_in(opened, target)


@sign_in_pages.get("/sign-in/second-factor")
@access(PUBLIC)
def second() -> ResponseReturnValue:
    return _second(request.args.get("next", ""))


@sign_in_pages.post("/sign-in/second-factor")
@access(PUBLIC)
def enter_second() -> ResponseReturnValue:
    target, token, desk = safe_target(request.form.get("next", "")), cookies.step_token(), context.factor_desk()
    try:
        opened = finish_sign_in(
            context.database(), desk, token, typed_second(), where(), context.lifetime(), at=context.at()
        )
    except ChartmarkError as error:
        response = make_response(_second(target, error), status_of(error))
        response.headers.update(_retry(error))
        return response
    return go_in(opened, target)


@sign_in_pages.post("/sign-in/second-factor/passkey")
@access(PUBLIC, accepts=JSON)
def passkey_options() -> ResponseReturnValue:
    """What the browser of somebody halfway in needs to use a passkey."""
    token, desk, at = cookies.step_token(), context.factor_desk(), context.at()

    def unit(session: Session) -> dict[str, Any]:
        person = find_halfway(session, token, at=at)
        if person is None:
            raise Forbidden("sign-in-over", "this took too long; sign in again")
        return passkey.start_use(session, desk, person.id, halfway_scope(token), at=at)

    return jsonify(context.database().writing(unit))


@sign_in_pages.get("/confirmation")
@access(SIGNED_IN, one_factor=True)
def confirmation() -> ResponseReturnValue:
    return _confirmation(request.args.get("next", ""))


@sign_in_pages.post("/confirmation")
@access(SIGNED_IN, one_factor=True)
def confirm_password() -> ResponseReturnValue:
    target, actor, at = safe_target(request.form.get("next", "")), context.actor(), context.at()
    attempt, token, desk = _attempt(actor.username), cookies.session_token(), context.factor_desk()
    try:
        opened = confirm(context.database(), desk, actor, attempt, typed_second(), token, context.lifetime(), at=at)
    except ChartmarkError as error:
        return _confirmation(target, error), status_of(error), _retry(error)
    remember(opened)
    return redirect(target, 303)


@sign_in_pages.post("/sign-out")
@access(SIGNED_IN, one_factor=True)
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
        person, coded = find_link_owner(session, token, at=context.at()), needs_code_of(session, token)
    return render_template("choose_password.html", person=person, error=None, coded=coded)


@sign_in_pages.post("/password/<token>")
@access(PUBLIC)
def choose(token: str) -> ResponseReturnValue:
    password = request.form.get("password", "")
    if password != request.form.get("again", ""):
        return _again(token, Invalid("passwords-differ", "the two passwords differ"))
    try:
        choose_password(context.database(), token, password, code=request.form.get("code", ""), at=context.at())
    except (Invalid, Forbidden, Unavailable) as error:
        return _again(token, error)
    cookies.forget()
    return redirect(url_for("sign_in.form", notice="password-chosen"), 303)


def go_in(opened: Opened | Halfway, target: str) -> ResponseReturnValue:
    """On to where one wanted to go, or to the second factor."""
    remember(opened)
    if isinstance(opened, Halfway):
        return redirect(url_for("sign_in.second", next=target), 303)
    context.database().writing(lambda session: sweep(session, opened.person_id, at=context.at()))
    with context.database().reading() as session:
        if has_urgent(session, opened.person_id):
            target = url_for("account.show", next=target)
    return redirect(target, 303)


def _attempt(username: str) -> Attempt:
    came = where()
    return Attempt(username, request.form.get("password", ""), came.address, came.token, came.name)


def _form(target: str, error: ChartmarkError | None = None) -> str:
    ended = bool(cookies.session_token()) and error is None
    return render_template("sign_in.html", target=safe_target(target), error=error, ended=ended)


def _second(target: str, error: ChartmarkError | None = None) -> str:
    with context.database().reading() as session:
        person = find_halfway(session, cookies.step_token(), at=context.at())
        kinds = kinds_of(session, person.id) if person else frozenset[FactorKind]()
    if person is None:
        return _form(target, error or Forbidden("sign-in-over", "this took too long; sign in again"))
    return render_template("sign_in_second.html", target=safe_target(target), kinds=kinds, error=error)


def _confirmation(target: str, error: ChartmarkError | None = None) -> str:
    return render_template("confirm.html", target=safe_target(target), error=error)


def _retry(error: ChartmarkError) -> dict[str, str]:
    seconds = error.details.get("retry_after")
    return {"Retry-After": str(seconds)} if seconds else {}


def _again(token: str, error: ChartmarkError) -> ResponseReturnValue:
    with context.database().reading() as session:
        person, coded = find_link_owner(session, token, at=context.at()), needs_code_of(session, token)
    page = render_template("choose_password.html", person=person, error=error, coded=coded)
    return page, status_of(error), _retry(error)
