"""A project's workflow for programs: the one in force, a preview of another, and putting that into force."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action, require
from app.api import bodies
from app.core.db import Session
from app.corpus.project import get_project, project_subject
from app.http import context
from app.http.access import access, acting
from app.http.idempotency import answer_once
from app.review.staffing import preview
from app.review.workflows.composed import list_composed, put_in_force, read_workflow, workflow_of

workflows_api = Blueprint("workflows_api", __name__, url_prefix="/api/v1/projects/<key>")


@workflows_api.get("/workflow")
@access(acting(Action.CHANGE_PROJECT))
def show(key: str) -> ResponseReturnValue:
    """The rules rounds begin under now, in words too, what is lacking for them, and the versions composed so far."""
    with context.database().reading() as session:
        actor, at, project = context.actor(), context.at(), get_project(session, key)
        require(session, actor, Action.CHANGE_PROJECT, project_subject(project.id), at=at)
        names = ("number", "sha256", "composed_by", "composed_at")
        versions = [{name: getattr(row, name) for name in names} for row in list_composed(session, project.id)]
        said = preview(session, actor, project, workflow_of(session, project), at=at).to_dict()
        return jsonify(said | {"setting": project.setting("workflow"), "versions": versions})


@workflows_api.post("/workflow-previews")
@access(acting(Action.CHANGE_PROJECT))
@bodies.takes(bodies.WorkflowBody)
def look_ahead(key: str) -> ResponseReturnValue:
    """Check a workflow and say its steps in words, and what is lacking for it here; nothing is stored."""
    body = bodies.read(bodies.WorkflowBody)
    with context.database().reading() as session:
        actor, at, project = context.actor(), context.at(), get_project(session, key)
        require(session, actor, Action.CHANGE_PROJECT, project_subject(project.id), at=at)
        return jsonify(preview(session, actor, project, read_workflow(body.workflow), at=at).to_dict())


@workflows_api.post("/workflows")
@access(acting(Action.CHANGE_PROJECT))
@bodies.takes(bodies.WorkflowBody)
def begin(key: str) -> ResponseReturnValue:
    """Put a workflow into force: a new version; rounds under way keep their rules. Refused with every reason."""
    body, actor, at = bodies.read(bodies.WorkflowBody), context.actor(), context.at()

    def unit(session: Session) -> dict[str, Any]:
        project = get_project(session, key)
        require(session, actor, Action.CHANGE_PROJECT, project_subject(project.id), at=at)
        workflow = read_workflow(body.workflow)
        said = preview(session, actor, project, workflow, at=at).to_dict()
        row = put_in_force(session, actor, project, workflow, at=at)
        return said | {"number": row.number}

    return answer_once(unit)
