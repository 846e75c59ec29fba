"""The door to the pages of one project: who may come in, and what the frame of each page shows."""

from __future__ import annotations

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


# Tabs of a project: key, title, endpoint, and the acts of which one opens it (none: whoever sees the project).
TABS: tuple[tuple[str, str, str, tuple[Action, ...]], ...] = (
    ("overview", "Overview", "project.overview", ()),
    ("deliveries", "Deliveries", "deliveries.index", (Action.LOAD_BATCH, Action.WITHDRAW_BATCH)),
    ("suggestions", "Suggestions", "suggestions.index", (Action.PREANNOTATE, Action.VIEW_QUALITY)),
    ("guidelines", "Guidelines", "guidelines.index", ()),
    ("questions", "Questions", "questions.index", (Action.ANSWER_QUESTION,)),
    ("holds", "Holds", "holds.index", (Action.CLOSE_HOLD,)),
    ("quality", "Quality", "agreement.index", (Action.VIEW_QUALITY,)),
    ("samples", "Samples", "lots.index", (Action.CHECK_QUALITY,)),
    ("releases", "Releases", "releases.index", (Action.CUT_RELEASE, Action.EXPORT_RELEASE, Action.VIEW_QUALITY)),
    ("members", "Members", "members.index", (Action.MANAGE_MEMBERS,)),
    ("conflicts", "Conflicts", "conflicts.index", (Action.KEEP_CONFLICTS,)),
    ("schemas", "Label schemas", "schemas.index", ()),
    ("papers", "Papers", "papers.index", (Action.FILE_PAPER, Action.VIEW_QUALITY)),
    ("settings", "Settings", "project_settings.show", (Action.CHANGE_PROJECT,)),
)
ACTS = {key: actions for key, _, _, actions in TABS}


def page(template: str, area: str, project: Project, **values: Any) -> str:
    """A page of the project, under the tab `area`; `template` is one of projects, or names its folder."""
    may = permissions(project)
    tabs = [(key, title, endpoint) for key, title, endpoint, acts in TABS if not acts or any(may[a] for a in acts)]
    return render_template(
        f"{template if '/' in template else f'projects/{template}'}.html",
        project=project,
        tabs=tabs,
        area=area,
        may={action.name.lower(): allowed for action, allowed in may.items()},
        at=context.at(),
        **values,
    )
