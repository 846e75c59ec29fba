"""Every route and method, as nobody and as each role, with values that no row can hold: never a 500."""

import inspect
import json
import re
from functools import cache
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import quote

import pytest

from app.accounts.actor import ProjectRole, ServerRole
from app.accounts.session import Lifetime, new_token, open_session
from app.core import clock
from app.corpus.member import add_member
from app.corpus.project import get_project
from app.http.access import JSON, UPLOAD
from tests.build import OPERATOR
from tests.conftest import csrf
from tests.contracts.modality_examples import EXAMPLES
from tests.contracts.test_every_route import APP, BODIES, World, named, path_of, routes
from tests.unit.accounts.people import give_credential, make_person

pytestmark = pytest.mark.rare

NUMBERS = (str(2**63), str(2**64), "9" * 5000, "-1", "-0", "٣", "²", "1e3", "0x1", "1.0", " 1", "1_0", "%00", "0")
WORDS = (
    "\0", "a\0b", "😀" * 300, "x" * 5000, "'\"<>&;--", "{count.x}", "%s%n", "../..", "\u202e", "\x7f\x1f", "٣", "[",
    "-1", str(2**63),
)  # fmt: skip
FEW = (str(2**63), "-1", "\0", "x" * 5000)
LONE = "\ud800"
JSON_VALUES = (
    None, True, -1, 0, 2**31, 2**63, -(2**63) - 1, 10**400, 1e308, 0.5, "", "\0", LONE, f"a{LONE}b", "x" * 5000, "😀",
    "1", [], {}, [[]], [None], [[0, 2**63]], {"": None}, {"\0": LONE}, [[[[[[]]]]]], ["a"] * 501,
)  # fmt: skip
DEEP = 100_000
FORM = "application/x-www-form-urlencoded"
ROOT = Path(__file__).parents[2]
RAW = (
    b"", b"{", b"null", b"[]", b"0", b'"a"', b"\xff\xfe", b"\xef\xbb\xbf{}", b"{}".decode().encode("utf-16"),
    b"{}".decode().encode("utf-32"), b"[" * DEEP + b"]" * DEEP, b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    b"[" * 900 + b"]" * 900, b"NaN", b'{"a": NaN}', b'{"a": -Infinity}', b"1e999", b"9" * 5000, b'{"a":1,"a":2}',
    b'"\\ud800"', b'{"\\udfff": 1}', b'{"actions": [{"element_id": "\\u0000", "body": {}}]}', b"\0",
)  # fmt: skip
HEADERS = {
    "Origin": (
        "http://[", "//[", "http://[::1", "null", "", "http://\xe9", "http://a:b:c", "http://℀".encode().decode("latin-1"),
    ),
    "Host": ("[", "a:99999999", "", "\xe9", "a b", "localhost:x"),
    "Cookie": (
        "chartmark", "chartmark=\xe9", "chartmark=\"\\ud800\"", "=;=", "chartmark=\0", "chartmark=" + "x" * 5000,
        "chartmark-guest=\xff" + "x" * 40,
    ),
    "X-CSRF-Token": ("\xe9", "", "x" * 5000),
    "Sec-Fetch-Site": ("\xe9", ""),
    "If-Match": ("", '"', '"-1"', f'"{2**63}"', '"' + "9" * 5000 + '"', "*", 'W/"0"', '"²"', "\xe9"),
    "Idempotency-Key": ("", "short", "x" * 129, "\xe9" * 9, "a\x7fbcdefgh"),
    "Content-Type": (
        "", ";", "application/json; charset=nonsense", "application/json; charset=utf-7", "application/", "a/b/c",
        "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\xe9",
        "application/x-www-form-urlencoded; charset=utf-16", "application/problem+json", "\xe9",
    ),
    "Content-Length": ("-1", "x", "9" * 30, ""),
    "Accept": ("*", ";q=x", "a/b;q=99999", "\xe9", ",,,"),
    "Range": ("bytes=-", "bytes=9-1", f"bytes={2**70}-", "\xe9"),
    "If-Modified-Since": ("x", "Thu, 99 Foo 9999 99:99:99 GMT", "\xe9"),
    "If-None-Match": ('"', "*", "\xe9"),
    "Authorization": ("Basic", "Basic ====", "Bearer \xe9", "Digest x"),
    "X-Forwarded-For": ("[", "\xe9", "1.2.3.4, x"),
    "X-Background": ("\xe9",),
    "Accept-Language": ("\xe9", ";"),
}  # fmt: skip
NOBODY = None
OFFICES = {"olu": ServerRole.AUDITOR, "pia": ServerRole.PRIVACY_OFFICER, "mia": ServerRole.MANAGER}
PEOPLE = (NOBODY, "boss", "lead", "ann", "sam", "olu", "pia", "mia", "all", "nobody")
ALL = routes(lambda *_: True)
UNSAFE = [route for route in ALL if route[0] != "GET"]
READ = [route for route in ALL if route[0] == "GET"]
TAKES_JSON = [route for route in UNSAFE if route[2].accepts == JSON]
TAKES_FORM = [route for route in UNSAFE if route[2].accepts != JSON]


