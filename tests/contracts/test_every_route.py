"""Every route, found in the URL map, as somebody who should not get through it (domain G.2, G.3)."""

import re

import pytest

from app.accounts.actor import ProjectRole, ServerRole
from app.accounts.policy import Action
from app.core import clock
from app.factory import create_app
from app.http.access import JSON, UPLOAD, find_declared
from app.settings import Settings
from tests.build import make_project, make_task
from tests.conftest import PASSWORD, csrf
from tests.unit.accounts.people import give_credential, make_person

APP = create_app(Settings(var="var"))
SECRET = "Canary chest pain"


# Bodies that get past reading, so that it is the permission that refuses.
SIGNED = {"username": "", "password": PASSWORD, "meaning": "verification"}
BODIES = {
    "/draft": {"actions": []},
    "/questions": {"text": "Is a rash after a drug a symptom?"},
    "/rulings/<key>": {"choice": "none", "reason": "not-stated"},
    "/closing": SIGNED,
    "/verification": SIGNED,
    "/recusal": {"reason": "unable"},
    "/phi-reports": {"fragments": [[0, 1]]},
    "/removal-reports": {"fragments": [[0, 1]]},
    "/opening": {"sha256": "0" * 64},
    "/passkey-options": {"act": "sign"},
    "/provider-proofs": {"act": "sign"},
    "/state": {"proof": "x"},
}


def routes(wanted):
    """(method, rule, declared) of the routes `wanted` says yes to."""
    found = []
    for rule in APP.url_map.iter_rules():
        declared = find_declared(APP, rule.endpoint, rule.rule)
        found += [(m, rule.rule, declared) for m in sorted(rule.methods - {"HEAD", "OPTIONS"})]
    return [route for route in found if wanted(*route)]


def named(route):
    return f"{route[0]} {route[1]}"


def path_of(rule, ids=None, other="1"):
    """The rule with its places filled: those named in `ids`, the rest with `other`."""
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda place: str((ids or {}).get(place[1], other)), rule)


def is_closed(method, rule, declared):
    return declared.rule.signed_in


def is_unsafe(method, rule, declared):
    return method != "GET" and declared.rule.signed_in


def is_about_an_object(method, rule, declared):
    return declared.rule.action is not None and not declared.rule.at_the_door and "<" in rule


def is_anothers(method, rule, declared):
    """About one person's task, or the text of it; pages of a project are open to its members."""
    # Any reader of an item may report an identifier they came to see; moving an item's guideline shows no text.
    about_a_task = re.search(r"<int:(assignment|item|document)_id>", rule)
    return about_a_task and declared.rule.action not in (None, Action.REPORT_PHI, Action.MOVE_GUIDELINE)


def ask(browser, route, path, *, token=True, **rest):
    """The request as our own pages would send it."""
    method, _, declared = route
    headers = rest.pop("headers", {})
    if method != "GET" and declared.accepts == JSON:
        headers |= {"X-CSRF-Token": browser.csrf()} if token else {}
        body = dict(next((body for end, body in BODIES.items() if route[1].endswith(end)), {}))
        body |= {"username": getattr(browser, "username", "")} if "username" in body else {}
        headers |= {"If-Match": '"0"'}
        return browser.open(path, method=method, headers=headers, **({"json": body} | rest))
    data = {"csrf_token": browser.csrf()} if token and method != "GET" else {}
    body = {"data": data} if method != "GET" else {}
    if declared.accepts == UPLOAD:
        body["content_type"] = "multipart/form-data"
    return browser.open(path, method=method, headers=headers, **(body | rest))


@pytest.mark.parametrize("route", routes(is_closed), ids=named)
def test_nobody_gets_in_without_signing_in(client, route):
    answer = ask(client, route, path_of(route[1]), token=False)
    if route[1].startswith("/api/"):
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (401, "not-signed-in")
    elif route[0] == "GET":
        assert answer.headers["Location"].startswith("/sign-in?next=")
    else:
        assert answer.status_code == 401


@pytest.fixture(scope="module")
def world(tmp_path_factory, database_templates):
    """Two projects; an item of the first read by ann and ben; sam belongs to the second only."""
    return World(tmp_path_factory.mktemp("world"), database_templates)


