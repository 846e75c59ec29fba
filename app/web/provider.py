"""The way to the identity provider and back: to sign in, to tie one's account, to show again who one is."""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.provider import entering, flow, identity
from app.accounts.provider.flow import Errand, Purpose, Return
from app.accounts.session import close_all
from app.core.db import Session
from app.core.errors import ChartmarkError, Forbidden
from app.corpus import role_proposal
from app.http import context, cookies
from app.http.access import PUBLIC, SIGNED_IN, access
from app.http.errors import status_of
from app.http.factors import where
from app.http.provider import begin, errand_of
from app.web.sign_in import go_in
from app.web.targets import safe_target

provider_pages = Blueprint("provider", __name__)


@provider_pages.post("/sign-in/provider")
@access(PUBLIC)
def sign_in() -> ResponseReturnValue:
    return _leave(Errand(Purpose.SIGN_IN, target=safe_target(request.form.get("next", ""))))


@provider_pages.post("/account/provider")
@access(SIGNED_IN, fresh=True)
def link() -> ResponseReturnValue:
    return _leave(errand_of(Purpose.LINK, target=url_for("account.show", notice="provider-linked")))


@provider_pages.post("/account/provider/removal")
@access(SIGNED_IN, fresh=True)
def unlink() -> ResponseReturnValue:
    actor, at, keep = context.actor(), context.at(), cookies.session_token()

    def unit(session: Session) -> None:
        identity.unlink(session, actor, actor.id, at=at)
        close_all(session, actor, actor.id, "provider-unlinked", keep=keep, at=at)

    context.database().writing(unit)
    return redirect(url_for("account.show", notice="provider-unlinked"), 303)


@provider_pages.post("/confirmation/provider")
@access(SIGNED_IN, one_factor=True)
def confirm() -> ResponseReturnValue:
    return _leave(errand_of(Purpose.CONFIRM, target=safe_target(request.form.get("next", ""))))


@provider_pages.get("/sign-in/provider/return")
@access(PUBLIC)
def come_back() -> ResponseReturnValue:
    """Where the provider sends people back to; the state must be that of this browser (RFC 6749 10.12)."""
    state, code = request.args.get("state", ""), request.args.get("code", "")
    try:
        if not (state and hmac.compare_digest(state.encode(), cookies.step_token().encode())):
            raise Forbidden("provider-state", "this way back is used, too old or not yours; begin again")
        if request.args.get("iss", context.provider().provider.issuer) != context.provider().provider.issuer:
            raise Forbidden("provider-refused", "another identity provider answered")  # RFC 9207
        if not code:
            raise Forbidden("provider-refused", "the identity provider did not sign you in")
        back = flow.come_back(
            context.database(), context.vault(), context.provider(), state, code, at=context.at()
        )
        return _arrive(back)
    except ChartmarkError as error:
        return render_template("provider_refused.html", error=error), status_of(error)


def _leave(errand: Errand) -> ResponseReturnValue:
    """A page that goes on by itself: `form-action 'self'` lets no form be sent on to another host."""
    try:
        address = begin(errand)
    except ChartmarkError as error:
        return render_template("provider_refused.html", error=error), status_of(error)
    title, host = context.provider().provider.title, urlsplit(address).hostname
    response = make_response(render_template("provider_leaving.html", address=address, title=title, host=host))
    response.headers["Refresh"] = f"0; url={address}"
    return response


def _arrive(back: Return) -> ResponseReturnValue:
    errand, database, at = back.errand, context.database(), context.at()
    if errand.purpose == Purpose.SIGN_IN:
        opened = entering.sign_in_by_provider(database, back, where(), context.lifetime(), at=at)
        _propose_roles(opened.person_id, back)
        return go_in(opened, errand.target)
    actor = context.actor()
    cookies.remember_step("")
    if errand.purpose == Purpose.SIGN:
        database.writing(lambda session: flow.show_proof(session, actor, back, at=at))
        return render_template("provider_shown.html")
    if errand.purpose == Purpose.LINK:
        database.writing(lambda session: _link(session, back))
        return redirect(errand.target, 303)
    token, life = cookies.session_token(), context.lifetime()
    opened = database.writing(
        lambda session: entering.confirm_by_provider(session, actor, back, token, where(), life, at=at)
    )
    return go_in(opened, errand.target)


def _link(session: Session, back: Return) -> None:
    actor, at = context.actor(), context.at()
    flow.require_own(session, actor, back)
    identity.link(session, actor, actor.id, back.shown, at=at)


def _propose_roles(person_id: int, back: Return) -> None:
    mapping, at = role_proposal.read_mapping(context.settings().oidc_roles), context.at()
    if mapping:
        context.database().writing(
            lambda session: role_proposal.propose(session, person_id, back.shown.groups, mapping, at=at)
        )


