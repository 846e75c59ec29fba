"""Taking the readings out, a folder for each reader: for whoever recomputes the figures."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.http import context
from app.http.access import access, acting
from app.release.export import ExportOrder, Outgoing
from app.release.readings import OutgoingReadings
from app.web.projects.exports import NOT_A_RELEASE, sent

readings_pages = Blueprint("readings", __name__, url_prefix="/projects/<key>/quality/readings")


@readings_pages.post("")
@access(acting(Action.EXPORT_UNFINISHED))
def take(key: str) -> ResponseReturnValue:
    """Marked as no release, as all unfinished work."""

    def outgoing(order: ExportOrder) -> Outgoing:
        return OutgoingReadings(context.database(), context.actor(), key, order, at=context.at())

    return sent(outgoing, f"{NOT_A_RELEASE}-readings-{key}")
