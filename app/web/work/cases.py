"""Cases: what waits for an adjudicator or a verifier, hardest first, with why."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.accounts.actor import Actor, ProjectRole
from app.corpus.project import Project, list_projects
from app.http import context
from app.http.access import SIGNED_IN, access
from app.review.item import Item
from app.review.queries import queue
from app.review.workflows import Step
from app.web.menu import Entry

cases_pages = Blueprint("cases", __name__, url_prefix="/cases")
_STEPS = (Step.ADJUDICATE, Step.VERIFY)
_FINISHERS = {ProjectRole.VERIFIER, ProjectRole.ADJUDICATOR}


def _finishes_somewhere(actor: Actor) -> bool:
    return any(roles & _FINISHERS for roles in actor.project_roles.values())


MENU_ENTRY = Entry("Cases", "cases.index", _finishes_somewhere)


@dataclass(frozen=True)
class Waiting:
    """What one project has for this person."""

    project: Project
    adjudicate: list[Item]
    verify: list[Item]


@cases_pages.get("")
@access(SIGNED_IN)
def index() -> ResponseReturnValue:
    """The queue of every project in which one adjudicates or verifies."""
    actor, at = context.actor(), context.at()
    with context.database().reading() as session:
        mine = [project for project, roles in actor.project_roles.items() if roles & _FINISHERS]
        waiting = [
            Waiting(project, *(queue(session, actor, project.id, step, at=at) for step in _STEPS))
            for project in list_projects(session, mine)
        ]
        return render_template("work/cases.html", waiting=waiting, tier=actor.tier(at))