class Crowd(World):
    """The same world with somebody of each role, and one person who has every role in the first project."""

    def __init__(self, folder, templates, kind):
        super().__init__(folder, templates, kind)
        for name, role in OFFICES.items():
            self._people[name] = make_person(self.database, name, role)
        everything = self._people["all"] = make_person(self.database, "all")
        give_credential(self.database, everything, self._people["boss"], tier=4)
        at = clock.now()

        def join(session):
            project = get_project(session, "first")
            for role in ProjectRole:
                add_member(session, OPERATOR, project, everything, role, at=at)

        self.database.writing(join)
        # Whom acts of the administrator fall upon: nobody who acts here.
        self.ids |= {"person_id": make_person(self.database, "victim"), "system": "icd10cm", "code": "I10"}

    def client(self, name):
        """A browser that is signed in; by a session of its own, whatever acts of before did to others."""
        browser = self.app.test_client()
        if name is not NOBODY:
            at, token = clock.now(), new_token()
            lifetime = Lifetime.of(15, 12)
            self.database.writing(lambda s: open_session(s, self._people[name], token, lifetime, at=at).id)
            browser.set_cookie("chartmark", token)
            sent = csrf(browser, "/account")
            browser.csrf = lambda: sent
        return browser


@pytest.fixture(scope="module")
def world(tmp_path_factory, database_templates):
    crowd = Crowd(tmp_path_factory.mktemp("crowd"), database_templates, "sqlite")
    yield crowd
    crowd.close()


@pytest.fixture(scope="module")
def strict_world(tmp_path_factory, database_templates):
    """On PostgreSQL, which refuses what SQLite stores without a word."""
    crowd = Crowd(tmp_path_factory.mktemp("strict"), database_templates, "postgresql")
    yield crowd
    crowd.close()


@pytest.fixture
def own_world(tmp_path, database_templates):
    """A world in which nothing else was tried: the task is open still."""
    crowd = Crowd(tmp_path, database_templates, "sqlite")
    yield crowd
    crowd.close()


def share(route, values, of):
    """Every n-th of the values, each route beginning with another: all of them are tried on many routes."""
    return list(values)[ALL.index(route) % of :: of]


def send(client, method, path, **rest):
    """The status; the answer is read to its end."""
    headers = {"X-CSRF-Token": client.csrf() if hasattr(client, "csrf") else "", "If-Match": '"0"'}
    headers |= rest.pop("headers", {})
    headers = {name: value for name, value in headers.items() if value is not None}
    with client.open(path, method=method, headers=headers, **rest) as answer:
        answer.get_data()
        return answer.status_code


def body_of(route):
    """What a body of ours looks like, as keywords of a request."""
    method, rule, declared = route
    if method == "GET":
        return {}
    if declared.accepts == JSON:
        return {"json": next((body for end, body in BODIES.items() if rule.endswith(end)), {})}
    return {"data": {"a": "b"}} | ({"content_type": "multipart/form-data"} if declared.accepts == UPLOAD else {})


def sound(status, *where):
    assert status < 500, (status, *(ascii(part)[:200] for part in where))
    return status


