"""The session as a page sees it: when it ends, and staying signed in."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from app.accounts.session import touch
from app.http import context
from app.http.access import SIGNED_IN, access

session_api = Blueprint("session_api", __name__, url_prefix="/api/v1/session")


@session_api.get("")
@access(SIGNED_IN, one_factor=True)
def show() -> ResponseReturnValue:
    """When the session ends if nothing is done. `X-Background` keeps the question from extending it."""
    return jsonify({"now": context.at(), "ends_at": context.signed_in().session_ends_at})


@session_api.post("/extension")
@access(SIGNED_IN, one_factor=True)
def extend() -> ResponseReturnValue:
    """Somebody is there: the idle time begins anew."""
    signed_in, at = context.signed_in(), context.at()
    context.database().writing(lambda session: touch(session, signed_in.session_id, at=at))
    return jsonify({"now": at, "ends_at": at + context.lifetime().idle})
