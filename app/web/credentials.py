"""The worklist of those who verify credentials: what has to be looked at, and their word that it holds."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts import policy
from app.accounts.actor import Actor, ServerRole
from app.accounts.credential import TIERS
from app.accounts.policy import Action
from app.accounts.verifier import Recheck, check_again, list_due
from app.core.errors import ChartmarkError, Conflict, Forbidden, Invalid, Problem, Unavailable, invalid
from app.corpus.project import SERVER
from app.http import context
from app.http.access import access, acting
from app.http.errors import status_of
from app.http.factors import form_factors
from app.web.acts import seal
from app.web.menu import MenuEntry
from app.web.person_form import read_day

credentials_pages = Blueprint("credentials", __name__, url_prefix="/credentials")


def _looks(actor: Actor) -> bool:
    return bool(actor.server_roles & {ServerRole.CREDENTIALING, ServerRole.ADMIN})


MENU_ENTRY = MenuEntry("Credentials", "credentials.index", _looks)


@credentials_pages.get("")
@access(acting(Action.VERIFY_CREDENTIAL))
def index() -> ResponseReturnValue:
    _enter()
    return _page()


def _enter() -> None:
    """Raises Forbidden for whoever neither verifies credentials nor administers people."""
    if not _looks(context.actor()):
        with context.database().reading() as session:
            policy.require(session, context.actor(), Action.VERIFY_CREDENTIAL, SERVER, at=context.at())


@credentials_pages.post("/<int:credential_id>/checks")
@access(acting(Action.VERIFY_CREDENTIAL))
def check(credential_id: int) -> ResponseReturnValue:
    """Say that one looked again and that it holds, with user name and password."""
    _enter()
    try:
        check_again(context.database(), context.actor(), credential_id, _typed(), form_factors(), at=context.at())
    except (Invalid, Conflict, Forbidden, Unavailable) as error:
        if hasattr(error, "denial"):
            raise
        return _page(error, credential_id), status_of(error)
    seal()
    return redirect(url_for("credentials.index", notice="credential-checked"), 303)


def _typed() -> Recheck:
    problems: list[Problem] = []
    due = read_day(request.form, "next_due_at", problems)
    if problems:
        raise invalid(problems)
    evidence = request.form.get("evidence_sha256", "").strip().lower()
    return Recheck(request.form.get("method", ""), evidence or None, due)


def _page(error: ChartmarkError | None = None, tried: int = 0) -> str:
    actor, at = context.actor(), context.at()
    with context.database().reading() as session:
        return render_template(
            "people/worklist.html",
            due=list_due(session, at=at),
            checks=policy.may(actor, Action.VERIFY_CREDENTIAL, SERVER, at=at),
            own=actor.id,
            tiers=TIERS,
            at=at,
            error=error,
            tried=tried,
            typed=request.form,
        )
