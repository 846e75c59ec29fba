"""The register of pipelines: what stands in it, its history, and the forms to state, sign and withdraw."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts import policy
from app.accounts.actor import Actor
from app.accounts.policy import Action
from app.accounts.signing import Intent, reauthenticate, spend_proof
from app.core.db import Session
from app.core.errors import Forbidden, Invalid, NotFound
from app.corpus.project import SERVER
from app.http import context
from app.http.access import SIGNED_IN, access, server_acting
from app.http.factors import form_factors
from app.pipelines.register.entries import SignedEntry, register, sign, withdraw
from app.pipelines.register.lookup import get_recorded, list_entries, list_standings, standing_of
from app.tagging.protocol import PIPELINES
from app.web.acts import Refusal, answer, attempt, seal
from app.web.menu import MenuEntry
from app.web.oversight.pipeline_form import first_values, read_entry

pipelines_pages = Blueprint("pipelines", __name__, url_prefix="/pipelines")


def _has_role(actor: Actor) -> bool:
    """What a pipeline is meant for is nothing to hide from whoever works with its suggestions."""
    return bool(actor.project_roles or actor.server_roles)


MENU_ENTRY = MenuEntry("Pipelines", "pipelines.index", _has_role)


@pipelines_pages.get("")
@access(SIGNED_IN)
def index() -> ResponseReturnValue:
    _require_role()
    with context.database().reading() as session:
        standings = list_standings(session, at=context.at())
    return render_template("oversight/pipelines.html", standings=standings)


@pipelines_pages.get("/<pipeline>")
@access(SIGNED_IN)
def show(pipeline: str) -> ResponseReturnValue:
    _require_role()
    return _page(pipeline)


@pipelines_pages.post("/<pipeline>/entries")
@access(server_acting(Action.REGISTER_PIPELINE))
def state(pipeline: str) -> ResponseReturnValue:
    """Enter a statement with oneself as its owner; nothing follows before it is signed."""
    actor, at = context.actor(), context.at()

    def unit(session: Session) -> None:
        register(session, actor, read_entry(pipeline, request.form), owner_id=actor.id, at=at)

    then = url_for("pipelines.show", pipeline=pipeline, notice="entry-registered")
    return attempt(unit, lambda _: then, lambda error: _page(pipeline, error))


@pipelines_pages.post("/<pipeline>/entries/<int:entry_id>/signature")
@access(server_acting(Action.SIGN_PIPELINE))
def put_signature(pipeline: str, entry_id: int) -> ResponseReturnValue:
    """Both components typed again, the signature, and its place in the sealed log."""
    then = url_for("pipelines.show", pipeline=pipeline, notice="entry-signed")
    done = answer(lambda: _sign(pipeline, entry_id), lambda _: then, lambda error: _page(pipeline, error))
    seal()
    return done


@pipelines_pages.post("/<pipeline>/entries/<int:entry_id>/withdrawal")
@access(server_acting(Action.WITHDRAW_PIPELINE))
def take_back(pipeline: str, entry_id: int) -> ResponseReturnValue:
    actor, at, reason = context.actor(), context.at(), request.form.get("reason", "")

    def unit(session: Session) -> None:
        withdraw(session, actor, get_recorded(session, pipeline, entry_id), reason, at=at)

    then = url_for("pipelines.show", pipeline=pipeline, notice="entry-withdrawn")
    done = attempt(unit, lambda _: then, lambda error: _page(pipeline, error))
    seal()
    return done


def _sign(pipeline: str, entry_id: int) -> SignedEntry:
    """Raises Invalid where the password is wrong, so that the form comes back; other refusals pass."""
    actor, at = context.actor(), context.at()
    with context.database().reading() as session:
        statement = get_recorded(session, pipeline, entry_id).row.statement_sha256
    intent = Intent(Action.SIGN_PIPELINE, statement)
    try:
        token = reauthenticate(context.database(), actor, form_factors(), intent, at=at)
    except Forbidden as error:
        raise Invalid(error.code, error.message) from None

    def unit(session: Session) -> SignedEntry:
        proof = spend_proof(session, actor, token, intent, at=at)
        recorded = get_recorded(session, pipeline, entry_id)
        return sign(session, actor, recorded, signer=context.signer(), authentication=proof.to_dict(), at=at)

    return context.database().writing(unit)


def _require_role() -> None:
    if not _has_role(context.actor()):
        raise NotFound("not-found", "there is nothing here, or you may not see it")


def _page(pipeline: str, error: Refusal | None = None) -> str:
    actor, at = context.actor(), context.at()
    with context.database().reading() as session:
        entries = list_entries(session, pipeline)
        if pipeline not in PIPELINES and not entries:
            raise NotFound("pipeline", "there is no such pipeline")
        standing = standing_of(session, pipeline, at=at)
    acts = (Action.REGISTER_PIPELINE, Action.SIGN_PIPELINE, Action.WITHDRAW_PIPELINE)
    return render_template(
        "oversight/pipeline.html",
        standing=standing,
        entries=entries,
        newest=standing.recorded.row.id if standing.recorded else None,
        may={act.name.lower(): policy.may(actor, act, SERVER, at=at) for act in acts},
        own_id=actor.id,
        typed=first_values(standing, request.form, at=at),
        error=error,
    )
