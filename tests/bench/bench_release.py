"""Cutting a release and writing it in each format: CPU, wall time, how long writers waited, and the largest memory.

`python -m tests.bench.bench_release [NOTES] [--postgresql]`; each act runs in a process of its own, so that its memory
is its own. The first line says how fast a fixed loop of this machine's processor is now.
"""

import json
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

from app.core import clock
from app.core.db import Database
from app.factory import compose
from app.formats.protocol import FORMATS, writers
from app.release.cutting import cut
from app.release.export import ExportOrder, OutgoingRelease, export_to
from app.release.in_progress import OutgoingWork
from tests.bench.release_sized import SPANS, seed
from tests.build import OPERATOR
from tests.databases import build_schema, create_postgresql, drop_postgresql, sqlite_url


def say(metric, value, unit, size):
    row = {"bench": "release", "metric": metric, "value": round(value, 3), "unit": unit, "size": size}
    print(json.dumps(row | {"baseline": "", "ratio": None}), flush=True)


class Timed(Database):
    """Knows the longest of its write transactions: CPU and wall seconds."""

    longest = (0.0, 0.0)

    def _once(self, unit):
        cpu, wall = time.process_time(), time.perf_counter()
        try:
            return super()._once(unit)
        finally:
            self.longest = max(self.longest, (time.process_time() - cpu, time.perf_counter() - wall))


def release(database, _folder, _key):
    cut(database, OPERATOR, "toys", at=clock.now())


def written(database, folder, key):
    export_to(OutgoingRelease(database, OPERATOR, 1, ExportOrder(key, folder), at=clock.now()), folder / "out.zip")


def unfinished(database, folder, key):
    export_to(OutgoingWork(database, OPERATOR, "toys", ExportOrder(key, folder), at=clock.now()), folder / "out.zip")


def measured(url, folder, act, key):
    """CPU and wall seconds, those of the longest write transaction, and the largest resident set in megabytes."""
    compose()
    database = Timed(url)
    cpu, wall = time.process_time(), time.perf_counter()
    act(database, folder, key)
    found = time.process_time() - cpu, time.perf_counter() - wall, *database.longest
    return *found, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(url, folder, name, act, size, key=""):
    with multiprocessing.get_context("spawn").Pool(1) as alone:
        values = alone.apply(measured, (url, folder, act, key))
    metrics = ("cpu_s", "wall_s", "write_cpu_s", "write_wall_s", "rss_mb")
    for metric, value in zip(metrics, values, strict=True):
        say(f"{name}_{metric}", value, "MB" if metric == "rss_mb" else "s", size)


def loop():
    """Seconds a fixed piece of work takes: what the figures below are to be read against."""
    began = time.process_time()
    sum(number * number % 7 for number in range(5_000_000))
    return time.process_time() - began


def main():
    notes = next((int(one) for one in sys.argv[1:] if one.isdecimal()), int(os.environ.get("NOTES", "1000")))
    size = f"{notes} notes, {SPANS} spans each"
    compose()
    with tempfile.TemporaryDirectory(prefix="chartmark-bench-") as name:
        folder = Path(name)
        postgresql = "--postgresql" in sys.argv
        url = create_postgresql() if postgresql else sqlite_url(folder / "bench.db")
        try:
            build_schema(url)
            seed(Database(url), notes)
            say("fixed_loop_cpu_s", loop(), "s", size)
            measure(url, folder, "unfinished_jsonl", unfinished, size, "jsonl")
            measure(url, folder, "cut", release, size)
            for one in writers(FORMATS):
                measure(url, folder, f"export_{one.key}", written, size, one.key)
        finally:
            if postgresql:
                drop_postgresql(url)


if __name__ == "__main__":
    main()
