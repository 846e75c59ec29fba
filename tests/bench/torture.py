"""`make torture`: kill the worker at random moments, over and over; afterwards everything is there once.

    python -m tests.bench.torture [ROUNDS] [SEED]
"""

import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from app.corpus.document import Document
from app.corpus.source import Source
from app.review.item import Item
from tests.functional.test_crash import NOTES, Installation, prepare


def start(here, *arguments):
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
    return subprocess.Popen(command, env=here.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else time.time_ns() % 10**6
    chance = random.Random(seed)
    print(f"{rounds} rounds, seed {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="chartmark-torture-") as folder:
        here = Installation(f"sqlite:///{folder}/chartmark.db", Path(folder))
        subprocess.run([sys.executable, "-m", "alembic", "upgrade", "head"], env=here.environment(), check=True)
        prepare(here)
        first = start(here, "intake", "load", "pp", f"{folder}/notes.jsonl")
        for number in range(rounds):
            victim = first if number == 0 else start(here, "jobs", "work", "--until-empty")
            time.sleep(chance.uniform(0.5, 4))
            victim.send_signal(signal.SIGKILL)
            victim.wait()
            print(f"round {number + 1}: {here.count(Source)} sources, {here.count(Document)} documents", flush=True)
        if not here.count(Source):
            here.run("intake", "load", "pp", f"{folder}/notes.jsonl")
        here.run("jobs", "work", "--until-empty")
        counts = [here.count(model) for model in (Source, Document, Item)]
        print(f"at the end: {counts}, wanted {NOTES} each", flush=True)
        print(here.verify())
        if counts != [NOTES] * 3:
            sys.exit("something was lost or is there twice")


main()
