"""Taking the next item of a project oneself, for programs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.core.db import Session
from app.corpus.project import get_project
from app.http import context
from app.http.access import access, acting
from app.http.idempotency import answer_once
from app.review.taking import take_next

taking_api = Blueprint("taking_api", __name__, url_prefix="/api/v1/projects/<key>")


@taking_api.post("/taken-tasks")
@access(acting(Action.ANNOTATE))
def take(key: str) -> ResponseReturnValue:
    """The person's unfinished task of the project, else the next item as a new one; null where nothing is left."""
    actor, at = context.actor(), context.at()

    def unit(session: Session) -> dict[str, Any]:
        task = take_next(session, actor, get_project(session, key), at=at)
        return {"assignment": task.id if task else None}

    return answer_once(unit)
