"""Label schemas as they were loaded: what programs and pages read them by."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.corpus.schema import read_schema
from app.http import context
from app.http.access import access, acting
from app.http.revalidation import revalidated

schemas_api = Blueprint("schemas_api", __name__, url_prefix="/api/v1/schemas")


@schemas_api.get("/<int:schema_id>")
@access(acting(Action.VIEW_PROJECT))
@revalidated
def show(schema_id: int) -> ResponseReturnValue:
    """One version of a label schema; it never changes."""
    with context.database().reading() as session:
        schema = read_schema(session, context.actor(), schema_id, at=context.at())
        said = {name: getattr(schema, name) for name in ("id", "key", "version", "modality", "loaded_at")}
        return jsonify(said | {"sha256": schema.body_sha256, "schema": schema.content})
