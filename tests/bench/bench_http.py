"""What a person's browser asks for, through HTTP: the server is a process of its own (gunicorn, as `make run` starts it).

CPU of the server's processes (from /proc) and statements per operation beside wall times; then eight clients at once.
Beside them stands a plain Flask page over the same rows (`plain_server.py`), in the same run: what HTTP, JSON and one
query cost without any rule, version or record. SQLite: one process with threads; PostgreSQL: four processes.

`python -m tests.bench.bench_http [NOTES …] [--postgresql] [--seconds S] [--repeat R]`; several sizes also say how each
operation grew. A million: `… 1000 1000000 --spans 2 --lines 10`.
"""

import argparse
import http.client
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

from app.core.db import Database
from tests.bench.seeding import LABELS, seed
from tests.databases import build_schema, create_postgresql, drop_postgresql, sqlite_url

ROOT = Path(__file__).parents[2]
CLIENTS = 8
ONE_BY_ONE = 100
PLAIN = {
    "polarity": "affirmed", "certainty": "certain", "temporality": "current", "course": "unknown",
    "hypothetical": False, "conditional": False, "experiencer": "patient",
}  # fmt: skip


def cpu_seconds(pid):
    """User and system time of a process and all that descend from it."""
    total, todo = 0, [pid]
    while todo:
        one = todo.pop()
        try:
            total += sum(int(n) for n in Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()[11:13])
            for children in Path(f"/proc/{one}/task").glob("*/children"):
                todo += [int(child) for child in children.read_text().split()]
        except OSError:
            continue
    return total / os.sysconf("SC_CLK_TCK")


def postgres_pids():
    """PostgreSQL works for us and is no child of ours: the CPU of its processes counts too."""
    named = (path.parent for path in Path("/proc").glob("[0-9]*/comm") if _read(path) == "postgres")
    return [int(path.name) for path in named]


def _read(path):
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def loop():
    """CPU and wall time of a fixed loop: how quiet the machine is."""
    wall, cpu = time.perf_counter(), time.process_time()
    sum(n * n for n in range(2_000_000))
    return time.perf_counter() - wall, time.process_time() - cpu


class Quiet:
    """The fixed loop before, between and after: within 10 % of the best seen, the machine was quiet."""

    def __init__(self):
        self.loops = []
        self.look()

    def look(self):
        self.loops.append(loop())

    @property
    def slower(self):
        """How much slower than the best the machine was at its worst; the CPU time is the least the best can be."""
        return max(wall for wall, _ in self.loops) / min(min(pair) for pair in self.loops) - 1

    def words(self):
        return "quiet" if self.slower <= 0.1 else f"loaded (fixed loop up to {1 + self.slower:.1f}× its best)"


class Server:
    """A gunicorn of its own on a free port; ended by its id."""

    def __init__(self, application, processes, env):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = [
            sys.executable, "-m", "gunicorn", application, "--workers", str(processes), "--threads", "8",
            "--bind", f"127.0.0.1:{self.port}", "--log-level", "error", "--keep-alive", "30",
        ]  # fmt: skip
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._wait()

    def _wait(self):
        for _ in range(600):
            if self.process.poll() is not None:
                raise RuntimeError("the server ended")
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("the server does not answer")

    def cpu(self):
        return cpu_seconds(self.process.pid)

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


class Client:
    """One person's kept connection, signed in."""

    def __init__(self, port, name="", password=""):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.headers, self.person, self.statements = {}, name, 0
        if name:
            self._sign_in(name, password)

    def ask(self, method, path, body=None, **headers):
        self.connection.request(method, path, body=body, headers=self.headers | headers)
        self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        answer = self.connection.getresponse()
        data = answer.read()
        if answer.status not in (200, 303):
            raise RuntimeError(f"{method} {path}: {answer.status}")
        self.statements = int(answer.headers.get("X-Statements", 0))
        return answer, data

    def _sign_in(self, name, password):
        answer, page = self.ask("GET", "/sign-in")
        self.headers["Cookie"] = answer.headers["Set-Cookie"].split(";")[0]
        form = urlencode({"username": name, "password": password, "csrf_token": self._token(page)})
        answer, _ = self.ask("POST", "/sign-in", form, **{"Content-Type": "application/x-www-form-urlencoded"})
        sent = answer.headers.get_all("Set-Cookie")
        (self.headers["Cookie"],) = [line.split(";")[0] for line in sent if "-guest" not in line]
        self.headers["X-CSRF-Token"] = self._token(self.ask("GET", "/work")[1])

    @staticmethod
    def _token(page):
        return re.search(rb'name="csrf-token" content="([^"]+)"', page)[1].decode()


