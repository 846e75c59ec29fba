"""README's "A project of your own", word for word, from an empty folder to a signed and released note.

The default workflow and the default database, `make run` and real sockets; only the notes are ours.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import zipfile
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from app.formats.safety.columns import SafetyColumns
from app.release.vocabulary import vocabulary
from tests.signing import seen_answer, seen_cases
from tests.terminology_data import stocked

pytestmark = pytest.mark.rare

ROOT = Path(__file__).parents[2]
PASSWORD = "seven quiet herons wade"
SAME = "CLINIC NOTE\n\nThe patient has asthma and takes salbutamol. No chest pain.\n"
ROUTINE = "CLINIC NOTE\n\nThe patient reports a dull headache since the morning. No fever.\n"
CRITICAL = "CLINIC NOTE\n\nOn day three of amoxicillin a widespread rash developed. The drug was stopped.\n"
# Text → what anna and bela each mark: label and words.
MARKS = {
    "asthma": (("PROBLEM", "asthma"), ("PROBLEM", "asthma")),
    "headache": (("SYMPTOM", "headache"), ("SYMPTOM", "dull headache")),
    "rash": (("ADVERSE_EVENT", "widespread rash"), ("ADVERSE_EVENT", "rash")),
}
PRINCIPLE = "1.2"  # the section of the shipped guideline that decides: mark what the note states


def section(heading):
    """README from a heading to the next."""
    return re.split(r"\n##", (ROOT / "README.md").read_text().split(f"{heading}\n")[1])[0]


def commands():
    """What README's section tells to type, in order; a command over several lines is one."""
    found, pending = [], ""
    for line in re.findall(r"^    (.*)$", section("## A project of your own"), re.M):
        pending += f"{line}\n"
        whole = subprocess.run(["bash", "-n"], input=pending, text=True, capture_output=True, check=False)
        if whole.returncode == 0 and not line.endswith("\\"):
            found.append(pending)
            pending = ""
    assert not pending, "README holds a command that does not end"
    return found


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A fresh clone, as far as the recipe can tell: nothing under `var` but code systems that are ready."""
    folder = tmp_path_factory.mktemp("clone")
    for name in ("app", "guidelines", "migrations", "ontologies", "wsgi.py", "alembic.ini", "Makefile"):
        (folder / name).symlink_to(ROOT / name)
    (folder / ".venv").mkdir()
    for part in Path(sys.prefix).iterdir():
        (folder / ".venv" / part.name).symlink_to(part)
    for name in ("requirements.txt", "constraints.txt"):
        (folder / name).write_text((ROOT / name).read_text())
        os.utime(folder / name, (0, 0))  # older than what is installed
    if not (folder / ".venv" / ".installed").exists():
        (folder / ".venv" / ".installed").touch()
    stocked(folder / "var")
    (folder / "notes").mkdir()
    (folder / "licences").mkdir()
    for who in ("vera", "vito", "tess"):
        (folder / "licences" / f"{who}.pdf").write_bytes(b"%PDF-1.4 invented")
    (folder / "notes" / "one.txt").write_text(SAME)
    with zipfile.ZipFile(folder / "more.zip", "w") as archive:
        archive.writestr("two.txt", ROUTINE)
    (folder / "table.csv").write_text(f'id,report_body\nthree,"{CRITICAL}"\n')
    return folder


class Terminal:
    """A second terminal: what was assigned stays, and what a command printed is read."""

    def __init__(self, folder, environment):
        self.folder, self.environment, self.assigned = folder, environment, ""

    def type(self, command, *, password=""):
        if re.fullmatch(r"\w+=\S.*\n", command):
            self.assigned += command
            return []
        done = subprocess.run(
            ["bash", "-c", self.assigned + "set -e\n" + command], cwd=self.folder, env=self.environment,
            input=f"{password}\n", capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


@contextmanager
def running(command, folder, environment):
    """`make run` in the first terminal, stopped as by Ctrl-C."""
    log = folder / "server.log"
    with log.open("w") as out:
        server = subprocess.Popen(
            ["bash", "-c", command], cwd=folder, env=environment, stdout=out, stderr=out, start_new_session=True
        )
    try:
        _await(int(environment["PORT"]), server, log)
        yield
    finally:
        os.killpg(server.pid, signal.SIGINT)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)


def _await(port, server, log):
    for _ in range(900):
        assert server.poll() is None, log.read_text()
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(log.read_text())


class Person:
    """Somebody at a browser."""

    def __init__(self, name, link):
        self.name, self.cookies, self.token = name, {}, ""
        self.host, path = urlsplit(link).netloc, urlsplit(link).path
        for page, fields in ((path, {"again": PASSWORD}), ("/sign-in", {"username": name})):
            self.page(page)
            self._send(page, fields | {"password": PASSWORD})

    def page(self, path):
        status, _, text = self._ask("GET", path)
        assert status == 200, (path, text)
        self.token = re.search(r'name="csrf-token" content="([0-9a-f]{64})"', text)[1]
        return text

    def take(self, path):
        """Press a button of the cases page; where it leads."""
        self.page("/cases")
        return self._send(path, {})

    def get(self, path):
        status, _, text = self._ask("GET", f"/api/v1{path}")
        assert status == 200, (path, text)
        return json.loads(text)

    def send(self, method, path, body, **headers):
        """Status and answer."""
        headers |= {"Content-Type": "application/json", "X-CSRF-Token": self.token}
        status, _, text = self._ask(method, f"/api/v1{path}", json.dumps(body), headers)
        return status, json.loads(text)

    def do(self, method, path, body, **headers):
        status, answer = self.send(method, path, body, **headers)
        assert status in (200, 201), (path, answer)
        return answer

    def accept_guideline(self, shown):
        self.do("POST", f"/guidelines/{shown['guideline']['id']}/acknowledgement", {})

    def _send(self, path, fields):
        """A form, with the token of the page it is on; where that leads."""
        body = urlencode(fields | {"csrf_token": self.token})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        status, answered, text = self._ask("POST", path, body, headers)
        assert status == 303, (path, status, text)
        return urlsplit(answered["Location"]).path

    def _ask(self, method, path, body=None, headers=None):
        connection = HTTPConnection(self.host, timeout=60)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection.request(method, path, body, (headers or {}) | {"Cookie": cookies})
        answer = connection.getresponse()
        text = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        connection.close()
        return answer.status, answer.headers, text


def read(person, which):
    """Every task of the reader's: suggestions are rejected, the one thing of our story is marked, finished."""
    for task in sorted(set(re.findall(r"/assignments/(\d+)", person.page("/work")))):
        shown = person.get(f"/assignments/{task}")
        text = shown["document"]["text"]
        label, words = next(marks[which] for word, marks in MARKS.items() if word in text)
        actions = [
            {"element_id": key, "body": body | {"status": "rejected"}} for key, body in shown["elements"].items()
        ]
        start = text.index(words)
        body = {"kind": "entity", "fragments": [[start, start + len(words)]], "label": label, "status": "confirmed"}
        actions.append({"element_id": "mine", "body": body, "quote": [words]})
        person.do("PATCH", f"/assignments/{task}/draft", {"actions": actions}, **{"If-Match": f'"{shown["version"]}"'})
        if not shown["guideline"]["acknowledged"]:
            status, refused = person.send("POST", f"/assignments/{task}/submission", {})
            assert (status, refused["error"]["code"]) == (409, "guideline-not-accepted")
            person.accept_guideline(shown)
        person.do("POST", f"/assignments/{task}/submission", {})


