"""`make bench [ONLY=name]`: every bench in a process of its own; JSON lines on stdout and nothing else."""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
NAMES = sorted(path.stem.removeprefix("bench_") for path in FOLDER.glob("bench_*.py"))


def main():
    wanted = sys.argv[1:] or NAMES
    unknown = [name for name in wanted if name not in NAMES]
    if unknown:
        sys.exit(f"no bench {', '.join(unknown)}; there are: {', '.join(NAMES)}")
    failed = [n for n in wanted if subprocess.call([sys.executable, "-m", f"tests.bench.bench_{n}"])]
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


main()
