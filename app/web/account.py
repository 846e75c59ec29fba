"""One's own account: what one may do here and why, sessions, changing the password."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.credential import TIERS, list_credentials
from app.accounts.person import get_person
from app.accounts.reset import change_password
from app.accounts.session import close_all, count_open
from app.core.errors import ChartmarkError, Invalid
from app.http import context, cookies
from app.http.access import SIGNED_IN, access
from app.http.errors import status_of

account_pages = Blueprint("account", __name__, url_prefix="/account")


@account_pages.get("")
@access(SIGNED_IN)
def show() -> ResponseReturnValue:
    return _page()


@account_pages.post("/password")
@access(SIGNED_IN)
def change() -> ResponseReturnValue:
    current, new = request.form.get("current", ""), request.form.get("password", "")
    if new != request.form.get("again", ""):
        return _page(Invalid("passwords-differ", "the two passwords differ")), 422
    token = cookies.session_token()
    try:
        change_password(context.database(), context.actor(), current, new, keep=token, at=context.at())
    except ChartmarkError as error:
        return _page(error), status_of(error)
    return redirect(url_for("account.show", notice="password-changed"), 303)


@account_pages.post("/sessions/end")
@access(SIGNED_IN)
def end_others() -> ResponseReturnValue:
    actor, token = context.actor(), cookies.session_token()
    context.database().writing(
        lambda session: close_all(session, actor, actor.id, "ended-by-owner", keep=token, at=context.at())
    )
    return redirect(url_for("account.show", notice="sessions-ended"), 303)


def _page(error: ChartmarkError | None = None) -> str:
    actor, at = context.actor(), context.at()
    with context.database().reading() as session:
        return render_template(
            "account/show.html",
            actor=actor,
            person=get_person(session, actor.id),
            credentials=list_credentials(session, actor.id),
            sessions=count_open(session, actor.id, at=at),
            tiers=TIERS,
            at=at,
            error=error,
        )