def settle(person):
    """Every case offered: the second version is right, by the guideline."""
    items = set(re.findall(r"/items/(\d+)/adjudication", person.page("/cases")))
    for item in items:
        person.take(f"/items/{item}/adjudication")
        shown = person.get(f"/items/{item}/adjudication")
        person.accept_guideline(shown)
        assert shown["citation_required"]
        for case in shown["cases"]:
            ruling = {"choice": "take", "version": 1, "reason": "guideline", "confirmed": case["critical"]}
            status, refused = person.send("PUT", f"/items/{item}/rulings/{case['key']}", ruling)
            assert (status, refused["error"]["code"]) == (422, "citation-required")
            person.do("PUT", f"/items/{item}/rulings/{case['key']}", ruling | {"citation": PRINCIPLE})
        sign(person, f"/items/{item}/closing", seen_cases(person.get(f"/items/{item}/adjudication")))
    return items


def offered(person):
    """Items the cases page offers to verify."""
    return set(re.findall(r"/items/(\d+)/verification", person.page("/cases")))


def verify(person):
    items = offered(person)
    for item in items:
        task = person.take(f"/items/{item}/verification")
        shown = person.get(task)
        person.accept_guideline(shown)
        assert sign(person, f"/items/{item}/verification", seen_answer(shown)) == "signed"
    return items


def sign(person, path, seen):
    body = {"username": person.name, "password": PASSWORD, "seen": seen}
    return person.do("POST", path, body)["state"]


def test_the_tables_for_adverse_events_are_those_that_are_described():
    described = section("### Adverse events").split("\n|---|---|\n")[1].split("\n\n")[0]
    named = re.findall(r"`(\w+)`", " ".join(row.split("|")[1] for row in described.splitlines()))
    assert named == list(SafetyColumns(vocabulary()).tables)


def test_the_recipe_leads_to_a_signed_and_released_note(clone):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CHARTMARK_", "MAKE"))}
    environment = kept | {"PORT": str(port)}
    first, *others = commands()
    assert first.startswith("make run")
    with running(first, clone, environment):
        _follow(others, Terminal(clone, environment), f"http://127.0.0.1:{port}/")
    with zipfile.ZipFile(clone / "study.zip") as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".jsonl")]
        rows = [json.loads(line) for line in archive.read(name).splitlines()]
    assert len(rows) == len(MARKS)
    assert all(row["provenance"]["signatures"] for row in rows)


def _follow(typed, terminal, address):
    people = {}
    for command in typed:
        if "release cut" in command:
            _annotate(people)
        for said in terminal.type(command, password=PASSWORD):
            if "link" in said:
                assert said["link"].startswith(address)
                people[said["username"]] = Person(said["username"], said["link"])
            if "assigned" in said:
                assert (said["assigned"], said["stopped"], said["ahead"]) == (len(MARKS), [], [])


def _annotate(people):
    """The three numbered steps that follow the commands."""
    read(people["anna"], 0)
    read(people["bela"], 1)
    by_vera, by_tess = settle(people["vera"]), settle(people["tess"])
    assert (len(by_vera), len(by_tess)) == (1, 1)
    assert by_vera.isdisjoint(offered(people["vera"])), "nobody verifies what they settled themselves"
    assert len(verify(people["vito"])) == len(MARKS)
