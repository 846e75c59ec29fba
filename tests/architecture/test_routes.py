"""Every route says who may come in, and only reading is done by GET."""

import pytest

from app.factory import create_app
from app.http.access import FORM, JSON, UPLOAD, find_declared
from app.settings import Settings

APP = create_app(Settings(var="var"))
RULES = list(APP.url_map.iter_rules())
PUBLIC = {"assets.file", "sign_in.form", "sign_in.enter", "sign_in.link", "sign_in.choose"}


@pytest.mark.parametrize("rule", RULES, ids=lambda r: f"{r.endpoint}")
def test_a_route_declares_its_access_rule(rule):
    declared = find_declared(APP, rule.endpoint, rule.rule)
    assert declared is not None, f"{rule.endpoint} has no @access"
    assert declared.accepts <= FORM | JSON | UPLOAD


def test_only_these_routes_are_open_to_everybody():
    opened = {r.endpoint for r in RULES if not find_declared(APP, r.endpoint, r.rule).rule.signed_in}
    assert opened == PUBLIC


@pytest.mark.parametrize("rule", RULES, ids=lambda r: f"{r.endpoint}")
def test_a_route_reads_or_writes_not_both(rule):
    methods = rule.methods - {"HEAD", "OPTIONS"}
    assert methods <= {"GET"} or not methods & {"GET"}, methods
