"""How far the project is: burn-up with forecast, workload, reasons of rulings."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.http import context
from app.http.access import access, acting
from app.quality.measuring import CONDUCT, PROGRESS
from app.quality.plots.stored import pictures_of
from app.quality.results.stored import find_result
from app.web.quality.frame import Readers, at_of, enter_quality, quality_page

progress_pages = Blueprint("progress", __name__, url_prefix="/projects/<key>/quality/progress")


@progress_pages.get("")
@access(acting(Action.VIEW_QUALITY))
def index(key: str) -> ResponseReturnValue:
    with context.database().reading() as session:
        project = enter_quality(session, key)
        progress, conduct = (find_result(session, project.id, name) for name in (PROGRESS, CONDUCT))
        people = [one["person"] for one in conduct.body.get("people", [])]
        return quality_page(
            "progress", "progress", project, progress=progress.body, conduct=conduct.body.get("people", []),
            pictures=pictures_of(session, project.id, "progress"), age=at_of(progress.computed_at),
            readers=Readers(session, project), legend=Readers(session, project).legend(people),
        )  # fmt: skip
