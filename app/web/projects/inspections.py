"""Inspection bundles by a button: of an item at once, of a large release in the background."""

from __future__ import annotations

import secrets

from flask import Blueprint, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue

from app.accounts.limits import EXPORTS
from app.accounts.policy import Action
from app.http import context
from app.http.access import access, acting
from app.http.values import row_number
from app.release.export import export_to
from app.release.inspection import InspectionOrder, Making, OutgoingInspection
from app.release.jobs import queue_inspection
from app.release.release import find_release
from app.web.projects.door import enter

inspections_pages = Blueprint("inspections", __name__, url_prefix="/projects/<key>/inspections")
#: an item takes as long as twenty of an export
AT_ONCE = 20


@inspections_pages.post("")
@access(acting(Action.EXPORT_INSPECTION), limit=EXPORTS)
def make(key: str) -> ResponseReturnValue:
    """Everything behind an item or a release, to be checked with Python alone; with its texts for who may have them."""
    order = _order(key)
    with context.database().reading() as session:
        project = enter(session, key, Action.EXPORT_INSPECTION)
        release = find_release(session, project.id, order.release) if order.release is not None else None
    if order.label or release is None or release.items <= AT_ONCE:
        return _sent(order)
    actor, at = context.actor(), context.at()
    context.database().writing(lambda session: queue_inspection(session, actor, project, release, order, at=at))
    return redirect(url_for("releases.show", key=key, number=release.number, notice="export-queued"), 303)


def _order(key: str) -> InspectionOrder:
    asked = request.form
    return InspectionOrder(
        key,
        label=asked.get("label", ""),
        release=asked.get("release", type=row_number),
        texts=asked.get("texts") == "1",
        cut_off=asked.get("cut_off", type=row_number),
        region=asked.get("region", ""),
    )


def _sent(order: InspectionOrder) -> ResponseReturnValue:
    """The bundle, made now: from a private file that has no name any more when it is sent."""
    folder = context.settings().tmp_dir
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{secrets.token_hex(16)}.zip"
    bundle = OutgoingInspection(
        context.database(), context.signer(), context.actor(), order, Making(folder), at=context.at()
    )
    try:
        export_to(bundle, path)
        file = path.open("rb")
    finally:
        path.unlink(missing_ok=True)
    name = "-".join((order.project, *order.title, "inspection")).replace(" ", "-")
    return send_file(file, "application/zip", as_attachment=True, download_name=f"{name}.zip")
