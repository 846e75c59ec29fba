"""A copy of the tree, and the tests in it with one fault at a time."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.fault import Fault

ROOT = Path(__file__).parents[2]
# Another order each time would make a survivor depend on luck; both databases hold the same rules.
PYTEST = ("-m", "pytest", "-n", "0", "-x", "-q", "-p", "no:cacheprovider", "--randomly-seed=1", "-m", "not postgres")
SECONDS = 900
# pytest's own exit codes: tests ran and one failed; all passed.
FAILED, PASSED = 1, 0


@contextmanager
def copied_tree() -> Iterator[Path]:
    """The tracked files (and new ones that are not ignored), compiled so that a changed file is seen by its content."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="chartmark-faults-") as folder:
        tree = Path(folder)
        for name in filter(None, listed.split("\0")):
            if (ROOT / name).is_file():
                (tree / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, tree / name)
        compiling = ("-m", "compileall", "-q", "--invalidation-mode", "checked-hash", "app", "tests")
        subprocess.run([sys.executable, *compiling], cwd=tree, check=True)
        yield tree


def run_tests(tree: Path, tests: Iterable[str]) -> tuple[int, str]:
    """Exit code of pytest and the first test that failed, if one did. A test that never ends counts as failed."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CHARTMARK_") or "TEST" in k}
    environment |= {"PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            [sys.executable, *PYTEST, *tests], cwd=tree, env=environment,
            check=False, capture_output=True, text=True, timeout=SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return FAILED, "no end"
    first = re.search(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
    return done.returncode, first[1] if first else (done.stdout + done.stderr).strip()[-300:]


def verdict_on(fault: Fault, tree: Path) -> tuple[str, str]:
    """`killed`, `SURVIVED` or `broken` (the tests did not run at all), and by which test. Raises NotApplicable."""
    changed = fault.changed(tree)
    path = tree / fault.file
    sound = path.read_text(encoding="utf-8")
    path.write_text(changed, encoding="utf-8")
    try:
        code, said = run_tests(tree, fault.tests)
    finally:
        path.write_text(sound, encoding="utf-8")
    return {FAILED: "killed", PASSED: "SURVIVED"}.get(code, "broken"), said if code != PASSED else ""
