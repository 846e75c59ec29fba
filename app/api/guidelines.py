"""Guidelines as readers meet them: saying that one has read a version."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.core.db import Session
from app.guidelines.version import acknowledge, get_guideline
from app.http import context
from app.http.access import access, acting
from app.http.idempotency import answer_once

guidelines_api = Blueprint("guidelines_api", __name__, url_prefix="/api/v1/guidelines")


@guidelines_api.post("/<int:guideline_id>/acknowledgement")
@access(acting(Action.ACKNOWLEDGE_GUIDELINE))
def confirm(guideline_id: int) -> ResponseReturnValue:
    """Say that one has read a version; saying so twice changes nothing."""
    actor, at = context.actor(), context.at()

    def unit(session: Session) -> dict:
        acknowledge(session, actor, get_guideline(session, guideline_id), at=at)
        return {"acknowledged": True}

    answer = answer_once(unit)
    answer.status_code = 201
    return answer
