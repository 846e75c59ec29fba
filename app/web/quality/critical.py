"""Critical findings: what waits and for how long, escalations that stand still, times by month."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.http import context
from app.http.access import access, acting
from app.quality.plots.stored import pictures_of
from app.review.critical import list_critical
from app.review.item import available_items, count_by_state
from app.review.states import ItemState
from app.review.waiting import load_team, stopped_items
from app.web.quality.frame import enter_quality, quality_page

critical_pages = Blueprint("critical", __name__, url_prefix="/projects/<key>/quality/critical")


@critical_pages.get("")
@access(acting(Action.VIEW_QUALITY))
def index(key: str) -> ResponseReturnValue:
    """As it stands now, not as it was measured last: minutes count."""
    actor, at = context.actor(), context.at()
    with context.database().reading() as session:
        project = enter_quality(session, key)
        stopped = stopped_items(session, load_team(session, project, at=at), count_by_state(session, project.id))
        return quality_page(
            "critical", "critical", project, found=list_critical(session, actor, project.id),
            minutes=project.setting("critical_minutes"),
            escalated=available_items(session, project.id, ItemState.ESCALATED, 200),
            stopped=[one for one in stopped if one.step == "adjudicate"],
            pictures=pictures_of(session, project.id, "critical"),
        )  # fmt: skip
