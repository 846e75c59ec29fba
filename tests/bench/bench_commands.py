"""What a person waits for who types one command after another, beside importing what every command needs.

    python -m tests.bench.bench_commands

CPU seconds of the process, user and system, median of nine; each run of a command is followed by one of
`import flask, sqlalchemy`, so that both meet the same machine. `ratio` says how many times better than that
a command is: at least 0.5, which is at most twice its time, is what we keep.
"""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
RUNS = 9
BASELINE = "import flask, sqlalchemy"
COMMANDS = ("accounts list", "project list", "audit keys", "jobs list")
FLASK = (sys.executable, "-m", "flask", "--app", "wsgi")
PEOPLE = 20


def cpu(command: tuple[str, ...], environment: dict[str, str]) -> float:
    """CPU seconds of a process and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def prepare(environment: dict[str, str]) -> None:
    """A small installation: migrated, some people, a project, a sealed log."""
    typed = [("accounts", "create", f"person{n}", "--name", f"Person {n}") for n in range(PEOPLE)]
    typed += [("project", "create", "study"), ("audit", "seal")]
    subprocess.run(
        (sys.executable, "-m", "alembic", "upgrade", "head"),
        cwd=ROOT, env=environment, check=True, capture_output=True,
    )  # fmt: skip
    for command in typed:
        cpu((*FLASK, *command), environment)


def measure(command: str, environment: dict[str, str]) -> None:
    whole, bare = (*FLASK, *command.split()), (sys.executable, "-c", BASELINE)
    for one in (whole, bare):  # once before, for the compiled files
        cpu(one, environment)
    taken = [(cpu(whole, environment), cpu(bare, environment)) for _ in range(RUNS)]
    ours, theirs = (median(times) for times in zip(*taken, strict=True))
    row = {
        "bench": "commands",
        "metric": f"{command.replace(' ', '_')}_cpu_s",
        "value": round(ours, 3),
        "unit": "s",
        "size": f"{PEOPLE} people, 1 project",
        "baseline": f"{BASELINE}: {theirs:.3f} s",
        "ratio": round(theirs / ours, 2),
    }
    print(json.dumps(row), flush=True)


def main() -> None:
    with TemporaryDirectory() as folder:
        environment = os.environ | {"CHARTMARK_VAR": folder, "CHARTMARK_DATABASE_URL": f"sqlite:///{folder}/c.db"}
        prepare(environment)
        for command in COMMANDS:
            measure(command, environment)


if __name__ == "__main__":
    main()
