"""The list of projects, and starting one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts import policy
from app.accounts.actor import Actor, ServerRole
from app.accounts.person import get_by_username
from app.accounts.policy import Action
from app.core.db import Session
from app.corpus.date_order import FROM_THE_NOTES
from app.corpus.member import start_project
from app.corpus.project import SERVER, Project, list_projects
from app.corpus.settings import SETTINGS
from app.http import context
from app.http.access import SIGNED_IN, access, server_acting
from app.web.acts import Refusal, attempt
from app.web.menu import MenuEntry

projects_pages = Blueprint("projects", __name__, url_prefix="/projects")
_SEES_ALL = {ServerRole.ADMIN, ServerRole.AUDITOR, ServerRole.PRIVACY_OFFICER}


def _sees_projects(actor: Actor) -> bool:
    return bool(actor.project_roles or actor.server_roles)


MENU_ENTRY = MenuEntry("Projects", "projects.index", _sees_projects)


@projects_pages.get("")
@access(SIGNED_IN)
def index() -> ResponseReturnValue:
    """Own projects; all of them for those who administer or watch the server."""
    return _page()


@projects_pages.post("")
@access(server_acting(Action.CREATE_PROJECT))
def create() -> ResponseReturnValue:
    """Start a project and name the person who leads it."""
    return attempt(_create, lambda project: url_for("project.overview", key=project.key), _page)


def _create(session: Session) -> Project:
    typed = request.form
    lead = get_by_username(session, typed.get("lead", "").strip())
    named = {"key": typed.get("key", "").strip(), "title": typed.get("title", "")}
    language = typed.get("language", "").strip() or "en"
    settings = {"date_order": typed.get("date_order", "").strip() or FROM_THE_NOTES}
    return start_project(
        session, context.actor(), **named, language=language, settings=settings, lead=lead.id, at=context.at()
    )


def _page(error: Refusal | None = None) -> str:
    actor, at = context.actor(), context.at()
    with context.database().reading() as session:
        mine = None if actor.server_roles & _SEES_ALL else list(actor.project_roles)
        values: dict[str, Any] = {"projects": list_projects(session, mine), "orders": SETTINGS["date_order"]}
    creates = policy.may(actor, Action.CREATE_PROJECT, SERVER, at=at)
    return render_template("projects/index.html", creates=creates, error=error, typed=request.form, **values)
