"""Suggestions in a project: which pipelines may work here, what they were refused, what readers made of them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.core.db import Session
from app.corpus.project import Project, pipelines_of
from app.http import context
from app.http.access import access, acting
from app.pipelines.register.lookup import count_refused, standing_of
from app.pipelines.stage import count_tagged, request_run
from app.projection.suggestion_use import rates
from app.web.acts import attempt
from app.web.projects.door import ACTS, enter, page
from app.web.projects.words import REFUSALS

suggestions_pages = Blueprint("suggestions", __name__, url_prefix="/projects/<key>/suggestions")


@suggestions_pages.get("")
@access(acting(Action.VIEW_QUALITY))
def index(key: str) -> ResponseReturnValue:
    with context.database().reading() as session:
        project = enter(session, key, *ACTS["suggestions"])
        found = rates(session, project.id)
        return page("suggestions", "suggestions", project, pipelines=_pipelines(session, project), rates=found)


@suggestions_pages.post("/run")
@access(acting(Action.PREANNOTATE))
def run(key: str) -> ResponseReturnValue:
    """Look at texts again: after an entry changed, or for a pipeline that was added."""
    actor, at = context.actor(), context.at()

    def unit(session: Session) -> None:
        request_run(session, actor, enter(session, key, Action.PREANNOTATE), at=at)

    then = url_for("suggestions.index", key=key, notice="run-queued")
    return attempt(unit, lambda _: then, lambda error: error.message)


def _pipelines(session: Session, project: Project) -> list[dict[str, Any]]:
    """A row for each pipeline of the project, the one readers start from first."""
    tagged, rows = count_tagged(session, project.id), []
    for number, key in enumerate(pipelines_of(project)):
        standing = standing_of(session, key, at=context.at())
        refused = count_refused(session, project.id, standing)
        named = [(REFUSALS.get(rule, rule.replace("-", " ")), count) for rule, count in refused.items()]
        rows.append({"standing": standing, "is_first": number == 0, "tagged": tagged.get(key, 0), "refused": named})
    return rows
