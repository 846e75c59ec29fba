"""Label schemas of a project: reading them, and loading one from a JSON file."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.annotation.schema import parse_schema
from app.core.db import Session
from app.core.errors import Invalid
from app.corpus.schema import LabelSchema, list_schemas, load_schema
from app.http import context
from app.http.access import access, acting
from app.http.revalidation import revalidated
from app.review.modality import own_label_problems
from app.web.acts import Refusal, attempt
from app.web.projects.door import enter, page

schemas_pages = Blueprint("schemas", __name__, url_prefix="/projects/<key>/schemas")
MAX_BYTES = 1_000_000


@schemas_pages.get("")
@access(acting(Action.VIEW_PROJECT))
@revalidated
def index(key: str) -> ResponseReturnValue:
    return _page(key)


@schemas_pages.post("")
@access(acting(Action.LOAD_SCHEMA))
def load(key: str) -> ResponseReturnValue:
    """Store a new version; every problem of the file is listed with its place."""
    actor, at = context.actor(), context.at()

    def unit(session: Session) -> LabelSchema:
        project = enter(session, key, Action.LOAD_SCHEMA)
        return load_schema(session, actor, project, _content(), at=at)

    then = url_for("schemas.index", key=key, notice="schema-loaded")
    return attempt(unit, lambda _: then, lambda error: _page(key, error))


def _content() -> dict[str, Any]:
    """The uploaded schema, checked. Raises Invalid."""
    file = request.files.get("file")
    data = file.stream.read(MAX_BYTES + 1) if file else b""
    if not data or len(data) > MAX_BYTES:
        raise Invalid("schema", f"choose a JSON file of at most {MAX_BYTES} bytes")
    return parse_schema(data, own_label_problems)


def _page(key: str, error: Refusal | None = None) -> str:
    with context.database().reading() as session:
        project = enter(session, key)
        schemas = [(row, row.content) for row in reversed(list_schemas(session, project.id))]
        return page("schemas", "schemas", project, schemas=schemas, error=error)
