"""Kills at seeded points: wait until there is work, wait a random moment, kill, start again, look at everything."""

import contextlib
import io
import json
import random
import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from app.accounts.actor import OperatorActor
from app.audit import verify
from app.audit.checkpoint import Signer
from app.audit.export import export
from app.audit.models import Checkpoint, Outbox
from app.audit.sequencer import newest_checkpoint
from app.core import clock
from app.jobs.job import Job, JobState
from tests.torture.clients import everybody
from tests.torture.cluster import Cluster
from tests.torture.ledger import Ledger, check, unfinished
from tests.torture.seeding import Work

WARM_SECONDS, EMPTY_SECONDS = 300, 600
LONGEST_DELAY = 1.0
#: verdicts of a log in which nothing is broken; under load some of it is not sealed yet, and nothing anchors the first
HOLDS = (0, 3)
#: of the kills, how many must have hit work that was acknowledged or under way
MUST_HIT = 0.8


@dataclass(frozen=True)
class Point:
    """One kill. `running`: how much the victim had in hand; `acknowledged`: acts of its kind since it was last started;
    `found`: what does not hold afterwards."""

    kind: str
    number: int
    victim: str
    running: int
    acknowledged: int
    found: list[str]

    @property
    def hit(self) -> bool:
        return bool(self.running or self.acknowledged)


class Round:
    """One installation under load, through several kills, to the end of all its work."""

    def __init__(self, cluster: Cluster, work: dict[str, list[Work]], seed: str) -> None:
        self.cluster, self.seed = cluster, seed
        self.database = cluster.database()
        self.ledger = Ledger(cluster.folder / "acknowledged.jsonl")
        self.clients = everybody(work, cluster.door_port, self.database, self.ledger, seed)
        self.kept = ""  # a checkpoint from before, which every later log must contain

    def begin(self) -> None:
        self.cluster.start()
        self.cluster.await_answer()
        for client in self.clients:
            client.start()

    def work_of(self, victim: str) -> tuple[int, int]:
        """What the victim has in hand, and how much of its kind is done for good."""
        with self.database.reading() as session:
            if victim == "worker":
                running = session.scalar(select(func.count()).where(Job.state == JobState.RUNNING)) or 0
                return running, int(session.scalar(select(func.sum(Job.done))) or 0)
            if victim == "sequencer":
                waiting = session.scalar(select(func.count()).select_from(Outbox)) or 0
                return waiting, session.scalar(select(func.count()).select_from(Checkpoint)) or 0
        with self.ledger.lock:
            return self.ledger.in_flight, len(self.ledger.acts)

    def kill(self, number: int, victim: str) -> Point:
        chance = random.Random(f"{self.seed}/{number}/{victim}")
        _, before = self.work_of(victim)
        until = time.monotonic() + WARM_SECONDS
        while time.monotonic() < until:
            running, done = self.work_of(victim)
            if done > before or (victim == "worker" and running):
                break
            time.sleep(0.05)
        time.sleep(chance.uniform(0, LONGEST_DELAY))
        running, done = self.work_of(victim)
        alive = self.cluster.kill(victim)
        self.cluster.restart(victim)
        found = [] if alive else [f"{victim} was dead before it was killed"]
        return Point(self.cluster.kind, number, victim, running, done - before, found + self.look())

    def look(self) -> list[str]:
        """What is lost or half done, and whether the log goes on from what it was and verifies."""
        until = time.monotonic() + WARM_SECONDS
        while True:
            try:
                return check(self.ledger, self.database) + self.verify()
            except DBAPIError:  # the connection is one from before the kill, or the server is still recovering
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)

    def verify(self) -> list[str]:
        folder = self.cluster.folder / "bundle"
        shutil.rmtree(folder, ignore_errors=True)
        settings = self.cluster.settings
        signer = Signer(settings.log_key_path, settings.log_origin)
        written = export(self.database, signer, folder, actor=OperatorActor("torture"), at=clock.now())
        arguments, said = [str(folder)], io.StringIO()
        if self.kept:
            (self.cluster.folder / "kept").write_text(self.kept)
            arguments += ["--checkpoint", str(self.cluster.folder / "kept")]
        with contextlib.redirect_stdout(said):
            verdict = verify.main(arguments)
        with self.database.reading() as session:
            newest = newest_checkpoint(session)
            self.kept = newest.note if newest else ""
        found = [f"{written.discrepancies} columns do not agree with their events"] if written.discrepancies else []
        return found + ([] if verdict in HOLDS else [f"the log does not verify ({verdict}): {said.getvalue()[:500]}"])

    def end(self) -> list[str]:
        """Stop the load, let the worker come to an end of its work, and look for what never got done."""
        for client in self.clients:
            client.stop.set()
        for client in self.clients:
            client.join(90)
        until = time.monotonic() + EMPTY_SECONDS
        while time.monotonic() < until:
            with self.database.reading() as session:
                left = unfinished(session, self.ledger)
            if not left:
                break
            time.sleep(0.5)
        return left + self.look()

    def close(self) -> None:
        for client in self.clients:
            client.stop.set()
        self.cluster.stop()
        self.database.dispose()


def run(kind: str, folder: Path, template: tuple[Path, dict[str, list[Work]]], seed: str, points: range, say) -> int:
    """Kills with these numbers in one installation; how many things did not hold. What did not is left in `folder`."""
    cluster = Cluster(kind, folder, template[0])
    here = Round(cluster, template[1], f"{seed}/{kind}/{points.start}")
    wrong = 0
    try:
        here.begin()
        for number in points:
            victim = random.Random(f"{seed}/{kind}/{number}").choice(cluster.victims)
            point = here.kill(number, victim)
            say(asdict(point) | {"hit": point.hit})
            wrong += len(point.found)
        found = here.end()
        say(
            {"kind": kind, "end": points.stop, "found": found, "repeats": here.ledger.repeats}
            | dict(here.ledger.counts())
        )
        wrong += len(found)
    finally:
        here.close()
    return wrong


def hit_enough(rows: list[dict]) -> bool:
    """A harness that cannot tell whether a kill hit work, or hit too little, has proved nothing."""
    kills = [row for row in rows if "victim" in row]
    return bool(kills) and sum(row["hit"] for row in kills) >= MUST_HIT * len(kills)


def read_rows(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
