"""Notes of any size behind a server process of their own, for benches of the real page."""

import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from app.core.db import Database
from tests.browser.world import World
from tests.databases import build_schema, sqlite_url

WORDS = ["patient", "denies", "fever", "with", "of", "ไข้", "pneumonia", "and", "mg", "daily", "no", "rash", "đau", "患者"]
LABELS = ["problem", "medication", "symptom", "test"]
APART = 20  # each 20th suggestion is the end of a relation


def note(characters, count, seed=7):
    """A text and what a pipeline says of it: spans of one to three words, relations between neighbours."""
    chance = random.Random(seed)
    parts, length, starts = [], 0, []
    while length < characters:
        word = chance.choice(WORDS)
        starts.append(length)
        parts.append(word + (" " if chance.randrange(18) else "\n"))
        length += len(parts[-1])
    text = "".join(parts)
    entities = []
    for n, at in enumerate(sorted(chance.sample(range(len(starts) - 4), count))):
        end = starts[at + 1 + chance.randrange(3)] - 1
        entities.append({"start": starts[at], "end": end, "label": LABELS[n % 4], "assertion": {}, "codes": []})
    relations = [{"type": "treats", "head": n + 1, "tail": n} for n in range(0, count - 1, APART)]
    return text, {"entities": entities, "relations": relations}


class PageWorld:
    """`task(size)` makes a note for Ana; `serving()` runs the application as a team would."""

    def __init__(self, folder):
        self.folder = Path(folder)
        build_schema(sqlite_url(self.folder / "bench.db"))
        self.world = World(Database(sqlite_url(self.folder / "bench.db")), self.folder / "var")

    def task(self, characters, count, seed=7):
        text, suggestion = note(characters, count, seed)
        return self.world.task(text=text, suggestion=suggestion)

    @contextmanager
    def serving(self):
        """A gunicorn with threads, one process: what an embedded SQLite runs. Gives its process id."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.world.url = f"http://127.0.0.1:{port}"
        options = ["--workers", "1", "--threads", "4"]
        named = {"DATABASE_URL": sqlite_url(self.folder / "bench.db"), "VAR": str(self.folder / "var")}
        environment = os.environ | {f"CHARTMARK_{name}": value for name, value in named.items()}
        command = [sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"127.0.0.1:{port}", *options]
        with (self.folder / "server.log").open("w") as log:
            server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            _await(port)
            yield server.pid
        finally:
            server.terminate()
            server.wait()


def _await(port):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start")


@contextmanager
def page_world():
    with tempfile.TemporaryDirectory() as folder:
        yield PageWorld(folder)
