"""The door to the pages of one project: who may come in, and what the frame of each page shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import render_template

from app.accounts import policy
from app.accounts.policy import Action
from app.core.db import Session
from app.corpus.project import Project, get_project, project_subject
from app.http import context


def enter(session: Session, key: str, *actions: Action) -> Project:
    """The project, for somebody who may do one of the acts (to see it, where none is named).

    Raises Forbidden or NotFound; the first act is the one the refusal speaks of.
    """
    project = get_project(session, key)
    may = permissions(project)
    if not any(may[action] for action in actions):
        first = actions[0] if actions else Action.VIEW_PROJECT
        policy.require(session, context.actor(), first, project_subject(project.id), at=context.at())
    return project


def permissions(project: Project) -> dict[Action, bool]:
    """Act → whether the person may do it in this project, for what a page offers."""
    actor, at, subject = context.actor(), context.at(), project_subject(project.id)
    return {action: policy.may(actor, action, subject, at=at) for action in Action}


@dataclass(frozen=True)
class ProjectPage:
    """A page of a project, and the acts of which one opens it; without any it opens to whoever sees the project."""

    key: str
    title: str
    endpoint: str
    acts: tuple[Action, ...] = ()


@dataclass(frozen=True)
class ProjectArea:
    """Pages that serve one thing people do; leads to the first that somebody may open."""

    key: str
    title: str
    pages: tuple[ProjectPage, ...]


_LOOK = (Action.VIEW_QUALITY,)
# By what people do, not by what the software has.
AREAS: tuple[ProjectArea, ...] = (
    ProjectArea("work", "Work", (
        ProjectPage("overview", "Overview", "project.overview"),
        ProjectPage("guidelines", "Guidelines", "guidelines.index"),
        ProjectPage("questions", "Questions", "questions.index", (Action.ANSWER_QUESTION,)),
    )),
    ProjectArea("data", "Data", (
        ProjectPage("deliveries", "Deliveries", "deliveries.index", (Action.LOAD_BATCH, Action.WITHDRAW_BATCH)),
        ProjectPage("suggestions", "Suggestions", "suggestions.index", (Action.PREANNOTATE, Action.VIEW_QUALITY)),
        ProjectPage("holds", "Holds", "holds.index", (Action.CLOSE_HOLD,)),
    )),
    ProjectArea("quality", "Quality", (
        ProjectPage("agreement", "Agreement", "agreement.index", _LOOK),
        ProjectPage("bias", "Bias audit", "bias.index", _LOOK),
        ProjectPage("progress", "Progress", "progress.index", _LOOK),
        ProjectPage("lots", "Samples", "lots.index", (Action.VIEW_QUALITY, Action.CHECK_QUALITY)),
        ProjectPage("drift", "Drift", "drift.index", _LOOK),
        ProjectPage("calibration", "Calibration", "calibration.index", _LOOK),
    )),
    ProjectArea("safety", "Safety", (ProjectPage("critical", "Critical findings", "critical.index", _LOOK),)),
    ProjectArea("release", "Release", (
        ProjectPage("releases", "Releases", "releases.index",
                    (Action.CUT_RELEASE, Action.EXPORT_RELEASE, Action.VIEW_QUALITY)),
    )),
    ProjectArea("set-up", "Set-up", (
        ProjectPage("schemas", "Label schemas", "schemas.index"),
        ProjectPage("members", "Members", "members.index", (Action.MANAGE_MEMBERS,)),
        ProjectPage("conflicts", "Conflicts", "conflicts.index", (Action.KEEP_CONFLICTS,)),
        ProjectPage("papers", "Papers", "papers.index", (Action.FILE_PAPER, Action.VIEW_QUALITY)),
        ProjectPage("workflow", "Workflow", "workflow.show", (Action.CHANGE_PROJECT,)),
        ProjectPage("settings", "Settings", "project_settings.show", (Action.CHANGE_PROJECT,)),
    )),
)  # fmt: skip
ACTS = {one.key: one.acts for area in AREAS for one in area.pages}


def areas_for(may: dict[Action, bool]) -> list[ProjectArea]:
    """The areas with the pages that somebody may open; an area without any is not there."""
    shown = []
    for area in AREAS:
        pages = tuple(one for one in area.pages if not one.acts or any(may[act] for act in one.acts))
        if pages:
            shown.append(ProjectArea(area.key, area.title, pages))
    return shown


def page(template: str, current: str, project: Project, **values: Any) -> str:
    """The page `current` of the project; `template` is one of projects, or names its folder."""
    may = permissions(project)
    areas = areas_for(may)
    return render_template(
        f"{template if '/' in template else f'projects/{template}'}.html",
        project=project,
        areas=areas,
        area=next((area for area in areas if any(one.key == current for one in area.pages)), None),
        current=current,
        may={action.name.lower(): allowed for action, allowed in may.items()},
        at=context.at(),
        **values,
    )
