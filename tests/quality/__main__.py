"""`make quality [ONLY=name] [TABLE=1]`: each measure in a process of its own.

JSON lines on stdout and nothing else; with TABLE the rows for the README instead. Every row is in var/quality/table.md.
"""

import json
import subprocess
import sys
from pathlib import Path

from tests.quality.lines import FIGURES, OUT, private
from tests.quality.table import every_row, headlines

FOLDER = Path(__file__).parent
NAMES = sorted(path.stem.removeprefix("measure_") for path in FOLDER.glob("measure_*.py"))


def main():
    asked = [word for word in sys.argv[1:] if word != "--table"]
    as_table = "--table" in sys.argv[1:]
    unknown = [name for name in asked if name not in NAMES]
    if unknown:
        sys.exit(f"no measure {', '.join(unknown)}; there are: {', '.join(NAMES)}")
    failed = [name for name in asked or NAMES if not measured(name, as_table)]
    figures = [json.loads(line) for name in NAMES for line in kept(name)]
    with private(OUT / "table.md") as file:
        file.write(headlines(figures) + "\n" + every_row(figures))
    if as_table:
        print(headlines(figures), end="")
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


def measured(name, quietly):
    """Run one measure; its lines go to stdout as they come and stay in var/quality for the table."""
    command = [sys.executable, "-m", f"tests.quality.measure_{name}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        lines = []
        for line in process.stdout:
            lines.append(line)
            if not quietly:
                print(line, end="", flush=True)
    if process.returncode == 0:
        with private(FIGURES / f"{name}.jsonl") as file:
            file.writelines(lines)
    return process.returncode == 0


def kept(name):
    path = FIGURES / f"{name}.jsonl"
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []


if __name__ == "__main__":
    main()
