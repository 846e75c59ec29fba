"""What stands around every request: headers, forgery, errors, limits, the log."""

import io
import json
import re

import pytest

from app.http.answers import HEADERS
from app.settings import Settings
from tests.conftest import csrf
from tests.functional.toys import SECRET, toys


@pytest.fixture
def app(app):
    app.register_blueprint(toys())
    return app


@pytest.fixture
def ann(person, sign_in):
    person("ann")
    return sign_in("ann")


PATHS = [
    ("/sign-in", 200),
    ("/account", 302),
    ("/nowhere", 404),
    ("/api/nowhere", 404),
    ("/sign-out", 405),
    ("/api/v1/session", 401),
    ("/static/x/css/base.css", 200),
    ("/static/x/../../settings.py", 404),
    ("/static/x/nothing.css", 404),
    ("/password/unknown", 404),
    ("/toys/forbidden", 403),
    ("/toys/stale", 412),
    ("/toys/invalid", 422),
    ("/toys/many", 429),
    ("/toys/unavailable", 503),
    ("/api/toys/bug", 500),
    ("/api/toys/down", 503),
    ("/toys/undeclared", 500),
]


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize(("path", "status"), PATHS)
def test_every_answer_carries_the_security_headers(client, method, path, status):
    answer = getattr(client, method)(path)
    answer.close()
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Server" not in answer.headers
    assert re.fullmatch("[0-9a-f]{24}", answer.headers["X-Request-Id"])


def test_the_policy_for_content_is_strict():
    policy = dict(part.partition(" ")[::2] for part in HEADERS["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in HEADERS["Content-Security-Policy"]


def test_only_versioned_static_files_may_be_kept(client):
    page = client.get("/sign-in").text
    address = re.search(r'href="(/static/[0-9a-f]{12}/css/base\.css)"', page)[1]
    with client.get(address) as answer:
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("path", ["/sign-in", "/account", "/people", "/nowhere"])
def test_no_page_has_anything_inline(app, person, sign_in, path):
    from app.accounts.actor import ServerRole

    person("boss", ServerRole.ADMIN)
    page = sign_in("boss").get(path, follow_redirects=True).text
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page)
    assert re.findall(r"<script(?![^>]*\ssrc=)", page) == []
    assert re.findall(r'(?:src|href|action)="(?!/|#)[^"]*"', page) == []


# --- forgery ---


def send(browser, path="/toys/form", content="form", **rest):
    headers = rest.pop("headers", {})
    token = rest.pop("token", None)
    if content == "json":
        headers |= {"X-CSRF-Token": token} if token else {}
        return browser.post(path, json={"a": 1}, headers=headers)
    return browser.post(path, data={"csrf_token": token} if token else {"x": "y"}, headers=headers, **rest)


def test_a_form_with_its_token_is_taken(ann):
    assert send(ann, token=ann.csrf()).status_code == 200


def test_json_with_the_header_is_taken(ann):
    assert send(ann, "/api/toys", "json", token=ann.csrf()).get_json() == {"took": {"a": 1}}


FORGED = {
    "no token": {},
    "a wrong token": {"token": "0" * 64},
    "a token in other letters": {"token": "é" * 64},
    "from another site, says the browser": {"headers": {"Sec-Fetch-Site": "cross-site"}},
    "from a sibling site": {"headers": {"Sec-Fetch-Site": "same-site"}},
    "from another origin": {"headers": {"Origin": "https://evil.example"}},
    "from an origin without a name": {"headers": {"Origin": "null"}},
    "from a lookalike": {"headers": {"Origin": "http://localhost.evil.example"}},
}


@pytest.mark.parametrize("content", ["form", "json"])
@pytest.mark.parametrize("case", FORGED)
def test_a_forged_request_is_refused(ann, case, content):
    path = "/api/toys" if content == "json" else "/toys/form"
    arguments = {"token": ann.csrf(), **FORGED[case]} if case != "no token" else {}
    arguments["headers"] = dict(arguments.get("headers", {}))
    answer = send(ann, path, content, **arguments)
    assert answer.status_code == 403
    assert "csrf" in answer.text


def test_our_own_origin_passes(ann):
    headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert send(ann, token=ann.csrf(), headers=headers).status_code == 200


def test_the_token_of_another_person_is_refused(ann, person, sign_in):
    person("bob")
    bob = sign_in("bob")
    assert send(ann, token=bob.csrf()).status_code == 403


def test_the_token_of_a_guest_is_worth_nothing_after_signing_in(ann, client):
    assert send(ann, token=csrf(client, "/sign-in")).status_code == 403


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_a_json_route_reads_nothing_but_json(ann, content_type):
    headers = {"X-CSRF-Token": ann.csrf()}
    answer = ann.post("/api/toys", data=b'{"a":1}', content_type=content_type, headers=headers)
    assert answer.status_code == 415


def test_a_form_route_does_not_read_json(ann):
    answer = ann.post("/toys/form", json={"csrf_token": ann.csrf()}, headers={"X-CSRF-Token": ann.csrf()})
    assert answer.status_code == 415


def test_a_json_route_takes_no_token_from_a_field(ann):
    data = {"csrf_token": ann.csrf()}
    assert ann.post("/api/toys", data=data).status_code == 415


# --- errors ---


def test_the_shape_of_an_error_is_pinned(client):
    answer = client.get("/api/toys/invalid")
    assert (answer.status_code, answer.content_type) == (422, "application/json")
    assert answer.get_json() == {
        "error": {
            "code": "invalid",
            "message": "e1: no such label",
            "problems": [{"code": "label-unknown", "where": "e1", "message": "no such label"}],
            "details": {},
        }
    }


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("not-found", 404, "not-found"),
        ("forbidden", 403, "tier-too-low"),
        ("conflict", 409, "already-submitted"),
        ("stale", 412, "stale-version"),
        ("invalid", 422, "invalid"),
        ("many", 429, "too-many-attempts"),
        ("unavailable", 503, "database-busy"),
        ("bug", 500, "internal"),
        ("down", 503, "database-unavailable"),
    ],
)
def test_each_kind_of_error_has_its_status(client, name, status, code):
    answer = client.get(f"/api/toys/{name}")
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (status, code)


