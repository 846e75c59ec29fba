"""A project's own workflow: read from what people compose, stored once for each version, and put into force."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from sqlalchemy import ForeignKey, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts import policy
from app.accounts.actor import AnyActor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import RECORD, Base, Session, get_locked
from app.core.digest import canonical_json
from app.core.errors import Conflict, NotFound, Problem, invalid
from app.corpus.project import Project, change_settings, project_subject
from app.review.workflows import OWN, WORKFLOWS, UnsoundRules, Workflow, frozen_workflow

_REFUSALS = {
    "missing": ("missing", "has to be said"),
    "extra_forbidden": ("unknown-rule", "there is no such rule"),
    "json_invalid": ("no-json", "is no JSON"),
    "string_pattern_mismatch": ("bad-value", "is not written as it has to be"),
}


class ComposedWorkflow(Base):
    """One version of a project's own workflow: its document verbatim, who composed it, and when it came into force."""

    __tablename__ = "project_workflow"
    __table_args__ = (
        UniqueConstraint("project_id", "number"),
        {"info": {"kind": RECORD, "bundle": "whole", "tags": (Tag.WORKFLOW_COMPOSED,), "append_only": True}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    number: Mapped[int]
    #: canonical JSON, and its SHA-256
    document: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Text)
    composed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    composed_at: Mapped[int]

    @property
    def workflow(self) -> Workflow:
        """The rules it says."""
        return frozen_workflow(self.document)


def read_workflow(composed: Any) -> Workflow:
    """A workflow from JSON as people compose it: a string, or what was parsed of one.

    Raises Invalid with everything that is wrong with it, each by name and place.
    """
    text = composed if isinstance(composed, str) else canonical_json(composed)
    try:
        workflow = Workflow.model_validate_json(text)
    except ValidationError as error:
        problems = [one for said in error.errors(include_input=False, include_url=False) for one in _problems(said)]
        raise invalid(problems, "workflow") from None
    problems = []
    if workflow.applied is not None:
        problems.append(Problem("unknown-rule", "applied", "rules are applied to an item when its round begins"))
    if workflow.key in WORKFLOWS and WORKFLOWS.get(workflow.key) != workflow:
        problems.append(Problem("key-taken", "key", "a ready-made workflow has this key, and other rules"))
    if problems:
        raise invalid(problems, "workflow")
    return workflow


def _problems(said: Any) -> list[Problem]:
    """What pydantic says of one place, in words of ours: none of its values."""
    where = ".".join(str(part) for part in said["loc"]) or "workflow"
    cause = said.get("ctx", {}).get("error")
    if isinstance(cause, UnsoundRules):
        return cause.problems
    if isinstance(cause, ValueError):
        code, _, words = str(cause).partition(": ")
        return [Problem(code, where, words)]
    code, words = _REFUSALS.get(said["type"], ("bad-value", str(said["msg"]).removeprefix("Input ")))
    return [Problem(code, where, words)]


def put_in_force(
    session: Session, actor: AnyActor, project: Project, workflow: Workflow, *, at: int
) -> ComposedWorkflow:
    """Store a version of the project's own workflow; rounds begin under it from now on, those under way keep theirs.

    Raises Forbidden, or Conflict where just these rules are in force.
    """
    policy.require(session, actor, policy.Action.CHANGE_PROJECT, project_subject(project.id), at=at)
    get_locked(session, Project, project.id)
    newest = newest_composed(session, project.id)
    chosen = project.setting("workflow") == OWN
    if chosen and newest is not None and newest.sha256 == workflow.digest:
        raise Conflict("workflow-in-force", "these are the rules in force")
    row = ComposedWorkflow(
        project_id=project.id,
        number=(newest.number if newest else 0) + 1,
        document=workflow.document,
        sha256=workflow.digest,
        composed_by=actor.id,
        composed_at=at,
    )
    session.add(row)
    session.flush()
    record(
        session,
        Tag.WORKFLOW_COMPOSED,
        stream=streams.project(project.id),
        actor=actor,
        subject=Subject("project_workflow", row.id),
        data={"number": row.number, "key": workflow.key, "sha256": row.sha256},
        project_id=project.id,
        at=at,
    )
    if not chosen:
        change_settings(session, actor, project, {"workflow": OWN}, at=at)
    return row


def newest_composed(session: Session, project_id: int) -> ComposedWorkflow | None:
    """The last version that a project composed, in force or not."""
    own = select(ComposedWorkflow).where(ComposedWorkflow.project_id == project_id)
    return session.scalar(own.order_by(ComposedWorkflow.number.desc()).limit(1))


def list_composed(session: Session, project_id: int) -> list[ComposedWorkflow]:
    """All versions, newest first."""
    own = select(ComposedWorkflow).where(ComposedWorkflow.project_id == project_id)
    return list(session.scalars(own.order_by(ComposedWorkflow.number.desc())))


def workflow_of(session: Session, project: Project) -> Workflow:
    """The rules the next rounds of a project begin under; what is under way keeps its own. Raises NotFound."""
    named = project.setting("workflow")
    if named != OWN:
        return WORKFLOWS.get(named)
    row = newest_composed(session, project.id)
    if row is None:
        raise NotFound("workflow", "this project has composed no workflow of its own")
    return row.workflow


class OwnIsComposed:
    """A project names its own workflow only once there is one."""

    key = "own-workflow"

    def problem(self, session: Session, project: Project, settings: dict[str, Any]) -> Problem | None:
        if settings.get("workflow") != OWN or newest_composed(session, project.id) is not None:
            return None
        return Problem("no-own-workflow", "workflow", "no workflow of the project's own is composed yet")
