"""`make torture`: `python -m tests.torture [--database sqlite|postgresql|both] [--points N] [--seed S] [--state DIR]`.

Kills web, worker, sequencer and database server under mixed load, N points on each database. With the same `--state` it
goes on where it was. Fails where anything acknowledged is lost or half done, where the log does not verify, or where
fewer than 80 of 100 kills hit work.
"""

import argparse
import json
import shutil
import signal
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.torture.cluster import postgresql_bin
from tests.torture.disasters import DISASTERS, Skipped, suffer
from tests.torture.kills import hit_enough, read_rows, run
from tests.torture.seeding import make_template

PER_INSTALLATION = 10
ITEMS = 60


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.torture")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--points", type=int, default=20, help="kills on each database")
    parser.add_argument("--only", default="", help="disasters with these words in their name")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--disasters", action="store_true", help="full disks, jumping clocks and cut lines instead")
    parser.add_argument("--state", type=Path, help="where points are written down, to go on from there")
    return parser.parse_args()


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("told to stop"))  # and the processes started here with it
    asked = arguments()
    kinds = ("sqlite", "postgresql") if asked.database == "both" else (asked.database,)
    if "postgresql" in kinds and postgresql_bin() is None:
        print("no PostgreSQL programs here: its points are skipped", flush=True)
        kinds = tuple(kind for kind in kinds if kind != "postgresql")
    with tempfile.TemporaryDirectory(prefix="chartmark-torture-") as folder:
        Path(folder).chmod(0o755)
        state = asked.state or Path(folder)
        state.mkdir(parents=True, exist_ok=True)
        state.chmod(0o755)  # the database server is somebody else
        print("broker: not killed here, the workers ask the database alone", flush=True)
        if asked.disasters:
            kept = [endure(name, kinds, Path(folder), state) for name in DISASTERS if asked.only in name]
            return 0 if all(kept) else 1
        results = [torture(kind, asked, Path(folder), state / f"{kind}-{asked.seed}.jsonl") for kind in kinds]
    return 0 if results and all(results) else 1


def torture(kind: str, asked: argparse.Namespace, folder: Path, notes: Path) -> bool:
    """All points on one database; whether everything held and enough was hit."""
    template = notes.with_name(f"template-{kind}")
    work = make_template(kind, template, ITEMS)

    def say(row: dict) -> None:
        with notes.open("a") as file:
            file.write(json.dumps(row) + "\n")
        print(json.dumps(row), flush=True)

    done = sum("victim" in row for row in read_rows(notes))
    while done < asked.points:
        points = range(done, min(done + PER_INSTALLATION, asked.points))
        here = folder / f"{kind}-{points.start}"
        here.mkdir()
        here.chmod(0o755)
        if run(kind, here, (template, work), asked.seed, points, say):
            kept = Path(tempfile.mkdtemp(prefix="chartmark-torture-kept-"))
            shutil.copytree(here, kept, dirs_exist_ok=True, ignore=shutil.ignore_patterns("terminology", "preannotate"))
            print(f"something did not hold; the installation is kept in {kept}", flush=True)
        else:
            shutil.rmtree(here)
        done = points.stop
    return summary(kind, read_rows(notes))


def endure(name: str, kinds: tuple[str, ...], folder: Path, state: Path) -> bool:
    """One disaster; whether everything held, or it was skipped by name."""
    kind = DISASTERS[name][0]
    if kind not in kinds:
        return True
    template = state / f"template-{kind}"
    work = make_template(kind, template, ITEMS)
    here = Path(tempfile.mkdtemp(dir=folder))
    here.chmod(0o755)
    try:
        found = suffer(name, here, (template, work))
    except Skipped as why:
        print(f"{name}: skipped: {why}", flush=True)
        return True
    print(f"{name}: " + ("; ".join(found) if found else "everything held"), flush=True)
    return not found


def summary(kind: str, rows: list[dict]) -> bool:
    kills = [row for row in rows if "victim" in row]
    wrong = [found for row in rows for found in row["found"]]
    acts: Counter[str] = Counter()
    for row in rows:
        acts.update({key: row[key] for key in row if key in KINDS})
    by = Counter(row["victim"] for row in kills)
    running, hits = sum(bool(row["running"]) for row in kills), sum(row["hit"] for row in kills)
    print(f"{kind}: {len(kills)} kills ({', '.join(f'{n} {name}' for name, n in sorted(by.items()))})")
    print(f"  {hits} hit acknowledged or running work, {running} of them running; acknowledged: {dict(acts)}")
    print(f"  {len(wrong)} things did not hold" + "".join(f"\n  - {one}" for one in wrong[:20]), flush=True)
    return not wrong and hit_enough(rows)


KINDS = ("save", "submission", "ruling", "signature", "release", "delivery", "withdrawal", "repeats")

if __name__ == "__main__":
    sys.exit(main())
