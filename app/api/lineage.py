"""What is behind an exported row, in one call."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.http import context
from app.http.access import access, acting
from app.http.values import row_number
from app.release.lineage import Wanted, get_lineage

lineage_api = Blueprint("lineage_api", __name__, url_prefix="/api/v1/projects/<key>/items/<label>/lineage")


@lineage_api.get("")
@access(acting(Action.READ_LINEAGE))
def show(key: str, label: str) -> ResponseReturnValue:
    """From an item, as its exported rows name it, back to its delivery; `release`: of which release (its number), else
    of the newest; `element`: of that row alone. Times are milliseconds since 1970, UTC."""
    wanted = Wanted(label, request.args.get("release", type=row_number), request.args.get("element", ""))
    with context.database().reading() as session:
        return jsonify(get_lineage(session, context.actor(), key, wanted, at=context.at()))
