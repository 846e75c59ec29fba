"""Fault points kill exactly where a crash test asks for it."""

import os
import subprocess
import sys

CHILD = """
from app.core import fault
for n in range(5):
    fault.point("other")
    fault.point("seal")
    print(n, flush=True)
"""


def run(wanted):
    environment = {k: v for k, v in os.environ.items() if k != "CHARTMARK_FAULT"}
    if wanted:
        environment["CHARTMARK_FAULT"] = wanted
    done = subprocess.run(
        [sys.executable, "-c", CHILD], env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout.split()


def test_the_process_dies_at_the_numbered_pass_of_the_named_point():
    assert run("seal:3") == (-9, ["0", "1"])
    assert run("seal") == (-9, [])


def test_nothing_happens_when_nobody_asks_or_the_point_is_another():
    assert run(None) == run("chunk:1") == run("seal:99") == (0, ["0", "1", "2", "3", "4"])
