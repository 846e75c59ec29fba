"""What changes by version is asked for again and mostly not sent again; the text of a note is stored nowhere."""

import re

import pytest

from app.factory import create_app
from app.guidelines.version import current_guideline
from app.settings import Settings
from tests.functional.web.conftest import TEXT

APP = create_app(Settings(var="var"))
REVALIDATED = {
    "/api/v1/guidelines/<int:guideline_id>", "/api/v1/schemas/<int:schema_id>", "/api/v1/openapi.json",
    "/projects/<key>/guidelines", "/projects/<key>/guidelines/<int:guideline_id>", "/projects/<key>/schemas",
    "/codes/<system>/<code>", "/codes/releases", "/codes/changes",
}  # fmt: skip
ADDRESSES = {
    "ann": ["/api/v1/guidelines/1", "/api/v1/schemas/1", "/api/v1/openapi.json", "/projects/first/guidelines/1"],
    "lead": ["/projects/first/guidelines", "/projects/first/schemas", "/codes/releases"],
}


def again(team, who, path, tag):
    return team.browser(who).get(path, headers={"If-None-Match": tag})


def test_only_these_may_be_kept_by_a_browser():
    """A page that shows the text of a note is not among them, whoever adds what to it."""
    views = APP.view_functions
    kept = {rule.rule for rule in APP.url_map.iter_rules() if hasattr(views[rule.endpoint], "is_revalidated")}
    assert kept == REVALIDATED


@pytest.mark.parametrize(("who", "path"), [(who, path) for who, paths in ADDRESSES.items() for path in paths])
def test_what_has_not_changed_is_not_sent_again(team, who, path):
    first = team.get(who, path)
    assert first.status_code == 200 and first.headers["Cache-Control"] == "private, no-cache"
    assert "Cookie" in first.headers["Vary"]
    same = again(team, who, path, first.headers["ETag"])
    assert same.status_code == 304 and same.data == b"" and same.headers["ETag"] == first.headers["ETag"]
    assert same.headers["Cache-Control"] == "private, no-cache" and "Content-Security-Policy" in same.headers
    assert again(team, who, path, '"another"').data == first.data or "data-left" in first.text


def test_a_new_version_is_sent(team):
    seen = team.get("lead", "/projects/first/guidelines").headers["ETag"]
    form = {"key": "first", "modality": "notes", "version": "9", "body": "# 1 Notes\n\nOtherwise.\n", "change": "minor"}
    assert team.post("lead", "/projects/first/guidelines", **form).status_code == 303
    fresh = again(team, "lead", "/projects/first/guidelines", seen)
    assert fresh.status_code == 200 and fresh.headers["ETag"] != seen


def test_who_may_not_read_it_any_more_gets_no_confirmation_either(team):
    seen = team.get("ann", "/api/v1/guidelines/1").headers["ETag"]
    assert again(team, "stranger", "/api/v1/guidelines/1", seen).status_code == 404
    schema = team.get("ann", "/api/v1/schemas/1").headers["ETag"]
    assert again(team, "stranger", "/api/v1/schemas/1", schema).status_code == 404
    refused = team.app.test_client().get("/api/v1/guidelines/1", headers={"If-None-Match": seen})
    assert refused.status_code == 401 and refused.headers["Cache-Control"] == "no-store"
    assert team.get("ann", "/api/v1/guidelines/99").headers["Cache-Control"] == "no-store"


def test_what_is_said_is_the_version_verbatim(team):
    said = team.get("ann", "/api/v1/guidelines/1").json
    guideline = team.read(lambda session: current_guideline(session, team.project_id, "notes"))
    assert (said["body"], said["sha256"], said["version"]) == (guideline.body, guideline.body_sha256, guideline.version)
    assert {label["key"] for label in team.get("ann", "/api/v1/schemas/1").json["schema"]["labels"]} >= {"problem"}


def test_the_text_of_a_note_is_never_stored(team):
    _, (task, _) = team.item("ann", "ben")
    for path in (f"/assignments/{task}", f"/api/v1/assignments/{task}", f"/api/v1/assignments/{task}/next", "/work"):
        page = team.get("ann", path)
        assert page.headers["Cache-Control"] == "no-store" and "ETag" not in page.headers
    assert TEXT in team.get("ann", f"/api/v1/assignments/{task}").json["document"]["text"]


def test_a_packed_script_is_confirmed_by_its_version(team):
    (script,) = re.findall(r'src="(/static/[^"]+main\.js)"', team.get("ann", "/account").text)
    table = script.replace("main.js", "lib/keytable.js")
    packed = {"Accept-Encoding": "gzip"}
    first = team.browser("ann").get(table, headers=packed)
    assert first.headers["Content-Encoding"] == "gzip" and "immutable" in first.headers["Cache-Control"]
    same = team.browser("ann").get(table, headers=packed | {"If-None-Match": first.headers["ETag"]})
    assert same.status_code == 304 and same.data == b""
