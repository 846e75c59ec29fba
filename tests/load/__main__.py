"""`make simulate USERS=200 MINUTES=10`: `python -m tests.load --users N --minutes M [--database sqlite|postgresql]`.

An installation of its own, on its own ports. Prints JSON lines: waits by act, errors, CPU of server and of this program
apart, the server's memory each ten seconds. Says "loaded" when the machine had other things to do.
"""

import argparse
import json
import math
import os
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.load.personas import OPEN_EVERY, SAVE_EVERY, Annotator, Importer, Lead, Measured, Persona, Reviewer
from tests.torture.cluster import Cluster, descendants
from tests.torture.seeding import ADJUDICATOR, LEAD, seed

ARRIVE_SECONDS, SAMPLE_SECONDS = 60, 10
TICKS = os.sysconf("SC_CLK_TCK")
#: a fixed loop; within 10 % of the best of three the machine is quiet
LOOP, QUIET = 2_000_000, 1.1


def loop_seconds() -> float:
    """Wall time of a fixed amount of work."""
    began = time.perf_counter()
    sum(number * number for number in range(LOOP))
    return time.perf_counter() - began


class Watch:
    """CPU seconds and resident memory of a server's processes."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.samples: list[dict[str, float]] = []

    def pids(self, name: str) -> list[int]:
        if name == "database":
            process = self.cluster.server.process if self.cluster.server else None
        else:
            process = self.cluster.processes.get(name)
        return descendants(process.pid) if process else []

    def cpu(self) -> dict[str, float]:
        return {name: round(sum(map(_cpu, self.pids(name))), 2) for name in ("web", "worker", "database")}

    def sample(self, began: float) -> None:
        memory = {name: round(sum(map(_memory, self.pids(name)))) for name in ("web", "worker")}
        self.samples.append({"seconds": round(time.monotonic() - began)} | memory)


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def _memory(pid: int) -> float:
    """Megabytes that are this process's own share (PSS), so that forked processes are not counted twice."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def crowd(users: int, work: dict, port: int, began: float, minutes: float, measured: Measured) -> list[Persona]:
    """Everybody, spread over the first minute."""
    ends = began + min(ARRIVE_SECONDS, 30 * minutes) + 60 * minutes

    def when(name: str, n: int) -> dict:
        arrives = began + n * min(ARRIVE_SECONDS, 30 * minutes) / max(users, 1)
        return {"username": name, "port": port, "arrives": arrives, "ends": ends, "measured": measured}

    people: list[Persona] = [Annotator(tasks, **when(name, n)) for n, (name, tasks) in enumerate(work.items())]
    return [*people, Reviewer(**when(ADJUDICATOR, 0)), Lead(**when(LEAD, 0)), Importer(**when(LEAD, 1))]


def spread(values: list[float]) -> dict[str, float]:
    """Nearest-rank percentiles."""
    ordered = sorted(values)
    ranks = {f"p{p}_ms": ordered[min(len(ordered) - 1, -(-p * len(ordered) // 100) - 1)] for p in (50, 95, 99)}
    return {"n": len(ordered)} | {name: round(value, 1) for name, value in ranks.items()}


def report(users: int, measured: Measured, watch: Watch, cpu: dict[str, float], own: float, loops: list[float]) -> None:
    quiet = max(loops) <= QUIET * min(loops)
    for act, values in sorted(measured.walls.items()):
        print(json.dumps({"act": act} | spread(values)))
    print(json.dumps({"errors": dict(measured.errors), "besides": "409 and 412"}))
    print(json.dumps({"cpu_s": cpu, "own_cpu_s": round(own, 2)}))
    print(json.dumps({"memory_mb": watch.samples}))
    saves = len(measured.walls.get("save", []))
    print(json.dumps({"users": users, "machine": "quiet" if quiet else "loaded", "loop_s": [round(x, 3) for x in loops],
                      "saves": saves, "saves_wanted_per_s": round(users / SAVE_EVERY, 1)}), flush=True)  # fmt: skip


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("told to stop"))  # and the processes started here with it
    parser = argparse.ArgumentParser(prog="python -m tests.load")
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=2)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="postgresql")
    asked = parser.parse_args()
    users = asked.users + asked.users % 2
    with tempfile.TemporaryDirectory(prefix="chartmark-load-") as folder:
        Path(folder).chmod(0o755)
        cluster = Cluster(asked.database, Path(folder))
        try:
            cluster.start("database")
            tasks = 2 + math.ceil((asked.minutes + 1) * 60 / OPEN_EVERY)
            work = seed(cluster, users * tasks // 2, [f"reader{n:03}" for n in range(users)])
            cluster.start("web", "worker")
            cluster.await_answer()
            simulate(users, work, cluster, asked.minutes)
        finally:
            cluster.stop()


def simulate(users: int, work: dict, cluster: Cluster, minutes: float) -> None:
    loops, measured, watch = [loop_seconds()], Measured(), Watch(cluster)
    before, own, began = watch.cpu(), time.process_time(), time.monotonic()
    people = crowd(users, work, cluster.web_port, began, minutes, measured)
    for person in people:
        person.start()
    while any(person.is_alive() for person in people):
        watch.sample(began)
        time.sleep(SAMPLE_SECONDS)
    used = {name: round(value - before[name], 2) for name, value in watch.cpu().items()}
    own = time.process_time() - own
    loops += [loop_seconds(), loop_seconds()]
    report(users, measured, watch, used, own, loops)
    print(json.dumps({"median_loop_s": round(statistics.median(loops), 3)}))


if __name__ == "__main__":
    main()
