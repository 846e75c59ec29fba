"""What each kind of user does, and how often; every request is timed where its user waits for it."""

import json
import random
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import ClassVar

from tests.torture.clients import NOTE, span
from tests.torture.http import Answer, Browser, NoAnswer
from tests.torture.ledger import PER_SAVE
from tests.torture.seeding import Work

SAVE_EVERY, OPEN_EVERY, LIST_EVERY, REVIEW_EVERY, DELIVER_EVERY = 5, 30, 60, 20, 60
NOTES = 20
CASE = re.compile(r"/items/(\d+)/adjudication")
#: people who work on the same thing are told so, and that is not an error
NO_ERROR = (409, 412)


@dataclass
class Measured:
    """Milliseconds by kind of act, and answers that were not what was asked for."""

    walls: dict[str, list[float]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, act: str, milliseconds: float) -> None:
        with self.lock:
            self.walls.setdefault(act, []).append(milliseconds)

    def error(self, what: str) -> None:
        with self.lock:
            self.errors[what] += 1


class Persona(threading.Thread):
    """Somebody who arrives, signs in, and does each thing when it is time for it again."""

    #: method → seconds between two of it
    rhythm: ClassVar[dict[str, float]] = {}

    def __init__(self, username: str, port: int, arrives: float, ends: float, measured: Measured) -> None:
        super().__init__(name=username, daemon=True)
        self.browser, self.arrives, self.ends, self.measured = Browser(port, username), arrives, ends, measured
        self.chance = random.Random(username)

    def run(self) -> None:
        self.wait_until(self.arrives)
        if self.timed("sign in", self.sign_in) is None:
            return
        self.begin()
        # Nobody does things on the stroke of the clock: each rhythm begins somewhere of its own.
        due = {act: time.monotonic() + self.chance.uniform(0, every) for act, every in self.rhythm.items()}
        while time.monotonic() < self.ends:
            act = min(due, key=lambda name: due[name])
            if not self.wait_until(due[act]):
                return
            getattr(self, act)()
            due[act] = max(due[act] + self.rhythm[act], time.monotonic())

    def wait_until(self, moment: float) -> bool:
        time.sleep(max(0.0, min(moment, self.ends) - time.monotonic()))
        return time.monotonic() < self.ends

    def sign_in(self) -> Answer:
        self.browser.sign_in()
        return self.browser.ask("GET", "/work")

    def begin(self) -> None:
        """What comes first."""

    def timed(self, act: str, ask) -> Answer | None:
        """The answer, or None where it is an error or says that somebody was faster."""
        began = time.perf_counter()
        try:
            answer = ask()
        except NoAnswer as error:
            self.measured.error(f"{act}: {error}")
            return None
        self.measured.add(act, (time.perf_counter() - began) * 1000)
        if answer.status >= 400:
            if answer.status not in NO_ERROR:
                self.measured.error(f"{act}: {answer.status}")
            return None
        return answer


class Annotator(Persona):
    rhythm: ClassVar = {"save": SAVE_EVERY, "next_task": OPEN_EVERY, "worklist": LIST_EVERY}

    def __init__(self, tasks: list[Work], **more) -> None:
        super().__init__(**more)
        self.tasks, self.at, self.saves, self.version = tasks, -1, 0, 0
        self.saved = 0  # in the task that is open

    def begin(self) -> None:
        self.open("first open")

    def next_task(self) -> None:
        if self.saved:
            address, count = f"/api/v1/assignments/{self.tasks[self.at].task}/submission", PER_SAVE * self.saved
            key = f"finish-{self.name}-{self.at}"
            self.timed("finish", lambda: self.browser.send("POST", address, {"count": count}, idempotency_key=key))
        self.open("open")

    def open(self, act: str) -> None:
        """What a browser asks for to show a task: the page, and the text with its marks."""
        self.at, self.saved = (self.at + 1) % len(self.tasks), 0
        task, began = self.tasks[self.at].task, time.perf_counter()
        page = self.timed(f"{act}: page", lambda: self.browser.ask("GET", f"/assignments/{task}"))
        shown = self.timed(f"{act}: text", lambda: self.browser.ask("GET", f"/api/v1/assignments/{task}"))
        if page and shown:
            self.measured.add(act, (time.perf_counter() - began) * 1000)
            self.version = shown.json["version"]

    def save(self) -> None:
        task, self.saves = self.tasks[self.at], self.saves + 1
        names = [f"{self.name}-{self.saves}-{n}" for n in range(PER_SAVE)]
        actions = [{"element_id": name, "body": span(task, self.saves, n)} for n, name in enumerate(names)]
        address = f"/api/v1/assignments/{task.task}/draft"
        marks = {"if_match": f'"{self.version}"', "idempotency_key": f"load-{self.name}-{self.saves}"}
        saved = self.timed("save", lambda: self.browser.send("PATCH", address, {"actions": actions}, **marks))
        if saved:
            self.saved += 1
            self.version = saved.json["version"]

    def worklist(self) -> None:
        self.timed("worklist", lambda: self.browser.ask("GET", "/work"))


class Reviewer(Persona):
    """Looks at what there is to settle, takes a case and reads it."""

    rhythm: ClassVar = {"look": REVIEW_EVERY}

    def look(self) -> None:
        cases = self.timed("cases", lambda: self.browser.ask("GET", "/cases"))
        found = CASE.search(cases.body.decode()) if cases else None
        if found:
            item = found[1]
            self.timed("take a case", lambda: self.browser.fill_in(f"/items/{item}/adjudication"))
            self.timed("read a case", lambda: self.browser.ask("GET", f"/api/v1/items/{item}/adjudication"))


class Lead(Persona):
    rhythm: ClassVar = {"overview": REVIEW_EVERY}

    def overview(self) -> None:
        self.timed("overview", lambda: self.browser.ask("GET", "/projects/pp"))


class Importer(Persona):
    rhythm: ClassVar = {"deliver": DELIVER_EVERY}

    def deliver(self) -> None:
        mark = self.chance.getrandbits(40)
        rows = [{"id": f"{mark}-{n}", "patient_id": f"{mark}-{n}", "text": NOTE.format(n, n)} for n in range(NOTES)]
        content = "".join(json.dumps(row) + "\n" for row in rows)
        self.timed("deliver", lambda: self.browser.upload("/projects/pp/deliveries", "notes.jsonl", content))