class Ours:
    """The operations of the product, each for (client, number of the operation)."""

    def __init__(self, world):
        self.world, self.versions = world, {}
        self.of = {}
        for task, name in world.tasks:
            self.of.setdefault(name, []).append(task)

    def tasks(self, client):
        return self.of[client.person]

    def open(self, client, number):
        tasks = self.tasks(client)
        client.ask("GET", f"/assignments/{tasks[number % len(tasks)]}")

    def save(self, client, number):
        tasks = self.tasks(client)
        task = tasks[number % len(tasks)]
        version = self.versions.get(task, 0)
        start = self.world.body.index(f"drug{number % self.world.body.count('drug'):03}")
        body = {
            "kind": "entity", "fragments": [[start, start + 7]], "label": LABELS[version % len(LABELS)]["key"],
            "assertion": PLAIN, "codes": [], "status": "confirmed", "origin": {"by": "human"},
        }  # fmt: skip
        change = {"element_id": f"e{version:07}", "body": body, "quote": [self.world.body[start : start + 7]]}
        headers = {"Content-Type": "application/json", "If-Match": f'"{version}"'}
        headers["Idempotency-Key"] = f"bench-{task}-{version:07}"
        client.ask("PATCH", f"/api/v1/assignments/{task}/draft", json.dumps({"actions": [change]}), **headers)
        self.versions[task] = version + 1

    def worklist(self, client, _number):
        client.ask("GET", "/work")

    def overview(self, client, _number):
        client.ask("GET", f"/projects/{self.world.project_key}")

    def next(self, client, _number):
        client.ask("POST", "/work/next", b"", **{"Content-Type": "application/x-www-form-urlencoded"})


