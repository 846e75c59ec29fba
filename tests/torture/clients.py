"""The load: readers save and submit, others rule, verify and sign, a lead delivers, withdraws and releases.

Whoever gets no answer asks again, with the same key; now and then somebody asks again without need, or late.
"""

import json
import random
import re
import threading
from collections.abc import Callable, Iterator

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from app.core.db import Database
from app.corpus.batch import Batch
from app.jobs.job import Job, JobState
from app.review.item import Item
from tests.conftest import PASSWORD
from tests.signing import seen_answer, seen_cases
from tests.torture.http import Answer, Browser, NoAnswer
from tests.torture.ledger import PER_SAVE, Act, Ledger
from tests.torture.seeding import ADJUDICATOR, LEAD, READERS, SECOND_LEAD, TEXT, VERIFIER, Work

SAVES = 3
AGAIN_SECONDS = 0.2
REPEATED, LATE = 0.15, 0.1
WORDS = [match.span() for match in re.finditer(r"\w+", TEXT)]
NOTE = "Note {0}: seen on the ward on day {1}. No cough, some fever, sent home with advice."


def is_signed_out(answer: Answer) -> bool:
    """No session, or a token from before the sign-in that was cut off half way."""
    if answer.status == 403:
        return b'"csrf"' in answer.body or b"out of date" in answer.body
    return answer.status == 401 or answer.location.startswith("/sign-in")


class Client(threading.Thread):
    """One person. `stop` ends the work; `quiet` is set while nobody should ask."""

    def __init__(self, username: str, port: int, database: Database, ledger: Ledger, chance: random.Random) -> None:
        super().__init__(name=username, daemon=True)
        self.browser = Browser(port, username)
        self.database, self.ledger, self.chance = database, ledger, chance
        self.stop = threading.Event()

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                self.work()
            except (NoAnswer, DBAPIError):
                self.stop.wait(AGAIN_SECONDS)
            except Exception as error:
                self.ledger.problem(f"{self.name}: {type(error).__name__} {error}")
                return

    def work(self) -> None:
        raise NotImplementedError

    def counted(self, act: Callable[[], Answer]) -> Answer:
        with self.ledger.lock:
            self.ledger.in_flight += 1
        try:
            return act()
        finally:
            with self.ledger.lock:
                self.ledger.in_flight -= 1

    def persist(self, act: Callable[[], Answer]) -> Answer | None:
        """The same request until somebody answers it; None when told to stop."""
        while not self.stop.is_set():
            try:
                answer = self.counted(act)
            except NoAnswer:
                self.stop.wait(AGAIN_SECONDS)
                continue
            if is_signed_out(answer):
                self.try_to_sign_in()
            elif answer.status >= 500 or answer.status == 429:
                self.stop.wait(AGAIN_SECONDS)
            else:
                return answer
        return None

    def try_to_sign_in(self) -> None:
        try:
            self.browser.sign_in()
        except NoAnswer:
            self.stop.wait(AGAIN_SECONDS)

    def wanted(self, answer: Answer | None, what: str, *statuses: int) -> bool:
        """Whether the answer is one that had to come; another is a finding."""
        if answer is None:
            return False
        if answer.status not in statuses:
            self.ledger.problem(f"{self.name}: {what} was answered {answer.status} {answer.body[:200]!r}")
        return answer.status in statuses

    def items_in(self, *states: str) -> list[int]:
        with self.database.reading() as session:
            return list(session.scalars(select(Item.id).where(Item.state.in_(states)).order_by(Item.id)))


