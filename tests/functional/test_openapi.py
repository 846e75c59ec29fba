"""The document of the JSON endpoints: true of every route, and of every kind of every modality."""

import ast
import inspect
import re

import pytest

from app.annotation.bodies import by_kind
from app.api.bodies import taken_by
from app.api.openapi import openapi
from app.factory import create_app
from app.review.modality import MODALITIES
from app.settings import Settings
from tests.ecg import installed

APP = create_app(Settings(var="var"))
RULES = [rule for rule in APP.url_map.iter_rules() if rule.rule.startswith("/api/")]
VIEWS = {rule.endpoint: APP.view_functions[rule.endpoint] for rule in RULES}


def schemas():
    return openapi(APP)["components"]["schemas"]


@pytest.mark.parametrize("endpoint", VIEWS)
def test_a_view_declares_the_body_it_reads_and_no_other(endpoint):
    tree = ast.parse(inspect.getsource(VIEWS[endpoint]))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "bodies.read"]
    read = {ast.unparse(call.args[0]).removeprefix("bodies.") for call in calls}
    declared = taken_by(VIEWS[endpoint])
    assert read == ({declared.__name__} if declared else set())


def test_every_endpoint_is_in_it_with_its_words():
    paths = openapi(APP)["paths"]
    given = {operation["operationId"] for methods in paths.values() for operation in methods.values()}
    assert given == set(VIEWS)
    assert all(operation["description"] for methods in paths.values() for operation in methods.values())
    assert "/api/v1/assignments/{assignment_id}/draft" in paths


def test_an_element_of_a_draft_is_one_of_the_kinds_of_a_modality():
    found = schemas()
    offered = {part.get("$ref", "") for part in found["ActionBody"]["properties"]["body"]["anyOf"]}
    assert offered == {"", *(f"#/components/schemas/{modality.key}.Element" for modality in MODALITIES)}
    for modality in MODALITIES:
        assert set(found[f"{modality.key}.Element"]["discriminator"]["mapping"]) == set(by_kind(modality.kinds))
    values = found["reports.Observation"]["properties"]["value"]["enum"]
    assert values == ["positive", "negative", "uncertain", "not_mentioned"]


def test_every_reference_leads_somewhere():
    whole = openapi(APP)
    named = set(re.findall(r"#/components/schemas/([^'\"]+)", str(whole)))
    assert named <= set(whole["components"]["schemas"])
    assert "$defs" not in str(whole)


def test_a_modality_of_an_installation_is_in_it():
    with installed():
        assert "ecg_strips.StripInterval" in schemas()
    assert "ecg_strips.Element" not in schemas()


def test_who_is_signed_in_may_read_it(app):
    assert app.test_client().get("/api/v1/openapi.json").status_code == 401
