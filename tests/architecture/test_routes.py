"""Every route says who may come in, and only reading is done by GET."""

import pytest

from app.factory import create_app
from app.http.access import FORM, JSON, UPLOAD, find_declared
from app.settings import Settings

APP = create_app(Settings(var="var"))
RULES = list(APP.url_map.iter_rules())
PUBLIC = {
    "assets.file", "sign_in.form", "sign_in.enter", "sign_in.link", "sign_in.choose",
    "sign_in.second", "sign_in.enter_second", "sign_in.passkey_options", "provider.sign_in", "provider.come_back",
}  # fmt: skip
# The log's checkpoint and hashes, for machines that follow it: no content of events.
PUBLIC |= {"log.checkpoint", "log.tile"}
# What proxies and monitors ask; /metrics answers addresses in CHARTMARK_METRICS_FROM alone.
PUBLIC |= {"operating.health", "operating.ready", "operating.metrics", "operating.security_txt"}
# What one does to get a second factor, and to leave, where everybody has to have one.
ONE_FACTOR = {
    "account.show", "account.change", "sign_in.confirmation", "sign_in.confirm_password", "sign_in.leave",
    "provider.confirm", "factors.start_totp", "factors.finish_totp", "factors.start_passkey", "factors.finish_passkey",
    "factors_api.show", "factors_api.passkey_options", "session_api.show", "session_api.extend",
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES, ids=lambda r: f"{r.endpoint}")
def test_a_route_declares_its_access_rule(rule):
    declared = find_declared(APP, rule.endpoint, rule.rule)
    assert declared is not None, f"{rule.endpoint} has no @access"
    assert declared.accepts <= FORM | JSON | UPLOAD


def test_only_these_routes_are_open_to_everybody():
    opened = {r.endpoint for r in RULES if not find_declared(APP, r.endpoint, r.rule).rule.signed_in}
    assert opened == PUBLIC


def test_only_these_routes_are_open_to_a_session_of_one_factor_where_everybody_needs_two():
    opened = {r.endpoint for r in RULES if find_declared(APP, r.endpoint, r.rule).one_factor}
    assert opened == ONE_FACTOR


@pytest.mark.parametrize("rule", RULES, ids=lambda r: f"{r.endpoint}")
def test_a_route_reads_or_writes_not_both(rule):
    methods = rule.methods - {"HEAD", "OPTIONS"}
    assert methods <= {"GET"} or not methods & {"GET"}, methods
