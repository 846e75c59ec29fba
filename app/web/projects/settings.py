"""The rules of a project: workflow, strategy, pipeline, de-identification, who may read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from app.accounts.policy import Action
from app.core.db import Session
from app.core.errors import Problem, invalid
from app.corpus.project import SETTINGS, Project, change_settings
from app.http import context
from app.http.access import access, acting
from app.pipelines.stage import request_run
from app.review.item import admit_waiting
from app.review.strategies import STRATEGIES
from app.review.strategies.workflow import WORKFLOWS
from app.tagging.protocol import PIPELINES
from app.web.acts import Refusal, attempt
from app.web.projects.door import enter, page

settings_pages = Blueprint("project_settings", __name__, url_prefix="/projects/<key>/settings")

TITLES = {
    "workflow": ("Workflow", "who settles differences and who finishes"),
    "strategy": ("Strategy", "how readers are chosen"),
    "pipeline": ("Pipeline", "what suggests labels to readers"),
    "other_pipelines": ("Pipelines beside it", "tag the same texts, to be compared; keys, separated by commas"),
    "deid_mode": ("Identifiers are", "replaced by a mask, by an invented surrogate, or removed"),
    "deid_dates": ("Dates are", "removed, cut to the year, or shifted by one offset per patient"),
    "machine_passed_may_be_assigned": ("Readers may see texts that no person has checked", ""),
    "deid_claim": ("Stated ground for de-identification", "goes into every export"),
    "agreement_required": ("Take records only under an agreement on file", ""),
    "reader_tier": ("Lowest tier of a reader", "1 to 4"),
    "leak_bound_per_mille": ("Texts are called de-identified when at most so many of 1000 leak", "by a leak audit"),
    "k_min": ("Smallest group of alike patients in a release", "0: not asked for"),
    "required_countries": ("Countries of credentials", "ISO codes, separated by commas; empty: any"),
    "specialties": ("Specialties of credentials", "separated by commas; empty: any"),
    "show_names_to_adjudicator": ("Adjudicators see the names of readers", ""),
}
RANGES = {"reader_tier": (1, 4), "leak_bound_per_mille": (1, 1000), "k_min": (0, 1000)}


@dataclass(frozen=True)
class Setting:
    """One control of the form: `kind` is choice, check, number or list."""

    name: str
    title: str
    hint: str
    kind: str
    value: Any
    choices: list[tuple[str, str]]
    range: tuple[int, int] = (0, 0)


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
        settings = [_setting(project, name) for name in SETTINGS]
        return page("settings", "settings", project, settings=settings, error=error)


def _setting(project: Project, name: str) -> Setting:
    title, hint = TITLES.get(name, (name.replace("_", " "), ""))
    value = project.setting(name)
    choices = _choices(name)
    kind = "choice" if choices else {bool: "check", int: "number", list: "list"}.get(type(SETTINGS[name][0]), "text")
    shown = ", ".join(value) if kind == "list" else value
    return Setting(name, title, hint, kind, shown, choices, RANGES.get(name, (0, 0)))


def _choices(name: str) -> list[tuple[str, str]]:
    """What a setting may be, with titles: from the registries, or from the list the setting accepts."""
    if name == "workflow":
        return [(one.key, one.title) for one in WORKFLOWS.values()]
    if name == "strategy":
        return [(one.key, f"{one.title} ({one.readers})") for one in STRATEGIES]
    if name == "pipeline":
        return [(one.key, one.title) for one in PIPELINES]
    accepted = SETTINGS[name][1]
    return [(one, one.replace("_", " ")) for one in accepted] if isinstance(accepted, tuple) else []


def _read(form: MultiDict[str, str]) -> dict[str, Any]:
    """Every setting as the form states it. Raises Invalid naming the field."""
    wanted: dict[str, Any] = {}
    problems = []
    for name, (default, _) in SETTINGS.items():
        typed = form.get(name, "").strip()
        choices = [key for key, _ in _choices(name)]
        if choices and typed not in choices:
            problems.append(Problem("unknown-choice", name, "choose one of the list"))
        elif isinstance(default, bool):
            wanted[name] = bool(typed)
        elif isinstance(default, int):
            low, high = RANGES[name]
            if not (typed.isascii() and typed.isdigit() and len(typed) < 10) or not low <= int(typed) <= high:
                problems.append(Problem("not-in-range", name, f"a whole number from {low} to {high}"))
            else:
                wanted[name] = int(typed)
        else:
            wanted[name] = _listed(typed) if default == [] else typed
    unknown = [key for key in wanted.get("other_pipelines", ()) if key not in PIPELINES]
    if unknown:
        known = ", ".join(PIPELINES.keys())
        problems.append(Problem("unknown-choice", "other_pipelines", f"the pipelines are {known}"))
    if problems:
        raise invalid(problems, "settings")
    return wanted


def _listed(typed: str) -> list[str]:
    return [part.strip() for part in typed.split(",") if part.strip()]
