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
    # The file holds what was kept of earlier runs too; what is printed was measured now.
    figures = figures_of(NAMES)
    with private(OUT / "table.md") as file:
        file.write(headlines(figures) + "\n" + every_row(figures))
    if as_table:
        print(headlines(figures_of(asked or NAMES)), end="")
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
    with private(FIGURES / f"{name}.jsonl") as file:
        file.writelines(lines if process.returncode == 0 else [])  # half a measure is none
    return process.returncode == 0


def figures_of(names):
    files = [FIGURES / f"{name}.jsonl" for name in names]
    return [json.loads(line) for file in files if file.is_file() for line in file.open(encoding="utf-8")]


if __name__ == "__main__":
    main()
