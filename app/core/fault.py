"""Named fault points: `CHARTMARK_FAULT=chunk:3` kills this process at the third `point("chunk")`."""

from __future__ import annotations

import os
import signal
from collections import Counter

_passed: Counter[str] = Counter()


def point(name: str) -> None:
    """A place where tests may kill the process, as a power cut would."""
    wanted = os.environ.get("CHARTMARK_FAULT", "")
    if not wanted.startswith(f"{name}:"):
        return
    _passed[name] += 1
    if _passed[name] == int(wanted.partition(":")[2]):
        os.kill(os.getpid(), signal.SIGKILL)
