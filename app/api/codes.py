"""Code search as coders type. POST, because what is typed must not stand in an address."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from app.accounts.limits import SEARCHES
from app.api import bodies, present
from app.http import context
from app.http.access import SIGNED_IN, access
from app.terminology.search import open_release

codes_api = Blueprint("codes_api", __name__, url_prefix="/api/v1")


@codes_api.post("/code-searches")
@access(SIGNED_IN, limit=SEARCHES)
@bodies.takes(bodies.SearchBody)
def search() -> ResponseReturnValue:
    """Hits with the release they come from and its validity."""
    asked = bodies.read(bodies.SearchBody)
    release = open_release(context.settings().terminology_dir, asked.system, asked.release)
    answer = release.ask(asked.query, limit=asked.limit)
    return jsonify(present.code_hits(release, answer.hits, said=answer.said))
