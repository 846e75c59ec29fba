"""`make bench [ONLY=name]`: every bench in a process of its own; JSON lines on stdout and nothing else."""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
# What is asked for under one name and measured apart: in process, and over HTTP.
TOGETHER = {"store": ("store", "http")}
PARTS = {part for name, parts in TOGETHER.items() for part in parts if part != name}
NAMES = sorted(path.stem.removeprefix("bench_") for path in FOLDER.glob("bench_*.py"))


def main():
    asked = sys.argv[1:] or [name for name in NAMES if name not in PARTS]
    wanted = [part for name in asked for part in TOGETHER.get(name, (name,))]
    unknown = [name for name in wanted if name not in NAMES]
    if unknown:
        sys.exit(f"no bench {', '.join(unknown)}; there are: {', '.join(NAMES)}")
    failed = [n for n in wanted if subprocess.call([sys.executable, "-m", f"tests.bench.bench_{n}"])]
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


main()