def test_what_one_may_not_know_of_answers_like_what_does_not_exist(client):
    missing, unknown_path = client.get("/api/toys/not-found"), client.get("/api/never/was")
    assert missing.get_json() == unknown_path.get_json()


def test_a_brake_says_when_to_come_back(client):
    assert client.get("/toys/many").headers["Retry-After"] == "8"


def test_a_stale_version_tells_the_current_one(client):
    assert client.get("/api/toys/stale").get_json()["error"]["details"] == {"version": 4}


def test_a_bug_shows_and_logs_neither_text_nor_trace(client, capfd):
    for path in ("/api/toys/bug", "/api/toys/down"):
        answer = client.get(path)
        assert "Traceback" not in answer.text
        assert "Canary" not in answer.text
    logged = capfd.readouterr().err
    assert "Canary" not in logged
    assert SECRET not in logged
    bug = next(line for line in map(json.loads, logged.splitlines()) if line["event"] == "error")
    assert bug["error"] == "ValueError"
    assert bug["at"][-1].endswith("bug")


def test_a_route_that_declares_nothing_is_closed(client):
    answer = client.get("/toys/undeclared")
    assert answer.status_code == 500
    assert "open" not in answer.text.split("<main")[1]


# --- limits ---


def test_a_body_too_large_is_refused_where_no_file_is_expected(ann):
    data = {"csrf_token": ann.csrf(), "x": "y" * (9 * 1024 * 1024)}
    assert ann.post("/toys/form", data=data).status_code == 413


def test_an_upload_may_be_larger_and_is_bounded_too(ann, app):
    def upload(size):
        data = {"csrf_token": ann.csrf(), "file": (io.BytesIO(b"x" * size), "a.txt")}
        return ann.post("/toys/upload", data=data, content_type="multipart/form-data")

    assert upload(9 * 1024 * 1024).text == str(9 * 1024 * 1024)
    app.extensions["settings"] = Settings(max_upload_mb=1)
    assert upload(2 * 1024 * 1024).status_code == 413


def test_a_foreign_host_name_is_refused_where_names_are_set(app):
    app.config["TRUSTED_HOSTS"] = ["chartmark.example"]
    browser = app.test_client()
    assert browser.get("/sign-in", base_url="https://chartmark.example").status_code == 200
    assert browser.get("/sign-in", base_url="https://evil.example").status_code == 400


# --- the log ---


def test_the_log_names_routes_and_never_what_was_typed(ann, capfd):
    canaries = ["canary-query", "canary-body", "canary-path", "canary\nuser"]
    ann.get(f"/people?after={canaries[0]}")
    ann.post("/toys/form", data={"csrf_token": ann.csrf(), "x": canaries[1]})
    ann.get(f"/password/{canaries[2]}")
    ann.get("/sign-in", headers={"User-Agent": "canary-agent", "X-Request-Id": "canary-id"})
    logged = capfd.readouterr().err
    assert "canary" not in logged
    assert "sing" not in logged  # the password's last word
    lines = [json.loads(line) for line in logged.splitlines()]
    assert {"route": "/password/<token>", "status": 404, "method": "GET"}.items() <= next(
        line for line in lines if line["route"] == "/password/<token>"
    ).items()