def one_by_one(server, act, clients, count, extra_cpu=lambda: 0.0):
    """Wall times in ms, one client after the other, and the server's CPU in ms for each."""
    walls, cpu = [], server.cpu() + extra_cpu()
    for number in range(count):
        began = time.perf_counter()
        act(clients[number % len(clients)], number // len(clients))
        walls.append((time.perf_counter() - began) * 1000)
    return walls, (server.cpu() + extra_cpu() - cpu) * 1000 / count


def at_once(act, clients, seconds):
    """Wall times in ms with every client at it for some seconds, and operations per second."""
    walls, errors, until = [], [], time.perf_counter() + seconds

    def work(client):
        number = 0
        try:
            while time.perf_counter() < until:
                began = time.perf_counter()
                act(client, number)
                walls.append((time.perf_counter() - began) * 1000)
                number += 1
        except (RuntimeError, OSError, http.client.HTTPException) as error:
            errors.append(error)

    began = time.perf_counter()
    threads = [threading.Thread(target=work, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return walls, len(walls) / (time.perf_counter() - began)


def nth(walls, share):
    return sorted(walls)[min(len(walls) - 1, int(share * len(walls)))]


class Report:
    """JSON lines: the median of the repeats, all of them listed, and the same of the plain page beside it."""

    def __init__(self, size, quiet):
        self.size, self.quiet = size, quiet

    def say(self, metric, values, unit, beside=None, *, more_is_better=False):
        value = statistics.median(values)
        row = {"bench": "store", "metric": metric, "value": round(value, 3), "unit": unit, "size": self.size}
        ratio, baseline = None, ""
        if beside:
            baseline = f"a plain Flask page over the same rows: {round(statistics.median(beside), 3)} {unit}"
            other = statistics.median(beside)
            ratio = round(value / other if more_is_better else other / value, 3) if value and other else None
        row |= {"baseline": baseline, "ratio": ratio, "runs": [round(one, 2) for one in values]}
        print(json.dumps(row | {"machine": self.quiet.words()}), flush=True)


def start(folder, url, processes):
    """Ours, and the plain page over the same database."""
    env = {"CHARTMARK_VAR": str(folder), "CHARTMARK_DATABASE_URL": url, "CHARTMARK_IDLE_MINUTES": "600"}
    ours = Server("tests.bench.counting_server:app", processes, env)
    plain = Server("tests.bench.plain_server:app", processes, env)
    return ours, plain


def measure(folder, url, notes, options):
    processes = 4 if options.postgresql else 1
    world = seed(Database(url), notes, spans=options.spans, lines=options.lines)
    ours, plain = start(folder, url, processes)
    try:
        return _measure(world, ours, plain, notes, options)
    finally:
        ours.close()
        plain.close()


def _measure(world, ours, plain, notes, options):
    names = sorted({name for _, name in world.tasks})[:CLIENTS]
    clients = [Client(ours.port, name, world.password) for name in names]
    bare = [Client(plain.port) for _ in names]
    acts, database = Ours(world), "PostgreSQL, 4 processes" if options.postgresql else "SQLite, 1 process"
    quiet = Quiet()
    report = Report(
        f"{notes} notes of {len(world.body)} characters, {options.spans} suggestions each; {database}", quiet
    )
    extra = (lambda: sum(map(cpu_seconds, postgres_pids()))) if options.postgresql else (lambda: 0.0)
    firsts, cpu = one_by_one(ours, acts.open, clients, min(len(world.tasks), ONE_BY_ONE), extra)
    report.say("first_open_p50_ms", [statistics.median(firsts)], "ms")
    report.say("first_open_cpu_ms", [cpu], "ms")
    opened = max(1, min(len(world.tasks), ONE_BY_ONE) // len(clients))
    for tasks in acts.of.values():
        del tasks[opened:]

    def look(client, number):
        task = acts.of[names[bare.index(client)]][number % opened]
        client.ask("GET", f"/plain/{task}")

    def write(client, number):
        task = acts.of[names[bare.index(client)]][number % opened]
        client.ask("POST", f"/plain/{task}", json.dumps({"element": f"p{number:07}"}))

    lead = [Client(ours.port, "lead", world.password)]
    wanted = {
        "open": (acts.open, look, clients), "save": (acts.save, write, clients),
        "worklist": (acts.worklist, None, clients), "next": (acts.next, None, clients),
        "overview": (acts.overview, None, lead),
    }  # fmt: skip
    grown = {}
    for name, (act, beside, whose) in wanted.items():
        found = [_run(name, (ours, act, whose), (plain, beside, bare), options, extra) for _ in range(options.repeat)]
        quiet.look()
        grown[name] = statistics.median(run["cpu_ms"] for run in found)
        for key in found[0]:
            if not key.startswith("plain"):
                other = [run[f"plain_{key}"] for run in found] if f"plain_{key}" in found[0] else None
                unit = "1/s" if key.endswith("per_s") else "ms" if key.endswith("ms") else ""
                report.say(f"{name}_{key}", [run[key] for run in found], unit, other, more_is_better=unit == "1/s")
    return grown


def _run(name, mine, theirs, options, extra):
    """One repeat of one operation, ours and the plain one in turns."""
    server, act, clients = mine
    plain, beside, bare = theirs
    walls, cpu = one_by_one(server, act, clients, ONE_BY_ONE, extra)
    act(clients[0], 0)
    found = {"p50_ms": statistics.median(walls), "cpu_ms": cpu, "p95_ms": nth(walls, 0.95)}
    found["statements"] = clients[0].statements
    if beside:
        walls, found["plain_cpu_ms"] = one_by_one(plain, beside, bare, ONE_BY_ONE, extra)
        found["plain_p50_ms"] = statistics.median(walls)
    if name in ("open", "save"):
        walls, found["per_s"] = at_once(act, clients, options.seconds)
        found |= {"8_clients_p50_ms": nth(walls, 0.5), "8_clients_p95_ms": nth(walls, 0.95)}
        found["8_clients_p99_ms"] = nth(walls, 0.99)
        found["plain_per_s"] = at_once(beside, bare, options.seconds)[1]
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("notes", nargs="*", type=int, default=[1000])
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--spans", type=int, default=40)
    parser.add_argument("--lines", type=int, default=60, help="of 77 characters each, in every note")
    options = parser.parse_args()
    grown = {}
    for notes in options.notes:
        with tempfile.TemporaryDirectory(prefix="chartmark-bench-") as name:
            folder = Path(name) / "var"
            folder.mkdir()
            url = create_postgresql() if options.postgresql else sqlite_url(folder / "chartmark.db")
            try:
                build_schema(url)
                grown[notes] = measure(folder, url, notes, options)
            finally:
                if options.postgresql:
                    drop_postgresql(url)
    say_growth(grown)


def say_growth(grown):
    """How many times the CPU of an operation grew from the smallest corpus to each larger one: flat is up to 1.3."""
    least, *larger = sorted(grown)
    for notes in larger:
        for name, cpu in grown[notes].items():
            row = {
                "bench": "store",
                "metric": f"{name}_growth",
                "value": round(cpu / grown[least][name], 2),
                "unit": "×",
            }
            row |= {"size": f"{notes} notes", "baseline": f"{least} notes in the same run", "ratio": None}
            print(json.dumps(row, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
