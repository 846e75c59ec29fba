"""Cases: what waits for an adjudicator or a verifier, hardest first, with why."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.accounts.actor import Actor, ProjectRole
from app.core.db import Session
from app.corpus.project import Project, list_projects
from app.http import context
from app.http.access import SIGNED_IN, access
from app.review.critical import list_critical
from app.review.item import Item
from app.review.queries import queue
from app.review.workflows import Step
from app.web.menu import MenuEntry

cases_pages = Blueprint("cases", __name__, url_prefix="/cases")
_FINISHERS = {ProjectRole.VERIFIER, ProjectRole.ADJUDICATOR}


def _finishes_somewhere(actor: Actor) -> bool:
    return any(roles & _FINISHERS for roles in actor.project_roles.values())


MENU_ENTRY = MenuEntry("Cases", "cases.index", _finishes_somewhere)


@dataclass(frozen=True)
class Waiting:
    """What one project has for this person."""

    project: Project
    adjudicate: list[Item]
    verify: list[Item]
    #: critical findings that are not settled: item → noted when
    critical: dict[int, int]
    minutes: int


@cases_pages.get("")
@access(SIGNED_IN)
def index() -> ResponseReturnValue:
    """The queue of every project in which one adjudicates or verifies."""
    actor, at = context.actor(), context.at()
    with context.database().reading() as session:
        mine = [project for project, roles in actor.project_roles.items() if roles & _FINISHERS]
        waiting = [
            _waiting(session, actor, project, at=at)
            for project in list_projects(session, mine)
        ]
        return render_template("work/cases.html", waiting=waiting, tier=actor.tier(at), at=at)


def _waiting(session: Session, actor: Actor, project: Project, *, at: int) -> Waiting:
    return Waiting(
        project,
        adjudicate=queue(session, actor, project.id, Step.ADJUDICATE, at=at),
        verify=queue(session, actor, project.id, Step.VERIFY, at=at),
        critical={
            one.item.id: one.noted_at for one in list_critical(session, actor, project.id) if one.settled_at is None
        },
        minutes=project.setting("critical_minutes"),
    )