@pytest.mark.parametrize("route", [route for route in ALL if "<" in route[1]], ids=named)
def test_an_address_with_a_number_no_row_has_leads_nowhere(world, route):
    places = re.findall(r"<(?:(\w+):)?(\w+)>", route[1])
    for who in PEOPLE:
        client = world.client(who)
        for kind, place, value in ((k, p, v) for k, p in places for v in (NUMBERS if k == "int" else WORDS)):
            if who not in (NOBODY, "all") and value not in FEW:
                continue
            path = path_of(route[1], world.ids | {place: value if value == "%00" else quote(value, safe="")})
            status = sound(send(client, route[0], path, **body_of(route)), who, path)
            if kind == "int" and value != "0":
                assert status == 404, (who, path, status)


@pytest.mark.parametrize("route", ALL, ids=named)
@pytest.mark.parametrize("who", [NOBODY, "all"])
def test_no_header_breaks_a_route(world, route, who):
    client, path = world.client(who), path_of(route[1], world.ids)
    for name, value in share(route, [(name, value) for name, values in HEADERS.items() for value in values], 6):
        rest = body_of(route)
        if name == "Content-Type" and route[0] != "GET":
            rest = {"data": b'{"a": "b"}'}
        sound(send(client, route[0], path, headers={name: value}, **rest), name, value)


@cache
def queried():
    """Every name that a view asks of an address."""
    modules = [path for folder in ("web", "api", "http") for path in (ROOT / "app" / folder).rglob("*.py")]
    source = "".join(path.read_text() for path in modules)
    asked = re.findall(r'(?:args|asked|values)(?:\.get\(|\[)"(\w+)"', source)
    return sorted({*asked, "after", "refused_after", "project", "stream", "person", "tag"})


@pytest.mark.parametrize("route", READ, ids=named)
def test_no_query_breaks_a_route(world, route):
    for who in (NOBODY, "boss", "olu", "pia", "all"):
        client, path = world.client(who), path_of(route[1], world.ids)
        for value in share(route, (*NUMBERS, *WORDS), 3):
            together = {name: value.replace("%00", "\0") for name in queried()}
            sound(send(client, "GET", path, query_string=together), who, value)
        for name in queried() if who == "all" else ():
            for value in share(route, FEW, 2):
                sound(send(client, "GET", path, query_string={name: value}), name, value)
        for raw in share(route, ("%", "%ED%A0%80=%FF", "a=%00", "&&=&", "after=1&after=%C3%28"), 5):
            sound(send(client, "GET", f"{path}?{raw}"), who, raw)


@pytest.mark.parametrize("route", TAKES_JSON, ids=named)
def test_no_json_breaks_a_route(world, route):
    for who in (NOBODY, "all"):
        client, path = world.client(who), path_of(route[1], world.ids)
        for raw in RAW:
            status = sound(send(client, route[0], path, data=raw, content_type="application/json"), who, raw[:40])
            if who == "all" and len(raw) > DEEP:
                assert status == 400, (status, raw[:9])


def bases(route):
    """Bodies the route takes, as far as its fields go."""
    rule = route[1]
    taken = {
        "/draft": {"actions": [{"element_id": "e1", "body": {"kind": "comment", "text": "x"}, "quote": ["x"]}]},
        "/submission": {"count": 1, "sha256": "0" * 64},
        "/questions": {"text": "Which?", "element_id": "e1", "blocking": False},
        "/phi-reports": {"fragments": [[0, 2]]},
        "/code-searches": {"system": "icd10cm", "release": None, "query": "asthma", "limit": 3, "label": "problem"},
        "/code-checks": {},
        "/rulings/<key>": {
            "choice": "own", "version": None, "elements": {"e": {"kind": "comment", "text": "x"}}, "reason": "slip",
            "citation": "4.2", "confirmed": True,
        },
        "/closing": {"username": "ann", "password": "p", "meaning": "", "seen": "", "reason": ""},
        "/verification": {
            "username": "ann", "password": "p", "meaning": "", "seen": "", "reason": "", "decision": "accept",
            "confirmed": False,
        },
    }  # fmt: skip
    return next((body for end, body in taken.items() if rule.endswith(end)), {})


