"""A running web server killed inside a save: what it acknowledged is there, the rest wholly or not at all."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from http.client import HTTPException
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest

from app.accounts.actor import ProjectRole
from app.audit.models import Event
from app.core import clock
from app.factory import compose
from app.review.draft import DraftElement
from tests.build import make_project, make_task
from tests.conftest import PASSWORD
from tests.databases import opened
from tests.functional.test_crash import installation  # noqa: F401 (a fixture)
from tests.unit.accounts.people import give_credential, make_person

pytestmark = pytest.mark.rare

ADDED = Event.tag == "review.element.added"
PER_SAVE = 3  # elements: a save that is there by half would show


@contextmanager
def serving(here, fault=""):
    """The address of a gunicorn of this installation; it and its worker are killed at the end, not stopped."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ["--workers", "1", "--threads", "4"]
    command = [sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"127.0.0.1:{port}", *options]
    with (here.folder / "server.log").open("a") as log:
        server = subprocess.Popen(command, env=here.environment(fault), stderr=log, start_new_session=True)
    try:
        _await(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _await(port):
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server did not start")


class Browser:
    """Ann at her task, over real sockets."""

    def __init__(self, address, task):
        self.address, self.task = address, f"/api/v1/assignments/{task}"
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()))
        form = {"username": "ann", "password": PASSWORD, "csrf_token": self._token("/sign-in")}
        self.opener.open(f"{address}/sign-in", urlencode(form).encode(), timeout=60).close()
        self.token = self._token("/account")

    def _token(self, path):
        with self.opener.open(self.address + path, timeout=60) as page:
            return re.search(r'name="csrf-token" content="([0-9a-f]{64})"', page.read().decode())[1]

    def shown(self):
        with self.opener.open(self.address + self.task, timeout=60) as answer:
            return json.load(answer)

    def save(self, nth):
        """The nth save; the version it leaves, or None when the server died over it."""
        body = {"kind": "entity", "fragments": [[7, 17]], "label": "problem", "status": "confirmed"}
        actions = [{"element_id": f"e{nth}-{n}", "body": body} for n in range(PER_SAVE)]
        headers = {
            "Content-Type": "application/json", "X-CSRF-Token": self.token, "If-Match": f'"{PER_SAVE * nth}"',
            "Idempotency-Key": f"save-{nth:04}",
        }  # fmt: skip
        data = json.dumps({"actions": actions}).encode()
        request = Request(f"{self.address}{self.task}/draft", data, headers, method="PATCH")
        try:
            with self.opener.open(request, timeout=60) as answer:
                return json.load(answer)["version"]
        except (ConnectionError, HTTPException):
            return None


def prepare(here):
    """Ann with one task; its id."""
    compose()
    database, at = opened(here.url, here.folder), clock.now()
    ann, lead = make_person(database, "ann"), make_person(database, "lead")
    give_credential(database, ann, lead, tier=1)

    def unit(session):
        members = {ann: [ProjectRole.ANNOTATOR], lead: [ProjectRole.MANAGER]}
        project, schema = make_project(session, "pp", members, at=at)
        return make_task(session, project, schema, [ann], at=at, text="Canary chest pain. No fever.")[1][0].id

    try:
        return database.writing(unit)
    finally:
        database.dispose()


@pytest.mark.parametrize(
    ("fault", "kept"),
    [("save:3", 2), ("answer:3", 3)],
    ids=["before it is committed", "committed but not yet acknowledged"],
)
def test_a_server_killed_inside_a_save_loses_nothing_it_acknowledged(installation, fault, kept):  # noqa: F811
    task = prepare(installation)
    with serving(installation, fault) as address:
        ann = Browser(address, task)
        ann.shown()
        versions = [ann.save(nth) for nth in range(3)]
    assert versions == [PER_SAVE, 2 * PER_SAVE, None]

    with serving(installation) as address:
        ann = Browser(address, task)
        there = {f"e{nth}-{n}" for nth in range(kept) for n in range(PER_SAVE)}
        assert (set(ann.shown()["elements"]), ann.shown()["version"]) == (there, kept * PER_SAVE)
        # The browser sends again what it has no answer to: it takes effect once, whether it had or not.
        assert [ann.save(2), ann.save(2), ann.save(3)] == [3 * PER_SAVE, 3 * PER_SAVE, 4 * PER_SAVE]
    assert installation.count(DraftElement) == installation.count(Event, ADDED) == 4 * PER_SAVE
    installation.verify()
