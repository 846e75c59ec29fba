"""Setting up and removing one's second factors: an authenticator app, passkeys, recovery codes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.factors import enrolment, passkey, recovery, totp
from app.accounts.factors.factor import SecondFactor, kinds_of
from app.accounts.session import strengthen
from app.audit.paper import qr_picture
from app.core.db import Session
from app.core.errors import ChartmarkError, Conflict, Invalid
from app.http import context, cookies
from app.http.access import JSON, SIGNED_IN, access
from app.http.errors import status_of
from app.web.account import account_facts

factor_pages = Blueprint("factors", __name__, url_prefix="/account/factors")


@factor_pages.post("/totp")
@access(SIGNED_IN, fresh=True, one_factor=True)
def start_totp() -> ResponseReturnValue:
    actor, desk, at = context.actor(), context.factor_desk(), context.at()
    try:
        token, address = context.database().writing(lambda s: totp.start_enrolment(s, desk, actor, at=at))
    except (Conflict, Invalid) as error:
        return _account(error)
    return _totp(token, address)


@factor_pages.post("/totp/confirmation")
@access(SIGNED_IN, fresh=True, one_factor=True)
def finish_totp() -> ResponseReturnValue:
    actor, desk, at = context.actor(), context.factor_desk(), context.at()
    token, code, title = (request.form.get(name, "") for name in ("token", "code", "title"))

    def unit(session: Session) -> list[str]:
        return _added(session, totp.finish_enrolment(session, desk, actor, token, code, title, at=at))

    try:
        codes = context.database().writing(unit)
    except Conflict as error:
        return _account(error)
    except Invalid as error:
        with context.database().reading() as session:
            address = totp.enrolment_address(session, desk, actor, token, at=at)
        return _totp(token, address, error)
    return _done(codes)


@factor_pages.post("/passkey/options")
@access(SIGNED_IN, accepts=JSON, fresh=True, one_factor=True)
def start_passkey() -> ResponseReturnValue:
    """What a browser needs to make a passkey."""
    actor, desk, at = context.actor(), context.factor_desk(), context.at()
    return jsonify(context.database().writing(lambda s: passkey.start_enrolment(s, desk, actor, at=at)))


@factor_pages.post("/passkey")
@access(SIGNED_IN, fresh=True, one_factor=True)
def finish_passkey() -> ResponseReturnValue:
    actor, desk, at = context.actor(), context.factor_desk(), context.at()
    answer, title = request.form.get("passkey", ""), request.form.get("title", "")

    def unit(session: Session) -> list[str]:
        return _added(session, passkey.finish_enrolment(session, desk, actor, answer, title, at=at))

    try:
        codes = context.database().writing(unit)
    except (Conflict, Invalid) as error:
        return _account(error)
    return _done(codes)


@factor_pages.post("/<int:factor_id>/removal")
@access(SIGNED_IN, fresh=True)
def remove(factor_id: int) -> ResponseReturnValue:
    actor, desk, at, keep = context.actor(), context.factor_desk(), context.at(), cookies.session_token()
    try:
        context.database().writing(lambda s: enrolment.remove(s, desk, actor, factor_id, keep, at=at))
    except Conflict as error:
        return _account(error)
    return redirect(url_for("account.show", notice="factor-removed"), 303)


@factor_pages.post("/recovery-codes")
@access(SIGNED_IN, fresh=True)
def make_codes() -> ResponseReturnValue:
    actor, at = context.actor(), context.at()

    def unit(session: Session) -> list[str]:
        if not kinds_of(session, actor.id):
            raise Conflict("no-factor", "recovery codes stand in for a second factor: set one up first")
        return recovery.make_codes(session, actor, actor.id, at=at)

    try:
        return _done(context.database().writing(unit))
    except Conflict as error:
        return _account(error)


def _added(session: Session, row: SecondFactor) -> list[str]:
    """What follows a new factor: this session has it, the others end; perhaps recovery codes."""
    token = cookies.session_token()
    strengthen(session, token, row.kind)
    return enrolment.after_enrolment(session, context.actor(), token, at=context.at())


def _done(codes: list[str]) -> ResponseReturnValue:
    """Codes are shown once, on the answer itself: it is not stored, and loading it again sends nothing twice."""
    if codes:
        return render_template("account/recovery_codes.html", codes=codes)
    return redirect(url_for("account.show", notice="factor-added"), 303)


def _totp(token: str, address: str, error: Invalid | None = None) -> tuple[str, int]:
    shown: dict[str, Any] = {"token": token, "picture": qr_picture(address), "secret": totp.secret_of(address)}
    return render_template("account/totp.html", error=error, **shown), 422 if error else 200


def _account(error: ChartmarkError) -> tuple[str, int]:
    with context.database().reading() as session:
        page = render_template("account/show.html", error=error, **account_facts(session))
    return page, status_of(error)
