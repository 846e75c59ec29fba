"""What the JSON endpoints take, as OpenAPI: read from the routes, the models of bodies and the kinds of modalities."""

from __future__ import annotations

import inspect
import re
from typing import Any

from flask import Blueprint, Flask, current_app, jsonify
from flask.typing import ResponseReturnValue
from werkzeug.routing import Rule

from app.annotation.bodies import payload_schema
from app.api.bodies import ActionBody, Strict, taken_by
from app.http.access import SIGNED_IN, access, find_declared
from app.http.revalidation import revalidated
from app.review.modality import MODALITIES

openapi_pages = Blueprint("openapi", __name__, url_prefix="/api/v1")
PREFIX = "/api/v1/"
REF = "#/components/schemas/"
# A value in an address: its converter, if one is named, and its name.
VALUE = re.compile(r"<(\w+:)?(\w+)>")
ANSWER = "JSON; of an error `{error: {code, message, problems, details}}`"


@openapi_pages.get("/openapi.json")
@access(SIGNED_IN)
@revalidated
def show() -> ResponseReturnValue:
    """This document."""
    return jsonify(openapi(current_app))


def openapi(app: Flask) -> dict[str, Any]:
    """OpenAPI 3.1 of every endpoint under `/api/v1/`. What an element may hold is said once for each modality."""
    paths: dict[str, dict[str, Any]] = {}
    schemas = _payloads()
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if rule.rule.startswith(PREFIX):
            address = VALUE.sub(r"{\2}", rule.rule)
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                paths.setdefault(address, {})[method.lower()] = _operation(app, rule, schemas)
    about = {"title": "Chartmark", "version": "1"}
    return {"openapi": "3.1.0", "info": about, "paths": paths, "components": {"schemas": schemas}}


def _operation(app: Flask, rule: Rule, schemas: dict[str, Any]) -> dict[str, Any]:
    view = app.view_functions[rule.endpoint]
    declared = find_declared(app, rule.endpoint, rule.rule)
    typed = {name: "integer" if kind == "int:" else "string" for kind, name in VALUE.findall(rule.rule)}
    said: dict[str, Any] = {
        "operationId": rule.endpoint,
        "description": inspect.getdoc(view) or "",
        "x-access": declared.rule.key if declared else "",
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": kind}} for name, kind in typed.items()
        ],
        "responses": {"default": {"description": ANSWER}},
    }
    if taken := taken_by(view):
        schemas[taken.__name__] = _schema(taken, schemas)
        said["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(taken.__name__)}}}
    return said


def _schema(model: type[Strict], schemas: dict[str, Any]) -> dict[str, Any]:
    """A body's schema; models within it stand beside it, and an element is one of a modality's."""
    whole = model.model_json_schema(ref_template=REF + "{model}")
    schemas |= whole.pop("$defs", {})
    if action := schemas.get(ActionBody.__name__):
        elements = [_ref(f"{modality.key}.Element") for modality in MODALITIES if modality.kinds]
        action["properties"]["body"] = {"anyOf": [*elements, {"type": "null"}]}
    return whole


def _payloads() -> dict[str, Any]:
    """`<modality>.Payload`, `<modality>.Element` and the kinds beneath, from the models of each modality."""
    schemas: dict[str, Any] = {}
    for modality in MODALITIES:
        if modality.kinds:
            whole = payload_schema(modality.kinds, f"{REF}{modality.key}.{{model}}")
            parts = whole.pop("$defs", {})
            elements = whole["properties"]["elements"]
            schemas[f"{modality.key}.Element"] = elements["additionalProperties"]
            elements["additionalProperties"] = _ref(f"{modality.key}.Element")
            schemas[f"{modality.key}.Payload"] = whole
            schemas |= {f"{modality.key}.{name}": part for name, part in parts.items()}
    return schemas


def _ref(name: str) -> dict[str, str]:
    return {"$ref": REF + name}
