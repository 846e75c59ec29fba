"""The rules of a project: workflow, strategy, pipeline, de-identification, who may read."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from app.accounts.policy import Action
from app.core.db import Session
from app.corpus.project import change_settings
from app.corpus.settings import SETTINGS, checked_settings
from app.http import context
from app.http.access import access, acting
from app.pipelines.stage import request_run
from app.review.admission import admit_waiting
from app.web.acts import Refusal, attempt
from app.web.projects.door import enter, page

settings_pages = Blueprint("project_settings", __name__, url_prefix="/projects/<key>/settings")

@settings_pages.get("")
@access(acting(Action.CHANGE_PROJECT))
def show(key: str) -> ResponseReturnValue:
    return _page(key)


@settings_pages.post("")
@access(acting(Action.CHANGE_PROJECT))
def change(key: str) -> ResponseReturnValue:
    """Change what differs; old and new values go into the log, and what is allowed now goes on."""
    actor, at = context.actor(), context.at()

    def unit(session: Session) -> None:
        project = enter(session, key, Action.CHANGE_PROJECT)
        wanted = _read(request.form)
        changed = {name: value for name, value in wanted.items() if value != project.setting(name)}
        if changed:
            change_settings(session, actor, project, changed, at=at)
            admit_waiting(session, actor, project, at=at)
        if changed.keys() & {"pipeline", "other_pipelines"}:
            request_run(session, actor, project, at=at)

    then = url_for("project_settings.show", key=key, notice="settings-changed")
    return attempt(unit, lambda _: then, lambda error: _page(key, error))


def _page(key: str, error: Refusal | None = None) -> str:
    with context.database().reading() as session:
        project = enter(session, key, Action.CHANGE_PROJECT)
        shown = [setting for setting in SETTINGS.values() if not setting.retired]
        values = {setting.name: project.setting(setting.name) for setting in shown}
        return page("settings", "settings", project, settings=shown, values=values, error=error)


def _read(form: MultiDict[str, str]) -> dict[str, Any]:
    """Every setting as the form states it. Raises Invalid naming the field."""
    shown = [setting for setting in SETTINGS.values() if not setting.retired]
    return checked_settings({setting.name: setting.read(form.get(setting.name, "")) for setting in shown})