class Reader(Client):
    """Reads one task after the other; her last is never finished, and she goes on saving there."""

    def __init__(self, tasks: list[Work], **more) -> None:
        super().__init__(**more)
        self.steps = self.reading(tasks)

    def work(self) -> None:
        next(self.steps)

    def reading(self, tasks: list[Work]) -> Iterator[None]:
        self.try_to_sign_in()
        for task in tasks[:-1]:
            yield from self.read(task, range(SAVES))
            self.submit(task)
            yield
        yield from self.read(tasks[-1], range(10**6))

    def read(self, task: Work, saves: range) -> Iterator[None]:
        address, earlier = f"/api/v1/assignments/{task.task}", []
        shown = self.persist(lambda: self.browser.ask("GET", address))
        version = shown.json["version"] if self.wanted(shown, "opening", 200) else 0
        for nth in saves:
            name = f"t{task.task}s{nth}"
            body = {"actions": [{"element_id": f"{name}-{n}", "body": span(task, nth, n)} for n in range(PER_SAVE)]}
            sent = (body, f'"{version}"', f"save-{name}")
            with self.ledger.lock:
                self.ledger.tried[name] = task.task
            version = self.save(address, sent, name, version)
            earlier.append((sent, version))
            yield
            self.ask_again(address, earlier)

    def save(self, address: str, sent: tuple, name: str, version: int) -> int:
        answer = self.persist(lambda: self.patch(address, sent))
        if not self.wanted(answer, f"save {name}", 200):
            return version
        now = answer.json["version"]
        if now != version + PER_SAVE:
            self.ledger.problem(f"save {name} of version {version} left {now}")
        self.ledger.acknowledged(Act("save", name))
        return now

    def patch(self, address: str, sent: tuple) -> Answer:
        body, version, key = sent
        return self.browser.send("PATCH", f"{address}/draft", body, if_match=version, idempotency_key=key)

    def ask_again(self, address: str, earlier: list[tuple]) -> None:
        """The last save twice, or one from before out of its turn: answered as then, and nothing changes."""
        drawn = self.chance.random()
        if drawn >= REPEATED + LATE:
            return
        sent, version = earlier[-1] if drawn < REPEATED else self.chance.choice(earlier)
        answer = self.persist(lambda: self.patch(address, sent))
        if self.wanted(answer, f"repeating {sent[2]}", 200) and answer.json["version"] != version:
            self.ledger.problem(f"repeating {sent[2]} was answered otherwise than at first")
        with self.ledger.lock:
            self.ledger.repeats += 1

    def submit(self, task: Work) -> None:
        address = f"/api/v1/assignments/{task.task}/submission"
        body, key = {"count": SAVES * PER_SAVE}, f"submission-{task.task}"
        answer = self.persist(lambda: self.browser.send("POST", address, body, idempotency_key=key))
        if self.wanted(answer, f"submitting {task.task}", 201):
            self.ledger.acknowledged(Act("submission", answer.json["submission"], task.task))


def span(task: Work, nth: int, n: int) -> dict:
    """A word of the text; the second reader of a pair ends the very first a letter earlier."""
    start, end = WORDS[(nth * PER_SAVE + n) % len(WORDS)]
    shorter = not task.first and nth == n == 0
    return {"kind": "entity", "fragments": [[start, end - shorter]], "label": "problem", "status": "confirmed"}


class Adjudicator(Client):
    def work(self) -> None:
        items = self.items_in("adjudication", "escalated")
        if not items or not self.browser.token:
            self.stop.wait(AGAIN_SECONDS)
        if not self.browser.token:
            return self.try_to_sign_in()
        for item in items[:3]:
            self.settle(item)
        return None

    def settle(self, item: int) -> None:
        self.persist(lambda: self.browser.fill_in(f"/items/{item}/adjudication"))
        shown = self.persist(lambda: self.browser.ask("GET", f"/api/v1/items/{item}/adjudication"))
        if shown is None or shown.status != 200:
            return  # settled by an act of her own whose answer was lost
        for case in shown.json["cases"]:
            body = {"choice": "take", "version": 0, "reason": "guideline", "citation": "4.2", "confirmed": True}
            address, key = f"/api/v1/items/{item}/rulings/{case['key']}", f"ruling-{item}-{case['key']}"[:100]
            ruled = self.persist(lambda a=address, b=body, k=key: self.browser.send("PUT", a, b, idempotency_key=k))
            if self.wanted(ruled, f"ruling on item {item}", 200):
                self.ledger.acknowledged(Act("ruling", ruled.json["ruling"], item))
        shown = self.persist(lambda: self.browser.ask("GET", f"/api/v1/items/{item}/adjudication"))
        if shown is not None and shown.status == 200:
            meaning = next(iter(shown.json["signing"].values()))["meaning"]
            self.sign(f"/api/v1/items/{item}/closing", meaning, seen_cases(shown.json), item)

    def sign(self, address: str, meaning: str, seen: str, item: int) -> None:
        body = {"username": self.name, "password": PASSWORD, "meaning": meaning, "seen": seen}
        signed = self.persist(lambda: self.browser.send("POST", address, body))
        # 403, 404, 409: an earlier try had taken effect, and its answer was lost.
        if self.wanted(signed, f"signing item {item}", 201, 202, 403, 404, 409) and signed.status in (201, 202):
            self.ledger.acknowledged(Act("signature", signed.json["signature"]["id"], item))


