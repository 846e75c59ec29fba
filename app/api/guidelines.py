"""A person's statement of having read and accepting a guideline version."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.core.db import Session
from app.guidelines.acknowledgement import acknowledge
from app.guidelines.version import get_guideline
from app.http import context
from app.http.access import access, acting
from app.http.idempotency import answer_once

guidelines_api = Blueprint("guidelines_api", __name__, url_prefix="/api/v1/guidelines")


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
