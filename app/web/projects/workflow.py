"""The workflow of a project: what is in force, composing another, its preview in words, putting it into force."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.person import get_person
from app.accounts.policy import Action
from app.core.db import Session
from app.core.errors import Conflict, Invalid, invalid
from app.http import context
from app.http.access import access, acting
from app.http.errors import status_of
from app.review.staffing import WorkflowPreview, preview
from app.review.workflows import OWN, WORKFLOWS, Workflow
from app.review.workflows.composed import list_composed, put_in_force, read_workflow, workflow_of
from app.web.acts import Refusal, attempt
from app.web.projects.door import enter, page
from app.web.projects.workflow_form import as_json, document_of, placed, rules_shown, values_of

workflow_pages = Blueprint("workflow", __name__, url_prefix="/projects/<key>/workflow")


@workflow_pages.get("")
@access(acting(Action.CHANGE_PROJECT))
def show(key: str) -> ResponseReturnValue:
    """What is in force, and the form, filled with that or with the ready-made one that `from` names."""
    return _page(key)


@workflow_pages.post("/preview")
@access(acting(Action.CHANGE_PROJECT))
def look_ahead(key: str) -> ResponseReturnValue:
    """The steps in words, and what is lacking; nothing is stored."""
    try:
        workflow = _composed()
    except Invalid as error:
        return _page(key, error), status_of(error)
    return _page(key, ahead=workflow)


@workflow_pages.post("")
@access(acting(Action.CHANGE_PROJECT))
def begin(key: str) -> ResponseReturnValue:
    """Put into force what was previewed, and nothing else."""
    actor, at = context.actor(), context.at()

    def unit(session: Session) -> None:
        project = enter(session, key, Action.CHANGE_PROJECT)
        workflow = _composed()
        if request.form.get("previewed") != workflow.digest:
            raise Conflict("not-previewed", "this is not what you looked at; look at it again first")
        put_in_force(session, actor, project, workflow, at=at)

    then = url_for("workflow.show", key=key, notice="workflow-in-force")
    return attempt(unit, lambda _: then, lambda error: _page(key, error))


def _composed() -> Workflow:
    """What the form says. Raises Invalid with a problem at each field that is wrong."""
    try:
        return read_workflow(document_of(request.form))
    except Invalid as error:
        raise invalid(placed(error.problems), "workflow") from None


def _page(key: str, error: Refusal | None = None, ahead: Workflow | None = None) -> str:
    with context.database().reading() as session:
        project = enter(session, key, Action.CHANGE_PROJECT)
        actor, at, in_force = context.actor(), context.at(), workflow_of(session, project)
        typed = request.form.to_dict() if request.method == "POST" else values_of(_begun_from(in_force))
        shown: dict[str, WorkflowPreview | None] = {
            "in_force": preview(session, actor, project, in_force, at=at),
            "ahead": preview(session, actor, project, ahead, at=at) if ahead else None,
        }
        versions = [(row, _who(session, row.composed_by)) for row in list_composed(session, project.id)]
        more: dict[str, Any] = {"own": project.setting("workflow") == OWN, "document": as_json(ahead or in_force)}
        return page("workflow", "workflow", project, error=error, ready_made=list(WORKFLOWS), versions=versions,
                    typed=typed, rules=rules_shown(typed), **shown, **more)  # fmt: skip


def _begun_from(in_force: Workflow) -> Workflow:
    named = request.args.get("from", "")
    return WORKFLOWS.get(named) if named in WORKFLOWS else in_force


def _who(session: Session, person_id: int | None) -> str:
    return get_person(session, person_id).display_name if person_id else "the command line"