class Verifier(Adjudicator):
    def work(self) -> None:
        items = self.items_in("verification")
        if not items or not self.browser.token:
            self.stop.wait(AGAIN_SECONDS)
        if not self.browser.token:
            return self.try_to_sign_in()
        for item in items[:3]:
            self.verify(item)
        return None

    def verify(self, item: int) -> None:
        taken = self.persist(lambda: self.browser.fill_in(f"/items/{item}/verification"))
        if taken is None or taken.status != 303:
            return
        shown = self.persist(lambda: self.browser.ask("GET", f"/api/v1{taken.location}"))
        if shown is not None and shown.status == 200 and shown.json["signing"]:
            self.sign(f"/api/v1/items/{item}/verification", "verification", seen_answer(shown.json), item)


class Lead(Client):
    """Delivers so that the worker has always something to do, takes deliveries back, and releases what is signed."""

    turn = 0

    def __init__(self, **more) -> None:
        super().__init__(**more)
        self.second = Browser(self.browser.port, SECOND_LEAD)
        self.delivered: list[int] = []  # what the readers have is not taken from them

    def work(self) -> None:
        if not self.browser.token:
            return self.try_to_sign_in()
        self.turn += 1
        with self.database.reading() as session:
            open_jobs = session.scalars(select(Job.id).where(Job.state.in_((JobState.QUEUED, JobState.RUNNING)))).all()
            mine = select(Batch.id).where(Batch.state == "loaded", Batch.id.in_(self.delivered))
            loaded = session.scalars(mine).all()
        if len(open_jobs) < 3:
            self.deliver()
        if self.turn % 3 == 0 and loaded:
            self.withdraw(self.chance.choice(loaded))
        if self.turn % 4 == 0:
            self.release()
        self.stop.wait(AGAIN_SECONDS)
        return None

    def deliver(self) -> None:
        size, mark = self.chance.randint(5, 40), self.chance.getrandbits(40)
        rows = [
            {"id": f"{mark}-{n}", "patient_id": f"{mark}-{n % 7}", "text": NOTE.format(n, n % 28)} for n in range(size)
        ]
        content = "".join(json.dumps(row) + "\n" for row in rows)
        answer = self.counted(lambda: self.browser.upload("/projects/pp/deliveries", "notes.jsonl", content))
        if found := re.match(r"/projects/pp/deliveries/(\d+)", answer.location):
            self.delivered.append(int(found[1]))
            self.ledger.acknowledged(Act("delivery", int(found[1]), size))
        elif answer.status < 500:
            self.expect_sign_in(answer, "a delivery")

    def withdraw(self, batch: int) -> None:
        answer = self.counted(
            lambda: self.browser.fill_in(f"/projects/pp/deliveries/{batch}/withdrawal", number=str(batch))
        )
        if answer.status == 303 and (asked := re.search(r"count=(\d+)", answer.location)):
            self.approve(int(asked[1]), batch)
        elif answer.status not in (409, 500, 503):
            self.expect_sign_in(answer, "a withdrawal")

    def approve(self, number: int, batch: int) -> None:
        """The second lead, who destroys with the first."""
        if not self.second.token:
            self.second.sign_in()
        form = {"username": SECOND_LEAD, "password": PASSWORD}
        answer = self.counted(lambda: self.second.fill_in(f"/approvals/{number}/approval", **form))
        if answer.status == 303 and "approved" in answer.location:
            self.ledger.acknowledged(Act("withdrawal", batch))
        elif answer.status in (302, 401):
            self.second.token = ""

    def release(self) -> None:
        answer = self.counted(lambda: self.browser.fill_in("/projects/pp/releases"))
        if found := re.match(r"/projects/pp/releases/(\d+)", answer.location):
            self.ledger.acknowledged(Act("release", int(found[1])))
        elif answer.status not in (409, 500, 503):
            self.expect_sign_in(answer, "a release")

    def expect_sign_in(self, answer: Answer, what: str) -> None:
        if is_signed_out(answer):
            self.try_to_sign_in()
        else:
            self.ledger.problem(f"{what} was answered {answer.status}")


def everybody(work: dict[str, list[Work]], port: int, database: Database, ledger: Ledger, seed: str) -> list[Client]:
    def who(name: str) -> dict:
        chance = random.Random(f"{seed}/{name}")
        return {"username": name, "port": port, "database": database, "ledger": ledger, "chance": chance}

    readers: list[Client] = [Reader(work[name], **who(name)) for name in READERS]
    return [*readers, Adjudicator(**who(ADJUDICATOR)), Verifier(**who(VERIFIER)), Lead(**who(LEAD))]