class World:
    def __init__(self, folder, templates, kind="sqlite"):
        self._open = templates.fresh(kind, folder)
        database = self._open.__enter__()
        self.app = create_app(Settings(var=str(folder), database_url=database.url))
        self.database = self.app.extensions["database"]
        self.browsers = {}
        self._people = {}
        for name in ("boss", "lead", "ann", "ben", "sam", "nobody"):
            self._people[name] = self._add(name)
        for name in ("ann", "ben", "sam"):
            give_credential(self.database, self._people[name], self._people["boss"], tier=4)
        at = clock.now()
        self.database.writing(lambda session: self._build(session, at))

    def close(self):
        """Let go of the database, which is dropped where it is a server's."""
        self.app.extensions["database"].dispose()
        self._open.__exit__(None, None, None)

    def _add(self, name):
        return make_person(self.database, name, *([ServerRole.ADMIN] if name == "boss" else []))

    def _build(self, session, at):
        people, roles = self._people, ProjectRole
        readers = {people[n]: [roles.ANNOTATOR, roles.VERIFIER, roles.ADJUDICATOR] for n in ("ann", "ben")}
        project, schema = make_project(session, "first", {people["lead"]: [roles.MANAGER], **readers}, at=at)
        make_project(session, "second", {people["sam"]: list(roles)}, at=at)
        pair = [people["ann"], people["ben"]]
        item, tasks = make_task(session, project, schema, pair, at=at, text=SECRET)
        self.ids = {
            "project": project.key,
            "project_id": project.id,
            "item_id": item.id,
            "assignment_id": tasks[0].id,
            "document_id": item.document_id,
            "batch_id": 1,
            "key": "first",
        }

    def browser(self, name):
        """One signed-in browser per person, kept."""
        if name not in self.browsers:
            browser = self.browsers[name] = self.app.test_client()
            form = {"username": name, "password": PASSWORD, "csrf_token": csrf(browser, "/sign-in")}
            assert browser.post("/sign-in", data=form).status_code == 303
            token = csrf(browser, "/account")
            browser.csrf, browser.username = lambda: token, name
        return self.browsers[name]


FORGERIES = {
    "without a token": {"token": False},
    "from another origin": {"headers": {"Origin": "https://evil.example"}},
    "from another site": {"headers": {"Sec-Fetch-Site": "cross-site"}},
}


@pytest.mark.parametrize("forgery", FORGERIES)
@pytest.mark.parametrize("route", routes(is_unsafe), ids=named)
def test_no_route_takes_a_forged_request(world, route, forgery):
    rest = FORGERIES[forgery] | {"headers": dict(FORGERIES[forgery].get("headers", {}))}
    answer = ask(world.browser("boss"), route, path_of(route[1]), **rest)
    assert answer.status_code == 403
    assert "csrf" in answer.text


@pytest.mark.parametrize("route", routes(is_unsafe), ids=named)
def test_no_route_reads_plain_text(world, route):
    headers = {"X-CSRF-Token": world.browser("boss").csrf()}
    answer = world.browser("boss").open(
        path_of(route[1]), method=route[0], headers=headers, data="{}", content_type="text/plain"
    )
    assert answer.status_code == 415


def told(answer):
    """What an answer says, without what differs each time."""
    return answer.status_code, re.sub(r"[0-9a-f]{64}", "", answer.text)


@pytest.mark.parametrize("who", ["sam", "nobody"])
@pytest.mark.parametrize("route", routes(is_about_an_object), ids=named)
def test_a_stranger_cannot_tell_an_object_from_nothing(world, route, who):
    browser = world.browser(who)
    there = ask(browser, route, path_of(route[1], world.ids))
    absent = ask(browser, route, path_of(route[1], {}, other="987654"))
    assert there.status_code in (403, 404, 422), there.text
    assert told(there) == told(absent)
    assert SECRET not in there.text


@pytest.mark.parametrize("who", ["ben", "lead", "boss"])
@pytest.mark.parametrize("route", routes(is_anothers), ids=named)
def test_nobody_reaches_the_text_of_anothers_task(world, route, who):
    answer = ask(world.browser(who), route, path_of(route[1], world.ids))
    assert SECRET not in answer.text
    assert answer.status_code == 403, answer.text


def test_the_person_it_is_assigned_to_does_read_it(world):
    answer = world.browser("ann").get(f"/api/v1/assignments/{world.ids['assignment_id']}")
    assert answer.status_code == 200
    assert SECRET in answer.text
