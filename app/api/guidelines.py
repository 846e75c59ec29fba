"""Guideline versions as they were published, and a person's statement of having read and accepting one."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.core.db import Session
from app.guidelines.acknowledgement import acknowledge
from app.guidelines.version import get_guideline, read_guideline
from app.http import context
from app.http.access import access, acting
from app.http.idempotency import answer_once
from app.http.revalidation import revalidated

guidelines_api = Blueprint("guidelines_api", __name__, url_prefix="/api/v1/guidelines")


@guidelines_api.get("/<int:guideline_id>")
@access(acting(Action.VIEW_PROJECT))
@revalidated
def show(guideline_id: int) -> ResponseReturnValue:
    """One version, its Markdown verbatim; it never changes."""
    with context.database().reading() as session:
        guideline = read_guideline(session, context.actor(), guideline_id, at=context.at())
        names = ("id", "key", "modality", "version", "change", "published_at", "body")
        return jsonify({name: getattr(guideline, name) for name in names} | {"sha256": guideline.body_sha256})


@guidelines_api.post("/<int:guideline_id>/acknowledgement")
@access(acting(Action.ACKNOWLEDGE_GUIDELINE))
def state(guideline_id: int) -> ResponseReturnValue:
    """Say that one has read and accepts the version; saying so twice changes nothing."""
    actor, at = context.actor(), context.at()

    def unit(session: Session) -> dict:
        guideline = get_guideline(session, guideline_id)
        acknowledge(session, actor, guideline, at=at)
        return {"guideline": guideline.id, "version": guideline.version, "acknowledged": True}

    return answer_once(unit)
