"""One's own account: what one may do here and why, sessions, changing the password."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.browser import count_known, forget_all
from app.accounts.credential import TIERS, list_credentials
from app.accounts.credential_check import list_checks
from app.accounts.factors.desk import SIGNATURES
from app.accounts.factors.factor import kinds_of, list_factors
from app.accounts.factors.recovery import count_codes
from app.accounts.notice import mark_seen
from app.accounts.person import get_person
from app.accounts.provider.identity import find_identity
from app.accounts.reset import change_password
from app.accounts.session import close_all, close_one, list_open
from app.accounts.told import list_notices
from app.accounts.training import list_trainings
from app.core.db import Session
from app.core.errors import ChartmarkError, Invalid
from app.corpus.project import list_projects
from app.http import context, cookies
from app.http.access import SIGNED_IN, access
from app.http.errors import status_of
from app.web.targets import safe_target

account_pages = Blueprint("account", __name__, url_prefix="/account")


@account_pages.get("")
@access(SIGNED_IN, one_factor=True)
def show() -> ResponseReturnValue:
    return _page()


@account_pages.post("/password")
@access(SIGNED_IN, one_factor=True)
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


@account_pages.post("/sessions/<ref>/end")
@access(SIGNED_IN)
def end_one(ref: str) -> ResponseReturnValue:
    actor, at = context.actor(), context.at()
    context.database().writing(lambda session: close_one(session, actor, actor.id, ref, at=at))
    return redirect(url_for("account.show", notice="session-ended"), 303)


@account_pages.post("/browsers/forget")
@access(SIGNED_IN)
def forget_browsers() -> ResponseReturnValue:
    actor, at = context.actor(), context.at()
    context.database().writing(lambda session: forget_all(session, actor, actor.id, at=at))
    return redirect(url_for("account.show", notice="browsers-forgotten"), 303)


def _page(error: ChartmarkError | None = None) -> str:
    with context.database().reading() as session:
        facts = account_facts(session)
        page = render_template("account/show.html", error=error, **facts)
    if any(one.is_new for one in facts["notices"]):
        actor, at = context.actor(), context.at()
        context.database().writing(lambda session: mark_seen(session, actor.id, at=at))
    return page


def account_facts(session: Session) -> dict[str, Any]:
    """All that one's own page says."""
    actor, at, desk = context.actor(), context.at(), context.factor_desk()
    notices = list_notices(session, actor.id)
    named = sorted({one.project_id for one in notices if one.project_id is not None})
    return {
        "notices": notices,
        "projects": {project.id: project.title for project in list_projects(session, named)},
        "target": safe_target(request.args["next"]) if "next" in request.args else "",
        "actor": actor,
        "person": get_person(session, actor.id),
        "credentials": list_credentials(session, actor.id),
        "checks": list_checks(session, [one.id for one in actor.credentials]),
        "trainings": list_trainings(session, actor.id),
        "sessions": [one for one in list_open(session, actor.id, at=at) if one.is_living(context.lifetime(), at=at)],
        "browsers": count_known(session, actor.id),
        "factors": list_factors(session, actor.id),
        "kinds": kinds_of(session, actor.id),
        "codes_left": count_codes(session, actor.id),
        "signs_by_two": any(desk.demands(action) for action in SIGNATURES),
        "host": desk.host,
        "provider": context.find_provider(),
        "identity": find_identity(session, actor.id),
        "tiers": TIERS,
        "at": at,
    }
