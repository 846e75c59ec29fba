"""What is done with a guideline version besides reading it: clinicians sign it, affected items are read again."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.core.errors import ChartmarkError, Conflict, Forbidden, NotFound, Unavailable
from app.guidelines.signing import sign_guideline
from app.guidelines.version import get_guideline
from app.http import context
from app.http.access import access, acting
from app.http.errors import status_of
from app.http.factors import form_factors
from app.review.affected import requeue_affected
from app.web.acts import answer, seal
from app.web.projects.door import enter
from app.web.projects.guidelines import version_page

guideline_acts_pages = Blueprint("guideline_acts", __name__, url_prefix="/projects/<key>/guidelines/<int:guideline_id>")


@guideline_acts_pages.post("/signature")
@access(acting(Action.SIGN_GUIDELINE))
def sign(key: str, guideline_id: int) -> ResponseReturnValue:
    """A clinician signs the version, with user name and password."""
    _require_here(key, guideline_id, Action.SIGN_GUIDELINE)
    try:
        sign_guideline(context.database(), context.actor(), guideline_id, form_factors(), at=context.at())
    except (Conflict, Forbidden, Unavailable) as error:
        if hasattr(error, "denial"):
            raise
        return version_page(key, guideline_id, error), status_of(error)
    seal()
    return redirect(url_for("guidelines.read", key=key, guideline_id=guideline_id, notice="guideline-signed"), 303)


@guideline_acts_pages.post("/affected")
@access(acting(Action.MOVE_GUIDELINE))
def read_again(key: str, guideline_id: int) -> ResponseReturnValue:
    """Settled items with a label whose meaning this version changed go to a new round; said twice, nothing more."""
    _require_here(key, guideline_id, Action.MOVE_GUIDELINE)
    actor, at, database = context.actor(), context.at(), context.database()

    def then(count: int) -> str:
        return url_for("guidelines.read", key=key, guideline_id=guideline_id, notice="items-read-again", count=count)

    def again(error: ChartmarkError) -> str:
        return version_page(key, guideline_id, error)

    return answer(lambda: requeue_affected(database, actor, guideline_id, at=at), then, again)


def _require_here(key: str, guideline_id: int, action: Action) -> None:
    """Raises NotFound for a version of another project."""
    with context.database().reading() as session:
        project = enter(session, key, action)
        if get_guideline(session, guideline_id).project_id != project.id:
            raise NotFound("guideline", "there is no such version in this project")