@pytest.mark.parametrize("route", TAKES_JSON, ids=named)
def test_no_value_of_a_field_breaks_a_route(world, route):
    for who in ("ann", "all"):
        client, path, base = world.client(who), path_of(route[1], world.ids), bases(route)
        for name in (*base, "nothing"):
            for value in JSON_VALUES if base else FEW:
                body = json.dumps(base | {name: value})
                sound(send(client, route[0], path, data=body, content_type="application/json"), name, value)


def spoiled(value, bad):
    """The value with each part of it in turn replaced by the next of `bad`."""
    yield next(bad)
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        for worse in spoiled(part, bad):
            copy = dict(value) if isinstance(value, dict) else list(value)
            copy[key] = worse
            yield copy


@pytest.mark.parametrize("modality", sorted(EXAMPLES))
def test_no_value_of_an_element_breaks_a_draft(own_world, modality):
    world = own_world
    client, path = world.client("ann"), f"/api/v1/assignments/{world.ids['assignment_id']}/draft"
    bad, version = cycle(JSON_VALUES), client.get(path.removesuffix("/draft")).json["version"]
    elements = {key: body for payload in EXAMPLES[modality].payloads for key, body in payload["elements"].items()}
    for key, body in elements.items():
        for spoilt in islice(spoiled(body, bad), 40):
            actions = [{"element_id": key, "body": spoilt}]
            raw, headers = json.dumps({"actions": actions}), {"If-Match": f'"{version}"'}
            status = send(client, "PATCH", path, data=raw, content_type="application/json", headers=headers)
            if sound(status, key, spoilt) == 200:
                version = client.get(path.removesuffix("/draft")).json["version"]


@cache
def typed_in(module):
    """The names of fields that a module of views reads of its forms, as far as they are written out there."""
    source = Path(inspect.getsourcefile(module)).read_text()
    return sorted(set(re.findall(r'"([a-z_]{2,30})"', source)))


def names_of(route):
    endpoint = next(r.endpoint for r in APP.url_map.iter_rules() if r.rule == route[1] and route[0] in r.methods)
    return typed_in(inspect.getmodule(inspect.unwrap(APP.view_functions[endpoint])))


@pytest.mark.parametrize("route", TAKES_FORM, ids=named)
def test_no_form_breaks_a_route(world, route):
    names, path = names_of(route), path_of(route[1], world.ids)
    for who in ("boss", "all"):
        client = world.client(who)
        for value in {*share(route, (*NUMBERS, *WORDS), 2), *FEW}:
            typed = value.replace("%00", "\0")
            for chosen in (names, *share(route, ([name] for name in names), 2)) if value in FEW else (names,):
                form = dict.fromkeys(names, "1") | dict.fromkeys(chosen, typed)
                form |= {"csrf_token": client.csrf()}
                sound(send(client, route[0], path, data=form, **_upload(route)), who, value, chosen)
        for raw in (b"", b"%", b"=", b"&" * 600, b"a=%ED%A0%80", b"a=%00", b"\xff=\xff", b"a" * 3_000_000):
            sound(send(client, route[0], path, data=raw, content_type=FORM), who, raw[:9])


@pytest.mark.postgres
@pytest.mark.parametrize("route", ALL, ids=named)
def test_no_value_breaks_a_route_of_a_server_on_postgresql(strict_world, route):
    client = strict_world.client("all")
    path, names = path_of(route[1], strict_world.ids), names_of(route)
    for value in (*FEW, LONE):
        for place in re.findall(r"<(?:\w+:)?(\w+)>", route[1]) if value != LONE else ():
            address = path_of(route[1], strict_world.ids | {place: quote(value, safe="")})
            sound(send(client, route[0], address, **body_of(route)), address)
        if route[0] == "GET" and value != LONE:
            sound(send(client, "GET", path, query_string=dict.fromkeys(queried(), value)), value)
        elif route[2].accepts == JSON:
            for name in bases(route):
                body = json.dumps(bases(route) | {name: value})
                sound(send(client, route[0], path, data=body, content_type="application/json"), name, value)
        elif value != LONE:
            form = dict.fromkeys(names, value) | {"csrf_token": client.csrf()}
            sound(send(client, route[0], path, data=form, **_upload(route)), value)


def _upload(route):
    return {"content_type": "multipart/form-data"} if route[2].accepts == UPLOAD else {}
